"""What a student is worth on crops and people that it never met."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from torch.nn import functional

from device.model.data.training_set import UNKNOWN, TrainingSet, middle, sources
from device.model.embedding.metrics import best_threshold, threshold_at_far
from device.model.train.student import Student, embed

FARS = (1e-2, 1e-3, 1e-4)
_FEWEST_PAIRS = 100  # genuine pairs that a share can be told from

Floats = NDArray[np.float32]


def pair_figures(embeddings: Floats, people: NDArray[np.int64]) -> dict[str, float]:
    """TAR at FARS and accuracy among all pairs of the unit embeddings (N, D) of ``people`` (N,).

    The accuracy is the mean of the shares of genuine and of impostor pairs that are told rightly, with the threshold
    that suits these pairs best. Empty if there are too few pairs.
    """
    first, second = np.triu_indices(len(people), k=1)
    scores = (embeddings @ embeddings.T)[first, second]
    same = people[first] == people[second]
    genuine, impostor = np.sort(scores[same]), np.sort(scores[~same])
    if len(genuine) < _FEWEST_PAIRS or not len(impostor):
        return {}
    # As many of both kinds, so that the usual accuracy is this mean.
    evenly = np.linspace(0, len(impostor) - 1, len(genuine)).astype(np.int64)
    both = np.concatenate([genuine, impostor[evenly]]).astype(np.float64)
    kinds = np.arange(len(both)) < len(genuine)
    accuracy = float(np.mean((both >= best_threshold(both, kinds)) == kinds))
    tars = {f"tar_{far:.0e}": float(np.mean(genuine >= threshold_at_far(impostor, far))) for far in FARS}
    return {"accuracy": accuracy, **tars}


def held_out_figures(student: Student, data: TrainingSet, size: int) -> dict[str, float]:
    """Mean cosine to the teachers over all held-out crops, unaltered, and by source; of the held-out people of each
    source the figures of their pairs, in one pass and with flip averaging."""
    rows = data.held_out
    crops, source = middle(np.asarray(data.crops[rows]), size), sources(data.names[rows])
    plain = embed(student, crops)
    unit = functional.normalize(plain, dim=1).numpy()
    cosines = (unit * data.targets[rows]).sum(axis=1)
    found = {"cosine": float(cosines.mean())}
    for one in sorted(set(source.tolist())):
        found[f"{one} cosine"] = float(cosines[source == one].mean())
        known = (source == one) & (data.people[rows] != UNKNOWN)
        people = data.people[rows][known]
        if len(people) - len(np.unique(people)) < 2:
            continue
        figures = pair_figures(unit[known], people)
        if figures:
            flipped = embed(student, np.ascontiguousarray(crops[known][:, :, ::-1]))
            averaged = functional.normalize(plain[known] + flipped, dim=1).numpy()
            found |= {f"{one} {key}": value for key, value in figures.items()}
            found |= {f"{one} flip {key}": value for key, value in pair_figures(averaged, people).items()}
    return found
