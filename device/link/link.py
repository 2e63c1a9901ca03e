"""Requests and replies over one port: retries, late replies, and up to ``IN_FLIGHT`` requests at a time.

A link belongs to the thread that uses it. Writing and reading go on together, so that a board that answers while a
crop is still being written can never block both ends. Replies come in the order of requests; one that arrives out of
turn says that the one before it was lost, and that is retried at once.
"""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import NoReturn, Self, TypeVar

from device.errors import LinkError
from device.link.framing import OVERHEAD_BYTES, Decoder, Frame, encode
from device.link.protocol import IN_FLIGHT, REPLY_FLAG, START_BAUD, Status, Type
from device.link.transport import Transport, open_transport
from device.paths import DEVICE_COMMAND

T = TypeVar("T")

TRIES = 3
MAX_REPLY_PAYLOAD_BYTES = (
    65_536  # far more than any fingerprint or profile: bounds what damage can make the decoder wait for
)
QUIET_S = 0.1  # damaged bytes and then silence this long: the reply was among them
INCOMPLETE_FRAME_S = 0.25  # a frame that stops for this long will not go on
HARM = 8  # fewer stray bytes than this are noise, not a reply
STALL_S = 20.0  # a board that computes without receiving may take no byte for as long as its network runs
POLL_S = 0.5
MIN_TIMEOUT_S = 0.5
SLOWNESS = 4.0  # an answer this many times later than the slowest one so far is lost
_GONE_HINT = "was the board unplugged or the virtual board stopped? Connect again"

TIMEOUT_S: dict[int, float] = {
    **dict.fromkeys((Type.INFER, Type.INFER_FLIP, Type.INFER_CODED, Type.INFER_CODED_FLIP), 8.0),
    **dict.fromkeys((Type.PROFILE, Type.SELFTEST), 15.0),
}
DEFAULT_TIMEOUT_S = 1.5


@dataclass(frozen=True)
class Reply:
    """An answer with its times, all on the link's clock. The frame's status is the board's word and need not be OK."""

    frame: Frame
    sent_ns: int  # the first byte was about to be written, at the last try
    written_ns: int  # the last byte was taken by the port
    received_ns: int  # the last byte of the reply was here
    behind_ns: int  # when the reply before this one was here, if that came after this request was sent, else 0
    tries: int
    request_bytes: int  # of the request's payload


@dataclass
class LinkCounters:
    """What happened on the way since the link was opened."""

    requests: int = 0
    replies: int = 0
    retries: int = 0
    timeouts: int = 0
    damaged: int = 0  # frames or headers that arrived broken
    refused_crc: int = 0  # requests that reached the board broken, and it said so
    late: int = 0  # good replies that nobody waited for any more
    sent_bytes: int = 0
    received_bytes: int = 0


@dataclass
class _Request:
    type: int
    sequence: int
    data: bytes
    timeout_s: float
    aside: bool  # its reply is taken by ``request``, not by ``collect``
    tries: int = 0
    sent_ns: int = 0
    written_ns: int = 0
    reply: Reply | None = None


@dataclass
class _Output:
    request: _Request
    rest: memoryview = field(repr=False)


