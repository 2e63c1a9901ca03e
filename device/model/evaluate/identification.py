"""Open-set identification, what a door does: some people are enrolled, and impostors, who are not, come too.

A person's template is the mean of the unit fingerprints of their enrolled pictures, at length 1, as in the program. The
threshold is the score that a wanted share of the impostors' pictures reaches with whomever they are most like; the
detection and identification rate (DIR) is the share of the enrolled people's other pictures that reach it with the
right person first. Definition: Phillips, Grother and Micheals, "Evaluation methods in face recognition" (2011).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from device.model.embedding.metrics import Interval, threshold_at_far
from device.model.json_records import stored_as
from device.vision.fingerprint import unit

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Identification:
    """``enrolled`` people with ``shots`` pictures each; ``dir`` at the false-alarm rate ``far`` per impostor's picture.

    The figures are means over ``rounds`` draws of who is enrolled, with the 2.5th and 97.5th percentile of the draws.
    ``first`` is the share of the enrolled people's pictures that are most like the right person, threshold or not.
    """

    enrolled: int
    shots: int
    far: float
    rounds: int
    known_pictures: int
    impostor_pictures: int = field(metadata=stored_as("stranger_pictures"))
    dir: Interval
    first: Interval
    threshold: Interval
    passes: int = 1


def identify(
    embeddings: Floats, people: list[str], enrolled: int, shots: int, far: float, *, rounds: int = 20, seed: int = 1
) -> Identification | None:
    """Draw, enrol and search ``rounds`` times, on embeddings (N, D) of ``people`` (N,); None where fewer than
    ``enrolled`` people have ``shots`` + 1 pictures, or nobody is left to be an impostor."""
    names = np.array(people)
    own = {name: np.flatnonzero(names == name) for name in sorted(set(people))}
    candidates = [name for name, rows in own.items() if len(rows) > shots]
    if len(candidates) < enrolled or len(own) <= enrolled:
        return None
    rng = np.random.default_rng(seed)
    rates, firsts, thresholds, known_counts, impostor_counts = [], [], [], [], []
    for _ in range(rounds):
        chosen = [candidates[index] for index in rng.permutation(len(candidates))[:enrolled]]
        templates, known, label = [], [], []
        for index, name in enumerate(chosen):
            rows = rng.permutation(own[name])
            templates.append(unit(embeddings[rows[:shots]].mean(axis=0)))
            known.append(rows[shots:])
            label += [index] * (len(rows) - shots)
        gallery = np.stack(templates)
        impostors = np.flatnonzero(~np.isin(names, chosen))
        impostor_best = (embeddings[impostors] @ gallery.T).max(axis=1).astype(np.float64)
        scores = embeddings[np.concatenate(known)] @ gallery.T
        right = scores.argmax(axis=1) == np.array(label)
        threshold = threshold_at_far(impostor_best, far)
        rates.append(float(np.mean(right & (scores.max(axis=1) >= threshold))))
        firsts.append(float(np.mean(right)))
        thresholds.append(threshold)
        known_counts.append(len(label))
        impostor_counts.append(len(impostors))
    return Identification(
        enrolled,
        shots,
        far,
        rounds,
        round(float(np.mean(known_counts))),
        round(float(np.mean(impostor_counts))),
        _over_draws(rates),
        _over_draws(firsts),
        _over_draws(thresholds),
    )


def _over_draws(values: list[float]) -> Interval:
    return Interval(float(np.mean(values)), float(np.quantile(values, 0.025)), float(np.quantile(values, 0.975)))
