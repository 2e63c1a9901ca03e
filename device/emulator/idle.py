"""What happens to time while the program waits.

The firmware waits by polling the receiver. Executing that would burn a core and, worse, take a
UART's time for every crop. So, when the program polls a few times in quick succession and nothing has changed, it
waits, and
- with bytes on the wire or in the transmitter, the clock jumps to when the next of them has got through. The first
  jumps are one byte, so that the program notes the first byte's moment exactly; then they double, up to ``JUMP_S`` or
  half of what is on the wire, so that the last byte's moment is exact too;
- with nothing on the wire, this process sleeps, and virtual time follows the wall clock, so that the door's timer is
  right.

A program that polls once a byte while it works off a full ring must not be taken for a waiting one. It is given as many
polls as it received bytes; what it does between polls after that (how many instructions, in which block) is what its
waiting is like, and is recognised at once from then on.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from device.emulator.chip.clock import Clock
from device.emulator.chip.wire import Wire
from device.emulator.cost.meter import Meter

TIGHT_CYCLES = 500  # polls further apart are a program that works in between: the firmware's waiting takes 70 to 150
TIGHT_S = 0.002  # the same by the wall clock, where nothing is counted
WAITING_POLLS = 3  # so many polls in quick succession with nothing new and nothing left to take: the program waits
JUMP_S = 0.005  # well under the firmware's time-out for a half-sent frame
SLEEP_S = 0.010  # how coarse the program's own timers get while it is idle
CATCH_UP_S = 0.25
GAP_S = 0.100  # a pause this short in what the host's system hands over is not a pause on the wire


class Idle:
    """Lets time pass for a waiting program. Called from inside the engine, on the board's thread."""

    def __init__(
        self,
        clock: Clock,
        wire: Wire,
        meter: Meter,
        *,
        byte_cycles: Callable[[], int],
        sent_at: Callable[[], int],
        flush: Callable[[], None],
    ) -> None:
        self._clock, self._wire, self._meter = clock, wire, meter
        self._byte_cycles, self._sent_at, self._flush = byte_cycles, sent_at, flush
        self._last_poll = 0
        self._unread = 0  # bytes that the program may not have taken yet
        self._idle_polls = 0  # the newest polls with nothing new and nothing left to take
        self._familiar_polls = 0  # the newest polls that are like waiting
        self._instructions = 0
        self._waiting_work: set[tuple[int, int]] = set()  # (instructions since the last poll, block)
        self._jump_bytes = 1
        self._streaming = False  # bytes have come, and nothing was said since: a frame may be half-way
        self._anchor = (time.monotonic(), clock.now)  # when the two clocks last agreed

    def poll(self, received: int) -> None:
        """The program has polled the receiver and found ``received`` bytes more than at its last poll."""
        now, instructions = self._clock.now, self._meter.instructions
        work = (instructions - self._instructions, self._meter.block)
        tight = now - self._last_poll < (TIGHT_CYCLES if self._meter.block else int(TIGHT_S * self._clock.hz))
        self._last_poll, self._instructions = now, instructions
        if received or not tight:
            self._unread += received
            self._idle_polls = self._familiar_polls = 0
            if received and not self._wire.waiting:
                self._jump_bytes = 1  # what comes next begins something new
            return
        if self._unread:
            self._unread -= 1
            self._familiar_polls = self._familiar_polls + 1 if work in self._waiting_work else 0
            if self._familiar_polls < WAITING_POLLS:
                return
            self._unread = 0
        else:
            self._idle_polls += 1
            if self._idle_polls < WAITING_POLLS:
                return
            if self._meter.block:
                self._waiting_work.add(work)
        self._wait()
        self._last_poll = self._clock.now

    def busy(self) -> None:
        """The program transmits, or sets the receiver up."""
        self._idle_polls = self._familiar_polls = 0
        self._streaming = False

    def sleep(self) -> None:
        """The program waits for an interrupt: let time pass until something happens, or for a while."""
        self._wait()

    def _wait(self) -> None:
        clock, byte_cycles = self._clock, self._byte_cycles()
        arrival = self._wire.arrival(min(self._jump_bytes, self._wire.waiting // 2 or 1), byte_cycles)
        if arrival is not None:
            self._streaming = True
            longest = max(1, int(JUMP_S * clock.hz) // byte_cycles)
            beginning = (self._wire.arrival(1, byte_cycles) or arrival) - byte_cycles
            if beginning > clock.now:
                clock.advance_to(beginning)
                self._poll_again()
            else:
                self._jump_bytes = min(2 * self._jump_bytes, longest)
                clock.advance_to(arrival)
        elif self._sent_at() > clock.now:
            clock.advance_to(self._sent_at())
            self._flush()
        else:
            self._flush()
            started_s = time.monotonic()
            if self._streaming and self._wire.wait(GAP_S):
                return
            self._streaming = False
            self._jump_bytes = 1
            self._wire.wait(SLEEP_S)
            self._follow_the_wall(started_s)
            self._wire.sent_no_earlier(clock.now)
            self._poll_again()

    def _poll_again(self) -> None:
        """Time has passed, and nothing has come: the program is to read its own clock before something does."""
        self._idle_polls = self._familiar_polls = 0

    def _follow_the_wall(self, slept_since_s: float) -> None:
        """Add what was slept, and what was lost to the emulation itself since the last sleep if that is little."""
        clock, now_s = self._clock, time.monotonic()
        anchor_s, anchor = self._anchor
        behind = int((now_s - anchor_s) * clock.hz) - (clock.now - anchor)
        if 0 <= behind <= CATCH_UP_S * clock.hz:
            clock.advance(behind)
        else:
            clock.advance(int((now_s - slept_since_s) * clock.hz))
            self._anchor = (now_s, clock.now)
