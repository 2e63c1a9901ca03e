"""The network with its batch normalisation folded in: plain arrays that NumPy runs, and the base of quantisation.

Activations are NHWC float32, convolution weights [out][kernel_h][kernel_w][in], depthwise weights
[kernel_h][kernel_w][channels], both as in a ``.tflite``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from device.link.protocol import LayerKind
from device.model.graph.variant import Variant

Float = NDArray[np.float32]
PICTURE = -1


@dataclass(frozen=True, eq=False)
class FloatLayer:
    """``source`` and, for ADD, ``source2`` are positions in the list of layers; PICTURE is the network's input."""

    name: str
    kind: LayerKind
    source: int
    source2: int | None = None
    weights: Float | None = None
    bias: Float | None = None
    stride: int = 1
    relu6: bool = False

    @property
    def table(self) -> tuple[Float, Float]:
        """Weights and bias of a layer that has them."""
        if self.weights is None or self.bias is None:
            raise ValueError(f"{self.name} has no weights")
        return self.weights, self.bias


@dataclass(frozen=True)
class LayerSpec:
    """One layer of a variant before it has weights; ``key`` is its path in the PyTorch module."""

    name: str
    key: str
    kind: LayerKind
    source: int
    source2: int | None
    inputs: int
    outputs: int
    kernel: int
    stride: int
    relu6: bool


def layer_specs(variant: Variant) -> tuple[LayerSpec, ...]:
    """All layers of the headless network in the order of execution."""
    specs: list[LayerSpec] = []

    def conv(name: str, key: str, inputs: int, outputs: int, kernel: int, stride: int, relu6: bool) -> int:
        kind = LayerKind.CONV if kernel > 1 else LayerKind.POINTWISE
        kind = LayerKind.DEPTHWISE if name.endswith(".dw") else kind
        specs.append(LayerSpec(name, key, kind, len(specs) - 1, None, inputs, outputs, kernel, stride, relu6))
        return len(specs) - 1

    conv("stem", "stem", 3, variant.stem_channels, 3, 2, True)
    for index, block in enumerate(variant.blocks):
        start, key = len(specs) - 1, f"blocks.{index}"
        if block.expanded != block.inputs:
            conv(f"{block.name}.expand", f"{key}.expand", block.inputs, block.expanded, 1, 1, True)
        conv(f"{block.name}.dw", f"{key}.depthwise", block.expanded, block.expanded, 3, block.stride, True)
        last = conv(f"{block.name}.project", f"{key}.project", block.expanded, block.outputs, 1, 1, False)
        if block.residual:
            name, size = f"{block.name}.add", block.outputs
            specs.append(LayerSpec(name, "", LayerKind.ADD, start, last, size, size, 0, 1, False))
    head = conv("head", "head", variant.blocks[-1].outputs, variant.fingerprint_length, 1, 1, True)
    size = variant.fingerprint_length
    specs.append(LayerSpec("mean", "", LayerKind.MEAN, head, None, size, size, 0, 1, False))
    return tuple(specs)


def same_padding(size: int, kernel: int, stride: int) -> tuple[int, int, int]:
    """(output size, pixels before, pixels after) of TensorFlow's SAME padding along one axis."""
    out = -(-size // stride)
    total = max((out - 1) * stride + kernel - size, 0)
    return out, total // 2, total - total // 2


def run_layer(layer: FloatLayer, x: Float, x2: Float | None = None) -> Float:
    """One layer on a batch (N, H, W, C)."""
    if layer.kind == LayerKind.ADD:
        assert x2 is not None
        return x + x2
    if layer.kind == LayerKind.MEAN:
        return np.asarray(x.mean(axis=(1, 2), keepdims=True), np.float32)
    weights, bias = layer.table
    if layer.kind == LayerKind.POINTWISE:
        y = x @ weights.reshape(len(weights), -1).T
    else:
        depthwise = layer.kind == LayerKind.DEPTHWISE
        kernel = weights.shape[0 if depthwise else 1]
        height, top, bottom = same_padding(x.shape[1], kernel, layer.stride)
        width, left, right = same_padding(x.shape[2], kernel, layer.stride)
        padded = np.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)))
        y = np.zeros((len(x), height, width, len(bias)), np.float32)
        for row in range(kernel):
            for column in range(kernel):
                rows = slice(row, row + (height - 1) * layer.stride + 1, layer.stride)
                columns = slice(column, column + (width - 1) * layer.stride + 1, layer.stride)
                part = padded[:, rows, columns]
                y += part * weights[row, column] if depthwise else part @ weights[:, row, column].T
    y += bias
    return np.asarray(np.clip(y, 0, 6, out=y) if layer.relu6 else y, np.float32)


def normalise(pictures: NDArray[np.uint8]) -> Float:
    """uint8 to what the network is trained on: (byte - 128) / 128."""
    return (pictures.astype(np.float32) - 128.0) / 128.0


def forward(layers: tuple[FloatLayer, ...], pictures: NDArray[np.uint8]) -> list[Float]:
    """Every layer's output (N, H, W, C) for pictures (N, S, S, 3) uint8; keep N small, all of it stays in memory."""
    outputs: list[Float] = []
    picture = normalise(pictures)
    for layer in layers:
        x = picture if layer.source == PICTURE else outputs[layer.source]
        outputs.append(run_layer(layer, x, None if layer.source2 is None else outputs[layer.source2]))
    return outputs


def random_layers(variant: Variant, pictures: NDArray[np.uint8], seed: int) -> tuple[FloatLayer, ...]:
    """Untrained weights with the spread of a trained network: on ``pictures`` (N, S, S, 3) uint8, every channel of
    every convolution has a random mean and deviation near 0 and 1, as after batch normalisation."""
    rng = np.random.default_rng(seed)
    layers: list[FloatLayer] = []
    outputs: list[Float] = []
    picture = normalise(pictures)
    for spec in layer_specs(variant):
        layer = FloatLayer(spec.name, spec.kind, spec.source, spec.source2, stride=spec.stride)
        x = picture if spec.source == PICTURE else outputs[spec.source]
        x2 = None if spec.source2 is None else outputs[spec.source2]
        if spec.kernel:
            depthwise = spec.kind == LayerKind.DEPTHWISE
            shape = (spec.kernel, spec.kernel, spec.outputs)
            if not depthwise:
                shape = (spec.outputs, spec.kernel, spec.kernel, spec.inputs)  # type: ignore[assignment]
            weights = rng.normal(0, 1, shape).astype(np.float32)
            raw = run_layer(replace(layer, weights=weights, bias=np.zeros(spec.outputs, np.float32)), x)
            mean, deviation = raw.mean(axis=(0, 1, 2)), raw.std(axis=(0, 1, 2)) + 1e-3
            gain = (np.exp(rng.normal(0, 0.3, spec.outputs)) / deviation).astype(np.float32)
            bias = (rng.normal(0.3, 0.5, spec.outputs) - mean * gain).astype(np.float32)
            weights *= gain if depthwise else gain[:, None, None, None]
            layer = replace(layer, weights=weights, bias=bias, relu6=spec.relu6)
        layers.append(layer)
        outputs.append(run_layer(layer, x, x2))
    return tuple(layers)


Layers = tuple[FloatLayer, ...]
