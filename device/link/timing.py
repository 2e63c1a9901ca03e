"""The steps of one frame, those of its board as spans on two clocks, and percentiles of many.

Host spans stand on ``time.perf_counter_ns``. What the board counted has a length at the board's clock; where it stood
on the host's clock is worked out from the round trip, so it is placed, not measured.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Self

from device.link.framing import OVERHEAD_BYTES
from device.link.protocol import InferReply
from device.link.replies import Inference, Where


class Stage(StrEnum):
    """The steps from camera to screen, in order. RECEIVE runs beside SEND: the same bytes, seen from the board."""

    CAPTURE = "capture"
    DETECT = "detect"
    ALIGN = "align"
    WAIT = "wait"
    SEND = "send"
    RECEIVE = "receive"
    NETWORK = "network"
    REPLY = "reply"
    MATCH = "match"
    DRAW = "draw"


@dataclass(frozen=True)
class Span:
    """One step. ``clock`` says who measured its length."""

    stage: Stage
    start_ns: int
    end_ns: int
    clock: Literal["host", "board"] = "host"

    @property
    def ms(self) -> float:
        """Its length."""
        return (self.end_ns - self.start_ns) / 1e6


def board_spans(inference: Inference) -> tuple[Span, ...]:
    """SEND, RECEIVE, NETWORK and REPLY of one inference, none before its cause.

    SEND is what the host measured: from the first byte written until the port has taken the last. RECEIVE begins with
    it, because the first byte is its cause. NETWORK ends with the reply ready, as the board counted it from the last
    byte; it may have begun while the crop still came, and is drawn in one piece. REPLY takes the rate at which the
    board received the crop.

    On a board the reply ends when the host had it, and the network where the reply begins. On the virtual board the
    emulated steps follow one another from SEND's start, as long as its clock says, however long this computer took to
    emulate them: the last span need not end at ``received_ns``; nor does it where a board's clock says that more passed
    than the round trip took. Where the board cannot count, NETWORK is the time between the last byte out and the last
    byte in, on the host's clock, and there is no RECEIVE.
    """
    send = Span(Stage.SEND, inference.sent_ns, inference.written_ns)
    if not inference.timed:
        return send, Span(Stage.NETWORK, inference.written_ns, inference.received_ns)
    out_bytes = OVERHEAD_BYTES + inference.crop_bytes
    back_bytes = OVERHEAD_BYTES + InferReply.size() + inference.fingerprint.size
    receive_ns, network_ns = round(inference.receive_ms * 1e6), round(inference.network_ms * 1e6)
    total_ns, reply_ns = round(inference.total_ms * 1e6), round(receive_ns * back_bytes / out_bytes)
    receive_end, earliest = inference.sent_ns + receive_ns, inference.sent_ns + network_ns
    if inference.where is Where.VIRTUAL:
        network_end = max(receive_end + total_ns, earliest)
        reply = Span(Stage.REPLY, network_end, network_end + reply_ns, "board")
    else:
        # The total holds waiting for the crop before, so the network need not have taken all of it.
        network_end = max(inference.received_ns - reply_ns, receive_end + min(total_ns, network_ns), earliest)
        reply = Span(Stage.REPLY, network_end, max(network_end, inference.received_ns))
    return (
        send,
        Span(Stage.RECEIVE, inference.sent_ns, receive_end, "board"),
        Span(Stage.NETWORK, network_end - network_ns, network_end, "board"),
        reply,
    )


@dataclass(frozen=True)
class Percentiles:
    """Least, middle, 95th and 99th percentile of ``n`` values; NaN where there are none."""

    n: int
    min: float
    median: float
    p95: float
    p99: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Self:
        """Of any numbers; a percentile is interpolated between the two values next to it."""
        ordered = sorted(values)
        if not ordered:
            return cls(0, math.nan, math.nan, math.nan, math.nan)
        return cls(len(ordered), ordered[0], statistics.median(ordered), _part(ordered, 0.95), _part(ordered, 0.99))

    def as_dict(self, digits: int = 3) -> dict[str, float | None]:
        """``min``, ``median`` and ``p95`` for JSON, None where there is no value."""
        values = {"min": self.min, "median": self.median, "p95": self.p95}
        return {name: None if math.isnan(value) else round(value, digits) for name, value in values.items()}


def _part(ordered: Sequence[float], part: float) -> float:
    position = part * (len(ordered) - 1)
    low = math.floor(position)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (position - low)
