"""The fast kernels against the reference, bit for bit, on random and extreme numbers (test_network.py has LiteRT)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from device.network.arithmetic import multiply_by_quantized
from tests.support.ctypes_firmware import Firmware

INT32 = np.iinfo(np.int32)


def test_scaling_is_the_models_arithmetic(firmware: Firmware) -> None:
    rng = np.random.default_rng(2)
    x = np.concatenate(
        [rng.integers(INT32.min, INT32.max, 3000), rng.integers(-300, 300, 3000), [INT32.min, INT32.max]]
    )
    multiplier = rng.integers(1 << 30, 1 << 31, len(x))
    shift = rng.integers(-31, 31, len(x))
    expected = multiply_by_quantized(x, multiplier, shift)
    got = [firmware.library.kernel_scaled(int(a), int(m), int(s)) for a, m, s in zip(x, multiplier, shift, strict=True)]
    np.testing.assert_array_equal(got, expected)


def values(rng: np.random.Generator, shape: tuple[int, ...], extreme: bool) -> NDArray[np.int8]:
    """Random int8, or only the ends of the range."""
    if extreme:
        return rng.choice(np.array([-128, -127, 127], np.int8), shape)
    return rng.integers(-128, 128, shape).astype(np.int8)


def scaling(rng: np.random.Generator, channels: int, products: int, kind: str) -> dict[str, NDArray[Any]]:
    """Bias, multiplier and shift: as networks have them, or at an end of what the format allows."""
    multiplier = rng.integers(1 << 30, 1 << 31, channels)
    bias = rng.integers(-(1 << 14), 1 << 14, channels)
    typical = -int(np.log2(products * 60))
    shift = rng.integers(typical - 2, typical + 3, channels)
    if kind == "ties":  # many sums end exactly between two results
        multiplier[:] = 1 << 30
        shift = rng.integers(-8, -2, channels)
        bias = rng.integers(-300, 300, channels)
    elif kind == "near one":
        multiplier[:] = rng.choice([1 << 30, (1 << 31) - 1], channels)
        shift = rng.integers(-1, 2, channels)
    elif kind == "tiny":
        shift = rng.integers(-31, -19, channels)
    elif kind == "left":
        shift = rng.integers(0, 31, channels)
    elif kind == "huge bias":
        # On one side in each layer: a bound that is checked on the other side only shows.
        bias = rng.choice([INT32.max, 1 << 30, (1 << 30) - 20000], channels) * (1 if rng.integers(2) else -1)
    elif kind == "zero":
        multiplier[::2], shift[::2] = 0, 0
    return {
        "bias": np.asarray(bias, np.int32),
        "multiplier": np.asarray(multiplier, np.int32),
        "shift": np.asarray(shift, np.int8),
    }


KINDS = ("typical", "ties", "near one", "tiny", "left", "huge bias", "zero")
CLAMPS = ((-128, 127), (-128, 100), (-128, -1), (-5, 90), (0, 127), (10, 60), (-100, -20), (3, 3))


def numbers(rng: np.random.Generator, relu: bool) -> dict[str, int]:
    points = [-128, 127, 0, int(rng.integers(-128, 128))]
    in_zp, in2_zp, out_zp = (int(rng.choice(points)) for _ in range(3))
    low, high = CLAMPS[int(rng.integers(len(CLAMPS)))]
    if relu:
        low, high = out_zp, max(high, out_zp)
    return {"in_zp": in_zp, "in2_zp": in2_zp, "out_zp": out_zp, "clamp_min": low, "clamp_max": high}


def both(firmware: Firmware, kernel: str, arrays: dict[str, NDArray[Any]], **layer: int) -> None:
    expected = firmware.run_kernel("ref", kernel, arrays, **layer)
    np.testing.assert_array_equal(firmware.run_kernel("m7", kernel, arrays, **layer), expected)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("relu", [False, True])
def test_pointwise(firmware: Firmware, kind: str, relu: bool) -> None:
    rng = np.random.default_rng([1, len(kind), relu])
    shapes = [(1, 1, 8, 4), (3, 3, 8, 8), (5, 5, 16, 12), (4, 4, 20, 8), (2, 3, 4, 4), (7, 1, 480, 8), (3, 1, 1344, 4)]
    shapes += [(2, 2, 7, 4), (2, 2, 8, 6), (1, 2, 2056, 4), (40, 40, 8, 4), (1, 1, 1, 1)]
    for height, width, inputs, outputs in shapes:
        extreme = bool(rng.integers(2))
        arrays = {
            "in_": values(rng, (height, width, inputs), extreme),
            "weights": values(rng, (outputs, 1, 1, inputs), extreme),
            **scaling(rng, outputs, inputs, kind),
        }
        both(
            firmware, "pointwise", arrays, in_h=height, in_w=width, in_c=inputs, out_h=height, out_w=width,
            out_c=outputs, kernel_h=1, kernel_w=1, stride_h=1, stride_w=1, **numbers(rng, relu),
        )  # fmt: skip


def window(rng: np.random.Generator, kernel: int, stride: int) -> dict[str, int]:
    """A picture, its padding and the output that follows, at times cut short."""
    height, width = int(rng.integers(kernel, 20)), int(rng.integers(kernel, 20))
    top, left = int(rng.integers(0, kernel)), int(rng.integers(0, kernel))
    bottom, right = int(rng.integers(0, kernel)), int(rng.integers(0, kernel))
    return {
        "in_h": height, "in_w": width, "pad_top": top, "pad_left": left, "kernel_h": kernel, "kernel_w": kernel,
        "stride_h": stride, "stride_w": stride,
        "out_h": (height + top + bottom - kernel) // stride + 1, "out_w": (width + left + right - kernel) // stride + 1,
    }  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("relu", [False, True])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_depthwise(firmware: Firmware, kind: str, relu: bool, stride: int) -> None:
    rng = np.random.default_rng([2, len(kind), relu, stride])
    for channels in (4, 8, 12, 3, 1, 16, 4, 4):
        extreme = bool(rng.integers(2))
        shape = window(rng, 3, stride)
        arrays = {
            "in_": values(rng, (shape["in_h"], shape["in_w"], channels), extreme),
            "weights": values(rng, (3, 3, channels), extreme),
            **scaling(rng, channels, 9, kind),
        }
        both(firmware, "depthwise", arrays, in_c=channels, out_c=channels, **shape, **numbers(rng, relu))


@pytest.mark.parametrize(("size", "stride"), [(112, 1), (112, 2), (64, 2), (2, 1), (1, 2), (1, 1)])
def test_depthwise_in_strips(firmware: Firmware, size: int, stride: int) -> None:
    rng = np.random.default_rng([3, size, stride])
    out = -(-size // stride)
    pad = max((out - 1) * stride + 3 - size, 0) // 2
    arrays = {
        "in_": values(rng, (size, size, 8), False),
        "weights": values(rng, (3, 3, 8), False),
        **scaling(rng, 8, 9, "typical"),
    }
    both(
        firmware, "depthwise", arrays, in_h=size, in_w=size, in_c=8, out_h=out, out_w=out, out_c=8, kernel_h=3,
        kernel_w=3, stride_h=stride, stride_w=stride, pad_top=pad, pad_left=pad, **numbers(rng, True),
    )  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("relu", [False, True])
def test_conv(firmware: Firmware, kind: str, relu: bool) -> None:
    rng = np.random.default_rng([4, len(kind), relu])
    for kernel, stride, inputs, outputs in [
        (3, 2, 3, 16),
        (3, 1, 3, 4),
        (3, 2, 1, 8),
        (1, 1, 3, 4),
        (5, 2, 3, 8),
        (2, 3, 4, 4),
    ]:
        extreme = bool(rng.integers(2))
        shape = window(rng, kernel, stride)
        arrays = {
            "in_": values(rng, (shape["in_h"], shape["in_w"], inputs), extreme),
            "weights": values(rng, (outputs, kernel, kernel, inputs), extreme),
            **scaling(rng, outputs, kernel * kernel * inputs, kind),
        }
        both(firmware, "conv", arrays, in_c=inputs, out_c=outputs, **shape, **numbers(rng, relu))


@pytest.mark.parametrize("seed", range(40))
def test_add(firmware: Firmware, seed: int) -> None:
    rng = np.random.default_rng([5, seed])
    shape = (int(rng.integers(1, 6)), int(rng.integers(1, 6)), int(rng.choice([1, 3, 4, 8, 16])))
    shift = np.array([*rng.integers(-12, 2, 2), rng.integers(-31, 3)], np.int8)
    if seed % 2:
        shift = np.array([0, *rng.integers(-3, 1, 1), rng.integers(-22, -14)], np.int8)
    arrays = {
        "in_": values(rng, shape, seed % 3 == 0),
        "in2": values(rng, shape, seed % 3 == 0),
        "multiplier": rng.integers(1 << 30, 1 << 31, 3).astype(np.int32),
        "shift": shift,
    }
    height, width, channels = shape
    both(
        firmware, "add", arrays, in_h=height, in_w=width, in_c=channels, out_h=height, out_w=width, out_c=channels,
        left_shift=20, **numbers(rng, seed % 5 == 0),
    )  # fmt: skip


@pytest.mark.parametrize("average", [0, 1])
@pytest.mark.parametrize(
    ("height", "width", "channels"), [(4, 4, 1280), (7, 7, 8), (16, 16, 4), (17, 16, 4), (1, 1, 3)]
)
def test_mean(firmware: Firmware, height: int, width: int, channels: int, average: int) -> None:
    rng = np.random.default_rng([6, height, average])
    for extreme in (False, True):
        arrays = {
            "in_": values(rng, (height, width, channels), extreme),
            "multiplier": np.array([(1 << 30) + 12345], np.int32),
            "shift": np.array([-int(np.log2(height * width))], np.int8),
        }
        both(
            firmware, "mean", arrays, in_h=height, in_w=width, in_c=channels, out_h=1, out_w=1, out_c=channels,
            average=average, **numbers(rng, False),
        )  # fmt: skip
