"""What a board says, decoded: frozen records with units in their names. ``device/link/protocol.py`` has the bytes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray

from device.errors import FrameError
from device.link.protocol import (
    HOST_UNIQUE_ID,
    QEMU_UNIQUE_ID,
    UNIQUE_ID_BYTES,
    VIRTUAL_UNIQUE_ID,
    Capability,
    HelloReply,
    LayerKind,
    LayerProfile,
)


class Where(StrEnum):
    """What executes the network, and so whose clock a figure is of. Files keep the values."""

    BOARD = "board"
    VIRTUAL = "virtual"
    QEMU = "qemu"
    HOST = "host"


_PLACES = {VIRTUAL_UNIQUE_ID: Where.VIRTUAL, QEMU_UNIQUE_ID: Where.QEMU, HOST_UNIQUE_ID: Where.HOST}
WHERE_WORDS = {
    Where.BOARD: "measured on the board",
    Where.VIRTUAL: "virtual board, emulated timing",
    Where.QEMU: "QEMU, no cycle-true timing",
    Where.HOST: "host program, this computer's timing",
}


def text(field: bytes) -> str:
    """A name from its zero-padded field; bytes that are no ASCII show as ``?``."""
    return field.split(b"\0", 1)[0].decode("ascii", "replace").replace("\ufffd", "?")


@dataclass(frozen=True)
class Hello:
    """Who answers, and what its network wants and gives."""

    board: str
    firmware: str
    where: Where
    unique_id: bytes
    network_hash: bytes
    input_shape: tuple[int, int, int]  # height, width, channels of the crop
    fingerprint_length: int
    scale: float  # real number = scale * (int8 - zero_point)
    zero_point: int
    layer_count: int
    capabilities: Capability
    clock_hz: int
    max_baud: int
    arena_bytes: int
    flash_bytes: int
    network_bytes: int
    fault_status: int  # CFSR of the fault before the last reset, 0 for none
    fault_address: int
    protocol_version: int

    @property
    def network(self) -> str:
        """The network's hash in hex."""
        return self.network_hash.hex()

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        """From a HELLO reply's payload; raises FrameError where it is too short."""
        try:
            reply = HelloReply.parse(payload)
        except ValueError as error:
            raise FrameError(f"HELLO reply: {error}", "host and firmware do not fit: flash the firmware") from error
        return cls(
            board=text(reply.board),
            firmware=text(reply.firmware),
            where=_PLACES.get(reply.unique_id[:UNIQUE_ID_BYTES], Where.BOARD),
            unique_id=reply.unique_id,
            network_hash=reply.network_hash,
            input_shape=(reply.input_height, reply.input_width, reply.input_channels),
            fingerprint_length=reply.fingerprint_length,
            scale=reply.scale,
            zero_point=reply.zero_point,
            layer_count=reply.layer_count,
            capabilities=Capability(reply.capabilities),
            clock_hz=reply.clock_hz,
            max_baud=reply.max_baud,
            arena_bytes=reply.arena_bytes,
            flash_bytes=reply.flash_bytes,
            network_bytes=reply.network_bytes,
            fault_status=reply.fault_status,
            fault_address=reply.fault_address,
            protocol_version=reply.protocol_version,
        )


@dataclass(frozen=True)
class Inference:
    """One fingerprint, or the crop's and its mirror image's, and where the time went: cycles are of both passes.

    ``receive_ms``, ``network_ms`` and ``total_ms`` are at the board's clock (0.0 where it cannot count, see ``timed``);
    ``link_ms`` is at the host's: the round trip without the board's total and without waiting for the frame before.
    ``total`` runs from the request's last byte to the reply ready to send.
    """

    fingerprint: NDArray[np.int8]  # (fingerprint_length,), or with the mirror image's (2, fingerprint_length)
    receive_cycles: int
    network_cycles: int
    total_cycles: int
    network_instructions: int | None  # None where nobody can count them, as on silicon
    link_ms: float
    receive_ms: float
    network_ms: float
    total_ms: float
    where: Where
    sent_ns: int  # time.perf_counter_ns: the first byte about to be written
    written_ns: int  # the last byte taken by the port
    received_ns: int  # the reply's last byte
    crop_bytes: int  # the crop on the wire: coded or as it is
    tries: int = 1

    @property
    def timed(self) -> bool:
        """Whether the board counted at all."""
        return self.total_cycles > 0

    @property
    def passes(self) -> int:
        """How often the network ran: 2 with flip averaging, on the crop and on its mirror image."""
        return 1 if self.fingerprint.ndim == 1 else len(self.fingerprint)

    @property
    def round_trip_ms(self) -> float:
        """From the first byte out to the last byte in, at the host's clock."""
        return (self.received_ns - self.sent_ns) / 1e6


@dataclass(frozen=True)
class Layer:
    """One layer of a profile."""

    name: str
    kind: str  # conv, pointwise, depthwise, add, mean
    output_shape: tuple[int, int, int]
    macs: int
    cycles: int
    instructions: int | None

    @classmethod
    def parse(cls, data: bytes | memoryview) -> Self:
        """From one LayerProfile on the wire."""
        record = LayerProfile.parse(data)
        try:
            kind = LayerKind(record.kind).name.lower()
        except ValueError:
            kind = f"kind {record.kind}"
        shape = (record.out_height, record.out_width, record.out_channels)
        return cls(text(record.name), kind, shape, record.macs, record.cycles, record.instructions or None)


@dataclass(frozen=True)
class Profile:
    """The network run once on the golden input, layer by layer."""

    network_cycles: int
    network_instructions: int | None
    layers: tuple[Layer, ...]


@dataclass(frozen=True)
class Selftest:
    """The golden vector of the network against what this board computed."""

    mismatches: int
    length: int
    network_cycles: int
    network_instructions: int | None

    @property
    def passed(self) -> bool:
        """Every number equal, and at least one compared."""
        return self.mismatches == 0 and self.length > 0


@dataclass(frozen=True)
class Door:
    """The door as the board reports it."""

    is_open: bool
    remaining_ms: int  # until it locks by itself
