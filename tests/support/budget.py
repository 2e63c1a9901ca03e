"""The frame budget: the window at 30 frames a second while the virtual board computes, measured and printed.

``python -m tests.support.budget [SECONDS]`` plays the demo clip's frames at 30 a second into the program, on two cores
where the system lets a process choose them, and prints its report. Run it on a computer that does nothing else, on
a real screen or under ``xvfb-run -s "-screen 0 1280x800x24"``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from device.paths import ROOT
from gui.capture.sources import DEMO_CLIP
from gui.tools.demo_visitors import cut

FPS = 30.0
CORES = 2


def main(seconds: float) -> int:
    """0 no frame was dropped, 1 some were or nothing was measured."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clip = cut(DEMO_CLIP, [(0.0, 1e3)], folder / "thirty.avi", FPS)
        report = folder / "report.json"
        options = ["--camera", str(clip), "--board", "virtual", "--data", str(folder / "data")]
        command = [
            sys.executable,
            str(ROOT / "main.py"),
            *options,
            "--quit-after",
            str(seconds),
            "--report",
            str(report),
        ]
        environment = {**os.environ, "XDG_CONFIG_HOME": str(folder / "config"), "XDG_STATE_HOME": str(folder / "state")}
        subprocess.run(command, cwd=folder, env=environment, check=True)
        text = report.read_text(encoding="utf-8")
    print(text, end="")
    frames = json.loads(text)["frames"]
    return 0 if frames and frames["dropped"] == 0 else 1


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0))
