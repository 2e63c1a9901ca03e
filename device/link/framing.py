"""Frames from bytes and bytes from frames. Nothing here knows a port, a clock or a thread.

The decoder never trusts what it has not checked: a header counts only with its own CRC, a frame only with the last
one. After damage it goes on hunting inside the bytes that it already has, so that a lost byte never takes the next
frame with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from device.link.protocol import (
    FRAME_CRC_BYTES,
    HEADER_BYTES,
    HEADER_CRC_OFFSET,
    MAGIC,
    MAX_PAYLOAD_BYTES,
    PROTOCOL_VERSION,
    Header,
    Status,
    crc32,
)

MAGIC_BYTES = MAGIC.to_bytes(2, "little")
OVERHEAD_BYTES = HEADER_BYTES + FRAME_CRC_BYTES


def encode(
    type: int, sequence: int, payload: bytes | memoryview = b"", status: int = 0, version: int = PROTOCOL_VERSION
) -> bytes:
    """One whole frame: header, payload and both CRCs, ``OVERHEAD_BYTES + len(payload)`` bytes."""
    head = Header(MAGIC, version, type, sequence & 0xFFFF, status, len(payload), 0).pack()[:HEADER_CRC_OFFSET]
    crc = crc32(head).to_bytes(4, "little")
    return b"".join((head, crc, payload, crc32(head, payload).to_bytes(4, "little")))


@dataclass(frozen=True)
class Frame:
    """A frame whose two checksums fit. ``type`` is as on the wire: replies carry ``REPLY_FLAG``."""

    type: int
    sequence: int
    status: int
    payload: bytes
    version: int = PROTOCOL_VERSION


@dataclass(frozen=True)
class Damage:
    """A good header whose frame could not be taken: ``status`` is BAD_CRC or TOO_LARGE."""

    type: int
    sequence: int
    length: int
    status: Status


@dataclass
class Counters:
    """What the decoder met besides good frames."""

    frames: int = 0
    header_errors: int = 0
    frame_crc_errors: int = 0
    too_large: int = 0
    skipped_bytes: int = 0

    @property
    def errors(self) -> int:
        """Everything that says that bytes were damaged on the way."""
        return self.header_errors + self.frame_crc_errors + self.too_large + self.skipped_bytes


class Decoder:
    """Turns a stream of bytes into frames. ``max_payload`` bounds, in bytes, what a header may claim: so the memory."""

    def __init__(self, max_payload: int = MAX_PAYLOAD_BYTES) -> None:
        self.max_payload = max_payload
        self.counters = Counters()
        self._buffer = bytearray()
        self._wanted = HEADER_BYTES  # nothing can be decided with fewer bytes in the buffer
        self._damages: list[Damage] = []

    @property
    def pending_bytes(self) -> int:
        """Bytes of a frame that has begun and is not whole yet."""
        return len(self._buffer)

    def feed(self, data: bytes | bytearray | memoryview) -> list[Frame]:
        """The frames that ``data`` completes, in the order of the stream."""
        self._buffer += data
        return [] if len(self._buffer) < self._wanted else list(self._frames())

    def give_up(self) -> list[Frame]:
        """The line went silent in mid-frame: drop that frame, and take the frames that stand whole inside its bytes."""
        frames: list[Frame] = []
        while self._buffer:
            self._skip(min(len(MAGIC_BYTES), len(self._buffer)))
            frames += self._frames()
        return frames

    def take_damages(self) -> list[Damage]:
        """The damaged frames met since the last call, oldest first."""
        damages, self._damages = self._damages, []
        return damages

    def reset(self) -> None:
        """Forget the bytes of a frame begun; the counters stay."""
        self._buffer.clear()
        self._damages.clear()
        self._wanted = HEADER_BYTES

    def _skip(self, count: int) -> None:
        del self._buffer[:count]
        self.counters.skipped_bytes += count

    def _frames(self) -> Iterator[Frame]:
        while True:
            start = self._buffer.find(MAGIC_BYTES)
            if start < 0:  # the last byte may be the first half of the magic
                start = len(self._buffer) - self._buffer.endswith(MAGIC_BYTES[:1])
            if start:
                self._skip(start)
            self._wanted = HEADER_BYTES
            if len(self._buffer) < HEADER_BYTES:
                return
            header = Header.parse(memoryview(bytes(self._buffer[:HEADER_BYTES])))
            if header.header_crc != crc32(bytes(self._buffer[:HEADER_CRC_OFFSET])):
                self.counters.header_errors += 1
                self._skip(1)
                continue
            if header.length > self.max_payload:
                self.counters.too_large += 1
                self._refuse(header, Status.TOO_LARGE)
                continue
            end = HEADER_BYTES + header.length
            self._wanted = end + FRAME_CRC_BYTES
            if len(self._buffer) < self._wanted:
                return
            with memoryview(self._buffer) as view:
                good = crc32(view[:HEADER_CRC_OFFSET], view[HEADER_BYTES:end]) == int.from_bytes(
                    view[end : self._wanted], "little"
                )
            if not good:
                self.counters.frame_crc_errors += 1
                self._refuse(header, Status.BAD_CRC)
                continue
            payload = bytes(self._buffer[HEADER_BYTES:end])
            del self._buffer[: self._wanted]
            self.counters.frames += 1
            yield Frame(header.type, header.sequence, header.status, payload, header.version)

    def _refuse(self, header: Header, status: Status) -> None:
        # Hunt on inside it, and inside its header: that may be a cut one whose last bytes are the next frame's first.
        self._damages.append(Damage(header.type, header.sequence, header.length, status))
        self._skip(len(MAGIC_BYTES))
