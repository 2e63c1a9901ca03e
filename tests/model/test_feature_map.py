from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from device.fingerprint import FeatureMap, unit
from device.model.feature_map import impostor_threshold, refit


def _units(count: int, length: int, seed: int) -> np.ndarray:
    return unit(np.random.default_rng(seed).normal(size=(count, length)).astype(np.float32))


def test_threshold_is_what_the_wanted_share_of_strangers_reaches() -> None:
    mapped, targets = _units(200, 16, 1), np.eye(200, dtype=np.float32)
    scores = (mapped @ mapped.T)[np.triu_indices(200, k=1)]
    threshold = impostor_threshold(mapped, targets, far=0.01)
    assert np.mean(scores >= threshold) == pytest.approx(0.01, abs=1e-4)


def test_pairs_that_may_be_one_person_do_not_raise_the_threshold() -> None:
    mapped, targets = _units(100, 16, 2), np.eye(100, dtype=np.float32)
    alone = impostor_threshold(mapped, targets)
    twins = impostor_threshold(np.vstack([mapped, mapped]), np.vstack([targets, targets]))
    assert twins == pytest.approx(alone, abs=0.02)
    assert twins < 0.95


def test_threshold_travels_with_the_map(tmp_path: Path) -> None:
    path = tmp_path / "some.map.npz"
    FeatureMap(threshold_far_1e3=0.5).save(path)
    assert FeatureMap.load(path).threshold_far_1e3 == 0.5
    FeatureMap().save(path)
    assert FeatureMap.load(path).threshold_far_1e3 is None


def test_refit_finds_a_map_that_is_there() -> None:
    rng = np.random.default_rng(3)
    features, matrix = rng.normal(size=(500, 12)).astype(np.float32), np.eye(12, 4, dtype=np.float32)
    turn = np.linalg.qr(rng.normal(size=(4, 4)))[0].astype(np.float32)
    mean, fitted = refit(features, (features - features.mean(axis=0)) @ matrix @ turn, matrix)
    wanted, got = (features - mean) @ matrix @ turn, (features - mean) @ fitted
    assert np.sum(unit(wanted) * unit(got), axis=1).min() > 0.999
