"""Blends are made of two crops, labelled by the teacher, and trained on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from device.errors import FileError
from device.model.data.blended_faces import blend, make_blends
from device.model.data.teacher import Teacher
from device.model.data.training_set import load_blends, load_training_set, read_members, read_teachers, split_rows
from tests.model.conftest import linear_teacher


def flat(colour: int) -> np.ndarray:
    crop = np.full((144, 144, 3), colour, np.uint8)
    crop[::2] += 20  # a spread of its own
    return crop


def test_a_blend_lies_between_two_crops_and_is_repeatable() -> None:
    made = blend(flat(60), flat(180), np.random.default_rng(1))
    assert made.shape == (144, 144, 3)
    assert made.dtype == np.uint8
    np.testing.assert_array_equal(made, blend(flat(60), flat(180), np.random.default_rng(1)))
    assert not np.array_equal(made, blend(flat(60), flat(180), np.random.default_rng(2)))
    # The second takes the first's colours.
    assert abs(float(made[30:-30, 30:-30].mean()) - 70) < 5


def test_both_crops_show_in_a_blend() -> None:
    rng = np.random.default_rng(3)
    first, second = (rng.integers(0, 256, (144, 144, 3), dtype=np.uint8) for _ in range(2))
    made = blend(first, second, np.random.default_rng(5)).astype(int)
    assert not np.array_equal(made, blend(first, first, np.random.default_rng(5)))
    assert not np.array_equal(made, blend(second, second, np.random.default_rng(5)))


@pytest.fixture
def taught(tiny_faces: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """(faces whose second teacher is a network at hand, its file)."""
    monkeypatch.setattr("device.model.data.blended_faces._LOOKED_AT", 3)
    path, _ = linear_teacher(tmp_path)
    names = read_teachers(tiny_faces)[0]
    with np.load(tiny_faces / "teacher.npz") as kept:
        arrays = dict(kept)
    arrays["mfn192"] = Teacher(path).embed(read_members(tiny_faces, names.tolist()))
    np.savez(tiny_faces / "teacher.npz", **arrays)
    return tiny_faces, path


def test_blends_carry_what_the_teacher_says_of_them(taught: tuple[Path, Path], tmp_path: Path) -> None:
    faces, teacher = taught
    make_blends(faces, tmp_path / "cache", "one", teacher, 6, tmp_path / "blends")
    data = load_blends(tmp_path / "blends", load_training_set(faces, tmp_path / "cache"))
    assert data.blends is not None
    assert data.blends.crops.shape == (6, 144, 144, 3)
    assert not data.blends.targets[:, :16].any(), "a teacher that was not asked has an opinion"
    np.testing.assert_allclose(data.blends.targets[:, 16:], Teacher(teacher).embed(data.blends.crops), atol=1e-5)
    assert data.blend_rows.tolist() == list(range(52, 58))
    np.testing.assert_array_equal(data.view_source(53, 128), data.blends.crops[1])
    np.testing.assert_array_equal(data.view_source(3, 128), data.crops[3])
    np.testing.assert_array_equal(data.view_source(3, 64), data.half[3])
    again = tmp_path / "again"
    make_blends(faces, tmp_path / "cache", "one", teacher, 6, again)
    np.testing.assert_array_equal(np.load(again / "crops.npy"), data.blends.crops)


def test_held_out_crops_and_other_sources_are_in_no_blend(
    taught: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faces, teacher = taught
    data = load_training_set(faces, tmp_path / "cache")
    used: list[np.ndarray] = []

    def remember(first: np.ndarray, second: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        used.extend((np.array(first), np.array(second)))
        return np.array(first)

    monkeypatch.setattr("device.model.data.blended_faces.blend", remember)
    make_blends(faces, tmp_path / "cache", "two", teacher, 40, tmp_path / "blends")
    seen = {next(row for row in range(52) if np.array_equal(data.crops[row], crop)) for crop in used}
    assert seen <= set(split_rows(52)[1].tolist())
    assert all(str(data.names[row]).startswith("two/") for row in seen)
    assert len(seen) > 5


def test_what_cannot_be_blended_is_said(taught: tuple[Path, Path], tmp_path: Path) -> None:
    faces, teacher = taught
    cache = tmp_path / "cache"
    with pytest.raises(FileError, match="0 training crops of three, 4 are needed"):
        make_blends(faces, cache, "three", teacher, 2, tmp_path / "blends")
    other, _ = linear_teacher(tmp_path / "other", seed=77)
    with pytest.raises(FileError, match=r"not in teacher\.npz"):
        make_blends(faces, cache, "one", other, 2, tmp_path / "blends")


def test_a_folder_without_finished_blends_is_refused(taught: tuple[Path, Path], tmp_path: Path) -> None:
    faces, teacher = taught
    data, folder = load_training_set(faces, tmp_path / "cache"), tmp_path / "blends"
    with pytest.raises(FileError, match="no blends"):
        load_blends(folder, data)
    make_blends(faces, tmp_path / "cache", "one", teacher, 2, folder)
    np.save(folder / "targets.npy", np.zeros((3, 24), np.float32))
    with pytest.raises(FileError, match="not of one set"):
        load_blends(folder, data)
    (folder / "targets.npy").unlink()
    with pytest.raises(FileError, match="no blends"):
        load_blends(folder, data)
