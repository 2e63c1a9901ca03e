"""Every number of the wire, written once. ``device/firmware/link/protocol.h`` is generated from this module.

A frame is a 16-byte header, ``length`` bytes of payload and a CRC-32; all numbers are little-endian. The header ends in
a CRC-32 of its first 12 bytes, so that a damaged length is noticed before it is believed; the last CRC-32 covers those
12 bytes and the payload, so that a payload cannot be taken for another frame's. Both are the CRC-32 of zlib.
PROTOCOL.md explains the conversation; this module is the layout.

Run ``python -m device.link.protocol`` to print the C header.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, fields
from enum import IntEnum, IntFlag
from typing import ClassVar, Self

from device.c_header import c_enum, c_header, c_name, c_struct

PROTOCOL_VERSION = 1
MAGIC = 0xCEFA  # on the wire: FA CE
MAGIC_BYTES = 2
HEADER_BYTES = 16
HEADER_CRC_OFFSET = 12
FRAME_CRC_BYTES = 4
MAX_PAYLOAD_BYTES = 262_144  # no input of the 22 MobileNetV2 variants is larger (224x224x3 = 150,528)

START_BAUD = 115_200  # every board starts, and falls back, here
FAST_BAUD = 2_000_000
BAUD_CONFIRM_MS = 1_000  # after BAUD, a good frame must arrive at the new rate within this time
DOOR_MAX_OPEN_MS = 60_000
IN_FLIGHT = 2  # requests a host may have unanswered: one computed while the next one is received

NETWORK_HASH_BYTES = 16
UNIQUE_ID_BYTES = 12
NAME_BYTES = 16
VIRTUAL_UNIQUE_ID = b"VIRTUALBOARD"
QEMU_UNIQUE_ID = b"QEMU-AN500\0\0"
HOST_UNIQUE_ID = b"HOST-PROGRAM"

REPLY_FLAG = 0x80  # a reply's type is the request's type with this bit set


class Type(IntEnum):
    """What a frame asks for."""

    HELLO = 1
    INFER = 2
    PROFILE = 3
    SELFTEST = 4
    DOOR = 5
    STATS = 6
    BAUD = 7
    RESET = 8
    INFER_FLIP = 9
    INFER_CODED = 10
    INFER_CODED_FLIP = 11


class Status(IntEnum):
    """What a reply says of its request; requests carry OK."""

    OK = 0
    UNKNOWN_TYPE = 1
    BAD_VERSION = 2
    BAD_LENGTH = 3
    BAD_VALUE = 4
    BAD_CRC = 5
    TOO_LARGE = 6
    NO_NETWORK = 7
    SELFTEST_FAILED = 8


class Capability(IntFlag):
    """What this firmware can do beyond HELLO."""

    INFER = 1
    PROFILE = 2
    DOOR = 4
    BAUD = 8
    OVERLAP = 16  # receives the next frame while it computes
    CYCLES = 32  # the cycle counts are processor cycles at ``clock_hz``
    INSTRUCTIONS = 64  # the instruction counts are real, not zero
    FLIP = 128  # takes INFER_FLIP
    CODED = 256  # takes INFER_CODED, and with FLIP also INFER_CODED_FLIP


class DoorAction(IntEnum):
    """What a DOOR request asks for."""

    STATE = 0
    OPEN = 1
    CLOSE = 2


class DoorState(IntEnum):
    """What the board says of its door."""

    LOCKED = 0
    OPEN = 1


class LayerKind(IntEnum):
    """The operations the engine runs; the same numbers stand in ``network.bin``."""

    CONV = 1  # any kernel, stem
    POINTWISE = 2  # 1x1, stride 1
    DEPTHWISE = 3  # 3x3
    ADD = 4
    MEAN = 5


@dataclass(frozen=True)
class Record:
    """A fixed layout on the wire: the fields in order, little-endian, no padding."""

    FORMAT: ClassVar[str]

    @classmethod
    def size(cls) -> int:
        """Bytes on the wire."""
        return struct.calcsize(cls.FORMAT)

    @classmethod
    def parse(cls, data: bytes | memoryview) -> Self:
        """The record at the start of ``data``; raises ValueError where there are too few bytes."""
        if len(data) < cls.size():
            raise ValueError(f"{cls.__name__} needs {cls.size()} bytes, got {len(data)}")
        return cls(*struct.unpack_from(cls.FORMAT, data))

    def pack(self) -> bytes:
        """The record as bytes."""
        return struct.pack(self.FORMAT, *(getattr(self, field.name) for field in fields(self)))


@dataclass(frozen=True)
class Header(Record):
    """What every frame begins with; ``header_crc`` is over the fields before it."""

    FORMAT: ClassVar[str] = "<HBBHHII"
    magic: int
    version: int
    type: int
    sequence: int
    status: int
    length: int
    header_crc: int


@dataclass(frozen=True)
class HelloReply(Record):
    """``scale`` and ``zero_point`` turn a fingerprint's int8 into real numbers: scale * (q - zero_point)."""

    FORMAT: ClassVar[str] = "<HHHHHHIIIIIIifII16s16s12s16s"
    protocol_version: int
    input_height: int
    input_width: int
    input_channels: int
    fingerprint_length: int
    layer_count: int
    capabilities: int
    clock_hz: int
    max_baud: int
    arena_bytes: int
    flash_bytes: int
    network_bytes: int
    zero_point: int
    scale: float
    fault_status: int  # Cortex-M CFSR of the fault before the last reset, 0 for none
    fault_address: int  # program counter of that fault
    board: bytes
    firmware: bytes
    unique_id: bytes
    network_hash: bytes


