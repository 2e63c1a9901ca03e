"""All pairs of two people, and thresholds among them, against counting one by one."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from device.model.evaluate import impostors as module
from device.model.evaluate.impostors import far_at, find_impostors, number_people, tar_among_all
from device.vision.fingerprint import unit


def crowd(people: int, each: int, spread: float = 0.6, seed: int = 0) -> tuple[NDArray[np.float32], list[str]]:
    """Unit embeddings around a random centre for each person."""
    rng = np.random.default_rng(seed)
    names = [f"p{index // each}" for index in range(people * each)]
    centres = unit(rng.normal(size=(people, 16)))
    return unit(np.repeat(centres, each, axis=0) + spread * rng.normal(size=(people * each, 16)) / 4), names


def brute(embeddings: NDArray[np.float32], names: list[str]) -> NDArray[np.float64]:
    pairs = [(i, j) for i, j in combinations(range(len(names)), 2) if names[i] != names[j]]
    return np.array([float(embeddings[i] @ embeddings[j]) for i, j in pairs])


def test_every_pair_of_two_people_is_there_once() -> None:
    embeddings, names = crowd(4, 3)
    found, expected = find_impostors(embeddings, names, 0.5), brute(embeddings, names)
    assert found.count == len(expected)
    np.testing.assert_allclose(found.scores, np.sort(expected)[::-1], atol=1e-6)
    assert (found.first != found.second).all()


def test_only_the_highest_are_kept_and_they_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SAMPLE", 2000)
    embeddings, names = crowd(60, 5)
    found, expected = find_impostors(embeddings, names, 0.02), np.sort(brute(embeddings, names))[::-1]
    assert len(found.scores) < found.count / 5
    for far in (0.02, 0.001):
        threshold = found.threshold_at(far)
        allowed = int(far * len(expected))
        assert expected[allowed - 1] >= threshold > expected[allowed]
        assert found.accepted(threshold) == allowed
    with pytest.raises(ValueError, match="were kept"):
        found.threshold_at(0.5)


def test_weights_count_people() -> None:
    embeddings, names = crowd(6, 4)
    found = find_impostors(embeddings, names, 0.5)
    same = np.ones(6)
    assert found.weighted_thresholds([0.1, 0.2], same) == [found.threshold_at(0.1), found.threshold_at(0.2)]
    # Without two of the people it is as if they had never been there.
    left = [index for index, name in enumerate(names) if name not in ("p1", "p4")]
    fewer = find_impostors(embeddings[left], [names[index] for index in left], 0.5)
    weights = np.array([0.0 if name in ("p1", "p4") else 1.0 for name in sorted(set(names))])
    assert found.weighted_thresholds([0.1], weights) == [pytest.approx(fewer.threshold_at(0.1), abs=1e-6)]


def test_shares_at_given_thresholds() -> None:
    embeddings, names = crowd(8, 4)
    expected = brute(embeddings, names)
    assert far_at(embeddings, names, [0.2, 0.9]) == [
        pytest.approx(np.mean(expected >= 0.2)),
        pytest.approx(np.mean(expected >= 0.9)),
    ]


def test_true_accepts_and_their_intervals() -> None:
    embeddings, names = crowd(40, 4, spread=1.6)
    impostors, person = find_impostors(embeddings, names, 0.1), number_people(names)
    pairs = [(i, j) for i, j in combinations(range(len(names)), 2) if names[i] == names[j]]
    genuine = np.array([embeddings[i] @ embeddings[j] for i, j in pairs], np.float32)
    owner = np.array([person[i] for i, _ in pairs])
    loose, strict = tar_among_all(impostors, genuine, owner, (0.1, 0.001, 1e-9), rounds=60)
    assert loose.tar.value == pytest.approx(np.mean(genuine >= impostors.threshold_at(0.1)))
    assert strict.tar.value < loose.tar.value
    for one in (loose, strict):
        assert one.tar.low < one.tar.value < one.tar.high
        assert one.threshold.low <= one.threshold.value <= one.threshold.high
        assert one.accepted == int(one.far * impostors.count)
