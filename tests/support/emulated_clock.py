"""A clock of the virtual board for tests of single registers."""

from __future__ import annotations

from device.emulator.chip.clock import Clock
from device.emulator.cost.meter import WallMeter


def make_clock() -> Clock:
    """A clock that only goes when it is told to."""
    return Clock(WallMeter(lambda: 0.0))
