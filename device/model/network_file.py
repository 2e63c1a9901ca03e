"""``network.bin``: the network as data, read by the firmware where it lies. This module is the layout's definition.

A 96-byte header, one 112-byte record per layer in the order of execution, the tables the records point to, and the
golden output. All numbers are little-endian. Offsets are bytes from the start of the file (tables) or of the arena
(activations). Weights start at multiples of 16, every other table at multiples of 4.

Tables of a layer, by kind:

- CONV, POINTWISE: weights int8 [out][kernel_h][kernel_w][in]; DEPTHWISE: int8 [kernel_h][kernel_w][channels];
  bias int32 [out], which already holds ``-in_zp * sum(weights)``, so that the engine multiplies raw int8 inputs and
  counts a pixel outside the picture as ``in_zp``; multiplier and shift int32 [out].
- ADD: multiplier and shift int32 [3]: first input, second input, output; inputs are shifted left by ``left_shift``.
- MEAN: multiplier and shift int32 [1]; no tables where the flag AVERAGE is set.

Arithmetic (LiteRT's reference kernels, https://github.com/google-ai-edge/LiteRT, common.h): a sum ``x`` becomes
``rounding_shift(high_multiply(x << max(shift, 0), multiplier), max(-shift, 0)) + out_zp``, clamped; see reference.py.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass, replace
from enum import IntFlag
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from device.errors import FileError
from device.protocol import NAME_BYTES, NETWORK_HASH_BYTES, LayerKind, Record

MAGIC = b"FNET"
VERSION = 1
WEIGHTS_ALIGNMENT = 16
TABLE_ALIGNMENT = 4
ARENA_ALIGNMENT = 16

Int8 = NDArray[np.int8]
Int32 = NDArray[np.int32]
UInt8 = NDArray[np.uint8]


class LayerFlag(IntFlag):
    """Bits of a layer's ``flags``."""

    RELU = 1  # the clamp comes from a fused ReLU; information only, the clamp values say it all
    AVERAGE = 2  # MEAN: the plain average of the raw int8 values, halves away from zero, and no multiplier


@dataclass(frozen=True)
class NetworkHeader(Record):
    """The first 96 bytes. A real input number is ``input_scale * (byte - 128 - input_zero_point)``; a real output
    number is ``output_scale * (q - output_zero_point)``."""

    FORMAT: ClassVar[str] = "<4sHHI16sHHHHfifiIIIIII16s4s"
    magic: bytes
    version: int
    layer_count: int
    total_bytes: int
    hash: bytes  # first 16 bytes of the file's SHA-256, taken with this field zero
    input_height: int
    input_width: int
    input_channels: int
    output_length: int
    input_scale: float
    input_zero_point: int
    output_scale: float
    output_zero_point: int
    arena_bytes: int
    input_offset: int
    output_offset: int
    layers_offset: int
    golden_seed: int
    golden_offset: int
    name: bytes
    reserved: bytes


@dataclass(frozen=True)
class LayerRecord(Record):
    """One layer, 112 bytes. Padding below and to the right follows from the output's size."""

    FORMAT: ClassVar[str] = "<16sHHHHHHHHBBBBBBHiiiiiIIIIIIIiI16s"
    name: bytes
    kind: int
    flags: int
    in_height: int
    in_width: int
    in_channels: int
    out_height: int
    out_width: int
    out_channels: int
    kernel_height: int
    kernel_width: int
    stride_height: int
    stride_width: int
    pad_top: int
    pad_left: int
    reserved: int
    in_zp: int
    in2_zp: int
    out_zp: int
    clamp_min: int
    clamp_max: int
    in_offset: int
    in2_offset: int
    out_offset: int
    weights_offset: int
    bias_offset: int
    multiplier_offset: int
    shift_offset: int
    left_shift: int
    macs: int
    reserved2: bytes

    @property
    def label(self) -> str:
        return self.name.rstrip(b"\0").decode("ascii", "replace")

    @property
    def in_bytes(self) -> int:
        return self.in_height * self.in_width * self.in_channels

    @property
    def out_bytes(self) -> int:
        return self.out_height * self.out_width * self.out_channels

    @property
    def table_length(self) -> int:
        """Entries in the multiplier and shift tables."""
        if self.kind == LayerKind.ADD:
            return 3
        if self.kind == LayerKind.MEAN:
            return 0 if self.flags & LayerFlag.AVERAGE else 1
        return self.out_channels

    @property
    def weights_shape(self) -> tuple[int, ...]:
        """Shape of the weights' table; empty for layers without weights."""
        if self.kind == LayerKind.DEPTHWISE:
            return (self.kernel_height, self.kernel_width, self.out_channels)
        if self.kind in (LayerKind.CONV, LayerKind.POINTWISE):
            return (self.out_channels, self.kernel_height, self.kernel_width, self.in_channels)
        return ()


HEADER_BYTES = NetworkHeader.size()
LAYER_BYTES = LayerRecord.size()
assert (HEADER_BYTES, LAYER_BYTES) == (96, 112)


