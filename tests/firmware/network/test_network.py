"""The network walk and both kernel sets against LiteRT's reference kernels, every layer, every number."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from device.model.export.export import ExportedNetwork, convert
from device.model.graph.litert import LiteRT
from device.model.graph.tflite import Graph, Operator, Quantisation, Tensor, pack_tflite
from device.network.file import FAST, LAYER_BYTES, Group, Network, PlanHead
from tests.support.ctypes_firmware import Firmware

SETS = ("ref", "m7")
OK, NO_FILE, BAD_SIZE, BAD_LAYER, NO_ROOM = range(5)
SAME, VALID = 0, 1
NONE, RELU, RELU6 = 0, 1, 3


def check(firmware: Firmware, content: bytes, pictures: list[NDArray[np.uint8]]) -> ExportedNetwork:
    """Every layer by itself with both kernel sets, and the plan as the board runs it; returns the planned network."""
    check_layers(firmware, content, pictures)
    return check_groups(firmware, content, pictures)


def check_layers(firmware: Firmware, content: bytes, pictures: list[NDArray[np.uint8]]) -> None:
    exported = convert(content, "test.tflite", "test", fused=False)
    oracle = LiteRT(content, "test.tflite")
    opened = {name: firmware.network(exported.network.data, name) for name in SETS}
    for picture in pictures:
        oracle.run(picture)
        for name, network in opened.items():
            assert network.status == OK
            assert network.load(picture)
            for index, (layer, tensor) in enumerate(zip(exported.network.layers, exported.tensors, strict=True)):
                network.run_layer(index)
                ours = network.arena[layer.out_offset : layer.out_offset + layer.out_bytes]
                theirs = oracle.tensor(tensor).reshape(-1)
                np.testing.assert_array_equal(ours, theirs, err_msg=f"{name}: {layer.label}")


def check_groups(firmware: Firmware, content: bytes, pictures: list[NDArray[np.uint8]]) -> ExportedNetwork:
    exported = convert(content, "test.tflite", "test")
    groups, layers = exported.network.groups, exported.network.layers
    ends = {group.first + group.count: group for group in groups}
    oracle = LiteRT(content, "test.tflite")
    network = firmware.network(exported.network.data, "m7", exported.network.header.arena_bytes)
    assert network.status == OK
    outputs: dict[int, NDArray[np.int8]] = {}

    def step(index: int) -> None:
        if index in ends:
            last = layers[index - 1]
            outputs[index - 1] = network.arena[last.out_offset : last.out_offset + last.out_bytes].copy()

    for picture in pictures:
        oracle.run(picture)
        assert network.run(picture, step)
        for index, ours in outputs.items():
            theirs = oracle.tensor(exported.tensors[index]).reshape(-1)
            np.testing.assert_array_equal(ours, theirs, err_msg=f"group that ends with {layers[index].label}")
    return exported


def pictures(shape: tuple[int, int, int], count: int = 2) -> list[NDArray[np.uint8]]:
    rng = np.random.default_rng(11)
    ends = rng.choice(np.array([0, 255], np.uint8), shape)
    return [ends, *rng.integers(0, 256, (count, *shape), dtype=np.uint8)]


def test_a_whole_network(firmware: Firmware, random_tflite: Path, network: Network) -> None:
    check(firmware, random_tflite.read_bytes(), pictures(network.input_shape))


def test_the_projects_own_network(firmware: Firmware, assets: Path) -> None:
    path = assets / "mobilenetv2_050_128.tflite"
    if not path.exists():
        pytest.skip(f"no {path.name}: it is made by `python -m device.model quantise`")
    check(firmware, path.read_bytes(), pictures((128, 128, 3), 1))


@dataclass
class Builder:
    """A graph written down operator by operator, with any scales."""

    shape: tuple[int, int, int]
    scale: float = 1 / 128
    zero_point: int = 0
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(3))
    tensors: list[Tensor] = field(default_factory=list)
    operators: list[Operator] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.activation("picture", self.shape, self.scale, self.zero_point)

    def activation(self, name: str, shape: tuple[int, ...], scale: float, zero_point: int) -> int:
        self.tensors.append(Tensor(name, (1, *shape), "INT8", Quantisation.per_tensor(scale, zero_point)))
        return len(self.tensors) - 1

    def constant(self, data: NDArray[Any], dtype: str, quantisation: Quantisation | None = None) -> int:
        self.tensors.append(Tensor(f"constant {len(self.tensors)}", data.shape, dtype, quantisation, data))
        return len(self.tensors) - 1

    def operator(self, code: str, inputs: tuple[int, ...], output: int, options: Mapping[str, Any]) -> int:
        self.operators.append(Operator(code, inputs, (output,), dict(options)))
        return output

    def conv(
        self, source: int, out_scale: float, out_zp: int, *, outputs: int = 8, kernel: int = 3, stride: int = 1,
        padding: int = SAME, activation: int = NONE, depthwise: bool = False,
        weight_scale: tuple[float, float] = (1e-3, 1e-2), bias: int = 3000, extreme: bool = False,
    ) -> int:  # fmt: skip
        _, height, width, inputs = self.tensors[source].shape
        outputs = inputs if depthwise else outputs
        shape = (1, kernel, kernel, outputs) if depthwise else (outputs, kernel, kernel, inputs)
        values = self.rng.choice([-127, 127], shape) if extreme else self.rng.integers(-127, 128, shape)
        scales = np.exp(self.rng.uniform(*np.log(weight_scale), outputs)).astype(np.float32)
        zeros = np.zeros(outputs, np.int64)
        weights = self.constant(values.astype(np.int8), "INT8", Quantisation(scales, zeros, 3 if depthwise else 0))
        quantisation = self.tensors[source].quantisation
        assert quantisation is not None
        sums = Quantisation((scales * quantisation.scales[0]).astype(np.float32), zeros, 0)
        biases = self.constant(self.rng.integers(-bias, bias + 1, outputs).astype(np.int32), "INT32", sums)
        cut = kernel - 1 if padding == VALID else 0
        out_shape = (-(-(height - cut) // stride), -(-(width - cut) // stride), outputs)
        output = self.activation(f"layer {len(self.operators)}", out_shape, out_scale, out_zp)
        options = {"padding": padding, "strideH": stride, "strideW": stride, "fusedActivationFunction": activation}
        if depthwise:
            options["depthMultiplier"] = 1
        code = "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D"
        return self.operator(code, (source, weights, biases), output, options)

    def content(self, output: int) -> bytes:
        return pack_tflite(Graph(tuple(self.tensors), tuple(self.operators), (0,), (output,), "test"))


POINTS = (-128, -1, 0, 5, 127)


@pytest.mark.parametrize("zero_point", POINTS)
@pytest.mark.parametrize("activation", [NONE, RELU, RELU6])
@pytest.mark.parametrize("extreme", [False, True])
def test_convolutions(firmware: Firmware, zero_point: int, activation: int, extreme: bool) -> None:
    for index, (height, width) in enumerate([(9, 12), (8, 8), (5, 7)]):
        builder = Builder(
            (height, width, 3), 1 / 128, zero_point, np.random.default_rng([index, zero_point + 128, activation])
        )
        rng = builder.rng
        at, options = 0, {"activation": activation, "extreme": extreme}
        for kernel, stride, padding, depthwise in [
            (3, 2, SAME, False), (1, 1, SAME, False), (3, 1, SAME, True), (1, 1, VALID, False), (3, 2, SAME, True),
            (2, 1, SAME, False),
        ]:  # fmt: skip
            scale = float(np.exp(rng.uniform(np.log(0.003), np.log(0.1))))
            at = builder.conv(
                at, scale, int(rng.choice(POINTS)), kernel=kernel, stride=stride, padding=padding, depthwise=depthwise,
                outputs=int(rng.choice([8, 12, 16])), **options,
            )  # fmt: skip
        check(firmware, builder.content(at), pictures((height, width, 3)))


@pytest.mark.parametrize(
    ("weight_scale", "out_scale", "bias"),
    [
        ((0.9, 1.1), 1 / 128, 0),  # factors around 1
        ((40.0, 60.0), 1 / 128, 100),  # shifts to the left
        ((1e-7, 1e-6), 1 / 2, 1 << 28),  # tiny factors, large sums
        ((1e-9, 1e-8), 8.0, (1 << 31) - (1 << 20)),  # sums near the end of int32
        ((2.0**-7, 2.0**-7), 2.0**-8, 200),  # powers of two: ties
    ],
)
@pytest.mark.parametrize("depthwise", [False, True])
def test_extreme_factors(
    firmware: Firmware, weight_scale: tuple[float, float], out_scale: float, bias: int, depthwise: bool
) -> None:
    for zero_point in (-128, 127, 3):
        builder = Builder((6, 6, 8), 1 / 128, 0, np.random.default_rng([zero_point + 128, depthwise]))
        at = builder.conv(
            0,
            out_scale,
            zero_point,
            kernel=3 if depthwise else 1,
            depthwise=depthwise,
            weight_scale=weight_scale,
            bias=bias,
        )
        check(firmware, builder.content(at), pictures((6, 6, 8), 4))


@pytest.mark.parametrize("zero_points", [(-128, 127, 0), (127, 127, -128), (0, 0, 0), (-5, 90, 127)])
@pytest.mark.parametrize("scales", [(0.02, 0.05, 0.04), (0.5, 0.001, 0.3), (1.0, 1.0, 1.0), (0.01, 0.01, 30.0)])
def test_additions(firmware: Firmware, zero_points: tuple[int, int, int], scales: tuple[float, float, float]) -> None:
    builder = Builder((4, 5, 8))
    pair = [builder.conv(0, scales[i], zero_points[i], kernel=1) for i in range(2)]
    output = builder.activation("sum", (4, 5, 8), scales[2], zero_points[2])
    builder.operator("ADD", (pair[0], pair[1]), output, {"fusedActivationFunction": NONE})
    check(firmware, builder.content(output), pictures((4, 5, 8)))


@pytest.mark.parametrize(("height", "width"), [(4, 4), (7, 7), (1, 1), (3, 5)])
def test_means(firmware: Firmware, height: int, width: int) -> None:
    for scale, zero_point in ((0.004, -128), (0.03, 127), (1 / 128, 0)):
        builder = Builder((height, width, 12))
        axes = builder.constant(np.array([1, 2], np.int32), "INT32")
        output = builder.activation("mean", (12,), scale, zero_point)
        builder.operator("MEAN", (0, axes), output, {"keepDims": False})
        check(firmware, builder.content(output), pictures((height, width, 12), 6))


def test_the_golden_input_gives_the_golden_output(firmware: Firmware, network: Network) -> None:
    for detailed in (False, True):
        opened = firmware.network(network.data, "m7")
        told: list[int] = []
        assert opened.run(network.golden_input(), told.append, detailed=detailed)
        header = network.header
        ours = opened.arena[header.output_offset : header.output_offset + header.output_length]
        np.testing.assert_array_equal(ours, network.golden_output())
        every = set(range(len(network.layers) + 1)) if detailed else {group.first for group in network.groups} | {63}
        assert set(told) == every


def _with(data: bytes, offset: int, form: str, value: int) -> bytes:
    return data[:offset] + struct.pack(form, value) + data[offset + struct.calcsize(form) :]


def _in_record(network: Network, kind: int, offset: int, form: str, value: int) -> bytes:
    index = next(i for i, layer in enumerate(network.layers) if layer.kind == kind)
    return _with(network.data, network.header.layers_offset + LAYER_BYTES * index + offset, form, value)


def test_files_that_would_lead_astray_are_refused(firmware: Firmware, random_tflite: Path) -> None:
    network = convert(random_tflite.read_bytes(), "test.tflite", "test", fused=False).network
    data = network.data

    def status(content: bytes, arena_bytes: int = 1 << 22) -> int:
        return firmware.network(content, "ref", arena_bytes).status

    assert status(data) == OK
    assert status(b"\xff" * 96) == NO_FILE
    assert status(data[:95]) == NO_FILE
    assert status(_with(data, 4, "<H", 1)) == NO_FILE
    assert status(data[:-1]) == BAD_SIZE
    assert status(_with(data, 64, "<I", len(data) - 8)) == BAD_SIZE  # records
    assert status(_with(data, 72, "<I", 0xFFFFFFF0)) == BAD_SIZE  # golden output
    assert status(data, network.header.arena_bytes - 1) == NO_ROOM
    conv, depthwise, add, mean = 1, 3, 4, 5
    wrong = [
        _with(data, 6, "<H", 0),  # no layers
        _with(data, 56, "<I", 0xFFFFFFF0),  # input outside the arena
        _in_record(network, conv, 16, "<H", 9),  # kind
        _in_record(network, conv, 20, "<H", 0xFFFF),  # input height
        _in_record(network, conv, 26, "<H", 0xFFFF),  # output height
        _in_record(network, conv, 34, "<B", 0),  # stride
        _in_record(network, conv, 36, "<B", 9),  # padding wider than the kernel
        _in_record(network, conv, 40, "<i", 128),  # zero point
        _in_record(network, conv, 52, "<i", 127),  # clamp_min above clamp_max
        _in_record(network, conv, 60, "<I", 0xFFFFFFF0),  # input outside the arena
        _in_record(network, conv, 68, "<I", 2),  # output not at a word
        _in_record(network, conv, 72, "<I", len(data) - 4),  # weights outside the file
        _in_record(network, conv, 80, "<I", 0xFFFFFFFC),  # multipliers outside the file
        _in_record(network, depthwise, 30, "<H", 4),  # other channels out than in
        _in_record(network, add, 64, "<I", 0xFFFFFFF0),  # second input
        _in_record(network, add, 88, "<i", 40),  # left shift
        _in_record(network, mean, 26, "<H", 2),  # a mean with a picture
    ]
    wrong[8] = _with(wrong[8], network.header.layers_offset + 56, "<i", -127)
    assert [status(content) for content in wrong] == [BAD_LAYER] * len(wrong)


def test_plans_that_would_lead_astray_are_refused(firmware: Firmware, network: Network) -> None:
    data, header = network.data, network.header
    block = next(index for index, group in enumerate(network.groups) if group.count == 4)
    groups = header.plan_offset + PlanHead.size()
    record, first = groups + Group.size() * block, network.groups[block].first
    expand, depthwise, project = network.layers[first : first + 3]

    def layer(index: int, offset: int) -> int:
        return header.layers_offset + LAYER_BYTES * (first + index) + offset

    def status(content: bytes) -> int:
        return firmware.network(content, "m7", header.arena_bytes).status

    assert status(data) == OK
    assert status(_with(data, header.plan_offset, "<I", 0xFFFFFFFF)) == BAD_SIZE
    assert status(_with(data, 92, "<I", len(data) - 8)) == BAD_SIZE  # the plan
    wrong = [
        _with(data, header.plan_offset, "<I", block),  # too few groups
        _with(data, record, "<H", first + 1),
        _with(data, record + 2, "<H", 2),
        _with(data, record + 4, "<H", 0xFFFF),  # rows that need more scratch than is there
        _with(data, record + 4, "<H", 0),  # its layers by themselves
        _with(data, record + 8, "<I", header.arena_bytes - 4),
        _with(data, record + 8, "<I", 2),
        _with(data, record + 12, "<I", 16),
        _with(data, layer(0, 60), "<I", header.arena_bytes),  # the block's input
        _with(data, layer(3, 68), "<I", header.arena_bytes),  # its output
        _with(data, layer(3, 64), "<I", header.arena_bytes) if network.layers[first + 3].source == first + 3
        else _with(data, layer(3, 60), "<I", header.arena_bytes),  # the residual
        _with(data, layer(0, 18), "<H", 0),  # weights in another order
        _with(data, layer(1, 18), "<H", 4),
        _with(data, layer(1, 34), "<B", 3),  # strides
        _with(data, layer(1, 37), "<B", 0),  # padding
        _with(data, layer(2, 24), "<H", 4),  # input channels
        _with(data, expand.shift_offset, "<b", FAST | 17),
        _with(data, expand.shift_offset, "<b", FAST | 7),
        _with(data, expand.shift_offset, "<b", 31),
        _with(data, layer(0, 88), "<i", 8),  # the factor of the tile
        _with(data, layer(0, 88), "<i", -1),
        _with(data, depthwise.shift_offset, "<b", FAST | 9),
        _with(data, depthwise.shift_offset, "<b", FAST | 1),
        _with(data, project.shift_offset, "<b", FAST),
        _with(data, project.shift_offset, "<b", FAST | 23),
        _with(data, project.shift_offset, "<b", -1),  # one of four channels another way
    ]  # fmt: skip
    assert [status(content) for content in wrong] == [BAD_LAYER] * len(wrong)
