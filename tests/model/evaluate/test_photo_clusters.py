"""How often photos of two people are told apart: who is chosen, what is counted, and how it is told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from device.errors import FileError
from device.model.evaluate.photo_clusters import KINDS, MOST, choose_photos, describe, measure, read_identities
from device.vision.fingerprint import Floats, unit


def people(count: int, noise: float, photos: int = MOST) -> dict[str, Floats]:
    rng = np.random.default_rng(1)
    faces = np.eye(count, 64)
    return {str(n): unit(faces[n] + rng.normal(0, noise, (photos, 64))) for n in range(count)}


def test_people_who_differ_are_told_apart() -> None:
    rows = {row.kind: row for row in measure(people(10, 0.03), 20)}
    assert len(rows) == len(KINDS)
    assert (rows["6"].question, rows["6"].whole) == (0.0, 1.0)
    assert rows["3 + 3"].question == 1.0
    assert (rows["5 + 1"].photos_refused, rows["5 + 1"].mixed) == (1.0, 0.0)
    assert "3 + 3" in describe(list(rows.values()))


def test_people_who_are_all_alike_are_taken_for_one() -> None:
    alike = {str(n): np.tile(np.float32([1, 0]), (MOST, 1)) for n in range(3)}
    rows = {row.kind: row for row in measure(alike, 5)}
    assert rows["3 + 3"].mixed == 1.0


def test_kinds_that_need_more_photos_than_there_are_do_not_stand_in_the_table() -> None:
    assert {row.kind for row in measure(people(3, 0.03, photos=2), 3)} == {"2", "1 + 1", "2 + 1", "2 + 2"}


def test_people_with_two_photos_are_chosen(tmp_path: Path) -> None:
    (tmp_path / "identities.csv").write_text("name,identity\na/1,x\na/2,x\nb/3,y\na/4,y\na/5,y\na/6,z\n")
    assert choose_photos(read_identities(tmp_path, "a"), 9) == {"x": ["a/1", "a/2"], "y": ["a/4", "a/5"]}
    with pytest.raises(FileError, match="no two people"):
        choose_photos(read_identities(tmp_path, "b"), 9)
    with pytest.raises(FileError, match=r"identities\.csv"):
        read_identities(tmp_path / "gone", "a")
