"""How groups of people fare, as far as the names of the held-out training crops say who is in which.

What it measures: how often two different people of one group are taken for the same (at the thresholds that ship with
the network), and how well the network's scores follow the teachers' within the group. What it does not: how often a
person is not recognised (nobody is known to be in two pictures), anything the teachers themselves get wrong (pairs
that they find similar are left out), and groups that nobody labelled. UTKFace's labels of gender and race are what an
algorithm guessed and people checked, not what anybody said of themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from device.model.data.utk_labels import Label
from device.model.embedding.fit_projection import PERHAPS_THE_SAME
from device.model.embedding.metrics import Interval
from device.model.json_records import stored_as

Floats = NDArray[np.float32]
_FEWEST = 25  # crops: three hundred pairs
_AGES = ((0, 15), (16, 29), (30, 44), (45, 59), (60, 120))

GROUPS: tuple[tuple[str, Callable[[Label], bool]], ...] = (
    ("all", lambda label: True),
    ("UTKFace", lambda label: label.source == "utk"),
    ("All-Age-Faces", lambda label: label.source == "aaf"),
    ("CelebA", lambda label: label.source == "celeba"),
    *((f"UTKFace, {sex}", lambda label, sex=sex: label.gender == sex) for sex in ("female", "male")),
    *(
        (f"UTKFace, {race}", lambda label, race=race: label.race == race)
        for race in ("White", "Black", "Asian", "Indian", "Others")
    ),
    *(
        (
            f"age {low} to {high}" if high < 120 else f"age {low} and over",
            lambda label, low=low, high=high: label.age is not None and low <= label.age <= high,
        )
        for low, high in _AGES
    ),
)


@dataclass(frozen=True)
class Group:
    """``far``: for each shipped rate, what the group's own impostor pairs reach, with a 95 % interval over crops.

    ``mean`` and ``deviation`` are of the impostors' scores. ``teacher_correlation`` is how well the scores of all pairs
    of the group follow the teachers' scores; ``nearest`` the share of crops whose most similar other crop in the group
    is also one of the teachers' ten most similar.
    """

    name: str
    crops: int
    pairs: int
    mean: float
    deviation: float
    teacher_correlation: float = field(metadata=stored_as("agreement"))
    nearest: float
    far: dict[float, Interval]


def compare_groups(
    embeddings: Floats,
    targets: Floats,
    labels: list[Label],
    thresholds: tuple[tuple[float, float], ...],
    *,
    rounds: int = 200,
    seed: int = 1,
) -> list[Group]:
    """One row for each group of at least 25 of the crops, from embeddings (N, D) and the teachers' (N, E)."""
    scores, teacher = embeddings @ embeddings.T, targets @ targets.T
    found = []
    for name, belongs in GROUPS:
        rows = np.flatnonzero([belongs(label) for label in labels])
        if len(rows) < _FEWEST:
            continue
        own, theirs = scores[np.ix_(rows, rows)], teacher[np.ix_(rows, rows)]
        upper = np.triu(np.ones(own.shape, np.bool_), k=1)
        impostors = upper & (theirs < PERHAPS_THE_SAME)
        values = own[impostors]
        rng = np.random.default_rng(seed)
        weights = [np.bincount(rng.integers(0, len(rows), len(rows)), minlength=len(rows)) for _ in range(rounds)]
        total = impostors.astype(np.float32)
        counts = [float(w @ total @ w) for w in weights]
        far = {}
        for rate, threshold in thresholds:
            passed = total * (own >= threshold)
            samples = [float(w @ passed @ w) / max(count, 1.0) for w, count in zip(weights, counts, strict=True)]
            low, high = (float(np.quantile(samples, end)) for end in (0.025, 0.975))
            far[rate] = Interval(float(np.mean(values >= threshold)), low, high)
        others = ~np.eye(len(rows), dtype=np.bool_)
        best = np.where(others, own, -2).argmax(axis=1)
        top = np.argsort(-np.where(others, theirs, -2), axis=1)[:, :10]
        found.append(
            Group(
                name,
                len(rows),
                int(np.count_nonzero(impostors)),
                float(values.mean()),
                float(values.std()),
                float(np.corrcoef(own[upper], theirs[upper])[0, 1]),
                float(np.mean((top == best[:, None]).any(axis=1))),
                far,
            )
        )
    return found
