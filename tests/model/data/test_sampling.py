"""Samples are drawn in the stated shares, and alike however many processes draw them."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from device.errors import FileError
from device.model.data.sampling import Sampler

ROWS = np.arange(100, 200)
SOURCE = np.array(["a"] * 10 + ["b"] * 30 + ["c"] * 60)


def drawn(shares: dict[str, float], count: int = 20_000) -> dict[str, float]:
    rows = Sampler(ROWS, SOURCE, shares, seed=1).draw(0, count)
    assert set(rows.tolist()) == set(ROWS.tolist())  # every crop comes
    counts = Counter(SOURCE[rows - 100].tolist())
    return {one: counts[one] / count for one in "abc"}


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ({}, {"a": 0.1, "b": 0.3, "c": 0.6}),
        ({"a": 0.4}, {"a": 0.4, "b": 0.2, "c": 0.4}),
        ({"a": 0.2, "b": 0.2, "c": 0.1}, {"a": 0.4, "b": 0.4, "c": 0.2}),
    ],
)
def test_sources_have_their_shares(shares: dict[str, float], expected: dict[str, float]) -> None:
    assert drawn(shares) == pytest.approx(expected, abs=0.015)


def test_a_draw_depends_on_seed_and_samples_seen_alone() -> None:
    one, two = (Sampler(ROWS, SOURCE, {"a": 0.4}, seed=1) for _ in range(2))
    one.draw(0, 8)
    np.testing.assert_array_equal(one.draw(64, 32), two.draw(64, 32))
    assert not np.array_equal(one.draw(64, 32), one.draw(96, 32))
    assert not np.array_equal(one.draw(64, 32), Sampler(ROWS, SOURCE, {"a": 0.4}, seed=2).draw(64, 32))


def test_wrong_shares_are_refused() -> None:
    with pytest.raises(FileError, match="no crops of d") as caught:
        Sampler(ROWS, SOURCE, {"b": 0.2, "d": 0.2}, seed=1)
    assert "a, b, c" in str(caught.value.hint)
    for shares in ({"a": 0.7, "b": 0.5}, {"a": -0.1}, {"a": 0.0, "b": 0.0, "c": 0.0}):
        with pytest.raises(ValueError, match="shares of"):
            Sampler(ROWS, SOURCE, shares, seed=1)
