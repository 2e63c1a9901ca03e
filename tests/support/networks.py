"""Small networks, and LiteRT to compare them with: fixtures that the tests of the model and of network.bin share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from device.model.export.export import ExportedNetwork, convert
from device.model.graph.float_network import FloatLayer, forward, random_layers
from device.model.graph.litert import LiteRT
from device.model.graph.tflite import Graph, Operator, Quantisation, Tensor, pack_tflite
from device.model.graph.variant import Variant
from device.model.quantise.ptq import minmax_graph
from device.network.reference import run

SIZE = 32


@dataclass(frozen=True, eq=False)
class RandomNetwork:
    """A MobileNetV2 with random weights in all its forms; ``pictures`` are those it was calibrated on."""

    pictures: NDArray[np.uint8]
    layers: tuple[FloatLayer, ...]
    graph: Graph
    content: bytes
    exported: ExportedNetwork


@pytest.fixture(scope="session")
def random_network() -> RandomNetwork:
    rng = np.random.default_rng(5)
    pictures = rng.integers(0, 256, (6, SIZE, SIZE, 3), dtype=np.uint8)
    layers = random_layers(Variant(0.35, SIZE), pictures, 5)
    graph = minmax_graph(layers, forward(layers, pictures), SIZE, "")
    content = pack_tflite(graph)
    return RandomNetwork(pictures, layers, graph, content, convert(content, "random.tflite", "random"))


Compare = Callable[[bytes, list[NDArray[np.uint8]]], ExportedNetwork]


@pytest.fixture(scope="session")
def assert_equals_litert() -> Compare:
    """Export, then compare every number of every layer with LiteRT's reference kernels."""

    def check(content: bytes, pictures: list[NDArray[np.uint8]]) -> ExportedNetwork:
        exported = convert(content, "test.tflite", "test")
        oracle = LiteRT(content, "test.tflite")
        for picture in pictures:
            oracle.run(picture)
            for (layer, ours), tensor in zip(run(exported.network, picture), exported.tensors, strict=True):
                theirs = oracle.tensor(tensor).reshape(ours.shape)
                np.testing.assert_array_equal(ours, theirs, err_msg=layer.label)
        return exported

    return check


class GraphBuilder:
    """A graph written down operator by operator, with any scales; every tensor is int8 unless said otherwise."""

    def __init__(self, shape: tuple[int, int, int], scale: float = 1 / 128, zero_point: int = 0) -> None:
        self.rng = np.random.default_rng(1)
        self.tensors = [Tensor("picture", (1, *shape), "INT8", Quantisation.per_tensor(scale, zero_point))]
        self.operators: list[Operator] = []

    def add(self, tensor: Tensor) -> int:
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def operator(
        self,
        code: str,
        inputs: tuple[int, ...],
        shape: tuple[int, ...],
        scale: float,
        zero_point: int,
        **options: int | float | bool,
    ) -> int:
        """Append an operator; gives its output's number."""
        name = f"t{len(self.tensors)}"
        output = self.add(Tensor(name, shape, "INT8", Quantisation.per_tensor(scale, zero_point)))
        self.operators.append(Operator(code, inputs, (output,), options))
        return output

    def constant(self, values: NDArray[np.int32]) -> int:
        return self.add(Tensor(f"c{len(self.tensors)}", values.shape, "INT32", None, values))

    def convolve(
        self,
        source: int,
        outputs: int,
        kernel: int,
        *,
        scale: float = 0.05,
        zero_point: int = 0,
        stride: int = 1,
        padding: int = 0,
        activation: int = 0,
        depthwise: bool = False,
        weight_scales: NDArray[np.float32] | None = None,
        bias: NDArray[np.int32] | None = None,
    ) -> int:
        """A convolution with random weights; padding 0 is SAME, 1 VALID."""
        _, height, width, channels = self.tensors[source].shape
        shape = (1, kernel, kernel, outputs) if depthwise else (outputs, kernel, kernel, channels)
        values = self.rng.integers(-127, 128, shape).astype(np.int8)
        scales = np.full(outputs, 0.004, np.float32) if weight_scales is None else weight_scales
        zeros = np.zeros(len(scales), np.int64)
        numbers = self.rng.integers(-3000, 3000, outputs).astype(np.int32) if bias is None else bias
        weights = self.add(Tensor("w", shape, "INT8", Quantisation(scales, zeros, 3 if depthwise else 0), values))
        quantisation = self.tensors[source].quantisation
        assert quantisation is not None
        sums = (scales * quantisation.scales[0]).astype(np.float32)
        offsets = self.add(Tensor("b", numbers.shape, "INT32", Quantisation(sums, zeros, 0), numbers))
        size = [-(-length // stride) if padding == 0 else (length - kernel) // stride + 1 for length in (height, width)]
        options = {"depthMultiplier": 1} if depthwise else {}
        return self.operator(
            "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D",
            (source, weights, offsets),
            (1, *size, outputs),
            scale,
            zero_point,
            padding=padding,
            strideH=stride,
            strideW=stride,
            fusedActivationFunction=activation,
            **options,
        )

    def pad(self, source: int, amounts: list[list[int]]) -> int:
        quantisation = self.tensors[source].quantisation
        assert quantisation is not None
        shape = tuple(s + sum(a) for s, a in zip(self.tensors[source].shape, amounts, strict=True))
        paddings = self.constant(np.array(amounts, np.int32))
        scale, zero_point = float(quantisation.scales[0]), int(quantisation.zero_points[0])
        return self.operator("PAD", (source, paddings), shape, scale, zero_point)

    def mean(self, source: int, scale: float, zero_point: int) -> int:
        axes = self.constant(np.array([1, 2], np.int32))
        shape = (1, self.tensors[source].shape[3])
        return self.operator("MEAN", (source, axes), shape, scale, zero_point, keepDims=False)

    def graph(self, output: int) -> Graph:
        return Graph(tuple(self.tensors), tuple(self.operators), (0,), (output,), "test")

    def content(self, output: int) -> bytes:
        return pack_tflite(self.graph(output))


@pytest.fixture
def builder() -> type[GraphBuilder]:
    return GraphBuilder
