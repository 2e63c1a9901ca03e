"""From a float network and the ranges of its activations to an int8 ``.tflite`` graph."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device.link.protocol import LayerKind
from device.model.graph.float_network import PICTURE, Float, FloatLayer
from device.model.graph.tflite import Graph, Operator, Quantisation, Tensor

INPUT = Quantisation.per_tensor(1 / 128, 0)  # the byte minus 128, as training sees it
_SAME, _RELU6 = 0, 3
_LARGEST_BIAS = 2.0**29


@dataclass(frozen=True, eq=False)
class QuantisedWeights:
    """``values`` int8 as in the float layer's shape, ``scales`` float32 (out,)."""

    values: NDArray[np.int8]
    scales: NDArray[np.float32]


def activation_scale(low: float, high: float) -> Quantisation:
    """int8 scale and zero point whose range holds ``low`` to ``high`` and, exactly, 0."""
    low, high = min(low, 0.0), max(high, 0.0)
    scale = max(high - low, 1e-6) / 255
    zero_point = int(np.clip(round(-128 - low / scale), -128, 127))
    return Quantisation.per_tensor(scale, zero_point)


def channel_axis(layer: FloatLayer) -> int:
    """The axis of ``layer``'s weights that counts output channels."""
    return 2 if layer.kind == LayerKind.DEPTHWISE else 0


def per_channel(layer: FloatLayer, values: Float) -> Float:
    """``values`` (out,) shaped to broadcast over the layer's weights."""
    return values if layer.kind == LayerKind.DEPTHWISE else values[:, None, None, None]


def quantise_weights(layer: FloatLayer, in_scale: float) -> QuantisedWeights:
    """Symmetric int8 per output channel, -127 to 127. A channel of next to no weight gets a scale at which its bias
    still fits in 32 bits."""
    weights, bias = layer.table
    largest = np.abs(weights).max(axis=tuple(a for a in range(weights.ndim) if a != channel_axis(layer)))
    scales = np.maximum(largest / 127, np.abs(bias) / (in_scale * _LARGEST_BIAS))
    scales = np.maximum(scales, 1e-12).astype(np.float32)
    values = np.clip(np.round(weights / per_channel(layer, scales)), -127, 127).astype(np.int8)
    return QuantisedWeights(values, scales)


def quantise_bias(layer: FloatLayer, in_scale: float, scales: NDArray[np.float32]) -> NDArray[np.int32]:
    """Bias at the scale of the sums, in_scale * scales."""
    _, bias = layer.table
    return np.round(bias.astype(np.float64) / (in_scale * scales.astype(np.float64))).astype(np.int32)


def build_graph(
    layers: tuple[FloatLayer, ...],
    weights: dict[int, QuantisedWeights],
    activations: list[Quantisation],
    input_size: int,
    description: str,
) -> Graph:
    """The int8 graph; ``activations`` has one entry per layer, ``weights`` one per layer that has any."""
    tensors = [Tensor("picture", (1, input_size, input_size, 3), "INT8", INPUT)]
    operators: list[Operator] = []
    made: dict[int, int] = {PICTURE: 0}
    sizes: dict[int, tuple[int, int]] = {PICTURE: (input_size, 3)}

    def add(tensor: Tensor) -> int:
        tensors.append(tensor)
        return len(tensors) - 1

    for index, layer in enumerate(layers):
        size, channels = sizes[layer.source]
        if layer.kind == LayerKind.ADD:
            assert layer.source2 is not None
            inputs = (made[layer.source], made[layer.source2])
            code, options = "ADD", {"fusedActivationFunction": 0}
        elif layer.kind == LayerKind.MEAN:
            axes = add(Tensor("axes", (2,), "INT32", None, np.array([1, 2], np.int32)))
            inputs, code, options = (made[layer.source], axes), "MEAN", {"keepDims": False}
        else:
            depthwise = layer.kind == LayerKind.DEPTHWISE
            quantised = weights[index]
            source = tensors[made[layer.source]].quantisation
            assert source is not None
            in_scale = float(source.scales[0])
            values = quantised.values[None] if depthwise else quantised.values
            channels = len(quantised.scales)
            zeros = np.zeros(channels, np.int64)
            kernel = Quantisation(quantised.scales, zeros, 3 if depthwise else 0)
            sums = Quantisation((quantised.scales * np.float32(in_scale)).astype(np.float32), zeros, 0)
            bias = quantise_bias(layer, in_scale, quantised.scales)
            inputs = (
                made[layer.source],
                add(Tensor(f"{layer.name}.weights", values.shape, "INT8", kernel, values)),
                add(Tensor(f"{layer.name}.bias", bias.shape, "INT32", sums, bias)),
            )  # type: ignore[assignment]
            code = "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D"
            options = {
                "padding": _SAME,
                "strideH": layer.stride,
                "strideW": layer.stride,
                "fusedActivationFunction": _RELU6 if layer.relu6 else 0,
            }
            if depthwise:
                options["depthMultiplier"] = 1
            size = -(-size // layer.stride)
        shape = (1, channels) if layer.kind == LayerKind.MEAN else (1, size, size, channels)
        made[index] = add(Tensor(layer.name, shape, "INT8", activations[index]))
        sizes[index] = (size, channels)
        operators.append(Operator(code, inputs, (made[index],), options))
    return Graph(tuple(tensors), tuple(operators), (0,), (made[len(layers) - 1],), description)


def minmax_graph(layers: tuple[FloatLayer, ...], outputs: list[Float], input_size: int, description: str) -> Graph:
    """The plainest quantisation: every range from the smallest to the largest of ``outputs``."""
    activations = [activation_scale(float(y.min()), float(y.max())) for y in outputs]
    weights = {}
    for index, layer in enumerate(layers):
        if layer.weights is not None:
            source = INPUT if layer.source == PICTURE else activations[layer.source]
            weights[index] = quantise_weights(layer, float(source.scales[0]))
    return build_graph(layers, weights, activations, input_size, description)
