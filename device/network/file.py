"""``network.bin`` written, read and checked; format.py is the layout's definition."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device.errors import FileError
from device.link.protocol import NAME_BYTES, NETWORK_HASH_BYTES, LayerKind
from device.network.blocks import plain_numbers, role_of, unpack_quads
from device.network.format import (
    ARENA_ALIGNMENT,
    FAST,
    HEADER_BYTES,
    LAYER_BYTES,
    MAGIC,
    TABLE_ALIGNMENT,
    VERSION,
    WEIGHTS_ALIGNMENT,
    Group,
    Int8,
    Int32,
    LayerFlag,
    LayerRecord,
    NetworkHeader,
    PlanHead,
    Tables,
    UInt8,
)

__all__ = [
    "ARENA_ALIGNMENT",
    "FAST",
    "HEADER_BYTES",
    "LAYER_BYTES",
    "MAGIC",
    "Group",
    "Int8",
    "Int32",
    "LayerFlag",
    "LayerRecord",
    "Network",
    "NetworkHeader",
    "PlanHead",
    "Tables",
    "UInt8",
    "build_network",
    "make_golden_input",
    "network_hash",
    "pack_name",
    "parse_network",
    "read_network",
    "with_golden",
]


@dataclass(frozen=True)
class Network:
    """A whole ``network.bin`` and the views into it."""

    header: NetworkHeader
    layers: tuple[LayerRecord, ...]
    groups: tuple[Group, ...]
    work_bytes: int
    data: bytes

    @property
    def memory_bytes(self) -> int:
        """Activation memory in all: the arena and, where the execution plan knows it, the kernels' own."""
        return self.header.arena_bytes + self.work_bytes

    def group_of(self, index: int) -> Group:
        """The group that runs layer ``index``."""
        return next(group for group in self.groups if group.first <= index < group.first + group.count)

    @property
    def name(self) -> str:
        """The name that the exporter was given."""
        return self.header.name.rstrip(b"\0").decode("ascii", "replace")

    @property
    def hash_hex(self) -> str:
        """The hash in hex, as the manifest writes it."""
        return self.header.hash.hex()

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """Height, width and channels of a crop."""
        return self.header.input_height, self.header.input_width, self.header.input_channels

    def tables(self, layer: LayerRecord) -> Tables:
        """The arrays that ``layer`` points to, as format.py describes them, however they are stored.

        Of a block's expanding layer's numbers only the stored form is there, marked by a shift from FAST on
        (expand_constants.py).
        """
        shape, length = layer.weights_shape, layer.table_length
        stored = np.frombuffer(self.data, np.int8, layer.stored_weights, layer.weights_offset)
        weights = unpack_quads(stored, layer) if layer.flags & LayerFlag.QUADS else stored
        tables = Tables(
            weights.reshape(shape if shape else (0,)),
            np.frombuffer(self.data, "<i4", layer.out_channels if shape else 0, layer.bias_offset),
            np.frombuffer(self.data, "<i4", length, layer.multiplier_offset),
            np.frombuffer(self.data, np.int8, length, layer.shift_offset).astype(np.int32),
        )
        if not (shape and (tables.shift >= FAST).any()):
            return tables
        index = self.layers.index(layer)
        group = self.group_of(index)
        return plain_numbers(role_of(layer, index - group.first, group.count), tables)

    def golden_input(self) -> UInt8:
        """The input (H, W, C) uint8 that belongs to :meth:`golden_output`."""
        return make_golden_input(self.header.golden_seed, self.input_shape)

    def golden_output(self) -> Int8:
        """The output (output_length,) int8 of LiteRT's reference kernels for :meth:`golden_input`."""
        return np.frombuffer(self.data, np.int8, self.header.output_length, self.header.golden_offset)


