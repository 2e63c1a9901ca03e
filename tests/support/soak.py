"""Many frames, fast, through the real window, pipeline and virtual board; prints what memory did as JSON.

``python -m tests.support.soak FOLDER FRAMES``. The clip is played as fast as it is read; what the window paints is
counted.
"""

from __future__ import annotations

import gc
import json
import sys
import threading
import time
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from gui.capture.sources import DEMO_CLIP
from gui.core.states import PipelineOptions
from gui.panes.timing import process_usage
from gui.pipeline.pipeline import Pipeline
from gui.tools.demo_visitors import cut, visitors
from gui.widgets.theme import Theme
from gui.window.main_window import Window
from tests.support.journey import Run, enrol, standing

SAMPLES = 40
LONGEST_S = 3_000.0


def soak(folder: Path, frames: int) -> dict[str, object]:
    """Enrol one person, then play the clip until the window has painted ``frames`` frames."""
    folder.mkdir(parents=True, exist_ok=True)
    app = QApplication(["soak"])
    theme = Theme(app)
    somebody = visitors(DEMO_CLIP)[0]
    with Run(app, theme, folder / "data", cut(DEMO_CLIP, [standing(somebody)], folder / "one.avi")) as run:
        enrol(run, somebody.name)
    options = PipelineOptions(data=folder / "data", board="virtual", camera="demo", door_open_ms=1_000)
    pipeline = Pipeline(options, paced=False)
    window = Window(pipeline, options, theme)
    painted: list[float] = []
    fingerprints: list[int] = []
    events: list[str] = []
    samples: list[dict[str, int]] = []
    window.live.drawn.connect(lambda _number, draw_ms: painted.append(draw_ms))
    pipeline.recognised.connect(lambda recognition: fingerprints.append(recognition.number))
    pipeline.event_logged.connect(lambda event: events.append(event.decision.value))
    window.resize(1280, 800)
    window.show()
    pipeline.start()
    began = time.monotonic()
    while len(painted) < frames and time.monotonic() - began < LONGEST_S:
        app.processEvents()
        time.sleep(0.0005)
        if len(painted) >= len(samples) * frames / SAMPLES:
            samples.append(sample(window))
    seconds = time.monotonic() - began
    window.close()
    window.deleteLater()
    app.processEvents()
    return {
        "painted": len(painted),
        "seconds": round(seconds, 1),
        "painted_per_s": round(len(painted) / seconds, 1),
        "fingerprints": len(fingerprints),
        "events": len(events),
        "samples": samples,
        "threads": [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()],
    }


def sample(window: Window) -> dict[str, int]:
    """What must not grow."""
    gc.collect()
    return {
        "memory_kib": (process_usage.own().memory_bytes or 0) // 1024,
        "board_kib": (process_usage.children().memory_bytes or 0) // 1024,
        "qt_objects": len(window.findChildren(QObject)),
        "threads": threading.active_count(),
        "files": len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").is_dir() else 0,
    }


if __name__ == "__main__":
    print(json.dumps(soak(Path(sys.argv[1]), int(sys.argv[2]))))
