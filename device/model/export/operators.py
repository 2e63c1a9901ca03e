"""The operators of a ``.tflite`` as layers of the engine, and the reasons why some cannot be.

The arithmetic and its constants are LiteRT's (tflite/kernels/conv.cc, add.cc, reduce.cc and kernel_util.cc in
https://github.com/google-ai-edge/LiteRT).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from device.errors import FileError
from device.link.protocol import NAME_BYTES, LayerKind
from device.model.graph.float_network import same_padding
from device.model.graph.tflite import Graph, Operator, Tensor
from device.network.arithmetic import quantize_multiplier, round_half_away
from device.network.file import Int8, Int32, LayerFlag, LayerRecord, Tables, pack_name

_ADD_LEFT_SHIFT = 20
_VALID = 1
_ACTIVATIONS = {0: (None, None), 1: (0.0, None), 2: (-1.0, 1.0), 3: (0.0, 6.0)}  # NONE, RELU, RELU_N1_TO_1, RELU6
_HEAD = ("FULLY_CONNECTED", "SOFTMAX")
_NO_INT8, _NO_INT32 = np.zeros(0, np.int8), np.zeros(0, np.int32)


@dataclass
class Step:
    """A layer before the arena is planned; ``inputs`` and ``output`` are tensor numbers."""

    record: LayerRecord
    tables: Tables
    inputs: tuple[int, ...]
    output: int


@dataclass
class OperatorReader:
    """Walks a graph once; ``steps`` are its layers. ``headless`` leaves out a classifier behind the feature."""

    graph: Graph
    where: str
    headless: bool
    steps: list[Step] = field(default_factory=list)
    aliases: dict[int, int] = field(default_factory=dict)  # a tensor that is another one's bytes
    pads: dict[int, tuple[int, int, int, int]] = field(default_factory=dict)  # padded tensor: top, bottom, left, right
    position: int = 0

    def refuse(self, message: str, hint: str = "") -> FileError:
        """The error that names the operator at hand, for the caller to raise."""
        operator = self.graph.operators[self.position]
        name = self.graph.tensors[operator.outputs[0]].name if operator.outputs else ""
        return FileError(
            f"{self.where}: operator {self.position} ({operator.code} {name!r}): {message}",
            hint or "the engine runs int8 CONV_2D, DEPTHWISE_CONV_2D, ADD and one global MEAN or AVERAGE_POOL_2D",
        )

    def tensor(self, index: int) -> Tensor:
        """The graph's tensor of this number."""
        return self.graph.tensors[index]

    def source(self, index: int) -> int:
        """The tensor whose bytes ``index`` really has."""
        while index in self.aliases:
            index = self.aliases[index]
        return index

    def activation(self, index: int, dtype: str = "INT8") -> tuple[float, int]:
        """Scale and zero point of an activation; refuses all but per-tensor int8."""
        tensor = self.tensor(index)
        if tensor.dtype != dtype or tensor.quantisation is None:
            raise self.refuse(
                f"activation {tensor.name!r} is {tensor.dtype}, not quantised {dtype}",
                "convert with full int8 quantisation (a representative dataset, int8 input and output)",
            )
        if len(tensor.quantisation.scales) != 1:
            raise self.refuse(f"activation {tensor.name!r} has {len(tensor.quantisation.scales)} scales, not one")
        return float(tensor.quantisation.scales[0]), int(tensor.quantisation.zero_points[0])

    def shape(self, index: int) -> tuple[int, int, int]:
        """(H, W, C) of an activation with batch 1; a vector counts as 1x1."""
        shape = self.tensor(index).shape
        if len(shape) == 2:
            shape = (shape[0], 1, 1, shape[1])
        if len(shape) != 4 or shape[0] != 1:
            raise self.refuse(f"tensor {self.tensor(index).name!r} has shape {shape}, not (1, height, width, channels)")
        return shape[1], shape[2], shape[3]

    def constant(self, operator: Operator, slot: int, what: str) -> Tensor:
        """The constant in one of the operator's slots; raises FileError where it is computed."""
        index = operator.inputs[slot] if slot < len(operator.inputs) else -1
        if index < 0 or self.tensor(index).data is None:
            raise self.refuse(f"its {what} is not a constant")
        return self.tensor(index)

    def base_record(self, kind: LayerKind, operator: Operator, source: int) -> LayerRecord:
        """Shapes, zero points and the clamp of the fused activation; the rest is zero."""
        _, in_zp = self.activation(operator.inputs[0])
        scale, out_zp = self.activation(operator.outputs[0])
        choice = int(operator.options.get("fusedActivationFunction", 0))
        if choice not in _ACTIVATIONS:
            raise self.refuse(f"fused activation {choice} (only none, ReLU, ReLU-1-to-1 and ReLU6)")
        low, high = _ACTIVATIONS[choice]
        name = self.tensor(operator.outputs[0]).name
        if len(name) > NAME_BYTES or not name.isascii() or not name:
            name = f"{len(self.steps):02d}.{kind.name.lower()}"
        return LayerRecord(
            pack_name(name),
            int(kind),
            int(LayerFlag.RELU) if choice else 0,
            *self.shape(source),
            *self.shape(operator.outputs[0]),
            *(0,) * 7,
            in_zp,
            0,
            out_zp,
            -128 if low is None else max(-128, _quantise(low, scale, out_zp)),
            127 if high is None else min(127, _quantise(high, scale, out_zp)),
            *(0,) * 11,
            bytes(12),
        )

    def add_step(self, record: LayerRecord, tables: Tables, inputs: tuple[int, ...], output: int) -> None:
        """A layer of network.bin, with the tensors that it reads and writes."""
        self.steps.append(Step(record, tables, inputs, output))

    def convolution(self, operator: Operator) -> None:
        """CONV_2D and DEPTHWISE_CONV_2D: a layer with tables."""
        depthwise = operator.code == "DEPTHWISE_CONV_2D"
        options = operator.options
        if (options.get("dilationHFactor", 1), options.get("dilationWFactor", 1)) != (1, 1):
            raise self.refuse("dilation other than 1")
        padded = operator.inputs[0]
        source = self.source(padded)
        weights = self.constant(operator, 1, "weights")
        if weights.dtype != "INT8" or weights.data is None or weights.quantisation is None:
            raise self.refuse(f"weights are {weights.dtype}, not quantised INT8", "convert with full int8 quantisation")
        channels = weights.shape[3] if depthwise else weights.shape[0]
        scales = weights.quantisation.scales
        if len(scales) != channels:
            raise self.refuse(
                f"weights have {len(scales)} scale(s) for {channels} output channels, but must have one per channel",
                "convert with per-channel quantisation",
            )
        if weights.quantisation.axis != (3 if depthwise else 0):
            raise self.refuse(f"weights are quantised along axis {weights.quantisation.axis}")
        if np.any(weights.quantisation.zero_points):
            raise self.refuse("weights have zero points other than 0")
        record = self.base_record(LayerKind.DEPTHWISE if depthwise else LayerKind.CONV, operator, source)
        kernel = weights.shape[1], weights.shape[2]
        stride = int(options["strideH"]), int(options["strideW"])
        top, bottom, left, right = self.pads.get(padded, (0, 0, 0, 0))
        if int(options.get("padding", 0)) != _VALID:
            _, more_top, more_bottom = same_padding(record.in_height + top + bottom, kernel[0], stride[0])
            _, more_left, more_right = same_padding(record.in_width + left + right, kernel[1], stride[1])
            top, bottom, left, right = top + more_top, bottom + more_bottom, left + more_left, right + more_right
        expected = (
            (record.in_height + top + bottom - kernel[0]) // stride[0] + 1,
            (record.in_width + left + right - kernel[1]) // stride[1] + 1,
        )
        if expected != (record.out_height, record.out_width):
            raise self.refuse(f"output is {record.out_height}x{record.out_width}, its input gives {expected}")
        if depthwise and (kernel != (3, 3) or record.in_channels != channels):
            raise self.refuse(f"kernel {kernel} from {record.in_channels} to {channels} channels: only 3x3 is run")
        if not depthwise and weights.shape[3] != record.in_channels:
            raise self.refuse(f"weights for {weights.shape[3]} channels on {record.in_channels}: grouped convolution")
        macs = record.out_bytes * kernel[0] * kernel[1] * (1 if depthwise else record.in_channels)
        pointwise = not depthwise and kernel == stride == (1, 1) and not any((top, bottom, left, right))
        record = replace(
            record,
            kind=int(LayerKind.POINTWISE) if pointwise else record.kind,
            kernel_height=kernel[0],
            kernel_width=kernel[1],
            stride_height=stride[0],
            stride_width=stride[1],
            pad_top=top,
            pad_left=left,
            macs=macs,
        )
        values = weights.data[0] if depthwise else weights.data
        bias = self.folded_bias(operator, values, channels, record.in_zp, depthwise)
        in_scale, _ = self.activation(operator.inputs[0])
        out_scale, _ = self.activation(operator.outputs[0])
        pairs = [quantize_multiplier(in_scale * float(scale) / out_scale) for scale in scales]
        tables = Tables(
            values, bias, np.array([p[0] for p in pairs], np.int32), np.array([p[1] for p in pairs], np.int32)
        )
        self.add_step(record, tables, (source,), operator.outputs[0])

    def folded_bias(self, operator: Operator, weights: Int8, channels: int, in_zp: int, depthwise: bool) -> Int32:
        """bias - in_zp * sum(weights) per channel, after making sure that no input can overflow the int32 sum."""
        bias = np.zeros(channels, np.int64)
        if len(operator.inputs) > 2 and operator.inputs[2] >= 0:
            stored = self.constant(operator, 2, "bias")
            if stored.dtype != "INT32" or stored.data is None:
                raise self.refuse(f"bias is {stored.dtype}, not INT32")
            bias += stored.data
        axes = (0, 1) if depthwise else (1, 2, 3)
        wide = weights.astype(np.int64)
        folded = bias - in_zp * wide.sum(axis=axes)
        highest = folded + np.maximum(wide * 127, wide * -128).sum(axis=axes)
        lowest = folded + np.minimum(wide * 127, wide * -128).sum(axis=axes)
        if highest.max() >= 2**31 or lowest.min() < -(2**31) or np.abs(folded).max() >= 2**31:
            channel = int(np.argmax(np.maximum(highest, -lowest)))
            raise self.refuse(f"the sum of output channel {channel} can pass 32 bits (bias {int(bias[channel])})")
        return np.asarray(folded, np.int32)

    def pad(self, operator: Operator) -> None:
        """PAD: kept until the convolution that reads it takes it as its own padding."""
        amounts = self.constant(operator, 1, "padding").data
        before, after = self.activation(operator.inputs[0]), self.activation(operator.outputs[0])
        if before != after:
            raise self.refuse("changes scale or zero point")
        if amounts is None or amounts.shape != (4, 2) or amounts[[0, 3]].any() or (amounts < 0).any():
            raise self.refuse("pads other axes than height and width")
        readers = [op.code for op in self.graph.operators if operator.outputs[0] in op.inputs]
        if not readers or not set(readers) <= {"CONV_2D", "DEPTHWISE_CONV_2D"}:
            raise self.refuse(f"is read by {readers}, not by convolutions")
        top, bottom, left, right = (int(value) for value in amounts[1:3].reshape(-1))
        was = self.pads.get(operator.inputs[0], (0, 0, 0, 0))
        self.aliases[operator.outputs[0]] = operator.inputs[0]
        self.pads[operator.outputs[0]] = (was[0] + top, was[1] + bottom, was[2] + left, was[3] + right)

    def add(self, operator: Operator) -> None:
        """ADD: a layer that rescales both inputs."""
        inputs = operator.inputs[0], operator.inputs[1]
        if self.tensor(inputs[0]).shape != self.tensor(inputs[1]).shape:
            raise self.refuse("broadcasts: the shapes of its inputs differ")
        if any(self.tensor(index).data is not None for index in inputs):
            raise self.refuse("adds a constant")
        (scale1, _), (scale2, zero_point2) = self.activation(inputs[0]), self.activation(inputs[1])
        out_scale, _ = self.activation(operator.outputs[0])
        widest = 2 * max(scale1, scale2)
        factors = (scale1 / widest, scale2 / widest, widest / ((1 << _ADD_LEFT_SHIFT) * out_scale))
        if not factors[2] < 1:
            raise self.refuse(f"output scale {out_scale} is too small beside its inputs' {scale1} and {scale2}")
        pairs = [quantize_multiplier(factor) for factor in factors]
        record = replace(
            self.base_record(LayerKind.ADD, operator, self.source(inputs[0])),
            in2_zp=zero_point2,
            left_shift=_ADD_LEFT_SHIFT,
        )
        multiplier = np.array([pair[0] for pair in pairs], np.int32)
        shift = np.array([pair[1] for pair in pairs], np.int32)
        tables = Tables(_NO_INT8, _NO_INT32, multiplier, shift)
        self.add_step(record, tables, (self.source(inputs[0]), self.source(inputs[1])), operator.outputs[0])

    def mean(self, operator: Operator) -> None:
        """MEAN over height and width."""
        axes = self.constant(operator, 1, "axes").data
        rank = len(self.tensor(operator.inputs[0]).shape)
        if axes is None or rank != 4 or sorted(int(axis) % rank for axis in axes.reshape(-1)) != [1, 2]:
            raise self.refuse("is not the mean over height and width")
        source = self.source(operator.inputs[0])
        record = self.base_record(LayerKind.MEAN, operator, source)
        scale, out_scale = self.activation(operator.inputs[0])[0], self.activation(operator.outputs[0])[0]
        multiplier, shift = mean_multiplier(scale, out_scale, record.in_height * record.in_width)
        tables = Tables(_NO_INT8, _NO_INT32, np.array([multiplier], np.int32), np.array([shift], np.int32))
        self.add_step(record, tables, (source,), operator.outputs[0])

    def average_pool(self, operator: Operator) -> None:
        """AVERAGE_POOL_2D over the whole picture, which is a mean."""
        source = self.source(operator.inputs[0])
        record = self.base_record(LayerKind.MEAN, operator, source)
        window = int(operator.options["filterHeight"]), int(operator.options["filterWidth"])
        if window != (record.in_height, record.in_width) or (record.out_height, record.out_width) != (1, 1):
            whole = record.in_height, record.in_width
            raise self.refuse(f"averages {window} of {whole}: only the whole picture is run")
        if self.activation(operator.inputs[0]) != self.activation(operator.outputs[0]):
            raise self.refuse("changes scale or zero point")
        record = replace(record, flags=record.flags | int(LayerFlag.AVERAGE))
        self.add_step(record, Tables(_NO_INT8, _NO_INT32, _NO_INT32, _NO_INT32), (source,), operator.outputs[0])

    def quantize(self, operator: Operator) -> None:
        """QUANTIZE from uint8 to int8 of the same scale: only the input may do so."""
        (scale, zero_point), (new_scale, new_zero_point) = (
            self.activation(operator.inputs[0], "UINT8"),
            self.activation(operator.outputs[0]),
        )
        if operator.inputs[0] not in self.graph.inputs or (new_scale, new_zero_point) != (scale, zero_point - 128):
            raise self.refuse("only uint8 input to the same int8 scale is run")
        self.aliases[operator.outputs[0]] = operator.inputs[0]

    def reshape(self, operator: Operator) -> None:
        """RESHAPE and SQUEEZE: other names for the same bytes."""
        later = self.graph.operators[self.position + 1 :]
        if any(op.code not in ("RESHAPE", "SQUEEZE", *_HEAD) for op in later):
            raise self.refuse("comes before other layers: only one at the end is run")
        self.aliases[operator.outputs[0]] = operator.inputs[0]

    def walk(self) -> int:
        """Turn every operator into a step; returns the output's tensor number."""
        known: dict[str, Callable[[Operator], None]] = {
            "CONV_2D": self.convolution,
            "DEPTHWISE_CONV_2D": self.convolution,
            "PAD": self.pad,
            "ADD": self.add,
            "MEAN": self.mean,
            "AVERAGE_POOL_2D": self.average_pool,
            "QUANTIZE": self.quantize,
            "RESHAPE": self.reshape,
            "SQUEEZE": self.reshape,
        }
        if len(self.graph.inputs) != 1 or len(self.graph.outputs) != 1:
            count = len(self.graph.inputs), len(self.graph.outputs)
            raise FileError(f"{self.where}: has {count[0]} inputs and {count[1]} outputs, not one of each")
        for position, operator in enumerate(self.graph.operators):
            self.position = position
            if operator.code in _HEAD and self.steps and self.steps[-1].record.kind == LayerKind.MEAN:
                if self.headless:
                    break
                raise self.refuse("a classifier behind the feature", "cut it off with --headless")
            if operator.code not in known:
                raise self.refuse("is not run by the engine")
            known[operator.code](operator)
        if not self.steps:
            raise FileError(f"{self.where}: has no layer that the engine runs")
        output = self.steps[-1].output
        if not self.headless and self.source(self.graph.outputs[0]) != output:
            raise FileError(f"{self.where}: its output is not what its last layer computes")
        return output


def _quantise(value: float, scale: float, zero_point: int) -> int:
    """CalculateActivationRangeQuantized: the division is float32 in LiteRT."""
    return zero_point + round_half_away(float(np.float32(value) / np.float32(scale)))


def mean_multiplier(scale: float, out_scale: float, count: int) -> tuple[int, int]:
    """Multiplier and shift of MEAN over ``count`` numbers, as reduce.h folds 1/count into them."""
    multiplier, shift = quantize_multiplier(scale / out_scale)
    down = min(count.bit_length() - 1, 32, 31 + shift)
    return (multiplier << down) // count, shift - down
