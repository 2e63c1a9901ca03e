from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from device.errors import FileError
from device.model.data.face_set import thin
from device.model.data.pairs import make_pairs, read_pairs


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


PAIRS = "2\t1\nAda\t1\t2\nAda\t3\tBob\t12\nBob\t1\t2\nBob\t3\tAda\t4\n"


def test_pairs_are_read(tmp_path: Path) -> None:
    path = tmp_path / "pairs.txt"
    path.write_text(PAIRS)
    pairs = read_pairs(path)
    assert pairs.same.tolist() == [True, False, True, False]
    assert pairs.fold.tolist() == [0, 0, 1, 1]
    assert pairs.first[0] == "Ada/Ada_0001"
    assert pairs.second[1] == "Bob/Bob_0012"
    assert thin(pairs, None) is pairs


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1"),
        (PAIRS.replace("2\t1\n", "2\t5\n", 1), "4 pairs where line 1 promises 20"),
        (PAIRS.replace("Ada\t1\t2", "Ada 1 2"), "line 2 is no pair"),
        (PAIRS.replace("Ada\t3\tBob\t12", "Ada\tx\tBob\t12"), "line 3 is no pair"),
        (PAIRS.replace("Ada\t1\t2", "Ada\tone\t2"), "line 2 is no pair"),
    ],
)
def test_bad_pairs_are_named(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "pairs.txt"
    path.write_text(text)
    with pytest.raises(FileError, match=message):
        read_pairs(path)


def test_missing_pairs_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"pairs\.txt"):
        read_pairs(tmp_path / "pairs.txt")
