"""Teachers are asked in the right way, answers are kept, and mixed faces get targets in the space of the crops'."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="onnxruntime is not installed (extra 'train')")

from device.errors import FileError
from device.model.data.mixed_faces import make_mixed
from device.model.data.teacher import Cache, Teacher
from device.model.data.teacher_targets import TargetBasis, ask, label_crops, label_mixed
from device.model.data.training_set import (
    add_mixed,
    archive_names,
    load_training_set,
    middle,
    mixed_files,
    read_members,
    read_split,
    read_teachers,
)
from tests.model.conftest import TEACHER_SIDE, linear_teacher


def crops(count: int) -> np.ndarray:
    return np.random.default_rng(8).integers(0, 256, (count, 144, 144, 3), dtype=np.uint8)


def test_an_embedding_is_the_unit_sum_over_a_crop_and_its_mirror_image(tmp_path: Path) -> None:
    path, weights = linear_teacher(tmp_path)
    pictures = crops(35)
    found = Teacher(path).embed(pictures)
    scaled = (middle(pictures, TEACHER_SIDE).astype(np.float64) - 127.5) / 127.5
    both = (scaled + scaled[:, :, ::-1]).transpose(0, 3, 1, 2).reshape(35, -1) @ weights.reshape(len(weights), -1).T
    np.testing.assert_allclose(found, both / np.linalg.norm(both, axis=1, keepdims=True), atol=1e-4)


def test_a_file_that_is_no_teacher_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.onnx").write_text("not a network")
    for name, message in (("none.onnx", "No such file"), ("text.onnx", "onnxruntime cannot load it")):
        with pytest.raises(FileError, match=message) as caught:
            Teacher(tmp_path / name)
        assert name in str(caught.value)


def test_what_was_asked_is_not_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    teacher, cache = Teacher(linear_teacher(tmp_path)[0]), Cache(tmp_path / "cache")
    first = cache.ask(teacher, crops(3))
    (file,) = (tmp_path / "cache").rglob("*.npy")
    file.write_bytes(file.read_bytes()[:40])  # a damaged answer is asked for anew
    np.testing.assert_array_equal(cache.ask(teacher, crops(3)), first)
    asked = []
    monkeypatch.setattr(Teacher, "embed", lambda self, given: asked.append(len(given)) or np.ones((len(given), 8)))
    np.testing.assert_array_equal(cache.ask(teacher, crops(3)), first)
    cache.ask(teacher, crops(2))  # other crops
    cache.ask(Teacher(linear_teacher(tmp_path, seed=7)[0]), crops(3))  # another teacher
    assert asked == [2, 3]


def test_each_teacher_counts_the_same_in_the_joined_embedding(tmp_path: Path) -> None:
    teachers = [Teacher(linear_teacher(tmp_path, seed=seed, length=length)[0]) for seed, length in ((1, 8), (2, 4))]
    pictures = crops(5)
    joined = ask(teachers, 5, lambda rows: pictures[rows], Cache(tmp_path / "cache"))
    assert joined.shape == (5, 12)
    for part in (joined[:, :8], joined[:, 8:]):
        np.testing.assert_allclose(np.linalg.norm(part, axis=1), np.sqrt(0.5), atol=1e-3)


def test_the_projection_keeps_what_varies_most() -> None:
    rng = np.random.default_rng(0)
    joined = (rng.normal(size=(500, 3)) @ rng.normal(size=(3, 10)) + 0.01 * rng.normal(size=(500, 10)) + 2).astype("f4")
    projection = TargetBasis.fit(joined, 3)
    assert projection.kept > 0.999
    np.testing.assert_allclose(projection.basis.T @ projection.basis, np.eye(3), atol=1e-5)
    targets = projection.apply(joined)
    centred = joined - joined.mean(axis=0)
    whole = centred / np.linalg.norm(centred, axis=1, keepdims=True)
    np.testing.assert_allclose(targets @ targets.T, whole @ whole.T, atol=0.01)


def test_crops_are_labelled_and_mixed_faces_in_the_same_space(
    tiny_faces: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("device.model.data.mixed_faces._CANDIDATES", 3)
    teachers = [Teacher(linear_teacher(tmp_path, seed=seed)[0]) for seed in (1, 2)]
    cache = Cache(tmp_path / "asked")
    names = archive_names(tiny_faces, ["one", "two"])
    assert sorted(names.tolist()) == sorted(read_teachers(tiny_faces)[0].tolist())
    kept = label_crops(names, tiny_faces, teachers, cache, tiny_faces / "teachers.npz", components=12)
    assert 0.9 < kept <= 1
    names, targets, _, rows = read_split(tiny_faces)
    assert targets.shape == (52, 12)
    joined = ask(teachers, 52, lambda rows: read_members(tiny_faces, names[rows].tolist()), cache)
    np.testing.assert_allclose(TargetBasis.read(tiny_faces).mean, joined[rows].mean(axis=0), atol=1e-6)

    data = load_training_set(tiny_faces, tmp_path / "cache")
    make_mixed(data, "one", 6, tmp_path / "mixed")
    assert label_mixed(tmp_path / "mixed", tiny_faces, teachers, cache) == 6
    mixed = np.load(mixed_files(tmp_path / "mixed")[0])
    expected = TargetBasis.read(tiny_faces).apply(ask(teachers, 6, lambda rows: mixed[rows], cache))
    both = add_mixed(data, tmp_path / "mixed")
    np.testing.assert_allclose(both.targets[52:], expected, atol=2e-3)

    for others in (teachers[::-1], [teachers[0], Teacher(linear_teacher(tmp_path, seed=9)[0])]):
        with pytest.raises(FileError, match=r"not those of teachers\.npz: mean cosine"):
            label_mixed(tmp_path / "mixed", tiny_faces, others, cache)
    with pytest.raises(FileError, match=r"give 8 numbers, teachers\.npz was made from 16"):
        label_mixed(tmp_path / "mixed", tiny_faces, teachers[:1], cache)
