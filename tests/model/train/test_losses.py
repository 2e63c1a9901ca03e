"""The losses against their plain definitions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (extra 'train')")

from device.model.data.training_set import UNKNOWN, TrainingSet  # noqa: E402
from device.model.train.losses import Losses, LossTerms, LossWeights  # noqa: E402

ROWS = np.array([0, 1, 3, 4, 5, 7])  # 2 and 6 are held out
PICKED = np.array([3, 7, 0])
ALL = LossWeights(scale=5.0, negatives=100)


def unit(rows: np.ndarray) -> np.ndarray:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


EMBEDDED = unit(np.random.default_rng(4).normal(size=(3, 16)))


@pytest.fixture
def data() -> TrainingSet:
    targets = unit(np.random.default_rng(3).normal(size=(8, 16)))
    names, people = np.array([f"a/{index}" for index in range(8)]), np.full(8, UNKNOWN)
    return TrainingSet(names, np.zeros((8, 144, 144, 3), np.uint8), targets, people, np.array([2, 6]), ROWS)


def terms(data: TrainingSet, weights: LossWeights = ALL, embedded: np.ndarray = EMBEDDED) -> LossTerms:
    return Losses(weights, data, seed=1)(torch.from_numpy(embedded), torch.from_numpy(PICKED))


def test_with_every_centre_it_is_the_softmax_over_all(data: TrainingSet) -> None:
    found = terms(data)
    logits = 5.0 * EMBEDDED @ data.targets[ROWS].T
    own = [list(ROWS).index(row) for row in PICKED]
    # The batch's own centres stand among the candidates a second time for the other crops of the batch.
    total = [np.exp(logits[i]).sum() + sum(np.exp(logits[i, own[j]]) for j in range(3) if j != i) for i in range(3)]
    expected = np.mean([np.log(total[i]) - logits[i, own[i]] for i in range(3)])
    assert float(found.softmax) == pytest.approx(expected, abs=1e-4)
    assert float(found.distance) == pytest.approx(
        1 - np.mean(np.sum(EMBEDDED * data.targets[PICKED], axis=1)), abs=1e-5
    )


def test_the_own_centre_and_other_crops_of_the_person_are_no_negatives(data: TrainingSet) -> None:
    strict = replace(ALL, scale=200.0)
    found = terms(data, strict, data.targets[PICKED])
    # With its own centre as a negative too, the best possible loss would be log 2.
    assert float(found.softmax) < 1e-3
    assert float(found.distance) == pytest.approx(0, abs=1e-5)
    data.targets[4] = data.targets[3]  # a second crop of what the teachers find the same face
    assert float(terms(data, strict, data.targets[PICKED]).softmax) == pytest.approx(np.log(2) / 3, abs=1e-2)
    people = data.people.copy()
    people[[3, 4]] = 77
    same = replace(data, people=people)
    assert float(terms(same, strict, data.targets[PICKED]).softmax) < 1e-3


def test_negatives_are_drawn_anew(data: TrainingSet) -> None:
    losses = Losses(LossWeights(negatives=2), data, seed=1)
    embedded, rows = torch.from_numpy(EMBEDDED), torch.from_numpy(PICKED)
    assert len({float(losses(embedded, rows).softmax) for _ in range(8)}) > 1


def test_the_identity_term_is_a_softmax_with_a_margin_over_people(data: TrainingSet) -> None:
    assert float(terms(data).identity) == 0
    people = np.array([5, 5, 5, 9, 9, UNKNOWN, 3, UNKNOWN])  # of 3, 7 and 0: 9, nobody known, 5; 3 is held out
    found = terms(replace(data, people=people), replace(ALL, margin=0.2))
    centres = unit(np.stack([data.targets[[0, 1]].mean(axis=0), data.targets[[3, 4]].mean(axis=0)]))  # not crop 2
    cosines = EMBEDDED @ centres.T
    each = []
    for index, own in ((0, 1), (2, 0)):
        logits = cosines[index].copy()
        logits[own] -= 0.2
        each.append(np.log(np.exp(5 * logits).sum()) - 5 * logits[own])
    assert float(found.identity) == pytest.approx(sum(each) / 3, abs=1e-5)


def test_the_relational_term_compares_the_cosines_within_a_batch(data: TrainingSet) -> None:
    own = data.targets[PICKED]
    expected = np.mean((EMBEDDED @ EMBEDDED.T - own @ own.T) ** 2)
    assert float(terms(data).relational) == pytest.approx(expected, abs=1e-6)
    turned = own @ np.linalg.qr(np.random.default_rng(0).normal(size=(16, 16)))[0].astype(np.float32)
    assert float(terms(data, embedded=turned).relational) == pytest.approx(0, abs=1e-6)


def test_the_total_is_the_weighted_sum() -> None:
    parts = LossTerms(*(torch.tensor(float(value)) for value in (1, 2, 3, 4)))
    weights = LossWeights(distance=10, identity=100, relational=1000)
    assert float(parts.total(weights)) == 1 + 20 + 300 + 4000
