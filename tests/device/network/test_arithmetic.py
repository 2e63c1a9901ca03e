"""LiteRT's fixed-point arithmetic, against its definition in whole numbers."""

import numpy as np
import pytest

from device.model.export.operators import mean_multiplier
from device.network.arithmetic import (
    high_multiply,
    multiply_by_quantized,
    quantize_multiplier,
    round_half_away,
    rounding_shift,
)


@pytest.mark.parametrize(
    ("factor", "expected"),
    [
        (0.0, (0, 0)),
        (1.0, (1 << 30, 1)),
        (0.5, (1 << 30, 0)),
        (0.75, (3 << 29, 0)),
        (3.0, (3 << 29, 2)),
        (2.0**-32, (1 << 30, -31)),
        (2.0**-33, (0, 0)),
        (1 - 2.0**-40, (1 << 30, 1)),  # rounds up to the next power of two
    ],
)
def test_quantize_multiplier(factor: float, expected: tuple[int, int]) -> None:
    assert quantize_multiplier(factor) == expected


def test_quantize_multiplier_is_close() -> None:
    for factor in np.exp(np.random.default_rng(0).uniform(-20, 8, 300)):
        multiplier, shift = quantize_multiplier(float(factor))
        assert 1 << 30 <= multiplier < 1 << 31
        assert multiplier * 2.0 ** (shift - 31) == pytest.approx(factor, rel=2**-31)


def test_round_half_away() -> None:
    assert [round_half_away(value) for value in (0.5, -0.5, 1.5, 2.5, -2.5, 0.49)] == [1, -1, 2, 3, -3, 0]


def test_high_multiply_rounds_halves_up() -> None:
    rng = np.random.default_rng(1)
    x = np.concatenate([rng.integers(-(2**31), 2**31, 2000), [1, -1, 3, -3, 2**31 - 1, -(2**31)]])
    for multiplier in (1 << 30, (1 << 31) - 1, 1234567891):
        expected = [(int(value) * multiplier * 2 + (1 << 31)) >> 32 for value in x]
        np.testing.assert_array_equal(high_multiply(x, np.int64(multiplier)), expected)


def test_rounding_shift_rounds_halves_away() -> None:
    x = np.arange(-1000, 1001, dtype=np.int64)
    for exponent in (0, 1, 3, 10):
        expected = [round_half_away(int(value) / 2**exponent) for value in x]
        np.testing.assert_array_equal(rounding_shift(x, np.int64(exponent)), expected)


def test_two_roundings_differ_from_one() -> None:
    # 7/16 is nearest to 0, but 7/2 rounds to 4 and 4/8 to 1: LiteRT rounds twice.
    assert multiply_by_quantized(np.array([7]), *quantize_multiplier(1 / 16)) == 1


def test_left_shift_wraps_as_int32() -> None:
    assert multiply_by_quantized(np.array([1 << 30]), 1 << 30, 2) == 0


def test_mean_multiplier_keeps_the_factor() -> None:
    for count in (1, 4, 9, 16, 25, 36, 49):
        multiplier, shift = mean_multiplier(0.02, 0.007, count)
        assert multiplier * 2.0 ** (shift - 31) == pytest.approx(0.02 / 0.007 / count, rel=1e-6)
