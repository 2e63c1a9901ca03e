"""Integer arithmetic of LiteRT's int8 reference kernels: how real factors become multipliers, and how they are used.

Source: tflite/kernels/internal/quantization_util.cc and common.h in https://github.com/google-ai-edge/LiteRT; the
rounding of the high multiply is that of gemmlowp's fixedpoint.h.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]


def round_half_away(value: float) -> int:
    """C's ``round``: halves away from zero."""
    return math.floor(abs(value) + 0.5) * (1 if value >= 0 else -1)


def quantize_multiplier(factor: float) -> tuple[int, int]:
    """``factor`` >= 0 as (multiplier, shift): factor = multiplier / 2^31 * 2^shift with multiplier in [2^30, 2^31).

    A factor below 2^-32 gives (0, 0).
    """
    if factor == 0:
        return 0, 0
    fraction, shift = math.frexp(factor)
    multiplier = round_half_away(fraction * (1 << 31))
    if multiplier == 1 << 31:
        multiplier //= 2
        shift += 1
    return (0, 0) if shift < -31 else (multiplier, shift)


def high_multiply(x: Int64, multiplier: Int64) -> Int64:
    """The upper half of the doubled product, rounded to nearest, halves up; ``x`` holds int32 values."""
    product = x * multiplier
    nudge = np.where(product >= 0, 1 << 30, 1 - (1 << 30))
    total = product + nudge
    # C's division truncates, NumPy's shift floors.
    return np.where(total >= 0, total >> 31, -(-total >> 31))


def rounding_shift(x: Int64, exponent: Int64) -> Int64:
    """x / 2^exponent rounded to nearest, halves away from zero; exponent 0 to 31."""
    mask = (np.int64(1) << exponent) - 1
    remainder = x & mask
    threshold = (mask >> 1) + (x < 0)
    return (x >> exponent) + (remainder > threshold)


def multiply_by_quantized(
    x: NDArray[np.signedinteger], multiplier: NDArray[np.signedinteger] | int, shift: NDArray[np.signedinteger] | int
) -> Int64:
    """``x`` times (multiplier, shift) of :func:`quantize_multiplier`, rounded twice as LiteRT does; broadcasts."""
    factor, exponent = np.asarray(multiplier, np.int64), np.asarray(shift, np.int64)
    shifted = np.asarray(x, np.int64) << np.maximum(exponent, 0)
    wrapped = shifted.astype(np.int32).astype(np.int64)  # int32 in C
    return rounding_shift(high_multiply(wrapped, factor), np.maximum(-exponent, 0))
