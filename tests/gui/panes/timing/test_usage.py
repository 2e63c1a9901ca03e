"""Processor time and memory of this program."""

from __future__ import annotations

import sys
import time

import pytest

from gui.panes.timing.process_usage import LoadMeter, memory_bytes


def test_a_busy_program_takes_processor_time() -> None:
    meter = LoadMeter()
    end = time.process_time() + 0.05
    while time.process_time() < end:
        pass
    assert meter.ask().cpu > 0.0
    time.sleep(0.05)
    assert meter.ask().cpu < 0.5  # since the question before, not since the start


@pytest.mark.skipif(sys.platform not in ("linux", "darwin"), reason="not said simply here")
def test_memory_is_plausible() -> None:
    found = memory_bytes()
    assert found is not None
    assert 1e6 < found < 1e11
