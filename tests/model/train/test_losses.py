"""The losses against their plain definitions."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (extra 'train')")

from device.model.train.losses import Losses, LossPlan  # noqa: E402

ROWS = np.array([0, 1, 3, 4, 5, 7])  # 2 and 6 are held out
PICKED = np.array([3, 7, 0])


def unit(rows: np.ndarray) -> np.ndarray:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


@pytest.fixture
def targets() -> np.ndarray:
    return unit(np.random.default_rng(3).normal(size=(8, 16)))


def test_with_every_centre_drawn_the_contrast_is_the_softmax_over_all(targets: np.ndarray) -> None:
    embedded = unit(np.random.default_rng(4).normal(size=(3, 16)))
    losses = Losses(LossPlan(scale=5.0, strangers=100), ROWS, targets, seed=1)
    contrast, distance = losses(torch.from_numpy(embedded), PICKED)
    logits = 5.0 * embedded @ targets[ROWS].T
    own = [list(ROWS).index(row) for row in PICKED]
    # The batch's own centres stand among the candidates a second time for the other pictures of the batch.
    total = [np.exp(logits[i]).sum() + sum(np.exp(logits[i, own[j]]) for j in range(3) if j != i) for i in range(3)]
    expected = np.mean([np.log(total[i]) - logits[i, own[i]] for i in range(3)])
    assert float(contrast) == pytest.approx(expected, abs=1e-4)
    assert float(distance) == pytest.approx(1 - np.mean(np.sum(embedded * targets[PICKED], axis=1)), abs=1e-5)


def test_the_own_centre_drawn_again_is_no_stranger(targets: np.ndarray) -> None:
    losses = Losses(LossPlan(scale=30.0, strangers=100), ROWS, targets, seed=1)
    contrast, distance = losses(torch.from_numpy(targets[PICKED]), PICKED)
    # With its own centre counted as a stranger too, the best possible loss would be log 2.
    assert float(contrast) < 0.3
    assert float(distance) == pytest.approx(0, abs=1e-5)


def test_strangers_are_drawn_anew(targets: np.ndarray) -> None:
    losses = Losses(LossPlan(strangers=2), ROWS, targets, seed=1)
    embedded = torch.from_numpy(unit(np.random.default_rng(4).normal(size=(3, 16))))
    assert len({float(losses(embedded, PICKED)[0]) for _ in range(8)}) > 1


def test_a_blend_is_judged_by_the_part_that_its_teacher_gave(targets: np.ndarray) -> None:
    part = slice(10, 16)
    blends = np.zeros((2, 16), np.float32)
    blends[:, part] = unit(np.random.default_rng(5).normal(size=(2, 6)))
    losses = Losses(LossPlan(scale=5.0, strangers=100), ROWS, targets, seed=1, blends=blends)
    embedded = unit(np.random.default_rng(4).normal(size=(2, 16)))
    contrast, distance = losses(torch.from_numpy(embedded), np.array([8, 3]))
    asked = unit(embedded[:1, part])[0]
    assert float(distance) == pytest.approx(1 - (asked @ blends[0, part] + embedded[1] @ targets[3]) / 2, abs=1e-5)
    # What a whole target has to say in that part counts as a direction of its own.
    length = np.linalg.norm(targets[0, part])
    of_blend = 5.0 * np.array([asked @ blends[0, part], asked @ targets[3, part] / length,
                               *(targets[ROWS][:, part] @ asked / length)])  # fmt: skip
    of_crop = 5.0 * np.array([embedded[1] @ blends[0], *(targets[ROWS] @ embedded[1])])
    own = 1 + list(ROWS).index(3)
    expected = [np.log(np.exp(logits).sum()) - logits[at] for logits, at in ((of_blend, 0), (of_crop, own))]
    assert float(contrast) == pytest.approx(np.mean(expected), abs=1e-4)


def test_what_a_blend_leaves_unasked_gets_no_gradient(targets: np.ndarray) -> None:
    blends = np.zeros((1, 16), np.float32)
    blends[0, 10:] = 6**-0.5
    losses = Losses(LossPlan(), ROWS, targets, seed=1, blends=blends)
    embedded = torch.from_numpy(unit(np.random.default_rng(4).normal(size=(1, 16)))).requires_grad_()
    contrast, distance = losses(embedded, np.array([8]))
    (contrast + distance).backward()  # type: ignore[no-untyped-call]
    assert embedded.grad is not None
    assert not embedded.grad[0, :10].any()
    assert embedded.grad[0, 10:].any()
