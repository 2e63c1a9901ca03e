"""The coding of a crop: about a third of its bytes, made for a board that decodes it sample by sample as they arrive.

Lossless with ``near`` 0. With 1 or 2 no sample is further than that from the crop's, for cameras whose noise would cost
more bytes than their picture. Both ends know exactly what the board then sees: ``rounded``.

The stream, for crops of H x W pixels:

1. One byte: ``near``, 0 to 2.
2. Then the pixels, row by row from the top, each as three bytes. From q = (x + near) // (2 near + 1) of each colour,
   which the decoder multiplies by 2 near + 1, they are: q_red - q_green + 128, q_green, and q_blue - q_green + 128,
   modulo 256.
3. A byte is predicted from the same byte of its neighbours, W to the left, N above, NW above to the left: the median of
   W, N and W + N - NW (the median edge detector of LOCO-I; Weinberger, Seroussi and Sapiro, IEEE Trans. Image
   Processing 9, 2000). Above the first row every byte is 128; left of the first pixel stands what is above it.
4. The error e = byte - prediction, modulo 256 a signed byte, becomes u = 2e, or -2e - 1 where it is negative.
5. u is written as a Rice code whose parameter k comes from the u of the neighbours, so that nothing is sent for it.
   With v = min(2u, 255) of each, and mean(a, b) = (a + b) // 2, k is how many of ``THRESHOLDS`` are at most
   mean(mean(v_W, v_N), mean(v_NW, v_NE)). Above the first row v is 0; left of the first pixel and right of the last one
   stands what is above it.
   u >> k zeros, a one, the k low bits of u. Where u >> k is ``LIMIT`` or more: ``LIMIT`` zeros, then the 8 bits of u.
   So no code is longer than 16 bits, and none says more than 255.
6. Bits fill each byte from its highest bit down; zeros fill the last byte.

All of this is made for a processor that computes four bytes at a time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from device.errors import DeviceError

Crop = NDArray[np.uint8]

MAX_NEAR = 2
THRESHOLDS = (3, 7, 16, 41, 80)
LIMIT = 8
RAW_BITS = 8
MAX_CODE_BITS = LIMIT + RAW_BITS
MIDDLE = 128

_PARAMETERS = np.searchsorted(THRESHOLDS, np.arange(256), side="right").astype(np.uint8)
_DAMAGED = "ask for the crop once more"


class CropCodeError(DeviceError):
    """Bytes that are no coded crop, or a crop that cannot be coded."""


def encode(crop: Crop, near: int = 0) -> bytes:
    """The stream of a crop (H, W, 3) uint8 RGB; of noise it is longer than the crop: see ``encode_if_shorter``.

    Raises CropCodeError on another kind of array and on a ``near`` that is not 0, 1 or 2.
    """
    folded = folded_errors(crop, near)
    return bytes([near]) + _packed(folded.reshape(-1), _parameters(folded).reshape(-1))


def encode_if_shorter(crop: Crop, near: int = 0) -> bytes | None:
    """The stream, or None where it would not be shorter than the crop itself, which is then sent as it is."""
    stream = encode(crop, near)
    return stream if len(stream) < crop.size else None


def rounded(crop: Crop, near: int) -> Crop:
    """The crop that the board decodes: ``decode(encode(crop, near), crop.shape)`` without the way through the bytes."""
    _check(crop, near)
    step = 2 * near + 1
    return ((np.arange(256) + near) // step * step).astype(np.uint8)[crop]


def decode(stream: bytes, shape: tuple[int, int, int]) -> Crop:
    """The crop of a stream; ``shape`` is (H, W, 3), which the stream does not say.

    The definition that the board's decoder is held against, one sample after the other: slow. Raises CropCodeError on a
    stream that is too short or too long, or whose first byte no encoder writes.
    """
    height, width, channels = shape
    if channels != 3 or height < 1 or width < 1:
        raise CropCodeError(f"a crop of shape {shape} has no coding", "give (height, width, 3)")
    if not stream or stream[0] > MAX_NEAR:
        raise CropCodeError("the coded crop is empty" if not stream else f"its first byte is {stream[0]}", _DAMAGED)
    bits = _Bits(stream[1:])
    planes = np.empty((height, width, 3), np.uint8)
    row, weights = [[MIDDLE] * 3] * width, [[0] * 3] * width
    for y in range(height):
        row, weights = _decode_row(bits, row, weights)
        planes[y] = row
    bits.expect_end()
    planes[:, :, ::2] += planes[:, :, 1:2] - np.uint8(MIDDLE)
    return planes * np.uint8(2 * stream[0] + 1)


def samples(crop: Crop, near: int = 0) -> Crop:
    """(H, W, 3): the bytes that are coded. Raises CropCodeError as ``encode`` does."""
    _check(crop, near)
    quantised = ((crop + np.uint16(near)) // np.uint16(2 * near + 1)).astype(np.uint8) if near else crop.copy()
    quantised[:, :, ::2] -= quantised[:, :, 1:2] - np.uint8(MIDDLE)
    return quantised


def folded_errors(crop: Crop, near: int = 0) -> NDArray[np.uint8]:
    """(H, W, 3): u of each byte. Raises CropCodeError as ``encode`` does."""
    planes = samples(crop, near)
    errors = (planes - _predicted(planes)).astype(np.int8)
    return ((errors << 1) ^ (errors >> 7)).view(np.uint8)


def _check(crop: Crop, near: int) -> None:
    good = isinstance(crop, np.ndarray) and crop.dtype == np.uint8 and crop.ndim == 3 and crop.shape[2] == 3
    if not good or not crop.size:
        got = f"{crop.dtype} {crop.shape}" if isinstance(crop, np.ndarray) else type(crop).__name__
        raise CropCodeError(f"the crop is {got}, not uint8 (height, width, 3)", "give RGB, one byte a channel")
    if not 0 <= near <= MAX_NEAR:
        raise CropCodeError(f"near is {near}", f"give 0 to {MAX_NEAR}")


def _predicted(planes: Crop) -> NDArray[np.int16]:
    """(H, W, 3): the median of left, above, and left + above - above left."""
    above = np.full(planes.shape, MIDDLE, np.int16)
    above[1:] = planes[:-1]
    left, above_left = above.copy(), above.copy()
    left[:, 1:] = planes[:, :-1]
    above_left[:, 1:] = above[:, :-1]
    sloped = left + above - above_left
    return np.asarray(np.maximum(np.minimum(left, above), np.minimum(sloped, np.maximum(left, above))))


def _parameters(folded: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W, 3): k of each byte."""
    weights = np.minimum(folded.astype(np.uint16) << 1, 255)
    above = np.zeros_like(weights)
    above[1:] = weights[:-1]
    left, above_left, above_right = above.copy(), above.copy(), above.copy()
    left[:, 1:] = weights[:, :-1]
    above_left[:, 1:] = above[:, :-1]
    above_right[:, :-1] = above[:, 1:]
    around = ((left + above >> 1) + (above_left + above_right >> 1)) >> 1
    return np.asarray(_PARAMETERS[around])


