"""Run ``network.bin`` in NumPy, exactly as the firmware and LiteRT's int8 reference kernels do.

Slow beside the C kernels, but quick enough to check a board's fingerprint (about a tenth of a second a crop).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.link.protocol import LayerKind
from device.network.arithmetic import multiply_by_quantized
from device.network.expand_constants import expanded
from device.network.file import FAST, Int8, LayerFlag, LayerRecord, Network, Tables

_EXACT_FLOAT32 = 1 << 24  # float32 holds every integer up to here


def fingerprint(network: Network, crop: NDArray[np.uint8]) -> Int8:
    """The output (output_length,) int8 for one crop (H, W, 3) uint8."""
    for _, output in run(network, crop):
        last = output
    return last.reshape(-1)


def run(network: Network, crop: NDArray[np.uint8]) -> Iterator[tuple[LayerRecord, Int8]]:
    """Execute layer by layer, each one whole; yields every layer with its output (H, W, C) int8."""
    if crop.shape != network.input_shape or crop.dtype != np.uint8:
        raise ValueError(f"a crop is {network.input_shape} uint8, got {crop.shape} {crop.dtype}")
    last_read: dict[int, int] = {}
    for index, layer in enumerate(network.layers):
        last_read |= {layer.source: index, layer.source2: index}
    activations = {0: (crop ^ 0x80).view(np.int8)}
    for index, layer in enumerate(network.layers):
        x = activations[layer.source]
        x2 = activations[layer.source2] if layer.kind == LayerKind.ADD else None
        output = run_layer(layer, network.tables(layer), x, x2)
        activations = {at: value for at, value in activations.items() if last_read.get(at, 0) > index}
        activations[index + 1] = output
        yield layer, output


def run_layer(layer: LayerRecord, tables: Tables, x: Int8, x2: Int8 | None = None) -> Int8:
    """One layer on (H, W, C) int8."""
    if layer.kind == LayerKind.ADD:
        assert x2 is not None
        result = _add(layer, tables, x, x2)
    elif layer.kind == LayerKind.MEAN:
        result = _mean(layer, tables, x)
    else:
        sums = _depthwise(layer, tables, x) if layer.kind == LayerKind.DEPTHWISE else _convolve(layer, tables, x)
        fast = tables.shift >= FAST
        shift = np.where(fast, 0, tables.shift)
        result = multiply_by_quantized(sums + tables.bias, tables.multiplier, shift) + layer.out_zp
        if fast.any():
            g = np.where(fast, tables.shift & (FAST - 1), 0).astype(np.int64)
            result = np.where(fast, expanded(sums, tables.weights, tables.bias, tables.multiplier, g), result)
    return np.clip(result, layer.clamp_min, layer.clamp_max).astype(np.int8)


def _padded(layer: LayerRecord, x: Int8) -> Int8:
    """``x`` with ``in_zp`` around it, as far as the kernel reaches."""
    rows = (layer.out_height - 1) * layer.stride_height + layer.kernel_height
    columns = (layer.out_width - 1) * layer.stride_width + layer.kernel_width
    height = max(rows, layer.pad_top + layer.in_height)
    width = max(columns, layer.pad_left + layer.in_width)
    padded = np.full((height, width, layer.in_channels), layer.in_zp, np.int8)
    top, left = layer.pad_top, layer.pad_left
    padded[top : top + layer.in_height, left : left + layer.in_width] = x
    return padded


def _taps(layer: LayerRecord, padded: Int8) -> Iterator[tuple[int, int, Int8]]:
    """For each place of the kernel, the input (out_height, out_width, in_channels) under it."""
    for row in range(layer.kernel_height):
        for column in range(layer.kernel_width):
            last_row = row + (layer.out_height - 1) * layer.stride_height
            last_column = column + (layer.out_width - 1) * layer.stride_width
            part = padded[row : last_row + 1 : layer.stride_height, column : last_column + 1 : layer.stride_width]
            yield row, column, part


def _convolve(layer: LayerRecord, tables: Tables, x: Int8) -> NDArray[np.int64]:
    # A float product is exact while no partial sum passes the mantissa, and BLAS is far quicker than integers.
    longest = layer.kernel_height * layer.kernel_width * layer.in_channels * 128 * 128
    kind: Any = np.float32 if longest <= _EXACT_FLOAT32 else np.float64
    weights = tables.weights.reshape(layer.out_channels, -1)
    columns = np.concatenate([part for _, _, part in _taps(layer, _padded(layer, x))], axis=2)
    product: NDArray[Any] = columns.astype(kind) @ weights.astype(kind).T
    return product.astype(np.int64)


def _depthwise(layer: LayerRecord, tables: Tables, x: Int8) -> NDArray[np.int64]:
    sums = np.zeros((layer.out_height, layer.out_width, layer.out_channels), np.int32)
    for row, column, part in _taps(layer, _padded(layer, x)):
        sums += part.astype(np.int32) * tables.weights[row, column].astype(np.int32)
    return sums.astype(np.int64)


def _add(layer: LayerRecord, tables: Tables, x: Int8, x2: Int8) -> NDArray[np.int64]:
    total = np.zeros(x.shape, np.int64)
    for index, (values, zero_point) in enumerate(((x, layer.in_zp), (x2, layer.in2_zp))):
        raised = (values.astype(np.int64) - zero_point) << layer.left_shift
        total += multiply_by_quantized(raised, tables.multiplier[index], tables.shift[index])
    return multiply_by_quantized(total, tables.multiplier[2], tables.shift[2]) + layer.out_zp


def _mean(layer: LayerRecord, tables: Tables, x: Int8) -> NDArray[np.int64]:
    sums = np.asarray(x.astype(np.int64).sum(axis=(0, 1), keepdims=True), np.int64)
    count = layer.in_height * layer.in_width
    if layer.flags & LayerFlag.AVERAGE:
        # Halves away from zero, as C's division of sum +- count/2.
        return np.asarray(np.sign(sums) * ((np.abs(sums) + count // 2) // count), np.int64)
    return multiply_by_quantized(sums - count * layer.in_zp, tables.multiplier, tables.shift) + layer.out_zp