def make_golden_input(seed: int, shape: tuple[int, int, int]) -> UInt8:
    """Pseudo-random input (H, W, C) uint8: x = 1664525 x + 1013904223 modulo 2^32, byte = x >> 24, row-major.

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
    header: NetworkHeader,
    layers: list[tuple[LayerRecord, Tables]],
    golden_output: Int8 | None = None,
    groups: Sequence[Group] = (),
    work_bytes: int = 0,
) -> Network:
    """Lay out the file: fills in every offset into it, the counts, the total and the hash, and checks the result.

    The tables are stored as they are given. Without ``groups`` every layer is one.
    """
    plan = PlanHead(len(groups), work_bytes, bytes(8)).pack() + b"".join(group.pack() for group in groups)
    plan_offset = HEADER_BYTES + LAYER_BYTES * len(layers) if groups else 0
    records_end = HEADER_BYTES + LAYER_BYTES * len(layers) + (len(plan) if groups else 0)
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
            shift_offset=put(tables.shift.astype(np.int8), 1),
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
        plan_offset=plan_offset,
        golden_offset=golden_offset,
        hash=bytes(NETWORK_HASH_BYTES),
    )
    rest = b"".join(record.pack() for record in records) + (plan if groups else b"") + bytes(body)
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
    groups, work_bytes, fault = _read_plan(data, header)
    if fault:
        raise refuse(fault)
    streams = groups[0].rows > 0 and layers[0].is_stem
    shape = header.input_height * header.input_width * header.input_channels
    if not shape or (header.input_offset + shape > header.arena_bytes and not streams):
        raise refuse("the input does not fit in the arena")
    inner = {index for group in groups if group.rows for index in range(group.first, group.first + group.count)}
    for index, layer in enumerate(layers):
        fault = _layer_fault(layer, header.arena_bytes, len(data), inner=index in inner)
        if fault:
            raise refuse(f"layer {layer.label}: {fault}")
        if max(layer.source, layer.source2) > index:
            raise refuse(f"layer {layer.label}: reads a layer behind itself")
    last = layers[-1]
    if (last.out_offset, last.out_bytes) != (header.output_offset, header.output_length):
        raise refuse(f"the last layer {last.label} does not write the output")
    return Network(header, layers, groups, work_bytes, data)


def _read_plan(data: bytes, header: NetworkHeader) -> tuple[tuple[Group, ...], int, str]:
    """Groups, work bytes, and what is wrong with them, or nothing."""
    count = header.layer_count
    if not header.plan_offset:
        return tuple(Group(index, 1, 0, 0, 0, 0) for index in range(count)), 0, ""
    start = header.plan_offset + PlanHead.size()
    if start > len(data):
        return (), 0, "the plan lies outside the file"
    head = PlanHead.parse(data[header.plan_offset :])
    if head.group_count > count or start + head.group_count * Group.size() > len(data):
        return (), 0, f"a plan of {head.group_count} groups for {count} layers"
    groups = tuple(Group.parse(data[start + index * Group.size() :]) for index in range(head.group_count))
    if [index for group in groups for index in range(group.first, group.first + group.count)] != list(range(count)):
        return (), 0, "the plan's groups are not the layers in their order"
    for group in groups:
        if group.scratch_offset + group.scratch_bytes > header.arena_bytes:
            return (), 0, f"the group at layer {group.first} works outside the arena"
    return groups, head.work_bytes, ""


def _layer_fault(layer: LayerRecord, arena_bytes: int, file_bytes: int, *, inner: bool) -> str:
    """What is wrong with one record, or nothing; the firmware checks what an ``inner`` layer takes from the arena."""
    if layer.kind not in list(LayerKind):
        return f"unknown kind {layer.kind}"
    if not layer.in_bytes or not layer.out_bytes:
        return "an input or output without elements"
    ends = [layer.in_offset + layer.in_bytes, layer.out_offset + layer.out_bytes]
    if layer.kind == LayerKind.ADD:
        ends.append(layer.in2_offset + layer.in_bytes)
    if max(ends) > arena_bytes and not inner:
        return f"reaches byte {max(ends)} of an arena of {arena_bytes}"
    if not -128 <= layer.clamp_min <= layer.clamp_max <= 127:
        return f"clamps to {layer.clamp_min} to {layer.clamp_max}"
    if any(not -128 <= zero_point <= 127 for zero_point in (layer.in_zp, layer.in2_zp, layer.out_zp)):
        return "a zero point outside int8"
    weights = layer.stored_weights
    if layer.flags & LayerFlag.QUADS and (layer.out_channels % 4 or weights % 16):
        return "weights in blocks that are not whole"
    tables = [
        ("weights", layer.weights_offset, weights, WEIGHTS_ALIGNMENT),
        ("bias", layer.bias_offset, 4 * layer.out_channels if weights else 0, TABLE_ALIGNMENT),
        ("multipliers", layer.multiplier_offset, 4 * layer.table_length, TABLE_ALIGNMENT),
        ("shifts", layer.shift_offset, layer.table_length, 1),
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
