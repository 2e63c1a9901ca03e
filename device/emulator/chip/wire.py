"""The wire into the board: bytes that a host has sent, and when each of them has arrived at the receiver.

A TCP port hands over 49,152 bytes in a millisecond; a UART needs ten bit times for each. Here a byte arrives one byte
time after the one before it, or after the moment it was sent, whichever is later, in virtual time. Nobody sleeps for
it: see ``clock.py``.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

MAX_WAITING_BYTES = (
    4 << 20
)  # two of the largest requests fit many times; beyond that the host is flooding, and bytes are lost


class Wire:
    """Bytes on their way to the board. ``feed`` is called by the port's thread, everything else by the board's.

    ``now`` and ``latency`` are in cycles; the latency is how long a host needs at least
    to say something after the board has.
    """

    def __init__(self, now: Callable[[], int], latency: Callable[[], int] = lambda: 0) -> None:
        self._now, self._latency = now, latency
        self._changed = threading.Condition()
        self._pieces: deque[tuple[int, bytes]] = deque()  # (virtual time when the host sent it, bytes)
        self._start = 0  # bytes of the first piece that have arrived
        self._waiting = 0
        self._free_at = 0  # when the last byte that arrived had arrived
        self._answered = False
        self._closed = False

    def feed(self, data: bytes) -> None:
        """Bytes the host has just sent."""
        with self._changed:
            if self._waiting + len(data) <= MAX_WAITING_BYTES:
                latency = self._latency() if self._answered and not self._pieces else 0
                self._answered = False
                self._pieces.append((self._now() + latency, data))
                self._waiting += len(data)
            self._changed.notify_all()

    def answered(self) -> None:
        """The board has said something: what the host says next may be an answer to it."""
        self._answered = True

    def clear(self) -> None:
        """Another host: forget what the last one sent and the board has not received."""
        with self._changed:
            self._pieces.clear()
            self._start = self._waiting = 0

    def wake(self) -> None:
        """End a ``wait`` early, now and for ever: the board is to stop."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def wait(self, timeout_s: float) -> bool:
        """Sleep until bytes are on the wire, at most ``timeout_s`` of real time; True where there are some."""
        with self._changed:
            if not self._pieces and not self._closed:
                self._changed.wait(timeout_s)
            return bool(self._pieces)

    def sent_no_earlier(self, moment: int) -> None:
        """Nothing now on the wire was sent before ``moment``: the clock had stood still while the board slept."""
        with self._changed:
            if self._start == 0:
                self._pieces = deque((max(moment, sent_at), data) for sent_at, data in self._pieces)

    @property
    def waiting(self) -> int:
        """Bytes sent that have not arrived."""
        return self._waiting

    @property
    def last_arrival(self) -> int:
        """When the newest byte that was taken had arrived."""
        return self._free_at

    def take(self, now: int, byte_cycles: int, limit: int) -> bytes:
        """The bytes that have arrived by ``now``, at most ``limit``, at ``byte_cycles`` a byte."""
        if not self._pieces:
            return b""
        taken = bytearray()
        with self._changed:
            while self._pieces and len(taken) < limit:
                sent_at, data = self._pieces[0]
                begin = max(self._free_at, sent_at)
                count = min((now - begin) // byte_cycles, len(data) - self._start, limit - len(taken))
                if count <= 0:
                    break
                taken += data[self._start : self._start + count]
                self._free_at = begin + count * byte_cycles
                self._start += count
                if self._start == len(data):
                    self._pieces.popleft()
                    self._start = 0
            self._waiting -= len(taken)
        return bytes(taken)

    def arrival(self, count: int, byte_cycles: int) -> int | None:
        """When the next ``count`` bytes, or as many as there are, will have arrived; None for an empty wire."""
        with self._changed:
            if not self._pieces:
                return None
            moment, skip = self._free_at, self._start
            for sent_at, data in self._pieces:
                piece = min(count, len(data) - skip)
                moment = max(moment, sent_at) + piece * byte_cycles
                count, skip = count - piece, 0
                if count == 0:
                    break
            return moment
