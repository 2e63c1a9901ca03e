"""The numbers of an expanding layer for ``device/firmware/block/expand.c``: one product a sum, proven sum by sum.

The definition (arithmetic.py) makes of a channel's sum a staircase of int8. With everything below the zero point
clamped away it has at most 255 steps, and ``((2^g sum + b) m) >> 48`` is the same staircase where each of its steps
falls between the same two sums. That bounds b from both sides for a given m; m itself has more bits than it needs and
is tried a little up and down, so that the channels of a layer can share g whatever their factors are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device.network.arithmetic import multiply_by_quantized
from device.network.format import Int32, Tables

WEIGHT_SHIFTS = (8, 7)  # of g, in the weights, block by block, the cheaper one first; the rest is in the tile
TILE_SHIFTS = range(8)  # (x + 128) * 2^7 is the most that an int16 holds
_STEPS = np.arange(1, 256, dtype=np.int64)  # outputs above the zero point
_TRIED = np.arange(-8, 9, dtype=np.int64)  # steps of a multiplier to both sides of the exact one
_INT32 = 2**31

Int64 = NDArray[np.int64]


@dataclass(frozen=True)
class ExpandNumbers:
    """``bias`` (out,) b, as it is added to 2^g times the sum without the layer's own bias; ``multiplier`` (out,) m;
    ``good`` (out,) whether they are exact for the channel."""

    bias: Int64
    multiplier: Int64
    good: NDArray[np.bool_]

    def where(self, these: NDArray[np.bool_], others: ExpandNumbers) -> ExpandNumbers:
        """These channels' own numbers, and those of ``others`` for the rest."""
        return ExpandNumbers(
            np.where(these, self.bias, others.bias),
            np.where(these, self.multiplier, others.multiplier),
            np.where(these, self.good, others.good),
        )


def _first_sums(multiplier: Int64, exponent: Int64) -> Int64:
    """(out, 255) the least sum of whose definition comes each step, whatever a sum can reach."""
    half = (_STEPS << exponent[:, None]) - (np.int64(1) << (exponent[:, None] - 1))
    return -(-((half << 31) - (1 << 30)) // multiplier[:, None])


def expand_numbers(tables: Tables, lowest: Int64, highest: Int64, out_zp: int, g: int) -> ExpandNumbers:
    """The numbers for a factor 2^g; ``lowest`` and ``highest`` (out,) are the least and greatest sum, bias included.

    Where a channel is not ``good``, its numbers mean nothing.
    """
    exponent = -tables.shift.astype(np.int64)
    multiplier = tables.multiplier.astype(np.int64)
    spare = g - 17 + exponent  # bits that the multiplier gives up
    usable = (exponent >= 1) & (exponent <= 17) & (spare >= 0) & (multiplier >= 1 << 30)
    found = ExpandNumbers(highest.copy(), np.ones_like(multiplier), np.zeros_like(usable))
    these = np.flatnonzero(usable)
    if len(these):
        low, high = lowest[these], highest[these]
        first = _first_sums(multiplier[these], exponent[these])
        bias, chosen, room = _widest(multiplier[these] >> spare[these], first, low, high, out_zp, g)
        good = (room >= 0) & ((high << g) + bias < _INT32) & ((low << g) + bias >= -_INT32)
        good &= _agrees(tables.multiplier[these], tables.shift[these], low, high, first, out_zp, g, bias, chosen)
        found.bias[these], found.multiplier[these], found.good[these] = bias, chosen, good
    return found


def _widest(
    rounded: Int64, first: Int64, lowest: Int64, highest: Int64, out_zp: int, g: int
) -> tuple[Int64, Int64, Int64]:
    """(out,) of the multipliers tried about ``rounded`` the one that leaves b the most room: b, it, and the room.

    In float64, which holds every number here exactly: a quotient k 2^48 / m is k times its whole part and k times its
    fraction, and k times a fraction of 31 bits that is no whole number is 2^-31 or more away from one.
    """
    low, high = lowest[:, None], highest[:, None]
    # A step that no sum reaches must not be taken by the last sum, one that all pass must have been by the first.
    at_least = np.where(first <= high, np.maximum(first, low) << g, 1 << 60).astype(np.float64)
    at_most = np.where(first > low, (np.minimum(first - 1, high) << g) + 1, -(1 << 60)).astype(np.float64)
    wanted = (_STEPS + out_zp).astype(np.float64)
    step = np.maximum(1, rounded**2 >> 56)
    bias, multiplier, room = np.zeros_like(rounded), rounded, np.full_like(rounded, -2)
    needed, gap = np.empty_like(at_least), np.empty_like(at_least)
    for steps in _TRIED:
        tried = rounded + steps * step
        whole = (np.int64(1) << 48) // tried
        part = ((np.int64(1) << 48) - whole * tried) / tried
        # (out, 255) the least 2^g sum + b of each step
        np.multiply(wanted, part[:, None], out=needed)
        needed -= 2.0**-40
        np.ceil(needed, out=needed)
        needed += np.multiply(wanted, whole[:, None].astype(np.float64), out=gap)
        least = np.subtract(needed, at_least, out=gap).max(axis=1).astype(np.int64)
        most = np.subtract(needed, at_most, out=gap).min(axis=1).astype(np.int64)
        left = np.where((tried < _INT32) & (tried > 0), most - least, -1)
        wider = left > room
        bias = np.where(wider, (least + most) >> 1, bias)
        multiplier, room = np.where(wider, tried, multiplier), np.maximum(left, room)
    return bias, multiplier, room


def _agrees(
    factor: Int32, shift: Int32, lowest: Int64, highest: Int64, first: Int64, out_zp: int, g: int, bias: Int64,
    multiplier: Int64,
) -> NDArray[np.bool_]:  # fmt: skip
    """Whether both staircases agree on the two sums at each of their steps: being monotone, then on all between."""
    sums = np.concatenate([first, first - 1, lowest[:, None], highest[:, None]], axis=1)
    sums = np.clip(sums, lowest[:, None], highest[:, None])
    theirs = multiply_by_quantized(sums, factor[:, None], shift[:, None]) + out_zp
    ours = ((sums << g) + bias[:, None]) * multiplier[:, None] >> 48
    agreed: NDArray[np.bool_] = (np.clip(theirs, -128, 127) == np.clip(ours, -128, 127)).all(axis=1)
    return agreed


def _of_offset(weights: NDArray[np.int8]) -> Int64:
    """(out,) what the + 128 of every input adds to a sum."""
    summed: Int64 = weights.astype(np.int64).sum(axis=tuple(range(1, weights.ndim)))
    return 128 * summed


def stored_numbers(numbers: ExpandNumbers, tables: Tables, g: int | Int64) -> tuple[Int32, Int32]:
    """Bias and multiplier as the firmware adds them to 2^g times the sum of weights and inputs + 128."""
    bias = numbers.bias + ((tables.bias - _of_offset(tables.weights)) << g)
    return bias.astype(np.int32), numbers.multiplier.astype(np.int32)  # modulo 2^32, as the board adds


def expanded(sums: Int64, weights: NDArray[np.int8], bias: Int32, multiplier: Int32, g: Int64) -> Int64:
    """What the firmware makes of ``sums`` (..., out) of weights and int8 inputs, before the clamp."""
    total = (((sums + _of_offset(weights)) << g) + bias).astype(np.int32).astype(np.int64)
    return np.asarray(total * multiplier >> 48, np.int64)
