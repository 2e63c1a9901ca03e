"""Figures of face verification from pair scores; nothing here knows a network.

LFW protocol: G. B. Huang et al., "Labeled Faces in the Wild" (2007), 6,000 pairs in 10 folds; the threshold of a fold
is chosen on the other nine.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from device.model.data.pairs import Bools, Pairs
from device.model.json_records import stored_as

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """A figure and its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class TarAtFar:
    """The true-accept rate (TAR) at one false-accept rate (FAR), and how much ``impostors`` pairs of two people can say
    about it.

    ``accepted`` of them pass ``threshold``; ``far_high`` is the rate that the threshold may have in truth (upper end of
    the exact one-sided 95 % interval, pairs taken as independent).
    """

    far: float
    tar: Interval
    threshold: float
    impostors: int = field(metadata=stored_as("strangers"))
    accepted: int
    far_high: float


@dataclass(frozen=True, eq=False)
class Verification:
    """What a set of pair scores is worth. ``accuracy`` is the mean of the ``folds``, ``deviation`` the standard
    deviation between them; both None where the pairs make fewer than two folds."""

    accuracy: float | None
    deviation: float | None
    folds: int
    tar: tuple[TarAtFar, ...]


def best_threshold(scores: Floats, same: Bools) -> float:
    """The score that separates most pairs rightly; a pair is accepted where its score is at least that."""
    order = np.argsort(scores)
    ranked, labels = scores[order], same[order]
    # Cutting before position k accepts k… and refuses …k-1.
    right = np.concatenate([[0], np.cumsum(~labels)]) + np.concatenate([np.cumsum(labels[::-1])[::-1], [0]])
    cut = int(np.argmax(right))
    if cut == 0:
        return float(ranked[0])
    if cut == len(ranked):
        return float(np.nextafter(ranked[-1], np.inf))
    return float((ranked[cut - 1] + ranked[cut]) / 2)


def threshold_at_far(impostors: NDArray[np.floating], far: float) -> float:
    """The lowest score that accepts at most ``far`` of the ``impostors``' scores."""
    allowed = int(np.floor(far * len(impostors) + 1e-9))
    if allowed >= len(impostors):
        return float(impostors.min())
    place = len(impostors) - 1 - allowed
    return float(np.nextafter(np.partition(impostors, place)[place], np.inf))


def tar_at_far(scores: Floats, same: Bools, far: float) -> float:
    """The share of the genuine pairs that pass the threshold of ``far``."""
    return float(np.mean(scores[same] >= threshold_at_far(scores[~same], far)))


def fold_accuracies(scores: Floats, pairs: Pairs) -> Floats:
    """Accuracy of each fold under the threshold that fits the others best."""
    found = []
    for fold in np.unique(pairs.fold):
        tested = pairs.fold == fold
        threshold = best_threshold(scores[~tested], pairs.same[~tested])
        found.append(np.mean((scores[tested] >= threshold) == pairs.same[tested]))
    return np.array(found)


def rate_at_most(events: int, trials: int, confidence: float = 0.95) -> float:
    """The highest rate that would still show ``events`` or fewer in ``trials`` with probability 1 - ``confidence``: the
    upper end of Clopper and Pearson's interval (1934); 3 / trials where there is no event."""
    if events >= trials:
        return 1.0
    low, high = events / trials, 1.0
    for _ in range(60):
        rate = (low + high) / 2
        logs = [
            math.lgamma(trials + 1) - math.lgamma(k + 1) - math.lgamma(trials - k + 1)
            + k * math.log(rate) + (trials - k) * math.log1p(-rate)
            for k in range(events + 1)
        ]  # fmt: skip
        low, high = (rate, high) if sum(map(math.exp, logs)) > 1 - confidence else (low, rate)
    return high


def verify(scores: Floats, pairs: Pairs, fars: tuple[float, ...], *, rounds: int = 300, seed: int = 1) -> Verification:
    """All figures of one set of scores (P,). The intervals resample genuine and impostor pairs on their own."""
    folds = fold_accuracies(scores, pairs) if len(np.unique(pairs.fold)) > 1 else np.empty(0)
    one, two = scores[pairs.same], scores[~pairs.same]
    rng = np.random.default_rng(seed)
    samples: dict[float, list[float]] = {far: [] for far in fars}
    for _ in range(rounds):
        positive, negative = rng.choice(one, len(one)), rng.choice(two, len(two))
        for far in fars:
            samples[far].append(float(np.mean(positive >= threshold_at_far(negative, far))))
    tars = []
    for far in fars:
        threshold = threshold_at_far(two, far)
        accepted = int(np.count_nonzero(two >= threshold))
        low, high = (float(np.quantile(samples[far], end)) for end in (0.025, 0.975))
        interval = Interval(float(np.mean(one >= threshold)), low, high)
        tars.append(TarAtFar(far, interval, threshold, len(two), accepted, rate_at_most(accepted, len(two))))
    accuracy, deviation = (float(folds.mean()), float(folds.std(ddof=1))) if len(folds) else (None, None)
    return Verification(accuracy, deviation, len(folds), tuple(tars))


def roc(scores: Floats, same: Bools) -> tuple[Floats, Floats, Floats]:
    """(false-accept rates, true-accept rates, thresholds), from the strictest threshold to the laxest."""
    order = np.argsort(-scores, kind="stable")
    ranked, labels = scores[order], same[order]
    last = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)  # equal scores pass together
    far = np.cumsum(~labels)[last] / max(1, np.count_nonzero(~same))
    tar = np.cumsum(labels)[last] / max(1, np.count_nonzero(same))
    return far, tar, ranked[last]


def pair_scores(embeddings: NDArray[np.floating], names: list[str], pairs: Pairs) -> Floats:
    """Cosines (P,) of embeddings (N, D) that belong to ``names``."""
    row = {name: index for index, name in enumerate(names)}
    left = embeddings[[row[name] for name in pairs.first]].astype(np.float64)
    right = embeddings[[row[name] for name in pairs.second]].astype(np.float64)
    return np.asarray(np.einsum("pd,pd->p", left, right))
