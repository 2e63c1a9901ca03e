"""Lines to a board for tests: one in virtual time that needs no thread, and one that damages what passes."""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Callable

from device.link.framing import OVERHEAD_BYTES
from device.link.protocol import HEADER_BYTES, Header
from device.link.transport import Transport
from tests.support.fake_board import PeerBoard

TICK_NS = 1_000


class SimulatedLine:
    """A PeerBoard at the end of a line whose clock runs only while somebody waits.

    ``busy_s`` is how long a reply takes; ``rate`` makes the line a UART: both ends must agree on ``board_baud``.
    """

    def __init__(self, board: PeerBoard, *, busy_s: float = 0.0, rate: bool = False) -> None:
        self.board = board
        self.busy_s = busy_s
        self.has_rate = rate
        self.baud = 115_200
        self.board_baud = 115_200
        self.gone = False
        self.closed = False
        self.accept_bytes = 1 << 20
        self.now_ns = 0
        self._replies: deque[tuple[int, bytes]] = deque()

    def clock_ns(self) -> int:
        return self.now_ns

    def read(self) -> bytes:
        self._check()
        self._tick()
        data = b""
        while self._replies and self._replies[0][0] <= self.now_ns:
            data += self._replies.popleft()[1]
        return data

    def write(self, data: memoryview) -> int:
        self._check()
        taken = bytes(data[: self.accept_bytes])
        if not self.has_rate or self.baud == self.board_baud:
            self._answer(self.board.feed(taken, self.now_ns / 1e9))
        return len(taken)

    def wait(self, writing: bool, seconds: float) -> None:
        self._check()
        until = self.now_ns + max(round(seconds * 1e9), TICK_NS)
        if writing and self.accept_bytes:
            until = self.now_ns + TICK_NS
        elif self._replies:
            until = max(self.now_ns, min(until, self._replies[0][0]))
        while self.now_ns < until:
            self.now_ns = min(until, self.now_ns + 50_000_000)
            self._tick()

    def set_baud(self, baud: int) -> None:
        self.baud = baud

    def close(self) -> None:
        self.closed = True

    def _tick(self) -> None:
        self._answer(self.board.tick(self.now_ns / 1e9))

    def _answer(self, reply: bytes) -> None:
        if reply:
            start = max(self.now_ns, self._replies[-1][0] if self._replies else 0)
            self._replies.append((start + round(self.busy_s * 1e9), reply))

    def _check(self) -> None:
        if self.gone:
            raise OSError(5, "Input/output error")


class Splitter:
    """Cuts a well-formed stream into whole frames."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> list[bytes]:
        self._buffer += data
        frames = []
        while len(self._buffer) >= HEADER_BYTES:
            end = OVERHEAD_BYTES + Header.parse(self._buffer).length
            if len(self._buffer) < end:
                break
            frames.append(self._buffer[:end])
            self._buffer = self._buffer[end:]
        return frames


Fault = Callable[[bytes, random.Random], list[bytes]]


def _flip(frame: bytes, rng: random.Random) -> list[bytes]:
    damaged = bytearray(frame)
    for _ in range(rng.choice((1, 1, 2, 8))):
        damaged[rng.randrange(len(frame))] ^= 1 << rng.randrange(8)
    return [bytes(damaged)]


def _flip_header(frame: bytes, rng: random.Random) -> list[bytes]:
    return [_flip(frame[:HEADER_BYTES], rng)[0] + frame[HEADER_BYTES:]]


def _drop(frame: bytes, rng: random.Random) -> list[bytes]:
    at = rng.randrange(len(frame))
    return [frame[:at] + frame[at + rng.choice((1, 1, 2, 64)) :]]


def _add(frame: bytes, rng: random.Random) -> list[bytes]:
    at = rng.randrange(len(frame))
    return [frame[:at] + rng.randbytes(rng.choice((1, 1, 2, 64))) + frame[at:]]


def _stutter(frame: bytes, rng: random.Random) -> list[bytes]:
    at = rng.randrange(len(frame))
    end = at + rng.choice((1, 2, 16, 64))
    return [frame[:end] + frame[at:]]


def _cut(frame: bytes, rng: random.Random) -> list[bytes]:
    return [frame[: rng.randrange(1, len(frame))]]


def _behead(frame: bytes, rng: random.Random) -> list[bytes]:
    return [frame[rng.randrange(1, len(frame)) :]]


def _lose(frame: bytes, rng: random.Random) -> list[bytes]:
    return []


def _twice(frame: bytes, rng: random.Random) -> list[bytes]:
    return [frame, frame]


FAULTS: dict[str, Fault] = {
    "flip": _flip,
    "flip header": _flip_header,
    "drop": _drop,
    "add": _add,
    "stutter": _stutter,
    "cut": _cut,
    "behead": _behead,
    "lose": _lose,
    "twice": _twice,
    "reorder": lambda frame, rng: [frame],  # held back until the next frame has passed
}
HOLD_NS = 20_000_000


class FaultyLine:
    """Passes frames between a link and ``inner``; damages each with probability ``share``.

    A request's retries pass clean, in both directions, so that a test can ask for one retry at most; ``counts`` says
    how often each fault happened.
    """

    def __init__(self, inner: Transport, rng: random.Random, share: float, clock_ns: Callable[[], int]) -> None:
        self.inner = inner
        self.has_rate = inner.has_rate
        self.counts: Counter[str] = Counter()
        self._rng = rng
        self._share = share
        self._clock_ns = clock_ns
        self._out, self._back = Splitter(), Splitter()
        self._pending = b""
        self._inbox = b""
        self._held: dict[str, tuple[int, bytes]] = {}
        self._touched: deque[int] = deque(maxlen=16)  # sequence numbers whose frames pass clean from now on

    @property
    def damaged(self) -> int:
        return self.counts.total()

    def read(self) -> bytes:
        self._release()
        for frame in self._back.feed(self.inner.read()):
            self._inbox += self._pass("back", frame)
        data, self._inbox = self._inbox, b""
        return data

    def write(self, data: memoryview) -> int:
        self._release()
        for frame in self._out.feed(bytes(data)):
            self._pending += self._pass("out", frame)
        self._push()
        return len(data)

    def wait(self, writing: bool, seconds: float) -> None:
        self._release()
        self._push()
        if not self._inbox:
            self.inner.wait(writing or bool(self._pending), min(seconds, HOLD_NS / 1e9) if self._held else seconds)

    def set_baud(self, baud: int) -> None:
        self.inner.set_baud(baud)

    def close(self) -> None:
        self.inner.close()

    def _push(self) -> None:
        while self._pending:
            count = self.inner.write(memoryview(self._pending))
            self._pending = self._pending[count:]
            if not count:
                return

    def _release(self) -> None:
        for way, (since_ns, frame) in list(self._held.items()):
            if self._clock_ns() - since_ns > HOLD_NS:
                del self._held[way]
                self._deliver(way, frame)

    def _deliver(self, way: str, data: bytes) -> None:
        if way == "out":
            self._pending += data
        else:
            self._inbox += data

    def _pass(self, way: str, frame: bytes) -> bytes:
        sequence = Header.parse(frame).sequence
        data = frame
        if sequence not in self._touched and self._rng.random() < self._share:
            self._touched.append(sequence)
            name = self._rng.choice(list(FAULTS))
            self.counts[name] += 1
            if name == "reorder" and way not in self._held:
                self._held[way] = (self._clock_ns(), frame)
                return b""
            data = b"".join(FAULTS[name](frame, self._rng))
        if way in self._held:
            data += self._held.pop(way)[1]
        return data