@dataclass(frozen=True)
class Tables:
    """One layer's arrays, as described at the top; what a layer does not have is empty."""

    weights: Int8
    bias: Int32
    multiplier: Int32
    shift: Int32


@dataclass(frozen=True)
class Network:
    """A whole ``network.bin`` and the views into it."""

    header: NetworkHeader
    layers: tuple[LayerRecord, ...]
    data: bytes

    @property
    def name(self) -> str:
        return self.header.name.rstrip(b"\0").decode("ascii", "replace")

    @property
    def hash_hex(self) -> str:
        return self.header.hash.hex()

    @property
    def input_shape(self) -> tuple[int, int, int]:
        return self.header.input_height, self.header.input_width, self.header.input_channels

    def tables(self, layer: LayerRecord) -> Tables:
        """The arrays that ``layer`` points to, as views of the file."""
        shape, length = layer.weights_shape, layer.table_length
        return Tables(
            np.frombuffer(self.data, np.int8, int(np.prod(shape)) if shape else 0, layer.weights_offset).reshape(
                shape if shape else (0,)
            ),
            np.frombuffer(self.data, "<i4", layer.out_channels if shape else 0, layer.bias_offset),
            np.frombuffer(self.data, "<i4", length, layer.multiplier_offset),
            np.frombuffer(self.data, "<i4", length, layer.shift_offset),
        )

    def golden_input(self) -> UInt8:
        """The picture (H, W, C) uint8 that belongs to :meth:`golden_output`."""
        return golden_picture(self.header.golden_seed, self.input_shape)

    def golden_output(self) -> Int8:
        """The output (output_length,) int8 of LiteRT's reference kernels for :meth:`golden_input`."""
        return np.frombuffer(self.data, np.int8, self.header.output_length, self.header.golden_offset)


def golden_picture(seed: int, shape: tuple[int, int, int]) -> UInt8:
    """Pseudo-random picture (H, W, C) uint8: x = 1664525 x + 1013904223 modulo 2^32, byte = x >> 24, row-major.

    The constants are those of Numerical Recipes' "quick and dirty" generator.
    """
    values = np.empty(int(np.prod(shape)), np.uint8)
    state = seed & 0xFFFFFFFF
    for index in range(len(values)):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        values[index] = state >> 24
    return values.reshape(shape)


def network_hash(data: bytes) -> bytes:
    """First 16 bytes of the SHA-256 of ``data`` with its hash field zeroed."""
    start = struct.calcsize("<4sHHI")
    blank = data[:start] + bytes(NETWORK_HASH_BYTES) + data[start + NETWORK_HASH_BYTES :]
    return hashlib.sha256(blank).digest()[:NETWORK_HASH_BYTES]


def pack_name(name: str) -> bytes:
    """ASCII, cut to 16 bytes and filled with zeros."""
    return name.encode("ascii", "replace")[:NAME_BYTES].ljust(NAME_BYTES, b"\0")


def build_network(
    header: NetworkHeader, layers: list[tuple[LayerRecord, Tables]], golden_output: Int8 | None = None
) -> Network:
    """Lay out the file: fills in every offset into it, the counts, the total and the hash, and checks the result."""
    records_end = HEADER_BYTES + LAYER_BYTES * len(layers)
    body = bytearray()

    def put(array: NDArray[np.generic], alignment: int) -> int:
        if array.size == 0:
            return 0
        body.extend(bytes(-(records_end + len(body)) % alignment))
        offset = records_end + len(body)
        body.extend(array.astype(array.dtype.newbyteorder("<")).tobytes())
        return offset

    records = [
        replace(
            record,
            weights_offset=put(tables.weights, WEIGHTS_ALIGNMENT),
            bias_offset=put(tables.bias, TABLE_ALIGNMENT),
            multiplier_offset=put(tables.multiplier, TABLE_ALIGNMENT),
            shift_offset=put(tables.shift, TABLE_ALIGNMENT),
        )
        for record, tables in layers
    ]
    golden = golden_output if golden_output is not None else np.zeros(header.output_length, np.int8)
    golden_offset = put(golden, TABLE_ALIGNMENT)
    body.extend(bytes(-(records_end + len(body)) % WEIGHTS_ALIGNMENT))
    header = replace(
        header,
        magic=MAGIC,
        version=VERSION,
        layer_count=len(records),
        total_bytes=records_end + len(body),
        layers_offset=HEADER_BYTES,
        golden_offset=golden_offset,
        hash=bytes(NETWORK_HASH_BYTES),
    )
    rest = b"".join(record.pack() for record in records) + bytes(body)
    header = replace(header, hash=network_hash(header.pack() + rest))
    return parse_network(header.pack() + rest, "the exported network")


def with_golden(network: Network, golden_output: Int8) -> Network:
    """The same network with its golden output replaced."""
    start = network.header.golden_offset
    data = network.data[:start] + golden_output.tobytes() + network.data[start + len(golden_output) :]
    fresh = replace(network.header, hash=network_hash(data)).pack()
    return parse_network(fresh + data[HEADER_BYTES:], "the exported network")