@dataclass(frozen=True)
class InferReply(Record):
    """Followed by ``fingerprint_length`` int8, in the reply to a FLIP request by as many of the mirror image.

    Cycles at ``clock_hz``; instructions are 0 where nobody counts them.
    """

    FORMAT: ClassVar[str] = "<IIII"
    receive_cycles: int  # first byte of the request's header to its last byte
    network_cycles: int
    total_cycles: int  # last byte of the request to the reply ready to send
    network_instructions: int


@dataclass(frozen=True)
class ProfileReply(Record):
    """Followed by ``layer_count`` LayerProfile records. The network ran once on the golden input."""

    FORMAT: ClassVar[str] = "<IIHH"
    network_cycles: int
    network_instructions: int
    layer_count: int
    reserved: int


@dataclass(frozen=True)
class LayerProfile(Record):
    """One layer in the reply to PROFILE."""

    FORMAT: ClassVar[str] = "<16sHHHHIII"
    name: bytes
    kind: int
    out_height: int
    out_width: int
    out_channels: int
    macs: int
    cycles: int
    instructions: int


@dataclass(frozen=True)
class SelftestReply(Record):
    """``mismatches`` counts the fingerprint's numbers that differ from the golden vector in the image."""

    FORMAT: ClassVar[str] = "<IIII"
    mismatches: int
    length: int
    network_cycles: int
    network_instructions: int


@dataclass(frozen=True)
class DoorRequest(Record):
    """To the door; ``open_ms`` counts for OPEN only."""

    FORMAT: ClassVar[str] = "<II"
    action: int
    open_ms: int


@dataclass(frozen=True)
class DoorReply(Record):
    """The door after the request."""

    FORMAT: ClassVar[str] = "<II"
    state: int
    remaining_ms: int


@dataclass(frozen=True)
class StatsReply(Record):
    """The board's counters since its start, and its high-water marks."""

    FORMAT: ClassVar[str] = "<IIIIIIIIIIII"
    frames: int  # good frames received
    header_errors: int
    frame_crc_errors: int
    overruns: int
    skipped_bytes: int  # thrown away while looking for a header
    repeated_frames: int
    refused_frames: int
    timeouts: int  # frames that stopped half-way
    uptime_ms: int
    stack_bytes: int  # high-water mark
    arena_bytes: int  # high-water mark
    ring_bytes: int  # high-water mark of the receive ring


@dataclass(frozen=True)
class BaudRequest(Record):
    """The rate, in bits per second, that the link is to take."""

    FORMAT: ClassVar[str] = "<I"
    baud: int


RECORDS: tuple[type[Record], ...] = (
    Header,
    HelloReply,
    InferReply,
    ProfileReply,
    LayerProfile,
    SelftestReply,
    DoorRequest,
    DoorReply,
    StatsReply,
    BaudRequest,
)


def crc32(*parts: bytes | memoryview) -> int:
    """CRC-32 (zlib, IEEE 802.3) of the parts one after another."""
    value = 0
    for part in parts:
        value = zlib.crc32(part, value)
    return value


_C_CONSTANTS = (
    "PROTOCOL_VERSION",
    "MAGIC",
    "MAGIC_BYTES",
    "HEADER_BYTES",
    "HEADER_CRC_OFFSET",
    "FRAME_CRC_BYTES",
    "MAX_PAYLOAD_BYTES",
    "START_BAUD",
    "FAST_BAUD",
    "BAUD_CONFIRM_MS",
    "DOOR_MAX_OPEN_MS",
    "IN_FLIGHT",
    "NETWORK_HASH_BYTES",
    "UNIQUE_ID_BYTES",
    "NAME_BYTES",
    "REPLY_FLAG",
)


def protocol_header() -> str:
    """The text of ``device/firmware/link/protocol.h``."""
    kinds = (Type, Status, Capability, DoorAction, DoorState, LayerKind)
    structs = [
        c_struct(f"wire_{c_name(record.__name__)}", record.FORMAT, [f.name for f in fields(record)], packed=True)
        for record in RECORDS
    ]
    return c_header(
        "device.link.protocol",
        "LINK_PROTOCOL_H",
        [
            [f"#define WIRE_{name} {globals()[name]}u" for name in _C_CONSTANTS],
            *[c_enum("wire", kind) for kind in kinds],
            *structs,
        ],
    )


if __name__ == "__main__":
    print(protocol_header(), end="")
