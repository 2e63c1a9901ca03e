"""Pairs for pictures that come without a list of them, in the manner of LFW: as many of one person as of two, in folds
that share no person."""

from __future__ import annotations

import numpy as np

from device.model.embedding.metrics import Pairs

_FOLDS = 10
_MOST_PER_PERSON = 50


def make_pairs(names: list[str], seed: int = 1) -> Pairs:
    """Pairs of ``names`` (``person/picture``): all of one person, at most 50 a person, drawn by ``seed``; as many of
    two people of the same fold, no pair twice. Ten folds, or as many as every two people allow."""
    rng = np.random.default_rng(seed)
    pictures: dict[str, list[str]] = {}
    for name in names:
        pictures.setdefault(name.split("/", 1)[0], []).append(name)
    people = [sorted(pictures)[index] for index in rng.permutation(len(pictures))]
    # Those with most pictures are dealt first, so that every fold gets pairs of one person.
    people.sort(key=lambda person: -len(pictures[person]))
    folds = max(1, min(_FOLDS, len(people) // 2))
    first, second, same, fold = [], [], [], []
    for number in range(folds):
        members = people[number::folds]
        genuine = []
        for person in members:
            own = pictures[person]
            pairs = [(own[i], own[j]) for i in range(len(own)) for j in range(i + 1, len(own))]
            picked = rng.permutation(len(pairs))[:_MOST_PER_PERSON]
            genuine += [pairs[index] for index in sorted(picked)]
        strangers = _strangers([pictures[person] for person in members], len(genuine), rng)
        for kind, pairs in ((True, genuine), (False, strangers)):
            first += [one for one, _ in pairs]
            second += [other for _, other in pairs]
            same += [kind] * len(pairs)
            fold += [number] * len(pairs)
    return Pairs(tuple(first), tuple(second), np.array(same, np.bool_), np.array(fold, np.int64))


def _strangers(people: list[list[str]], count: int, rng: np.random.Generator) -> list[tuple[str, str]]:
    """Up to ``count`` different pairs of two people: every two people are drawn alike, then a picture of each."""
    possible = (sum(map(len, people)) ** 2 - sum(len(own) ** 2 for own in people)) // 2
    found: dict[tuple[str, str], None] = {}
    for _ in range(count * 20):
        if len(found) >= min(count, possible):
            break
        one, other = sorted(rng.choice(len(people), 2, replace=False))
        pair = people[one][rng.integers(len(people[one]))], people[other][rng.integers(len(people[other]))]
        found[pair] = None
    return sorted(found)
