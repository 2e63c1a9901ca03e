"""Figures of face verification from pair scores; nothing here knows a network.

LFW protocol: G. B. Huang et al., "Labeled Faces in the Wild" (2007), 6,000 pairs in 10 folds; the threshold of a fold
is chosen on the other nine.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device.errors import FileError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Pairs:
    """``first`` and ``second`` name pictures; ``same`` (P,) is true for one person; ``fold`` (P,) counts from 0."""

    first: tuple[str, ...]
    second: tuple[str, ...]
    same: Bools
    fold: NDArray[np.int64]

    @property
    def names(self) -> list[str]:
        """Every picture once, sorted."""
        return sorted({*self.first, *self.second})


@dataclass(frozen=True)
class Interval:
    """A figure and its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Verification:
    """What a set of pair scores is worth. ``accuracy`` is the mean of the folds, ``deviation`` the standard deviation
    between them; ``tar`` maps a false-accept rate to the true-accept rate; ``threshold`` is the score that gives it."""

    accuracy: float
    deviation: float
    tar: dict[float, Interval]
    threshold: dict[float, float]


def read_pairs(path: Path) -> Pairs:
    """LFW's ``pairs.txt``; a picture is named ``Name/Name_0001``. FileError names the line that does not fit."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        folds, each = (int(number) for number in lines[0].split())
    except OSError as error:
        raise FileError(f"{path}: {error.strerror}", "give the folder that holds pairs.txt") from error
    except (ValueError, IndexError) as error:
        raise FileError(f"{path}: line 1 must be the folds and the pairs of each") from error
    first, second, same, fold = [], [], [], []
    rows = [line for line in lines[1:] if line.strip()]
    if len(rows) != folds * each * 2:
        raise FileError(f"{path}: {len(rows)} pairs where line 1 promises {folds * each * 2}")
    for index, line in enumerate(rows):
        parts = line.split("\t")
        numbers = parts[1:] if len(parts) == 3 else parts[1::2]
        if len(parts) not in (3, 4) or not all(number.isdigit() for number in numbers):
            raise FileError(f"{path}: line {index + 2} is no pair: {line!r}")
        one, other = (parts[0], parts[0]) if len(parts) == 3 else (parts[0], parts[2])
        first.append(f"{one}/{one}_{int(numbers[0]):04d}")
        second.append(f"{other}/{other}_{int(numbers[1]):04d}")
        same.append(len(parts) == 3)
        fold.append(index // (2 * each))
    return Pairs(tuple(first), tuple(second), np.array(same), np.array(fold))


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


def threshold_at_far(strangers: Floats, far: float) -> float:
    """The lowest score that accepts at most ``far`` of the ``strangers``' pairs."""
    allowed = int(np.floor(far * len(strangers) + 1e-9))
    ranked = np.sort(strangers)[::-1]
    if allowed >= len(ranked):
        return float(ranked[-1])
    return float(np.nextafter(ranked[allowed], np.inf))


def tar_at_far(scores: Floats, same: Bools, far: float) -> float:
    """The share of one person's pairs that pass the threshold of ``far``."""
    return float(np.mean(scores[same] >= threshold_at_far(scores[~same], far)))


def fold_accuracies(scores: Floats, pairs: Pairs) -> Floats:
    """Accuracy of each fold under the threshold that fits the others best."""
    found = []
    for fold in np.unique(pairs.fold):
        tested = pairs.fold == fold
        threshold = best_threshold(scores[~tested], pairs.same[~tested])
        found.append(np.mean((scores[tested] >= threshold) == pairs.same[tested]))
    return np.array(found)


def verify(scores: Floats, pairs: Pairs, fars: tuple[float, ...], *, rounds: int = 300, seed: int = 1) -> Verification:
    """All figures of one set of scores (P,). The intervals resample pairs of one person and of two on their own."""
    folds = fold_accuracies(scores, pairs)
    one, two = scores[pairs.same], scores[~pairs.same]
    rng = np.random.default_rng(seed)
    samples: dict[float, list[float]] = {far: [] for far in fars}
    for _ in range(rounds):
        positive, negative = rng.choice(one, len(one)), rng.choice(two, len(two))
        for far in fars:
            samples[far].append(float(np.mean(positive >= threshold_at_far(negative, far))))
    tar = {
        far: Interval(
            tar_at_far(scores, pairs.same, far),
            float(np.quantile(samples[far], 0.025)),
            float(np.quantile(samples[far], 0.975)),
        )
        for far in fars
    }
    thresholds = {far: threshold_at_far(two, far) for far in fars}
    return Verification(float(folds.mean()), float(folds.std(ddof=1)), tar, thresholds)


def pair_scores(embeddings: NDArray[np.floating], names: list[str], pairs: Pairs) -> Floats:
    """Cosines (P,) of unit embeddings (N, D) that belong to ``names``."""
    row = {name: index for index, name in enumerate(names)}
    left = embeddings[[row[name] for name in pairs.first]].astype(np.float64)
    right = embeddings[[row[name] for name in pairs.second]].astype(np.float64)
    return np.asarray(np.einsum("pd,pd->p", left, right))


def unit(rows: NDArray[np.floating]) -> NDArray[np.float32]:
    """Each row (N, D) at length 1."""
    length = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return np.asarray(rows / length, np.float32)
