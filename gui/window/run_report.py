"""What a trial run cost: when things were up, frames shown and dropped, painting, processor and memory, as JSON.

``main.py --quit-after 60 --report FILE`` writes it. Everything is measured on this PC; the board's figures say where
they come from themselves. Frames and processor are counted from ``settle_s`` after the start on: loading is not
running.
"""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path

import PySide6
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QGuiApplication

from gui.core.frames import FrameView, Recognition, now_s
from gui.core.percentiles import Histogram, Percentiles
from gui.core.states import BoardPhase, BoardState, CameraState
from gui.panes.timing import process_usage
from gui.panes.timing.process_usage import Usage
from gui.pipeline.pipeline import Pipeline
from gui.window.main_window import Window

SETTLE_S = 5.0
MEMORY_EVERY_MS = 1_000


class Report(QObject):
    """Listens to the window and its pipeline from the start on."""

    def __init__(self, pipeline: Pipeline, window: Window, settle_s: float = SETTLE_S) -> None:
        super().__init__(window)
        age = process_usage.age_s()
        self._began_s = now_s() - (age or 0.0)
        self._from_process = age is not None
        self._pipeline, self._settle_s = pipeline, settle_s
        self._start: dict[str, float] = {}
        self._camera: CameraState | None = None
        self._board: BoardState | None = None
        self._gaps, self._paints, self._latencies = Histogram(), Histogram(), Histogram()
        self._first: tuple[int, int, float] | None = None  # frame number, skipped before, when
        self._last: tuple[int, int, float] | None = None
        self._shown = self._fingerprints = self._flipped = 0
        self._before: tuple[Usage, Usage, float] | None = None
        self._memory: list[int] = []
        self._load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
        window.installEventFilter(self)
        pipeline.frame_ready.connect(self._frame)
        pipeline.recognised.connect(self._recognised)
        pipeline.board_changed.connect(self._board_is)
        pipeline.camera_changed.connect(self._camera_is)
        window.live.drawn.connect(self._drawn)
        window.kiosk.drawn.connect(self._drawn)
        self._timer = QTimer(self)
        self._timer.setInterval(MEMORY_EVERY_MS)
        self._timer.timeout.connect(self._sample)
        self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint:
            self._once("window_s")
            watched.removeEventFilter(self)
        return super().eventFilter(watched, event)

    def result(self) -> dict[str, object]:
        """Everything measured so far."""
        screen = QGuiApplication.primaryScreen()
        size = screen.size()
        return {
            "measured_on": {
                "where": "PC",
                "system": platform.platform(),
                "python": platform.python_version(),
                "qt": PySide6.__version__,
                "window_system": QGuiApplication.platformName(),
                "screen": f"{size.width()}x{size.height()} at {screen.devicePixelRatio():g}",
                "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
                "load_before": self._load,
            },
            "board": None if self._board is None else {"where": self._board.where, "name": self._board.name},
            "camera": None
            if self._camera is None
            else {"kind": self._camera.kind, "size": self._camera.size, "fps": self._camera.fps},
            "start": {"counted_from": "the process" if self._from_process else "the window", **self._start},
            **self._running(),
        }

    def write(self, file: Path) -> None:
        """Save it as JSON. OSError where that cannot be."""
        file.write_text(json.dumps(self.result(), indent=2) + "\n", encoding="utf-8")

    def _running(self) -> dict[str, object]:
        if self._first is None or self._last is None or self._before is None:
            return {"frames": None}
        seconds = self._last[2] - self._first[2]
        given = self._last[0] - self._first[0] + 1
        skipped = self._last[1] - self._first[1]
        own, below, since_s = self._before
        passed_s = now_s() - since_s
        mine, theirs = process_usage.own(), process_usage.children()
        return {
            "seconds": round(seconds, 1),
            "frames": {
                "of_the_camera": given + skipped,
                "shown": self._shown,
                "dropped": given + skipped - self._shown,
                "shown_per_s": round(self._shown / seconds, 2) if seconds else None,
                "gap_ms": _told(self._gaps.percentiles()),
                "paint_ms": _told(self._paints.percentiles()),
            },
            "fingerprints": {
                "count": self._fingerprints,
                "flip_averaged": self._flipped,
                "per_s": round(self._fingerprints / seconds, 2) if seconds else None,
                "latency_ms": _told(self._latencies.percentiles()),
            },
            "processor_percent_of_one_core": {
                "window": round(100 * (mine.cpu_s - own.cpu_s) / passed_s, 1),
                "virtual_board": round(100 * (theirs.cpu_s - below.cpu_s) / passed_s, 1),
            },
            "memory_mib": {
                "window_first": _mib(self._memory[0]) if self._memory else None,
                "window_last": _mib(self._memory[-1]) if self._memory else None,
                "window_most": _mib(max(self._memory)) if self._memory else None,
                "virtual_board": _mib(theirs.memory_bytes),
            },
        }

    def _once(self, name: str) -> None:
        self._start.setdefault(name, round(now_s() - self._began_s, 2))

    def _settled(self) -> bool:
        shown_s = self._start.get("window_s")
        return shown_s is not None and now_s() - self._began_s >= shown_s + self._settle_s

    def _frame(self, frame: FrameView) -> None:
        self._once("first_picture_s")
        if not self._settled():
            return
        now = now_s()
        seen = (frame.number, self._pipeline.camera.skipped, now)
        if self._first is None or self._last is None:
            self._first = seen
            self._before = (process_usage.own(), process_usage.children(), now)
        else:
            self._gaps.add((now - self._last[2]) * 1e3)
        self._last = seen
        self._shown += 1

    def _recognised(self, recognition: Recognition) -> None:
        self._once("first_fingerprint_s")
        if self._first is not None:
            self._fingerprints += 1
            self._flipped += recognition.inference.passes > 1
            self._latencies.add(recognition.latency_ms)

    def _board_is(self, state: BoardState) -> None:
        self._board = state
        if state.phase is BoardPhase.READY:
            self._once("board_ready_s")

    def _camera_is(self, state: CameraState) -> None:
        self._camera = state

    def _drawn(self, _number: int, draw_ms: float) -> None:
        if self._first is not None:
            self._paints.add(draw_ms)

    def _sample(self) -> None:
        if self._first is not None and (memory := process_usage.own().memory_bytes) is not None:
            self._memory.append(memory)


def _told(of: Percentiles) -> dict[str, float] | None:
    if not of.n:
        return None
    values = {"p50": of.p50, "p95": of.p95, "p99": of.p99, "most": of.most}
    return {name: round(value, 2) for name, value in values.items()}


def _mib(count: int | None) -> float | None:
    return None if count is None else round(count / 2**20, 1)
