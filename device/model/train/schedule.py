"""How long a training is and what changes on its way, and how a training that has a deadline keeps it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from device.model.train.losses import LossWeights

_WARM_UP = 0.01  # of the samples
_END_RATE = 0.01  # of the highest learning rate
_RESERVE = 0.01  # of the time to a deadline is kept for what comes after the last step
_MEASURE_EVERY_S = 60
_SMOOTHING = 0.5  # of a new measurement of the rate


@dataclass(frozen=True)
class Schedule:
    """``phases`` are (input size in pixels, samples) in order; ``batch`` is that of one process.

    ``shares`` and ``mixed`` say what the samples are: see ``sampling.py``, and a folder of mixed synthetic faces.
    Everything that changes follows the fraction of the samples that were seen.
    """

    phases: tuple[tuple[int, int], ...]
    batch: int = 64
    peak_rate: float = 1.5e-3
    weight_decay: float = 0.03
    average_over: int = 60_000  # samples
    strong_until: float = 0.6  # of the samples, with augmentation strength ``strength[0]``; after it ``strength[1]``
    strength: tuple[float, float] = (0.8, 0.5)
    losses: LossWeights = field(default_factory=LossWeights)
    shares: Mapping[str, float] = field(default_factory=dict)
    mixed: Path | None = None

    @staticmethod
    def parse_phases(text: str) -> tuple[tuple[int, int], ...]:
        """``96:800000,128:200000`` to phases; raises ValueError on anything else."""
        pairs = [part.split(":") for part in text.split(",")]
        return tuple((int(size), int(samples)) for size, samples in pairs)

    @property
    def total(self) -> int:
        """Samples."""
        return sum(samples for _, samples in self.phases)

    def size_at(self, done: float) -> int:
        """Input size in pixels after the fraction ``done`` of the samples."""
        seen = done * self.total
        for size, samples in self.phases:
            if seen < samples - 1e-6:
                return size
            seen -= samples
        return self.phases[-1][0]

    def strength_at(self, done: float) -> float:
        """Augmentation strength: full at first, and less once what is left to learn is the plain face."""
        return self.strength[0] if done < self.strong_until else self.strength[1]

    def rate_at(self, done: float) -> float:
        """Learning rate: a short linear warm-up, then half a cosine to nearly nothing."""
        warm = min(1.0, (done + 1e-4) / _WARM_UP)
        cosine = 0.5 * (1 + math.cos(math.pi * min(1.0, done)))
        return self.peak_rate * warm * (_END_RATE + (1 - _END_RATE) * cosine)

    def left(self, done: float) -> dict[int, float]:
        """The fraction of the samples that is left for each input size."""
        found: dict[int, float] = {}
        start = 0.0
        for size, samples in self.phases:
            end = start + samples / self.total
            found[size] = found.get(size, 0.0) + max(0.0, end - max(start, done))
            start = end
        return found


class Pace:
    """Says how many samples a schedule may have so that it is over at a deadline, from the rates that are seen.

    The machine may have other work, or be one that nobody has measured: the rate of a size that has not been seen is
    taken to be that of one that has, by the number of pixels.
    """

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self._rates: dict[int, float] = {}
        self._size = 0
        self._began: float | None = None
        self._since, self._seen = 0.0, 0

    def tick(self, now: float, size: int, samples_seen: int) -> bool:
        """Called every few steps, with a clock in seconds; whether there is a new measurement."""
        if size != self._size:
            self._size, self._began = size, None
            return False
        if self._began is None:  # the first steps of a size are slow: kernels are compiled, memory is found
            self._began, self._since, self._seen = now, now, samples_seen
            return False
        if now - self._since < min(_MEASURE_EVERY_S, 1 + (now - self._began) / 2):
            return False
        self.saw(size, samples_seen - self._seen, now - self._since)
        self._since, self._seen = now, samples_seen
        return True

    def saw(self, size: int, samples: int, seconds: float) -> None:
        """``samples`` of ``size`` took ``seconds``."""
        rate = samples / max(seconds, 1e-9)
        before = self._rates.get(size)
        self._rates[size] = rate if before is None else (1 - _SMOOTHING) * before + _SMOOTHING * rate

    def length(self, done: float, seconds_left: float) -> float | None:
        """Samples of a whole schedule of which the fraction ``done`` is over and whose rest takes ``seconds_left``;
        None if no rate is known, or nothing is left."""
        if not self._rates:
            return None
        cost = 0.0  # seconds for a schedule of one sample
        for size, left in self._schedule.left(done).items():
            nearest = min((abs(seen - size), seen) for seen in self._rates)[1]
            cost += left / self._rates[nearest] * (size / nearest) ** 2
        return max(seconds_left, 0.0) * (1 - _RESERVE) / cost if cost > 0 else None