def _packed(folded: NDArray[np.uint8], parameters: NDArray[np.uint8]) -> bytes:
    """The codes one behind the other, in bytes."""
    zeros = folded >> parameters
    one = np.left_shift(np.uint8(1), parameters, dtype=np.uint8)
    codes = (folded & (one - np.uint8(1))) | one
    lengths = zeros + parameters + np.uint8(1)
    escapes = zeros >= LIMIT
    np.copyto(codes, folded, where=escapes)
    np.copyto(lengths, MAX_CODE_BITS, where=escapes)
    ends = np.cumsum(lengths, dtype=np.int32)
    # Behind its zeros a code has at most eight bits: it lies in the byte where it ends and the one before.
    last = (ends - 1) >> 3
    words = np.left_shift(codes, (-ends & 7).astype(np.uint8), dtype=np.uint16)
    sums = np.bincount(last, weights=words, minlength=(int(ends[-1]) + 7) // 8).astype(np.uint16)
    data = sums.astype(np.uint8)
    data[:-1] |= (sums[1:] >> 8).astype(np.uint8)
    return data.tobytes()


_Row = list[list[int]]


def _decode_row(bits: _Bits, above: _Row, weights_above: _Row) -> tuple[_Row, _Row]:
    """One row's pixels and their v, from those of the row above."""
    row: _Row = []
    weights: _Row = []
    for x, up in enumerate(above):
        left, up_left = (row[-1], above[x - 1]) if x else (up, up)
        w_left, w_up_left = (weights[-1], weights_above[x - 1]) if x else (weights_above[x], weights_above[x])
        w_up, w_up_right = weights_above[x], weights_above[min(x + 1, len(above) - 1)]
        pixel, weight = [], []
        for i in range(3):
            around = (w_left[i] + w_up[i] >> 1) + (w_up_left[i] + w_up_right[i] >> 1) >> 1
            folded = bits.take_code(int(_PARAMETERS[around]))
            predicted = sorted((left[i], up[i], left[i] + up[i] - up_left[i]))[1]
            pixel.append(predicted + (folded >> 1 ^ -(folded & 1)) & 255)
            weight.append(min(2 * folded, 255))
        row.append(pixel)
        weights.append(weight)
    return row, weights


class _Bits:
    """Reads a stream's bits from the highest of each byte down."""

    def __init__(self, stream: bytes) -> None:
        self._bits = "".join(f"{byte:08b}" for byte in stream)
        self._at = 0

    def _take(self, count: int) -> int:
        if self._at + count > len(self._bits):
            raise CropCodeError("the coded crop ends too early", _DAMAGED)
        self._at += count
        return int(self._bits[self._at - count : self._at], 2) if count else 0

    def take_code(self, parameter: int) -> int:
        """The next u."""
        zeros = self._bits.find("1", self._at, self._at + LIMIT) - self._at
        if zeros < 0:
            self._take(LIMIT)
            return self._take(RAW_BITS)
        self._take(zeros + 1)
        return (zeros << parameter) + self._take(parameter)

    def expect_end(self) -> None:
        """Raises CropCodeError where there is more than what fills the last byte."""
        rest = self._bits[self._at :]
        if len(rest) >= 8 or "1" in rest:
            raise CropCodeError("the coded crop goes on behind its end", _DAMAGED)
