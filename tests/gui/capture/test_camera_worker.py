"""The camera's thread: its pace, sources that come and go, and changing over to another."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from gui.capture import camera_worker, sources
from gui.capture.camera_worker import CameraWorker
from gui.capture.sources import CameraError, CameraSpec, Source, open_source, parse_spec
from gui.core.frames import Frame
from gui.core.states import CameraKind, CameraPhase, CameraState, Problem
from tests.support.clips import FRAMES, brightness, write_clip


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "clip.avi")


class Recorder:
    """Collects what a worker says until enough has come."""

    def __init__(self, enough: Callable[[Recorder], bool]) -> None:
        self.frames: list[Frame] = []
        self.states: list[CameraState] = []
        self.problems: list[Problem] = []
        self.done = threading.Event()
        self._enough = enough

    def add(self, kind: list, item: object) -> None:
        kind.append(item)
        if self._enough(self):
            self.done.set()

    def run(self, spec: CameraSpec | None, **options: bool) -> None:
        worker = CameraWorker(
            spec,
            lambda frame: self.add(self.frames, frame),
            lambda state: self.add(self.states, state),
            lambda problem: self.add(self.problems, problem),
            **options,
        )
        worker.start()
        try:
            assert self.done.wait(20)
        finally:
            worker.stop()


def test_unpaced_every_frame_comes_once_and_in_order(clip: Path) -> None:
    recorder = Recorder(lambda it: len(it.frames) >= 2 * FRAMES)
    recorder.run(parse_spec(str(clip)), paced=False)
    assert [frame.number for frame in recorder.frames] == list(range(len(recorder.frames)))
    assert [brightness(frame.picture) for frame in recorder.frames[: 2 * FRAMES]] == [*range(FRAMES)] * 2
    stamps = [stamp for frame in recorder.frames for stamp in (frame.asked_s, frame.taken_s)]
    assert stamps == sorted(stamps)
    opening, live = recorder.states[:2]
    assert (opening.phase, opening.description) == (CameraPhase.OPENING, "clip.avi")
    assert (live.phase, live.size, live.fps) == (CameraPhase.LIVE, (64, 48), 20.0)


def test_paced_a_clip_plays_at_its_own_rate(clip: Path) -> None:
    recorder = Recorder(lambda it: len(it.frames) >= 6)
    recorder.run(parse_spec(str(clip)))
    # Late frames may be left out, early ones may not come: never faster than the clip.
    first, last = recorder.frames[0], recorder.frames[-1]
    shown = (brightness(last.picture) - brightness(first.picture)) % FRAMES
    assert last.asked_s - first.asked_s >= (len(recorder.frames) - 1) / 20.0 - 0.01
    assert shown >= len(recorder.frames) - 1


def test_a_source_that_is_not_there_is_told_once_and_tried_again(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera_worker, "RETRY_S", 0.01)
    tries: list[int] = []

    def later(spec: CameraSpec) -> Source:
        tries.append(1)
        if len(tries) < 4:
            raise CameraError("webcam 3 gives no picture", "plug it in")
        return open_source(parse_spec(str(clip)))

    monkeypatch.setattr(camera_worker, "open_source", later)
    recorder = Recorder(lambda it: len(it.frames) >= 2)
    recorder.run(CameraSpec(CameraKind.WEBCAM, "3"))
    phases = [state.phase for state in recorder.states]
    assert phases == [CameraPhase.OPENING, *[CameraPhase.LOST] * 3, CameraPhase.LIVE]
    assert len(recorder.problems) == 1
    assert recorder.states[-1].kind is CameraKind.WEBCAM  # never replaced by the demo clip


def test_a_webcam_that_goes_away_is_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera_worker, "RETRY_S", 0.01)

    class Cable:
        """A webcam whose cable is pulled after three pictures."""

        size, fps = (8, 6), 0.0

        def __init__(self) -> None:
            self.left = 3

        def read(self, skip: int = 0) -> np.ndarray | None:
            self.left -= 1
            return np.zeros((6, 8, 3), np.uint8) if self.left >= 0 else None

        def close(self) -> None:
            pass

    monkeypatch.setattr(camera_worker, "open_source", lambda spec: Cable())
    recorder = Recorder(lambda it: len(it.frames) >= 5)
    recorder.run(CameraSpec(CameraKind.WEBCAM, "0"))
    phases = [state.phase for state in recorder.states[1:4]]
    assert phases == [CameraPhase.LIVE, CameraPhase.LOST, CameraPhase.LIVE]
    assert [frame.number for frame in recorder.frames[:5]] == list(range(5))


def test_with_no_webcam_the_demo_clip_is_shown(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera_worker, "find_webcam", lambda size: None)
    monkeypatch.setattr(sources, "DEMO_CLIP", clip)
    recorder = Recorder(lambda it: len(it.frames) >= 1)
    recorder.run(None)
    assert recorder.states[0].kind is CameraKind.DEMO


def test_another_source_takes_over_while_it_runs(clip: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    cv2.imwrite(str(other / "white.png"), np.full((30, 40, 3), 255, np.uint8))
    frames: list[Frame] = []
    states: list[CameraState] = []
    problems: list[Problem] = []
    worker = CameraWorker(parse_spec(str(clip)), frames.append, states.append, problems.append)
    worker.start()
    try:
        wait(lambda: frames)
        worker.choose(parse_spec(str(other)))
        wait(lambda: frames[-1].picture.shape == (30, 40, 3))
        worker.choose(parse_spec(str(tmp_path / "no such.mp4")))  # a choice that fails can be changed again
        wait(lambda: problems)
        worker.choose(parse_spec(str(clip)))
        wait(lambda: frames[-1].picture.shape == (48, 64, 3))
    finally:
        worker.stop()
    live = [state.size for state in states if state.phase is CameraPhase.LIVE]
    assert live == [(64, 48), (40, 30), (64, 48)]
    assert [frame.number for frame in frames] == list(range(len(frames))), "numbers go on across sources"
    assert "no such.mp4" in problems[0].message
    assert problems[0].hint


def test_the_same_source_can_be_chosen_anew_with_another_size(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int] | None] = []

    class Fixed:
        fps = 0.0

        def __init__(self, size: tuple[int, int] | None) -> None:
            asked.append(size)
            self.size = size or (8, 6)

        def read(self, skip: int = 0) -> np.ndarray:
            return np.zeros((self.size[1], self.size[0], 3), np.uint8)

        def close(self) -> None:
            pass

    monkeypatch.setattr(camera_worker, "open_source", lambda spec: Fixed(spec.size))
    states: list[CameraState] = []
    worker = CameraWorker(parse_spec("0"), lambda frame: None, states.append, lambda problem: None)
    worker.start()
    try:
        wait(lambda: states and states[-1].size == (8, 6))
        worker.choose(parse_spec("0", (16, 12)), (16, 12))
        wait(lambda: states[-1].size == (16, 12))
    finally:
        worker.stop()
    assert asked == [None, (16, 12)]


def wait(holds: Callable[[], object], limit_s: float = 20.0) -> None:
    end = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)
