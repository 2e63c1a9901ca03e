"""Many frames leave memory, threads and files as they were. SOAK_FRAMES says how many."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

import pytest

FRAMES = int(os.environ.get("SOAK_FRAMES", "500"))
# Python's and OpenCV's allocators keep a few MiB back in the beginning; afterwards nothing may be added.
GROWTH_KIB = 12 * 1024


@pytest.mark.timeout(120 + FRAMES // 3)
def test_memory_stays_flat(root: Path, tmp_path: Path) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("memory is read from /proc")
    command = [sys.executable, "-m", "tests.support.soak", str(tmp_path), str(FRAMES)]
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(root)}
    ended = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    came = json.loads(ended.stdout.splitlines()[-1])
    assert came["painted"] >= FRAMES
    assert came["fingerprints"] > 0
    assert came["threads"] == []
    samples = came["samples"][1:]  # the first is from before the first picture
    third = len(samples) // 3
    for what, allowed in (("memory_kib", GROWTH_KIB), ("board_kib", GROWTH_KIB), ("qt_objects", 20), ("files", 2)):
        early, late = (median(one[what] for one in part) for part in (samples[third : 2 * third], samples[-third:]))
        assert late - early <= allowed, f"{what} grew from {early} to {late}"
    assert samples[-1]["threads"] <= samples[third]["threads"]
