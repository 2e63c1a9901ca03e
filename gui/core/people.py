"""People and events as the gallery has them: frozen records."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gui.core.decisions import Decision, Trace
from gui.core.states import Where


@dataclass(frozen=True)
class Person:
    """One enrolled person. Times are seconds of the Unix clock."""

    id: int
    name: str
    created: float
    fingerprints: int
    usable: int  # of them, made by the network the board runs now
    thumbnail: bytes | None = None  # PNG
    last_seen: float | None = None


@dataclass(frozen=True)
class Event:
    """One line of the log. ``name`` is the person's name at that time; ``time`` is Unix seconds.

    ``reason`` is the rule that decided, in old files a sentence. ``where`` is None where no board took part.
    ``thumbnail`` (JPEG or PNG) and ``trace`` are None in lists. ``correction`` says who it was according to a person: a
    name, empty for "not the person of the event".
    """

    id: int
    time: float
    person_id: int | None
    name: str | None
    decision: Decision
    score: float | None
    threshold: float | None
    reason: str
    where: Where | None
    network_ms: float | None
    thumbnail: bytes | None = None
    trace: Trace | None = None
    correction: str | None = None
    passes: int = 1  # in ``network_ms``: 2 with flip averaging


@dataclass(frozen=True, eq=False)
class StoredFingerprint:
    """One fingerprint to keep or kept: int8 (N,), or with flip averaging (2, N), with what is needed to compare it.

    ``thumbnail`` is a PNG.
    """

    data: NDArray[np.int8]
    scale: float
    zero_point: int
    network_hash: str
    crop_version: int
    quality: float = 1.0
    thumbnail: bytes | None = None
    time: float = 0.0  # Unix seconds; 0 for now
    user_confirmed: bool = False  # somebody said of an event that this was the person

    @property
    def passes(self) -> int:
        """How often the network ran: 2 with flip averaging, on the crop and on its mirror image."""
        return 1 if self.data.ndim == 1 else len(self.data)

    @property
    def length(self) -> int:
        """The numbers of one pass."""
        return int(self.data.shape[-1])
