"""What spoils crops spoils them as it says, and the rows keep the thresholds of clean crops."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from device.model.data.face_set import read_lfw
from device.model.embedding.metrics import fold_accuracies, pair_scores
from device.model.evaluate.robustness import LEVELS, blur, darkness, jpeg, measure, shift, turn
from device.model.progress import SILENT
from device.vision.fingerprint import Projection


@pytest.fixture
def spot() -> NDArray[np.uint8]:
    """A blurred white spot at (100, 60) of a grey 144-pixel crop."""
    wide = np.full((144, 144, 3), 40, np.uint8)
    cv2.circle(wide, (100, 60), 6, (240, 240, 240), -1)
    return np.asarray(cv2.GaussianBlur(wide, (0, 0), 2), np.uint8)


def centre(crop: NDArray[np.uint8]) -> NDArray[np.float64]:
    weight = np.clip(crop[:, :, 0].astype(float) - 60, 0, None)
    rows, columns = np.mgrid[: crop.shape[0], : crop.shape[1]]
    return np.array([(weight * columns).sum(), (weight * rows).sum()]) / weight.sum()


def test_shift_moves_by_its_strength(spot: NDArray[np.uint8]) -> None:
    rng = np.random.default_rng(0)
    clean = centre(shift(spot, 128, 0, rng))
    np.testing.assert_allclose(clean, [92, 52], atol=0.2)
    for _ in range(5):
        assert np.linalg.norm(centre(shift(spot, 128, 5, rng)) - clean) == pytest.approx(5, abs=0.2)


def test_turn_turns_about_the_middle(spot: NDArray[np.uint8]) -> None:
    middle = np.array([63.5, 63.5])
    before = centre(shift(spot, 128, 0, np.random.default_rng(0))) - middle
    after = centre(turn(spot, 128, 10, np.random.default_rng(0))) - middle
    assert np.linalg.norm(after) == pytest.approx(np.linalg.norm(before), abs=0.3)
    angle = np.degrees(np.arccos(before @ after / np.linalg.norm(before) / np.linalg.norm(after)))
    assert angle == pytest.approx(10, abs=0.5)


def test_a_smaller_network_sees_the_same(spot: NDArray[np.uint8]) -> None:
    small = centre(shift(spot, 64, 0, np.random.default_rng(0)))
    np.testing.assert_allclose((small + 0.5) * 2 - 0.5, [92, 52], atol=0.6)


def test_light_sharpness_and_packing(spot: NDArray[np.uint8]) -> None:
    rng = np.random.default_rng(0)
    assert darkness(spot, 128, 0.25, rng).mean() == pytest.approx(spot[8:-8, 8:-8].mean() * 0.25, rel=0.05)
    assert blur(spot, 128, 3, rng).max() < blur(spot, 128, 1, rng).max() - 20
    cut = spot[8:-8, 8:-8].astype(int)
    error = [np.abs(jpeg(spot, 128, quality, rng).astype(int) - cut).mean() for quality in (90, 10)]
    assert error[0] < error[1] < 10


def test_rows(tiny_faces: Path) -> None:
    faces = read_lfw(tiny_faces, 128)

    def answer(crops: NDArray[np.uint8], what: str) -> NDArray[np.float32]:
        small = np.stack([cv2.resize(crop, (8, 8), interpolation=cv2.INTER_AREA) for crop in crops])
        return small.reshape(len(crops), -1).astype(np.float32)

    rows = measure(faces, 40, Projection(), answer, SILENT)
    assert [row.kind for row in rows[:2]] == ["clean", "shift"]
    assert len(rows) == 1 + sum(len(strengths) for _, _, _, strengths in LEVELS)
    embeddings = Projection().apply(answer(faces.crops, ""))
    clean = pair_scores(embeddings, faces.names, faces.pairs)
    assert rows[0].accuracy == pytest.approx(fold_accuracies(clean, faces.pairs).mean())
    assert measure(faces, 40, Projection(), answer, SILENT) == rows


def test_without_margins_there_is_nothing_to_move_in(tiny_faces: Path) -> None:
    from dataclasses import replace

    faces = replace(read_lfw(tiny_faces, 128), wide=None)
    assert measure(faces, 40, Projection(), lambda crops, what: np.zeros((len(crops), 2), np.float32), SILENT) == []
