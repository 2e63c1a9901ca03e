"""OpenCV must leave no trace in the environment that Qt and child processes read."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_importing_a_worker_leaves_qt_variables_as_they_were(root: Path) -> None:
    names = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR", "LD_LIBRARY_PATH")
    code = (
        f"import device.vision.crop, gui.capture.vision_worker, os; print([os.environ.get(name) for name in {names}])"
    )
    environment = {key: value for key, value in os.environ.items() if key not in names}
    path = os.pathsep.join([str(root), environment.get("PYTHONPATH", "")])
    for before in (None, "/somewhere/lib"):
        wanted = {**environment, "PYTHONPATH": path, **({} if before is None else {"LD_LIBRARY_PATH": before})}
        told = subprocess.run([sys.executable, "-c", code], env=wanted, capture_output=True, text=True, check=True)
        assert told.stdout.strip() == str([None, None, before])
