"""Virtual time, in cycles of the core.

Time is what the processor executed (``meter.py``) plus what it spent waiting: for bytes on the wire, or with nothing to
do. Waiting for the wire costs no real time (the clock jumps to the moment the byte has arrived), so a crop that takes a
UART 250 ms is there at once, and CYCCNT says 250 ms. Waiting with nothing on the wire takes real time, one second for
one second. While the processor computes, a virtual second is as long as its instructions take to emulate.
"""

from __future__ import annotations

from device.emulator.cost.meter import Meter

RESET_CLOCK_HZ = 16_000_000  # the HSI oscillator, RM0410 5.2.2


class Clock:
    """The board's time since power-on, in core cycles; never goes back, resets of the board included."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._waited = 0
        self.hz = 0
        self.set_hz(RESET_CLOCK_HZ)

    @property
    def now(self) -> int:
        """Cycles since power-on."""
        return self._meter.cycles + self._waited

    def set_hz(self, clock_hz: int) -> None:
        """Change the core's frequency; cycles already counted stay."""
        self.hz = clock_hz
        self._meter.set_clock(clock_hz)

    def advance(self, cycles: int) -> None:
        """Wait for ``cycles``."""
        self._waited += max(0, cycles)

    def advance_to(self, moment: int) -> None:
        """Wait until ``moment``, which may have passed."""
        self.advance(moment - self.now)

    def meter_count(self, moment: int) -> int:
        """The meter's count at ``moment``, if nothing is waited for until then."""
        return moment - self._waited
