from __future__ import annotations

import numpy as np

from device.model.data.pairs import make_pairs


def names(counts: list[int]) -> list[str]:
    return [f"p{person}/{picture}.png" for person, count in enumerate(counts) for picture in range(count)]


def test_folds_share_no_person_and_hold_both_kinds() -> None:
    pairs = make_pairs(names([4] * 30 + [1] * 10))
    assert len(np.unique(pairs.fold)) == 10
    owner = [{one.split("/")[0], other.split("/")[0]} for one, other in zip(pairs.first, pairs.second, strict=True)]
    members = [set().union(*(own for own, fold in zip(owner, pairs.fold, strict=True) if fold == n)) for n in range(10)]
    assert sum(map(len, members)) == len(set().union(*members))
    assert [len(own) == 1 for own in owner] == pairs.same.tolist()
    assert np.count_nonzero(pairs.same) == 30 * 6
    assert abs(np.count_nonzero(~pairs.same) - 180) <= 10


def test_no_pair_comes_twice() -> None:
    pairs = make_pairs(names([9, 8, 7, 2]))
    both = [frozenset(pair) for pair in zip(pairs.first, pairs.second, strict=True)]
    assert len(set(both)) == len(both)
    assert all(len(pair) == 2 for pair in both)


def test_one_person_of_many_pictures_does_not_drown_the_others() -> None:
    pairs = make_pairs(names([60, 3, 3, 3]))
    own = [one for one, same in zip(pairs.first, pairs.same, strict=True) if same and one.startswith("p0/")]
    assert len(own) == 50


def test_two_people_make_one_fold() -> None:
    pairs = make_pairs(names([2, 2]))
    assert pairs.fold.max() == 0
    assert pairs.same.sum() == 2


def test_the_same_names_give_the_same_pairs() -> None:
    assert make_pairs(names([5] * 8)).second == make_pairs(names([5] * 8)).second
