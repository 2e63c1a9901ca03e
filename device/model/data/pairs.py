"""Pairs for pictures that come without a list of them, in the manner of LFW: as many of one person as of two, in folds
that share no person."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device.errors import FileError

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
