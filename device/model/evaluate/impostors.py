"""All impostor pairs, those of two different people, among many pictures: what low false-accept rates are measured on.

LFW's protocol has 3,000 pairs of two people, of which a rate of 1e-4 would accept a third of one. Its 7,701 pictures
make 29.6 million. These are not independent (a picture stands in thousands of them), so the intervals draw people, with
all their pictures, instead of pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from device.model.embedding.metrics import Interval
from device.model.json_records import stored_as

_ROWS = 512
_SAMPLE = 400_000
_SPARE = 2.0  # so much more than the highest rate needs is kept: weights move the threshold

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Impostors:
    """The highest ``scores`` (K,) float32 of ``count`` pairs, falling; ``first`` and ``second`` (K,) number the people,
    of whom person p has ``pictures[p]``."""

    scores: Floats
    first: NDArray[np.int32]
    second: NDArray[np.int32]
    count: int
    pictures: NDArray[np.int64]

    def threshold_at(self, far: float) -> float:
        """The lowest score that accepts at most ``far`` of the pairs.

        Raises ValueError where ``far`` is higher than what the scores were kept for.
        """
        return self._score(int(np.floor(far * self.count + 1e-9)))

    def weighted_thresholds(self, fars: Sequence[float], weights: NDArray[np.float64]) -> list[float]:
        """The same for several rates, with every person p counted ``weights[p]`` times."""
        own = weights * self.pictures
        total = (own.sum() ** 2 - (own**2).sum()) / 2
        passed = np.cumsum(weights[self.first] * weights[self.second])
        return [self._score(int(np.searchsorted(passed, far * total, side="right"))) for far in fars]

    def _score(self, allowed: int) -> float:
        if allowed >= len(self.scores) < self.count:
            raise ValueError(f"only the highest {len(self.scores)} of {self.count} scores were kept")
        return float(np.nextafter(self.scores[allowed], np.float32(2))) if allowed < len(self.scores) else -1.0

    def accepted(self, threshold: float) -> int:
        """How many pairs reach ``threshold``, which must not lie below the lowest score kept."""
        return int(np.searchsorted(-self.scores, -np.float32(threshold), side="right"))


def number_people(people: list[str]) -> NDArray[np.int32]:
    """(N,) numbers from 0 for names, in the order of the alphabet."""
    return np.unique(np.array(people), return_inverse=True)[1].astype(np.int32)


def find_impostors(embeddings: Floats, people: list[str], highest_far: float) -> Impostors:
    """Score all pairs of embeddings (N, D) of two different ``people`` (N,), and keep what ``highest_far`` needs."""
    person = number_people(people)
    pictures = np.bincount(person).astype(np.int64)
    count = (len(embeddings) ** 2 - int((pictures**2).sum())) // 2
    keep = min(1.0, highest_far * _SPARE)
    cutoff = -2.0
    if count > _SAMPLE and keep < 1.0:
        one, other = np.random.default_rng(1).integers(0, len(embeddings), (2, _SAMPLE))
        apart = person[one] != person[other]
        sample = np.einsum("nd,nd->n", embeddings[one[apart]], embeddings[other[apart]])
        cutoff = float(np.quantile(sample, 1 - keep))
    scores, first, second = [], [], []
    for start in range(0, len(embeddings), _ROWS):
        block = embeddings[start : start + _ROWS] @ embeddings[start:].T
        own, others = person[start : start + _ROWS, None], person[None, start:]
        behind = np.arange(block.shape[1])[None, :] > np.arange(len(block))[:, None]
        rows, columns = np.nonzero((own != others) & behind & (block >= cutoff))
        scores.append(block[rows, columns])
        first.append(person[start + rows])
        second.append(person[start + columns])
    every = np.concatenate(scores).astype(np.float32)
    order = np.argsort(-every, kind="stable")
    return Impostors(every[order], np.concatenate(first)[order], np.concatenate(second)[order], count, pictures)


def far_at(embeddings: Floats, people: list[str], thresholds: list[float]) -> list[float]:
    """The share of all pairs of two people that reaches each threshold, from embeddings (N, D)."""
    person = number_people(people)
    passed, count = np.zeros(len(thresholds), np.int64), 0
    for start in range(0, len(embeddings), _ROWS):
        block = embeddings[start : start + _ROWS] @ embeddings[start:].T
        behind = np.arange(block.shape[1])[None, :] > np.arange(len(block))[:, None]
        scores = block[(person[start : start + _ROWS, None] != person[None, start:]) & behind]
        count += len(scores)
        passed += [int(np.count_nonzero(scores >= threshold)) for threshold in thresholds]
    return [float(number) / max(count, 1) for number in passed]


@dataclass(frozen=True)
class TarAmongAll:
    """The true-accept rate where the threshold comes from all ``impostors``, the pairs of two people; intervals are
    95 %, over people."""

    far: float
    tar: Interval
    threshold: Interval
    impostors: int = field(metadata=stored_as("strangers"))
    accepted: int


def tar_among_all(
    impostors: Impostors,
    genuine: Floats,
    genuine_person: NDArray[np.int32],
    fars: tuple[float, ...],
    *,
    rounds: int = 200,
    seed: int = 1,
) -> tuple[TarAmongAll, ...]:
    """For each of ``fars`` that accepts at least one pair: the share of ``genuine`` scores (G,), pairs of the people
    ``genuine_person`` (G,), that pass its threshold."""
    measurable = [far for far in fars if far * impostors.count >= 1]
    rng = np.random.default_rng(seed)
    people = len(impostors.pictures)
    tars: dict[float, list[float]] = {far: [] for far in measurable}
    thresholds: dict[float, list[float]] = {far: [] for far in measurable}
    for _ in range(rounds if people > 1 else 0):
        weights = np.bincount(rng.integers(0, people, people), minlength=people).astype(np.float64)
        own = weights[genuine_person]
        if not own.any():
            continue
        for far, threshold in zip(measurable, impostors.weighted_thresholds(measurable, weights), strict=True):
            thresholds[far].append(threshold)
            tars[far].append(float(own[genuine >= threshold].sum() / own.sum()))
    found = []
    for far in measurable:
        threshold = impostors.threshold_at(far)
        found.append(
            TarAmongAll(
                far,
                _interval(float(np.mean(genuine >= threshold)), tars[far]),
                _interval(threshold, thresholds[far]),
                impostors.count,
                impostors.accepted(threshold),
            )
        )
    return tuple(found)


def _interval(value: float, samples: list[float]) -> Interval:
    if not samples:
        return Interval(value, value, value)
    return Interval(value, float(np.quantile(samples, 0.025)), float(np.quantile(samples, 0.975)))