def read_network(path: Path) -> Network:
    """Read and check a file; raises FileError with what is wrong."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FileError(f"{path}: {error.strerror}", "export it with `python -m device.model export`") from error
    return parse_network(data, str(path))


def parse_network(data: bytes, where: str) -> Network:
    """Check ``data`` whole (layout, hash, shapes, offsets, arena) and give views of it; FileError names ``where``."""

    def refuse(message: str) -> FileError:
        return FileError(f"{where}: {message}", "export it again with `python -m device.model export`")

    if len(data) < HEADER_BYTES:
        raise refuse(f"{len(data)} bytes, but a network has at least {HEADER_BYTES}")
    header = NetworkHeader.parse(data)
    if header.magic != MAGIC:
        raise refuse(f"starts with {header.magic!r}, not {MAGIC!r}")
    if header.version != VERSION:
        raise refuse(f"has layout version {header.version}, but this program reads {VERSION}")
    if header.total_bytes != len(data):
        raise refuse(f"says it has {header.total_bytes} bytes, but {len(data)} are there")
    if network_hash(data) != header.hash:
        raise refuse("is damaged: its hash does not fit its contents")
    if header.layer_count == 0 or header.layers_offset + header.layer_count * LAYER_BYTES > len(data):
        raise refuse(f"{header.layer_count} layers do not fit in the file")
    at = [header.layers_offset + index * LAYER_BYTES for index in range(header.layer_count)]
    layers = tuple(LayerRecord.parse(data[start : start + LAYER_BYTES]) for start in at)
    if header.golden_offset + header.output_length > len(data):
        raise refuse("the golden output lies outside the file")
    shape = header.input_height * header.input_width * header.input_channels
    if header.input_offset + shape > header.arena_bytes or not shape:
        raise refuse("the input does not fit in the arena")
    for layer in layers:
        fault = _layer_fault(layer, header.arena_bytes, len(data))
        if fault:
            raise refuse(f"layer {layer.label}: {fault}")
    last = layers[-1]
    if (last.out_offset, last.out_bytes) != (header.output_offset, header.output_length):
        raise refuse(f"the last layer {last.label} does not write the output")
    return Network(header, layers, data)


def _layer_fault(layer: LayerRecord, arena_bytes: int, file_bytes: int) -> str:
    """What is wrong with one record, or nothing."""
    if layer.kind not in list(LayerKind):
        return f"unknown kind {layer.kind}"
    if not layer.in_bytes or not layer.out_bytes:
        return "an input or output without elements"
    ends = [layer.in_offset + layer.in_bytes, layer.out_offset + layer.out_bytes]
    if layer.kind == LayerKind.ADD:
        ends.append(layer.in2_offset + layer.in_bytes)
    if max(ends) > arena_bytes:
        return f"reaches byte {max(ends)} of an arena of {arena_bytes}"
    if not -128 <= layer.clamp_min <= layer.clamp_max <= 127:
        return f"clamps to {layer.clamp_min} to {layer.clamp_max}"
    if any(not -128 <= zero_point <= 127 for zero_point in (layer.in_zp, layer.in2_zp, layer.out_zp)):
        return "a zero point outside int8"
    weights = int(np.prod(layer.weights_shape)) if layer.weights_shape else 0
    tables = [
        ("weights", layer.weights_offset, weights, WEIGHTS_ALIGNMENT),
        ("bias", layer.bias_offset, 4 * layer.out_channels if weights else 0, TABLE_ALIGNMENT),
        ("multipliers", layer.multiplier_offset, 4 * layer.table_length, TABLE_ALIGNMENT),
        ("shifts", layer.shift_offset, 4 * layer.table_length, TABLE_ALIGNMENT),
    ]
    for name, offset, size, alignment in tables:
        if size and (offset < HEADER_BYTES or offset % alignment or offset + size > file_bytes):
            return f"{name} at {offset} ({size} bytes) are misplaced in a file of {file_bytes}"
    return _shape_fault(layer)


def _shape_fault(layer: LayerRecord) -> str:
    if layer.kind == LayerKind.ADD and layer.in_bytes != layer.out_bytes:
        return "the shapes of an addition differ"
    if layer.kind == LayerKind.MEAN and layer.out_bytes != layer.in_channels:
        return "a mean that does not give one number per channel"
    if layer.kind in (LayerKind.ADD, LayerKind.MEAN):
        return ""
    if 0 in (layer.kernel_height, layer.kernel_width, layer.stride_height, layer.stride_width):
        return "a kernel or stride of 0"
    if layer.kind == LayerKind.DEPTHWISE and layer.in_channels != layer.out_channels:
        return f"depthwise from {layer.in_channels} to {layer.out_channels} channels"
    if layer.kind == LayerKind.POINTWISE and (
        (layer.kernel_height, layer.kernel_width, layer.stride_height, layer.stride_width) != (1, 1, 1, 1)
        or (layer.in_height, layer.in_width) != (layer.out_height, layer.out_width)
    ):
        return "pointwise, but not 1x1 with stride 1"
    return ""
