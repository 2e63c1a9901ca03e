"""Read and write ``.tflite`` files as plain dataclasses, without TensorFlow.

The flatbuffer schema comes with the package ``ai-edge-litert``. Only the first subgraph is read; the written files hold
nothing but the operators, tensors and a description: no metadata, no paths.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.errors import DeviceError, FileError

_IDENTIFIER = b"TFL3"
_SCHEMA_VERSION = 3
_BUFFER_ALIGNMENT = 16
_DTYPES: Mapping[str, Any] = {
    "FLOAT32": np.float32,
    "FLOAT16": np.float16,
    "INT8": np.int8,
    "UINT8": np.uint8,
    "INT16": np.int16,
    "INT32": np.int32,
    "INT64": np.int64,
    "BOOL": np.bool_,
}
# Options class and the versions from which int8 with per-channel weights is known to LiteRT.
_WRITTEN = {
    "CONV_2D": ("Conv2DOptions", 3),
    "DEPTHWISE_CONV_2D": ("DepthwiseConv2DOptions", 3),
    "ADD": ("AddOptions", 2),
    "MEAN": ("ReducerOptions", 2),
    "AVERAGE_POOL_2D": ("Pool2DOptions", 2),
    "PAD": ("PadOptions", 2),
    "RESHAPE": ("ReshapeOptions", 1),
    "FULLY_CONNECTED": ("FullyConnectedOptions", 4),
    "QUANTIZE": ("QuantizeOptions", 2),
    "SOFTMAX": ("SoftmaxOptions", 2),
}


@dataclass(frozen=True, eq=False)
class Quantisation:
    """real = scale * (q - zero_point), one pair or one per index along ``axis``."""

    scales: NDArray[np.float32]
    zero_points: NDArray[np.int64]
    axis: int = 0

    @classmethod
    def per_tensor(cls, scale: float, zero_point: int) -> Quantisation:
        """One scale and zero point for the whole tensor."""
        return cls(np.array([scale], np.float32), np.array([zero_point], np.int64))


@dataclass(frozen=True, eq=False)
class Tensor:
    """``data`` is None for what is computed. ``dtype`` is the schema's word: INT8, INT32, FLOAT32 and so on."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    quantisation: Quantisation | None = None
    data: NDArray[Any] | None = None


@dataclass(frozen=True, eq=False)
class Operator:
    """``code`` is the schema's word (CONV_2D…); ``options`` its option fields, camelCase as in the schema.

    Inputs and outputs are tensor numbers; -1 is an input left out.
    """

    code: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Graph:
    """Operators in the order of execution, and the tensors they name by number."""

    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    description: str = ""


@cache
def _schema() -> Any:
    try:
        return importlib.import_module("ai_edge_litert.schema_py_generated")
    except ImportError as error:
        raise DeviceError("the package ai-edge-litert is missing", "pip install ai-edge-litert") from error


@cache
def _words(enumeration: str) -> dict[int, str]:
    kind = getattr(_schema(), enumeration)
    return {value: name for name, value in vars(kind).items() if isinstance(value, int)}


def _numbers(enumeration: str) -> dict[str, int]:
    return {name: value for value, name in _words(enumeration).items()}


