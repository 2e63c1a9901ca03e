"""``network.bin``: the network as data, read by the firmware where it lies. Here is the layout's one definition.

``device/firmware/network/format.h`` is generated from this module: ``python -m device.network.format`` prints it.

A 96-byte header, one 112-byte record per layer in the order of execution, the execution plan, the tables the records
point to, and the golden output. All numbers are little-endian. Offsets are bytes from the start of the file (tables)
or of the arena (activations). Weights start at multiples of 16, shifts anywhere, every other table at multiples of 4.

The execution plan says what is run in one go: a 16-byte head and one 16-byte record per group. A group is one layer,
or an inverted-residual block whose inner activations are never whole in memory: device/firmware/block/block.h. Tables
of such layers are made for it (execution_plan.py); ``Network.tables`` gives them back as they are described here, but
for the numbers of an expanding layer, which are other ones (expand_constants.py).

Tables of a layer, by kind:

- CONV, POINTWISE: weights int8 [out][kernel_h][kernel_w][in]; DEPTHWISE: int8 [kernel_h][kernel_w][channels];
  bias int32 [out], which already holds ``-in_zp * sum(weights)``, so that the engine multiplies raw int8 inputs and
  counts a pixel beyond the edges as ``in_zp``; multiplier int32, shift int8 [out].
- ADD: multiplier int32 and shift int8 [3]: first input, second input, output; inputs are shifted left by
  ``left_shift``.
- MEAN: multiplier int32 and shift int8 [1]; no tables where the flag AVERAGE is set.

Arithmetic (LiteRT's reference kernels, https://github.com/google-ai-edge/LiteRT, common.h): a sum ``x`` becomes
``rounding_shift(high_multiply(x << max(shift, 0), multiplier), max(-shift, 0)) + out_zp``, clamped; see reference.py.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntFlag
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from device.c_header import c_enum, c_header, c_struct
from device.link.protocol import MAX_PAYLOAD_BYTES, LayerKind, Record

MAGIC = b"FNET"
VERSION = 3
WEIGHTS_ALIGNMENT = 16
TABLE_ALIGNMENT = 4
ARENA_ALIGNMENT = 16
MAX_LAYERS = 128
MAX_INPUT_BYTES = MAX_PAYLOAD_BYTES  # a crop comes in one frame

Int8 = NDArray[np.int8]
Int32 = NDArray[np.int32]
UInt8 = NDArray[np.uint8]


class LayerFlag(IntFlag):
    """Bits of a layer's ``flags``."""

    RELU = 1  # the clamp comes from a fused ReLU; information only, the clamp values say it all
    AVERAGE = 2  # MEAN: the plain average of the raw int8 values, halves away from zero, and no multiplier
    QUADS = 4  # weights four channels at a time as device/firmware/block/tile.c wants them, see blocks.py


@dataclass(frozen=True)
class NetworkHeader(Record):
    """The first 96 bytes. A real input number is ``input_scale * (byte - 128 - input_zero_point)``; a real output
    number is ``output_scale * (q - output_zero_point)``."""

    FORMAT: ClassVar[str] = "<4sHHI16sHHHHfifiIIIIII16sI"
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
    plan_offset: int  # 0: every layer is a group of its own


@dataclass(frozen=True)
class PlanHead(Record):
    """The execution plan's first 16 bytes."""

    FORMAT: ClassVar[str] = "<II8s"
    group_count: int
    work_bytes: int  # of the kernels' own memory, beside the arena
    reserved: bytes


@dataclass(frozen=True)
class Group(Record):
    """Layers run in one go. ``rows`` of output make a strip; 0: the group is one layer, run by itself."""

    FORMAT: ClassVar[str] = "<HHHHII"
    first: int
    count: int
    rows: int
    reserved: int
    scratch_offset: int
    scratch_bytes: int


@dataclass(frozen=True)
class LayerRecord(Record):
    """One layer, 112 bytes. Padding below and to the right follows from the output's size."""

    FORMAT: ClassVar[str] = "<16sHHHHHHHHBBBBBBHiiiiiIIIIIIIiIHH12s"
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
    source: int  # where the input comes from: 0 is the crop, else the number of a layer, counted from 1
    source2: int
    reserved2: bytes

    @property
    def label(self) -> str:
        """The layer's name as text."""
        return self.name.rstrip(b"\0").decode("ascii", "replace")

    @property
    def in_bytes(self) -> int:
        """Bytes of its input."""
        return self.in_height * self.in_width * self.in_channels

    @property
    def out_bytes(self) -> int:
        """Bytes of its output."""
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

    @property
    def is_stem(self) -> bool:
        """A 3x3 convolution over three colours, which a block takes with an order of weights of its own."""
        return self.kind == LayerKind.CONV and (self.kernel_height, self.kernel_width, self.in_channels) == (3, 3, 3)

    @property
    def stored_weights(self) -> int:
        """Bytes of the weights in the file."""
        if self.flags & LayerFlag.QUADS and self.is_stem:
            return self.out_channels * len(STEM_ORDER)
        return int(np.prod(self.weights_shape)) if self.weights_shape else 0


HEADER_BYTES = NetworkHeader.size()
LAYER_BYTES = LayerRecord.size()
assert (HEADER_BYTES, LAYER_BYTES, PlanHead.size(), Group.size()) == (96, 112, 16, 16)

FAST = 0x40  # in a shift table: the layer's fast path is proven for this channel's quad

# Of a stem's 27 weights, in the order of the tile in block/tile.c; 27 stands for a weight of 0.
STEM_ORDER = (*range(8), *range(9, 17), *range(18, 26), 8, 26, 17, 27)


@dataclass(frozen=True)
class Tables:
    """One layer's arrays, as described at the top; what a layer does not have is empty."""

    weights: Int8
    bias: Int32
    multiplier: Int32
    shift: Int32


_C_RECORDS: dict[str, type[Record]] = {
    "network_header": NetworkHeader,
    "network_layer": LayerRecord,
    "network_plan": PlanHead,
    "network_group": Group,
}


def format_header() -> str:
    """The text of ``device/firmware/network/format.h``."""
    numbers = {
        "FORMAT": VERSION,
        "MAX_LAYERS": MAX_LAYERS,
        "MAX_INPUT_BYTES": MAX_INPUT_BYTES,
        "FAST": FAST,
        "STEM_INPUTS": len(STEM_ORDER),
    }
    return c_header(
        "device.network.format",
        "NETWORK_FORMAT_H",
        [
            [
                f'#define NETWORK_MAGIC "{MAGIC.decode()}"',
                *(f"#define NETWORK_{name} {value}u" for name, value in numbers.items()),
            ],
            c_enum("network", LayerKind),
            c_enum("network", LayerFlag),
            *[
                c_struct(name, record.FORMAT, [field.name for field in fields(record)], packed=False)
                for name, record in _C_RECORDS.items()
            ],
        ],
    )


if __name__ == "__main__":
    print(format_header(), end="")
