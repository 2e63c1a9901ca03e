"""Verification figures on scores whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from device.model.data.pairs import Pairs
from device.model.embedding.metrics import (
    best_threshold,
    fold_accuracies,
    pair_scores,
    rate_at_most,
    roc,
    tar_at_far,
    threshold_at_far,
    verify,
)
from device.vision.fingerprint import unit


def make_pairs(same: list[bool], fold: list[int]) -> Pairs:
    names = tuple(f"p{index}" for index in range(len(same)))
    return Pairs(names, names, np.array(same), np.array(fold))


def test_best_threshold_separates() -> None:
    scores, same = np.array([0.1, 0.2, 0.8, 0.9]), np.array([False, False, True, True])
    assert 0.2 < best_threshold(scores, same) < 0.8
    assert best_threshold(scores, np.ones(4, bool)) <= 0.1
    assert best_threshold(scores, np.zeros(4, bool)) > 0.9


def test_a_fold_never_chooses_its_own_threshold() -> None:
    # Fold 1 is separable only at 0.9; fold 0's threshold is about 0.5.
    scores = np.array([0.4, 0.6, 0.85, 0.95])
    pairs = make_pairs([False, True, False, True], [0, 0, 1, 1])
    assert fold_accuracies(scores, pairs).tolist() == [0.5, 0.5]


def test_far_counts_strangers() -> None:
    strangers = np.arange(100) / 100
    for far in (0.0, 0.01, 0.1, 1.0):
        threshold = threshold_at_far(strangers, far)
        assert np.mean(strangers >= threshold) == pytest.approx(far)


def test_tar_at_far() -> None:
    scores = np.array([0.5, 0.96, 0.2, 0.97, 0.995])
    same = np.array([True, True, False, False, True])
    assert tar_at_far(scores, same, 0.5) == 1.0
    assert tar_at_far(scores, same, 0.0) == pytest.approx(1 / 3)


def test_intervals_hold_their_figure() -> None:
    rng = np.random.default_rng(2)
    same = np.arange(2000) % 2 == 0
    scores = np.where(same, rng.normal(1, 0.7, 2000), rng.normal(0, 0.7, 2000))
    pairs = make_pairs(same.tolist(), (np.arange(2000) // 200).tolist())
    figures = verify(scores, pairs, (0.1, 0.01), rounds=100)
    assert 0.7 < figures.accuracy < 0.82
    assert 0 < figures.deviation < 0.1
    for one in figures.tar:
        assert one.tar.low < one.tar.value < one.tar.high
        assert one.accepted == one.far * 1000
        assert one.far < one.far_high < 3 * one.far
    assert figures.tar[1].threshold > figures.tar[0].threshold


def test_no_accuracy_without_a_second_fold() -> None:
    figures = verify(np.array([0.9, 0.1]), make_pairs([True, False], [0, 0]), (0.1,), rounds=5)
    assert (figures.accuracy, figures.deviation, figures.folds) == (None, None, 0)


def test_what_a_number_of_pairs_can_show() -> None:
    # No event: 1 - 0.05^(1/n). One of ten: 0.394163, as in tables of Clopper and Pearson's interval.
    assert rate_at_most(0, 3000) == pytest.approx(1 - 0.05 ** (1 / 3000), rel=1e-6)
    assert rate_at_most(3, 3000) == pytest.approx(
        7.753657 / 3000, rel=2e-3
    )  # the Poisson limit: half of chi-squared(0.95, 8)
    assert rate_at_most(1, 10) == pytest.approx(0.394163, rel=1e-5)
    assert rate_at_most(5, 5) == 1.0


def test_the_curve_ends_where_everybody_passes() -> None:
    scores, same = np.array([0.9, 0.8, 0.8, 0.1]), np.array([True, True, False, False])
    far, tar, thresholds = roc(scores, same)
    assert far.tolist() == [0, 0.5, 1]
    assert tar.tolist() == [0.5, 1, 1]
    assert thresholds.tolist() == [0.9, 0.8, 0.1]


def test_scores_follow_the_names() -> None:
    embeddings = unit(np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 2.0]]))
    pairs = Pairs(("a", "a"), ("b", "c"), np.array([True, False]), np.array([0, 0]))
    np.testing.assert_allclose(pair_scores(embeddings, ["a", "b", "c"], pairs), [0.5**0.5, 0], atol=1e-6)
