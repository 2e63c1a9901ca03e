"""When the next crop should leave. No Qt, no threads."""

from __future__ import annotations

from collections import deque

from device.link.replies import Inference

PACER_MEMORY = 8
PACER_SPARE_S = 0.03


class Pacer:
    """When the next crop should leave while another is computed: so that it arrives just before the board is free.

    Earlier, it would only grow old in the board's buffer; later, the board would wait. Both are reckoned from the last
    few crops, on the side of earlier: the shortest time computed, the longest time sent. Crops with flip
    averaging are reckoned by their own.
    """

    def __init__(self) -> None:
        self._computed_s: dict[int, deque[float]] = {}  # by passes
        self._sending_s: deque[float] = deque(maxlen=PACER_MEMORY)
        self._written_s = 0.0
        self._received_s = 0.0
        self._passes = 1  # of the crop that was sent last

    def sent(self, written_s: float, passes: int = 1) -> None:
        """The last byte of a crop was taken by the port; the network runs on it so often."""
        self._written_s, self._passes = written_s, passes

    def received(self, inference: Inference) -> None:
        """A fingerprint came back."""
        sent_s, written_s, received_s = (
            stamp / 1e9 for stamp in (inference.sent_ns, inference.written_ns, inference.received_ns)
        )
        self._sending_s.append(written_s - sent_s)
        computed_s = self._computed_s.setdefault(inference.passes, deque(maxlen=PACER_MEMORY))
        computed_s.append(received_s - max(written_s, self._received_s))
        self._received_s = received_s

    @property
    def due_s(self) -> float:
        """The instant at which the next crop should leave; in the past while nothing is known."""
        computed_s = self._computed_s.get(self._passes)
        if not computed_s:
            return 0.0
        free_s = max(self._written_s, self._received_s) + min(computed_s)
        return free_s - 1.3 * max(self._sending_s) - PACER_SPARE_S
