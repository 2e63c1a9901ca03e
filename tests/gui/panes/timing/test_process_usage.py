"""Processor time and memory, checked against what this process does."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from gui.panes.timing import process_usage

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has /proc")


def test_own_processor_time_grows_with_work() -> None:
    before = process_usage.own().cpu_s
    end = time.process_time() + 0.1
    while time.process_time() < end:
        pass
    assert 0.05 <= process_usage.own().cpu_s - before <= 2.0


@linux
def test_own_memory_grows_with_what_is_held(root: Path) -> None:
    # In a fresh process: from a large one that has run for long the kernel may take idle pages back meanwhile.
    code = (
        "from gui.panes.timing import process_usage\n"
        "before = process_usage.own().memory_bytes\n"
        "held = bytearray(b'x') * 40_000_000\n"
        "print(before, process_usage.own().memory_bytes)"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    before, after = map(int, ran.stdout.split())
    assert 30_000_000 <= after - before <= 60_000_000


@linux
def test_children_are_counted_with_theirs() -> None:
    before = process_usage.children()
    inner = "import time; held = bytearray(b'x') * 30_000_000; print(1, flush=True); time.sleep(60)"
    outer = f"import subprocess, sys; sys.exit(subprocess.run([sys.executable, '-c', {inner!r}]).returncode)"
    with subprocess.Popen([sys.executable, "-c", outer], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            grown = process_usage.children()
        finally:
            for pid in reversed(process_usage._descendants(process.pid)):
                subprocess.run(["kill", str(pid)], check=False)
            process.kill()
    assert (grown.memory_bytes or 0) - (before.memory_bytes or 0) >= 30_000_000


@linux
def test_age_is_of_this_process() -> None:
    age = process_usage.age_s()
    assert age is not None
    assert 0.0 < age < 24 * 3600.0