class Link:
    """One open port. Every method raises LinkError where the port breaks or nothing answers after ``TRIES`` tries.

    ``url`` is a port's name, a pty's path, or a pyserial URL such as ``socket://127.0.0.1:5000``; a ``transport`` that
    is already open may be handed over instead of opening one. ``clock_ns`` stamps the replies and measures what is
    overdue.
    """

    def __init__(
        self,
        url: str,
        baud: int = START_BAUD,
        *,
        transport: Transport | None = None,
        clock_ns: Callable[[], int] = time.perf_counter_ns,
    ) -> None:
        self.url = url
        self.counters = LinkCounters()
        self._clock_ns = clock_ns
        self._transport = transport or open_transport(url, baud)
        self._decoder = Decoder(MAX_REPLY_PAYLOAD_BYTES)
        self._sequence = random.randrange(0x10000)
        self._pending: deque[_Request] = deque()  # sent, not answered; the board answers from the left
        self._done: deque[Reply] = deque()  # answered, not collected
        self._output: deque[_Output] = deque()
        self._slowest_s: dict[int, float] = {}
        self._last_received_ns = 0  # any byte
        self._last_reply_ns = 0
        self._last_progress_ns = 0
        self._seen_harm = 0
        self._closed = False
        self._gone = False

    @property
    def has_rate(self) -> bool:
        """Whether the baud rate means anything here: not on a pty, not over TCP."""
        return self._transport.has_rate

    @property
    def open(self) -> bool:
        """Whether the port is still there, as far as its use has shown."""
        return not (self._closed or self._gone)

    @property
    def in_flight(self) -> int:
        """Requests sent and not answered yet."""
        return sum(request.reply is None for request in self._pending)

    @property
    def outstanding(self) -> int:
        """Submitted requests whose reply has not been collected."""
        return sum(not request.aside for request in self._pending) + len(self._done)

    def request(self, type: int, payload: bytes | memoryview = b"", timeout_s: float | None = None) -> Reply:
        """Send one request and wait for its reply; replies to requests submitted before stay for ``collect``."""
        request = self._send(type, payload, timeout_s, aside=True)
        while request.reply is None:
            self._step()
        return request.reply

    def submit(self, type: int, payload: bytes | memoryview = b"", timeout_s: float | None = None) -> int:
        """Send one request and return its sequence number as soon as it is written; ``collect`` gives the reply.

        With ``IN_FLIGHT`` requests unanswered, waits for the oldest reply first.
        """
        request = self._send(type, payload, timeout_s)
        while self._output and request.reply is None:
            self._step()
        return request.sequence

    def collect(self) -> Reply:
        """The reply to the oldest submitted request, waiting for it if need be."""
        if not self.outstanding:
            raise LinkError("nothing was asked, so nothing can be collected", "submit a request first")
        while not self._done:
            self._step()
        return self._done.popleft()

    def poll(self, wait_s: float = 0.0) -> bool:
        """Move what moves within ``wait_s``, retry what is overdue; whether ``collect`` has something now."""
        if self._done:
            wait_s = 0.0
        if self._pending:
            self._step(wait_s)
        else:
            self._move(wait_s)
        return bool(self._done)

    def forget(self) -> None:
        """Drop every request and reply under way, as after a reset of the board or a change of rate."""
        self._pending.clear()
        self._done.clear()
        self._output.clear()
        self._decoder.reset()

    def set_baud(self, baud: int) -> None:
        """Change this end's rate; nothing may be under way."""
        self._guard(lambda: self._transport.set_baud(baud))
        self._decoder.reset()

    def close(self) -> None:
        """Let go of the port; further calls do nothing."""
        if not self._closed:
            self._closed = True
            self.forget()
            self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _send(
        self, type: int, payload: bytes | memoryview, timeout_s: float | None, *, aside: bool = False
    ) -> _Request:
        if self._closed:
            raise LinkError(f"{self.url} is closed", "connect again")
        while self.in_flight >= IN_FLIGHT:
            self._step()
        self._sequence = (self._sequence + 1) & 0xFFFF
        wait_s = timeout_s if timeout_s is not None else TIMEOUT_S.get(type, DEFAULT_TIMEOUT_S)
        request = _Request(type, self._sequence, encode(type, self._sequence, payload), wait_s, aside)
        if not self._pending:  # what was damaged while nobody waited for anything is no reply
            self._seen_harm += self._harm()
        self._pending.append(request)
        self.counters.requests += 1
        self._transmit(request)
        return request

    def _transmit(self, request: _Request) -> None:
        request.tries += 1
        request.written_ns = 0
        self._output.append(_Output(request, memoryview(request.data)))
        self._last_progress_ns = self._clock_ns()

    def _step(self, longest_s: float = POLL_S) -> None:
        """Wait until something can move or is overdue, then move it and deal with what is overdue."""
        head = self._pending[0]
        now = self._clock_ns()
        wait_s = longest_s if self._output else min(self._wait_s(head) - self._since(head, now), longest_s)
        if self._harm() >= HARM or self._decoder.pending_bytes:
            wait_s = min(wait_s, QUIET_S / 4)
        self._move(max(wait_s, 0.0))
        if not self._pending:
            return
        head, now = self._pending[0], self._clock_ns()
        if self._output:
            if now - self._last_progress_ns > STALL_S * 1e9:
                self._fail(f"{self.url} has taken no byte for {STALL_S:.0f} s")
            return
        silent_s = (now - self._last_received_ns) / 1e9
        if self._decoder.pending_bytes and silent_s > INCOMPLETE_FRAME_S:
            self._accept(self._decoder.give_up(), now)
        elif self._harm() >= HARM and silent_s > QUIET_S and not self._decoder.pending_bytes:
            self._seen_harm += self._harm()
            if head.tries < TRIES:  # the last try waits its whole time, so that mere noise cannot use up the tries
                self._retry(head)
        elif self._since(head, now) > self._wait_s(head):
            self.counters.timeouts += 1
            self._retry(head)

    def _move(self, wait_s: float) -> None:
        """Read and write what the port takes within ``wait_s`` seconds."""
        self._guard(lambda: self._transport.wait(bool(self._output), wait_s))
        data = self._guard(self._transport.read)
        if data:
            now = self._last_received_ns = self._clock_ns()
            self.counters.received_bytes += len(data)
            self._accept(self._decoder.feed(data), now)
        if self._output:
            output = self._output[0]
            if len(output.rest) == len(output.request.data):
                output.request.sent_ns = self._clock_ns()
            count = self._guard(lambda: self._transport.write(output.rest))
            if count:
                self.counters.sent_bytes += count
                self._last_progress_ns = self._clock_ns()
                output.rest = output.rest[count:]
                if not output.rest:
                    output.request.written_ns = self._last_progress_ns
                    self._output.popleft()

    def _accept(self, frames: list[Frame], now: int) -> None:
        for frame in frames:
            self._take(frame, now)
        for damage in self._decoder.take_damages():
            for request in list(self._pending):
                if (damage.type, damage.sequence) == (request.type | REPLY_FLAG, request.sequence):
                    self._retry_through(request)
        self.counters.damaged = self._decoder.counters.header_errors + self._decoder.counters.frame_crc_errors

    def _take(self, frame: Frame, now: int) -> None:
        for request in self._pending:
            if (frame.type, frame.sequence) == (request.type | REPLY_FLAG, request.sequence) and request.reply is None:
                break
        else:
            self.counters.late += 1
            return
        if frame.status == Status.BAD_CRC:
            self.counters.refused_crc += 1
            if not self._writing(request):
                self._retry(request)
            return
        behind_ns = self._last_reply_ns if self._last_reply_ns > request.sent_ns else 0
        payload_bytes = len(request.data) - OVERHEAD_BYTES
        request.reply = Reply(frame, request.sent_ns, request.written_ns, now, behind_ns, request.tries, payload_bytes)
        if request.tries == 1 and request.written_ns:
            slow_s = self._since(request, now)
            self._slowest_s[request.type] = max(slow_s, self._slowest_s.get(request.type, 0.0))
        self._last_reply_ns = now
        self.counters.replies += 1
        self._output = deque(o for o in self._output if o.request is not request or len(o.rest) != len(request.data))
        self._retry_through(request)
        while self._pending and (reply := self._pending[0].reply) is not None:
            if not self._pending.popleft().aside:
                self._done.append(reply)

    def _retry_through(self, last: _Request) -> None:
        """Replies keep the order of requests, so whatever stands before ``last`` unanswered was lost: retry it."""
        for request in list(self._pending):
            overtaken = request is last or request.sent_ns < last.sent_ns
            if request.reply is None and overtaken and not self._writing(request):
                self._retry(request)
            if request is last:
                return

    def _writing(self, request: _Request) -> bool:
        return any(output.request is request for output in self._output)

    def _retry(self, request: _Request) -> None:
        if request.tries >= TRIES:
            self._fail(f"no good answer to {Type(request.type).name} in {TRIES} tries")
        self.counters.retries += 1
        self._seen_harm += self._harm()
        self._transmit(request)

    def _since(self, request: _Request, now: int) -> float:
        """Seconds that ``request`` has had the board for itself."""
        return (now - max(request.written_ns, self._last_reply_ns)) / 1e9

    def _wait_s(self, request: _Request) -> float:
        slowest_s = self._slowest_s.get(request.type)
        if slowest_s is None or request.tries >= TRIES:
            return request.timeout_s
        return min(request.timeout_s, max(MIN_TIMEOUT_S, SLOWNESS * slowest_s))

    def _harm(self) -> int:
        """How much damage arrived since it was last dealt with, in bytes; a broken header or frame counts as enough."""
        counters = self._decoder.counters
        broken = counters.header_errors + counters.frame_crc_errors + counters.too_large
        return HARM * broken + counters.skipped_bytes - self._seen_harm

    def _fail(self, message: str) -> NoReturn:
        counters = self.counters
        self.forget()
        if counters.replies:
            hint = "the board stopped answering: press its reset button, or unplug it and plug it in again"
        elif counters.received_bytes:
            hint = "something answers, but not in this protocol: is this the board's port, and is its firmware flashed?"
        else:
            hint = f"nothing answers: flash the firmware with `{DEVICE_COMMAND} flash`, press the board's reset button"
        raise LinkError(f"{message} on {self.url}", hint)

    def _guard(self, action: Callable[[], T]) -> T:
        if self._closed:
            raise LinkError(f"{self.url} is closed", "connect again")
        try:
            return action()
        except (OSError, ValueError, TypeError) as error:  # pyserial: also the last two where the port vanished
            self.forget()
            self._gone = True
            raise LinkError(f"{self.url} went away: {error}", _GONE_HINT) from error
