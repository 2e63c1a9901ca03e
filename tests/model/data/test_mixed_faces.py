"""Mixed synthetic faces are made of two training crops and trained on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from device.errors import FileError
from device.model.data.mixed_faces import make_mixed, mix
from device.model.data.training_set import UNKNOWN, TrainingSet, add_mixed, load_training_set, mixed_files, sources


def flat(colour: int) -> np.ndarray:
    crop = np.full((144, 144, 3), colour, np.uint8)
    crop[::2] += 20  # a spread of its own
    return crop


def test_a_mixed_face_lies_between_two_crops_and_is_repeatable() -> None:
    made = mix(flat(60), flat(180), np.random.default_rng(1))
    assert made.shape == (144, 144, 3)
    assert made.dtype == np.uint8
    np.testing.assert_array_equal(made, mix(flat(60), flat(180), np.random.default_rng(1)))
    assert not np.array_equal(made, mix(flat(60), flat(180), np.random.default_rng(2)))
    # The second takes the first's colours.
    assert abs(float(made[30:-30, 30:-30].mean()) - 70) < 5


def test_both_crops_show_in_a_mix() -> None:
    rng = np.random.default_rng(3)
    first, second = (rng.integers(0, 256, (144, 144, 3), dtype=np.uint8) for _ in range(2))
    made = mix(first, second, np.random.default_rng(5)).astype(int)
    assert not np.array_equal(made, mix(first, first, np.random.default_rng(5)))
    assert not np.array_equal(made, mix(second, second, np.random.default_rng(5)))


@pytest.fixture
def data(tiny_faces: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TrainingSet:
    monkeypatch.setattr("device.model.data.mixed_faces._CANDIDATES", 3)
    return load_training_set(tiny_faces, tmp_path / "cache")


def test_mixed_faces_stand_behind_the_crops(data: TrainingSet, tmp_path: Path) -> None:
    make_mixed(data, "one", 6, tmp_path / "mixed")
    crops_path, targets_path = mixed_files(tmp_path / "mixed")
    mixed = np.load(crops_path)
    assert mixed.shape == (6, 144, 144, 3)
    targets = np.random.default_rng(1).normal(size=(6, data.targets.shape[1])).astype(np.float16)
    np.save(targets_path, targets)
    both = add_mixed(data, tmp_path / "mixed")
    rows = np.array([53, 3, 57])
    np.testing.assert_array_equal(both.crops[rows], np.stack([mixed[1], data.crops[3], mixed[5]]))
    np.testing.assert_allclose(np.linalg.norm(both.targets, axis=1), 1, atol=1e-3)
    assert set(range(52, 58)) <= set(both.rows.tolist())
    np.testing.assert_array_equal(both.held_out, data.held_out)
    assert (both.people[52:] == UNKNOWN).all()
    assert sources(both.names)[52:].tolist() == ["mixed"] * 6
    make_mixed(data, "one", 6, tmp_path / "again")
    np.testing.assert_array_equal(np.load(mixed_files(tmp_path / "again")[0]), mixed)


def test_held_out_crops_and_other_sources_are_in_no_mixed_face(
    data: TrainingSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[np.ndarray] = []

    def remember(first: np.ndarray, second: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        used.extend((np.array(first), np.array(second)))
        return np.array(first)

    monkeypatch.setattr("device.model.data.mixed_faces.mix", remember)
    make_mixed(data, "two", 40, tmp_path / "mixed")
    seen = {next(row for row in range(52) if np.array_equal(data.crops[row], crop)) for crop in used}
    assert seen <= set(data.rows.tolist())
    assert all(str(data.names[row]).startswith("two/") for row in seen)
    assert len(seen) > 5


def test_what_cannot_be_mixed_is_said(data: TrainingSet, tmp_path: Path) -> None:
    with pytest.raises(FileError, match="0 training crops of three, 4 are needed"):
        make_mixed(data, "three", 2, tmp_path / "mixed")


def test_a_folder_whose_teachers_were_not_asked_is_refused(data: TrainingSet, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    with pytest.raises(FileError, match="no mixed faces"):
        add_mixed(data, folder)
    make_mixed(data, "one", 2, folder)
    with pytest.raises(FileError, match="no mixed faces with targets"):
        add_mixed(data, folder)
    np.save(folder / "targets.npy", np.ones((3, 24), np.float32))
    with pytest.raises(FileError, match="do not belong together"):
        add_mixed(data, folder)
    make_mixed(data, "one", 2, folder)  # other faces: what was said of the old ones is gone
    assert not (folder / "targets.npy").exists()
