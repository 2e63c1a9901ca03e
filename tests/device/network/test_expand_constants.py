"""An expanding layer's numbers beside the definition, on every sum that there can be."""

from __future__ import annotations

import numpy as np
import pytest

from device.network.arithmetic import multiply_by_quantized, quantize_multiplier
from device.network.expand_constants import expand_numbers, expanded, stored_numbers
from device.network.format import Tables


def tables_of(rng: np.random.Generator, factors: list[float], inputs: int, bias: int = 3000) -> Tables:
    numbers = [quantize_multiplier(factor) for factor in factors]
    shape = (len(factors), 1, 1, inputs)
    return Tables(
        rng.integers(-127, 128, shape, dtype=np.int8),
        rng.integers(-bias, bias + 1, len(factors), dtype=np.int32),
        np.array([multiplier for multiplier, _ in numbers], np.int32),
        np.array([shift for _, shift in numbers], np.int32),
    )


def bounds(tables: Tables) -> tuple[np.ndarray, np.ndarray]:
    wide = tables.weights.astype(np.int64)
    axes = (1, 2, 3)
    return (
        tables.bias + np.minimum(wide * 127, wide * -128).sum(axis=axes),
        tables.bias + np.maximum(wide * 127, wide * -128).sum(axis=axes),
    )


@pytest.mark.parametrize("g", range(8, 16))
def test_every_sum_gives_the_definitions_output(g: int) -> None:
    rng = np.random.default_rng(g)
    exponents = range(17 - g, 26 - g)
    factors = [float(0.5 ** max(e, 1) * rng.uniform(0.5, 1)) for e in exponents for _ in range(8)]
    tables = tables_of(rng, factors, 8)
    lowest, highest = bounds(tables)
    numbers = expand_numbers(tables, lowest, highest, -128, g)
    bias, multiplier = stored_numbers(numbers, tables, g)
    assert numbers.good.any()
    for channel in np.flatnonzero(numbers.good):
        sums = np.arange(lowest[channel], highest[channel] + 1)
        definition = multiply_by_quantized(sums, tables.multiplier[channel], tables.shift[channel]) - 128
        raw = (sums - tables.bias[channel])[:, None]
        one = slice(channel, channel + 1)
        fast = expanded(raw, tables.weights[one], bias[one], multiplier[one], np.array([g], np.int64))[:, 0]
        np.testing.assert_array_equal(np.clip(fast, -128, 127), np.clip(definition, -128, 127), err_msg=f"{channel}")


def test_the_channels_of_a_layer_can_share_a_factor() -> None:
    """Exponents as far apart as in trained layers, 16 to 80 inputs: hardly one channel is left out."""
    rng = np.random.default_rng(1)
    for inputs in (16, 48, 80):
        factors = [float(0.5**e * rng.uniform(0.5, 1)) for e in (6, 7, 8, 9) for _ in range(64)]
        tables = tables_of(rng, factors, inputs)
        good = expand_numbers(tables, *bounds(tables), -128, 11).good
        assert good.mean() > 0.95


def test_a_factor_that_cannot_be_shared_is_refused() -> None:
    tables = tables_of(np.random.default_rng(2), [0.5**3, 0.5**7, 0.0, 1.5, 0.5**7], 8)
    tables.bias[4] = 1 << 30
    good = expand_numbers(tables, *bounds(tables), -128, 11).good
    assert good.tolist() == [False, True, False, False, False]
