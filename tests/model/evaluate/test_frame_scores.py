"""How alike pictures are from frame to frame: who is chosen, what is compared with what, and how it is told."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from device.errors import FileError
from device.model.evaluate.frame_scores import (
    BOUNDS,
    Crops,
    Scores,
    describe,
    measure,
    next_frame,
    read_two_photos,
    unusable,
)
from device.model.json_records import to_json
from device.vision.fingerprint import Floats, Projection

PEOPLE = 12


def photos(people: int = PEOPLE, seed: int = 0) -> Crops:
    """Blobs that differ as people do (P, 144, 144, 3)."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (people, 12, 12, 3), dtype=np.uint8)
    return np.stack([cv2.resize(one, (144, 144), interpolation=cv2.INTER_CUBIC) for one in small])


def features(crops: Crops, _what: str) -> Floats:
    """The picture itself, shrunk and centred."""
    small = np.stack([cv2.resize(crop, (10, 10), interpolation=cv2.INTER_AREA) for crop in crops]).astype(np.float32)
    flat = small.reshape(len(small), -1)
    return np.asarray(flat - flat.mean(axis=1, keepdims=True), np.float32)


def test_the_next_frame_is_nearly_the_same_and_a_blurred_one_less_so() -> None:
    wide = photos(1)[0]
    rng = np.random.default_rng(1)
    frame, blurred = next_frame(wide, 128, rng), unusable(wide, 96, rng)
    assert (frame.shape, blurred.shape) == ((128, 128, 3), (96, 96, 3))
    assert frame.dtype == np.uint8
    middle = wide[8:-8, 8:-8].astype(float)
    assert np.corrcoef(frame.ravel(), middle.ravel())[0, 1] > 0.8
    assert blurred.std() < frame.std()


def test_a_face_is_like_itself_and_unlike_others() -> None:
    rows = {row.kind: row for row in measure(photos(), photos(seed=1), Projection(), features, 128)}
    coming, others = rows["next frame"], rows["somebody else"]
    assert (coming.count, others.count) == (PEOPLE, PEOPLE * (PEOPLE - 1))
    assert coming.least > others.percent_99
    assert rows["another photo of the person"].mean < 0.3  # drawn anew: here nobody's
    assert others.below[0.70] == 1.0
    assert coming.below[0.30] == 0.0


def test_the_figures_are_those_of_the_scores() -> None:
    row = Scores.of("kind", np.array([0.2, 0.32, 0.5, 0.9]))
    assert (row.count, row.least, row.most) == (4, 0.2, 0.9)
    assert row.below == {bound: np.mean(np.array([0.2, 0.32, 0.5, 0.9]) < bound) for bound in BOUNDS}
    text = describe([row])
    assert "kind" in text
    assert "25.00%" in text
    assert to_json(row)["below"]["0.35"] == 0.5


def test_two_photos_of_everybody_who_stands_nowhere_else(tmp_path: Path) -> None:
    rows = [("one/1.webp", "a"), ("one/2.webp", "a"), ("one/3.webp", "b"), ("one/4.webp", "b"), ("one/5.webp", "c"),
            ("one/6.webp", "d"), ("one/7.webp", "d"), ("two/1.webp", "d")]  # fmt: skip
    with (tmp_path / "identities.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("name", "identity"), *rows])
    with zipfile.ZipFile(tmp_path / "one.zip", "w") as archive:
        for (name, _), crop in zip(rows[:7], photos(7), strict=True):
            archive.writestr(name, cv2.imencode(".webp", crop)[1].tobytes())
    first, second = read_two_photos(tmp_path, "one", 10)
    assert first.shape == second.shape == (2, 144, 144, 3)
    with pytest.raises(FileError, match="no two people of two"):
        read_two_photos(tmp_path, "two", 10)
    with pytest.raises(FileError, match=r"identities\.csv"):
        read_two_photos(tmp_path / "nowhere", "one", 10)