def read_tflite(path: Path) -> Graph:
    """The file's graph; raises FileError where it is missing or is no ``.tflite``."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileError(f"{path}: {error.strerror}", "give the path of an int8 .tflite file") from error
    return parse_tflite(content, str(path))


def parse_tflite(content: bytes, where: str) -> Graph:
    """As :func:`read_tflite`, from bytes."""
    if content[4:8] != _IDENTIFIER:
        raise FileError(f"{where}: not a .tflite file (bytes 4 to 7 are {content[4:8]!r}, not {_IDENTIFIER!r})")
    try:
        model = _schema().ModelT.InitFromPackedBuf(content, 0)
        return _graph(model)
    except FileError:
        raise
    except Exception as error:  # a flatbuffer has no checksum: damage shows as any kind of error
        raise FileError(f"{where}: damaged .tflite file: {error}", "copy or convert it again") from error


def _array(values: Any, dtype: Any) -> NDArray[Any]:
    return np.asarray([] if values is None else values, dtype)


def _tensor(source: Any, buffers: Any) -> Tensor:
    dtype = _words("TensorType").get(source.type, str(source.type))
    shape = tuple(int(size) for size in _array(source.shape, np.int64))
    stored = buffers[source.buffer].data
    data = None
    if stored is not None and len(stored) and dtype in _DTYPES:
        data = np.frombuffer(bytes(bytearray(stored)), np.dtype(_DTYPES[dtype]).newbyteorder("<")).reshape(shape)
    quantisation = None
    if source.quantization is not None and len(_array(source.quantization.scale, np.float32)):
        scales = _array(source.quantization.scale, np.float32)
        zero_points = _array(source.quantization.zeroPoint, np.int64)
        if not len(zero_points):
            zero_points = np.zeros(len(scales), np.int64)
        quantisation = Quantisation(scales, zero_points, int(source.quantization.quantizedDimension))
    name = source.name.decode() if isinstance(source.name, bytes) else str(source.name or "")
    return Tensor(name, shape, dtype, quantisation, data)


def _graph(model: Any) -> Graph:
    subgraph = model.subgraphs[0]
    operators = []
    for source in subgraph.operators:
        code = model.operatorCodes[source.opcodeIndex]
        # Old files have the number in the deprecated byte only.
        number = max(code.builtinCode, code.deprecatedBuiltinCode)
        operators.append(
            Operator(
                _words("BuiltinOperator").get(number, str(number)),
                tuple(int(index) for index in _array(source.inputs, np.int64)),
                tuple(int(index) for index in _array(source.outputs, np.int64)),
                dict(vars(source.builtinOptions)) if source.builtinOptions is not None else {},
            )
        )
    description = model.description
    return Graph(
        tuple(_tensor(tensor, model.buffers) for tensor in subgraph.tensors),
        tuple(operators),
        tuple(int(index) for index in _array(subgraph.inputs, np.int64)),
        tuple(int(index) for index in _array(subgraph.outputs, np.int64)),
        description.decode() if isinstance(description, bytes) else str(description or ""),
    )


class _AlignedBuffer:
    """Packs as the schema's Buffer, with the 16-byte alignment that the schema asks for and its Python code forgets.

    The schema's generated classes call ``Pack``.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data

    def Pack(self, builder: Any) -> int:
        schema = _schema()
        start = None
        if self.data:
            builder.StartVector(1, len(self.data), _BUFFER_ALIGNMENT)
            builder.head = builder.head - len(self.data)
            builder.Bytes[builder.head : builder.head + len(self.data)] = self.data
            start = builder.EndVector()
        schema.BufferStart(builder)
        if start is not None:
            schema.BufferAddData(builder, start)
        offset: int = schema.BufferEnd(builder)
        return offset


def pack_tflite(graph: Graph) -> bytes:
    """The graph as the bytes of a ``.tflite`` file; the same graph gives the same bytes."""
    schema = _schema()
    flatbuffers = importlib.import_module("flatbuffers")
    model = schema.ModelT()
    model.version = _SCHEMA_VERSION
    model.description = graph.description
    codes = sorted({operator.code for operator in graph.operators})
    model.operatorCodes = []
    for name in codes:
        code = schema.OperatorCodeT()
        code.builtinCode = code.deprecatedBuiltinCode = _numbers("BuiltinOperator")[name]
        code.version = _WRITTEN[name][1]
        model.operatorCodes.append(code)
    model.buffers = [_AlignedBuffer(b"")]
    subgraph = schema.SubGraphT()
    subgraph.name = "main"
    subgraph.tensors = [_pack_tensor(tensor, model.buffers) for tensor in graph.tensors]
    subgraph.inputs, subgraph.outputs = list(graph.inputs), list(graph.outputs)
    subgraph.operators = [_pack_operator(operator, codes) for operator in graph.operators]
    model.subgraphs = [subgraph]
    builder = flatbuffers.Builder(1 << 20)
    builder.Finish(model.Pack(builder), file_identifier=_IDENTIFIER)
    return bytes(builder.Output())


def _pack_tensor(tensor: Tensor, buffers: list[Any]) -> Any:
    schema = _schema()
    packed = schema.TensorT()
    packed.name = tensor.name
    packed.shape = list(tensor.shape)
    packed.type = _numbers("TensorType")[tensor.dtype]
    packed.buffer = 0
    if tensor.data is not None:
        packed.buffer = len(buffers)
        little = np.dtype(_DTYPES[tensor.dtype]).newbyteorder("<")
        buffers.append(_AlignedBuffer(np.ascontiguousarray(tensor.data).astype(little).tobytes()))
    if tensor.quantisation is not None:
        packed.quantization = schema.QuantizationParametersT()
        packed.quantization.scale = tensor.quantisation.scales.astype(np.float32)
        packed.quantization.zeroPoint = tensor.quantisation.zero_points.astype(np.int64)
        packed.quantization.quantizedDimension = tensor.quantisation.axis
    return packed


def _pack_operator(operator: Operator, codes: list[str]) -> Any:
    schema = _schema()
    packed = schema.OperatorT()
    packed.opcodeIndex = codes.index(operator.code)
    packed.inputs, packed.outputs = list(operator.inputs), list(operator.outputs)
    options_name = _WRITTEN[operator.code][0]
    options = getattr(schema, options_name + "T")()
    for key, value in operator.options.items():
        setattr(options, key, value)
    packed.builtinOptionsType = _numbers("BuiltinOptions")[options_name]
    packed.builtinOptions = options
    return packed
