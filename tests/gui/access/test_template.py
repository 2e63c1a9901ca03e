"""The template: good shots count more, an outlier not at all, and shots that agree are all kept."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from device.vision.fingerprint import unit
from gui.access.template import agreement, kept, template


def shots(count: int, spread: float, seed: int = 1) -> NDArray[np.float32]:
    random = np.random.default_rng(seed)
    return unit(random.normal(0, 1, 64) + spread * random.normal(0, 1, (count, 64)))


def test_shots_that_agree_are_all_kept_and_give_the_mean() -> None:
    own = shots(8, 0.4)
    assert kept(own).all()
    assert np.allclose(template(own), unit(own.mean(axis=0)), atol=1e-6)
    assert np.allclose(template(own, np.full(8, 0.4, np.float32)), unit(own.mean(axis=0)), atol=1e-6)


@pytest.mark.parametrize("count", [5, 8])
def test_a_stranger_among_the_shots_changes_nothing(count: int) -> None:
    own = shots(count - 1, 0.4)
    mixed = np.concatenate([own, shots(1, 0.0, seed=2)])
    assert kept(mixed).tolist() == [True] * (count - 1) + [False]
    assert np.allclose(template(mixed), template(own), atol=1e-6)


def test_few_shots_are_all_kept_because_no_majority_could_outvote() -> None:
    mixed = np.concatenate([shots(3, 0.4), shots(1, 0.0, seed=2)])
    assert kept(mixed).all()


def test_a_good_shot_counts_more_than_a_bad_one_and_every_one_counts() -> None:
    axes = np.eye(2, dtype=np.float32)
    first, second = template(axes, np.array([1.0, 0.0], np.float32))
    assert first > second > 0


def test_agreement_is_the_cosine_with_the_mean_of_the_others() -> None:
    own = shots(4, 0.5)
    expected = [own[n] @ unit(np.delete(own, n, axis=0).mean(axis=0)) for n in range(4)]
    assert np.allclose(agreement(own), expected, atol=1e-6)
    assert agreement(own[:1]).tolist() == [1.0]
