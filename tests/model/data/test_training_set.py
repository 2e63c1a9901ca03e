"""Crops, targets and people are read, held out and cut as said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from device.errors import FileError
from device.model.data.training_set import (
    UNKNOWN,
    load_training_set,
    middle,
    read_archive,
    read_identities,
    read_members,
    read_split,
    read_teachers,
    split_rows,
)


def test_nobody_who_is_held_out_is_trained_on() -> None:
    rng = np.random.default_rng(0)
    names = np.array([f"{source}/{index}" for source in ("celeba", "celeba2", "aaf") for index in range(3000)])
    people = np.where(np.char.startswith(names, "aaf/"), UNKNOWN, rng.integers(0, 500, len(names)))
    people[3000:6000] += 500 * (people[3000:6000] >= 0)
    held_out, rows = split_rows(names, people)
    assert sorted([*held_out, *rows]) == list(range(len(names)))
    known = set(people[held_out]) - {UNKNOWN}
    assert not known & set(people[rows])
    for low in (0, 500):
        assert sum(low <= person < low + 500 for person in known) == 80
    alone = held_out[people[held_out] == UNKNOWN]
    assert 0.01 < len(alone) / 3000 < 0.03
    # A resumed run must hold out the same crops.
    np.testing.assert_array_equal(split_rows(names, people)[0], held_out)


def test_targets_are_unit_and_people_are_known_where_a_file_says_so(tiny_faces: Path, tmp_path: Path) -> None:
    data = load_training_set(tiny_faces, tmp_path)
    assert data.crops.shape == (52, 144, 144, 3)
    np.testing.assert_array_equal(data.crops[30], read_members(tiny_faces, [str(data.names[30])])[0])
    np.testing.assert_allclose(np.linalg.norm(data.targets, axis=1), 1, atol=1e-5)
    assert (data.people[:26] == UNKNOWN).all()
    assert data.people[26:].tolist() == [100 + index // 2 for index in range(26)]
    assert len(data.held_out) + len(data.rows) == 52
    (tiny_faces / "identities.csv").unlink()
    assert (read_identities(tiny_faces, data.names) == UNKNOWN).all()


def test_a_cache_of_other_crops_is_refused(tiny_faces: Path, tmp_path: Path) -> None:
    load_training_set(tiny_faces, tmp_path)
    load_training_set(tiny_faces, tmp_path)
    with np.load(tiny_faces / "teachers.npz") as teachers:
        arrays = dict(teachers)
    np.savez(tiny_faces / "teachers.npz", **{key: value[::-1] for key, value in arrays.items()})
    with pytest.raises(FileError, match="not the crops that"):
        load_training_set(tiny_faces, tmp_path)


def test_a_cache_that_was_not_finished_is_made_again(tiny_faces: Path, tmp_path: Path) -> None:
    (tmp_path / "crops.tmp").write_bytes(b"a run that was killed")
    assert load_training_set(tiny_faces, tmp_path).crops[51].any()


def test_the_middle_is_what_the_network_sees() -> None:
    crop = np.zeros((1, 144, 144, 3), np.uint8)
    crop[0, 8, 8] = 200
    crop[0, 7, 7] = 100
    assert middle(crop, 128)[0, 0, 0, 0] == 200
    assert middle(crop, 128).shape == (1, 128, 128, 3)
    assert middle(crop, 64).shape == (1, 64, 64, 3)


def test_bad_archives_are_named(tiny_faces: Path) -> None:
    assert len(read_archive(tiny_faces / "one.zip")) == 26
    with pytest.raises(FileError, match=r"missing\.webp"):
        read_members(tiny_faces, ["one/missing.webp"])
    with pytest.raises(FileError, match=r"other\.zip: No such file"):
        read_members(tiny_faces, ["other/1.webp"])
    whole = (tiny_faces / "one.zip").read_bytes()
    (tiny_faces / "one.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FileError, match=r"one\.zip: File is not a zip file"):
        read_members(tiny_faces, ["one/1.webp"])
    (tiny_faces / "one.zip").write_bytes(whole[:200] + bytes(40) + whole[240:])
    with pytest.raises(FileError, match=r"one\.zip"):
        read_members(tiny_faces, [f"one/{index}.webp" for index in range(16)])


def test_a_damaged_teacher_file_is_named(tiny_faces: Path) -> None:
    path = tiny_faces / "teachers.npz"
    whole = path.read_bytes()
    with np.load(path) as teachers:
        arrays = dict(teachers)
    for damaged in (
        b"",
        b"something else",
        whole[:300],
        whole[: len(whole) // 2] + bytes(9) + whole[len(whole) // 2 :],
    ):
        path.write_bytes(damaged)
        with pytest.raises(FileError, match=r"teachers\.npz"):
            read_teachers(tiny_faces)
    changes: dict[str, dict[str, object]] = {
        "joint256": {"joint256": None},
        "52 names, embeddings": {"joint256": arrays["joint256"][:-1]},
        "names come twice": {"names": np.array(["one/1.webp"] * 52)},
        "zero or not finite": {"joint256": arrays["joint256"] * 0},
        "1 crops, of which": {key: value[:1] for key, value in arrays.items()},
    }
    for message, change in changes.items():
        np.savez(path, **{key: value for key, value in (arrays | change).items() if value is not None})
        with pytest.raises(FileError, match=message):
            read_split(tiny_faces)


def test_a_damaged_table_of_people_is_named(tiny_faces: Path) -> None:
    (tiny_faces / "identities.csv").write_text("name,person\none/1.webp,5\n")
    with pytest.raises(FileError, match=r"identities\.csv: no table of name and identity"):
        read_split(tiny_faces)
