"""The teacher is asked as ``teacher.npz`` was made, and a wrong file is told from it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from device.errors import FileError
from device.model.data.teacher import Teacher, part_of
from device.model.data.training_set import middle
from tests.model.conftest import TEACHER_SIDE, linear_teacher


def crops(count: int) -> np.ndarray:
    return np.random.default_rng(8).integers(0, 256, (count, 144, 144, 3), dtype=np.uint8)


def test_an_embedding_is_the_unit_sum_over_a_crop_and_its_mirror_image(tmp_path: Path) -> None:
    path, weights = linear_teacher(tmp_path)
    pictures = crops(3)
    found = Teacher(path).embed(pictures)
    scaled = (middle(pictures, TEACHER_SIDE).astype(np.float64) - 127.5) / 127.5
    both = (scaled + scaled[:, :, ::-1]).reshape(3, -1) @ weights.reshape(len(weights), -1).T
    np.testing.assert_allclose(found, both / np.linalg.norm(both, axis=1, keepdims=True), atol=1e-4)


def test_a_file_that_is_no_teacher_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.tflite").write_text("not a network")
    for name, message in (("none.tflite", "No such file"), ("text.tflite", "LiteRT cannot load it")):
        with pytest.raises(FileError, match=message) as caught:
            Teacher(tmp_path / name)
        assert name in str(caught.value)
    single, _ = linear_teacher(tmp_path, pictures=1)
    with pytest.raises(FileError, match=r"takes \[1, 16, 16, 3\] and gives \[1, 8\]"):
        Teacher(single)


def test_a_teacher_is_found_among_the_parts() -> None:
    rng = np.random.default_rng(2)
    parts = [part / np.linalg.norm(part, axis=1, keepdims=True) for part in (rng.normal(size=(5, 8)) for _ in range(2))]
    targets = np.concatenate(parts, axis=1).astype(np.float32) / np.sqrt(2)
    assert part_of(parts[1].astype(np.float32), targets, (8, 8)) == slice(8, 16)
    assert part_of(parts[0].astype(np.float32), targets, (8, 8)) == slice(0, 8)
    with pytest.raises(FileError, match=r"not in teacher.npz: mean cosine -?0\.\d+ of a wanted 0.99"):
        part_of(parts[1][::-1].astype(np.float32), targets, (8, 8))
    with pytest.raises(FileError, match=r"not in teacher\.npz"):
        part_of(np.ones((5, 3), np.float32), targets, (8, 8))
