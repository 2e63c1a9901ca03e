"""The window on screens of every density: it fits, and pictures and icons are as sharp as the screen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCREEN = (3840, 2160)
PANEL = 40  # logical pixels that a desktop's bar and the title take

CODE = """
import json, sys, tempfile
from pathlib import Path
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication
from gui.pipeline.pipeline import Pipeline
from gui.core.states import PipelineOptions
from gui.widgets.theme import Theme, icon
from gui.window.main_window import Window
from tests.support.samples import camera, face, frame
app = QApplication(["scaling"])
theme = Theme(app)
folder = Path(sys.argv[1])
pipeline = Pipeline(PipelineOptions(folder, board="virtual", camera="demo"))
window = Window(pipeline, PipelineOptions(folder), theme)
least = window.minimumSizeHint()
window.resize(least)
window.show()
pipeline.camera_changed.emit(camera())
pipeline.frame_ready.emit(frame(1, (face(),)))
app.processEvents()
shot = window.grab()
print(json.dumps({
    "ratio": window.devicePixelRatio(),
    "least": [least.width(), least.height()],
    "shot": [shot.width(), shot.height()],
    "size": [window.width(), window.height()],
    "icon": icon("door", "#000000", 20).pixmap(QSize(20, 20)).width(),
}))
window.close()
"""


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0, 3.0])
def test_window_fits_a_4k_screen_at_every_scale(ratio: float, root: Path, tmp_path: Path) -> None:
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": str(ratio), "PYTHONPATH": str(root)}
    command = [sys.executable, "-c", CODE, str(tmp_path)]
    ended = subprocess.run(command, env=env, cwd=root, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout.splitlines()[-1])
    assert told["ratio"] == ratio
    assert told["least"][0] <= SCREEN[0] / ratio
    assert told["least"][1] <= SCREEN[1] / ratio - PANEL
    assert told["shot"] == [pytest.approx(side * ratio, abs=ratio) for side in told["size"]]
    assert told["icon"] == 20 * ratio
