"""The firmware's portable part in this process: the C structs by name, and arrays they can point to."""

from __future__ import annotations

import ctypes as c
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Int8 = NDArray[np.int8]
_PARSER_COUNTERS = ("frames", "header_errors", "frame_crc_errors", "skipped_bytes", "timeouts")
_SHAPE = "in_h in_w in_c out_h out_w out_c kernel_h kernel_w stride_h stride_w pad_top pad_left"
_NUMBERS = "in_zp in2_zp out_zp clamp_min clamp_max left_shift average in_top"


class KernelLayer(c.Structure):
    """``struct kernel_layer`` of kernels/kernels.h."""

    _fields_ = [
        *[(name, c.c_void_p) for name in ["in_", "in2", "out", "weights", "bias", "multiplier", "shift"]],
        *[(name, c.c_int32) for name in f"{_SHAPE} {_NUMBERS}".split()],
    ]


class KernelSet(c.Structure):
    """``struct kernel_set``; the functions have the names of its fields."""

    _fields_ = [
        ("name", c.c_char_p),
        *[
            (name, c.CFUNCTYPE(None, c.POINTER(KernelLayer)))
            for name in ["conv", "pointwise", "depthwise", "add", "mean"]
        ],
    ]


class NetworkHandle(c.Structure):
    """``struct network`` of network/view.h."""

    _fields_ = [(name, c.c_void_p) for name in ["header", "layers", "plan", "file", "arena", "kernels"]]


STEP = c.CFUNCTYPE(None, c.c_void_p, c.c_uint32)


ROWS = c.CFUNCTYPE(c.c_bool, c.c_void_p, c.c_void_p, c.c_uint32)
END = c.CFUNCTYPE(c.c_bool, c.c_void_p)


class Block(c.Structure):
    """``struct block`` of block/block.h."""

    _fields_ = [
        *[(name, KernelLayer) for name in ["expand", "depthwise", "project", "add"]],
        *[(name, c.c_bool) for name in ["has_expand", "has_add"]],
        ("rows", c.c_int32),
        ("scratch", c.c_void_p),
        ("next", ROWS),
        ("source", c.c_void_p),
    ]


class BlockSizes(c.Structure):
    """``struct block_sizes``."""

    _fields_ = [(name, c.c_uint32) for name in ["tables", "tile", "planes", "carry", "products", "strip", "window"]]


class Source(c.Structure):
    """``struct network_source``: a crop's bytes in order, and a check at the end that all were taken."""

    _fields_ = [("next", ROWS), ("end", END), ("context", c.c_void_p)]

    @classmethod
    def of(cls, crop: NDArray[np.uint8], bytes_there: int = 1 << 30) -> Source:
        content = crop.tobytes()
        taken = 0

        def following(_context: Any, to: int, size: int) -> bool:
            nonlocal taken
            part = content[taken : taken + size]
            taken += size
            if len(part) != size or taken > bytes_there:
                return False
            c.memmove(to, part, size)
            return True

        return cls(ROWS(following), END(lambda _context: taken == len(content)), None)


class WireHeader(c.Structure):
    _pack_ = 1
    _fields_ = [
        ("magic", c.c_uint16),
        ("version", c.c_uint8),
        ("type", c.c_uint8),
        ("sequence", c.c_uint16),
        ("status", c.c_uint16),
        ("length", c.c_uint32),
        ("header_crc", c.c_uint32),
    ]


class CFrame(c.Structure):
    _fields_ = [("header", WireHeader), ("payload", c.c_void_p), ("crc", c.c_uint32)]


class CParser(c.Structure):
    _fields_ = [
        ("buffer", c.c_void_p),
        *[(name, c.c_uint32) for name in ["start", "fill", "crc_done", "crc"]],
        ("in_frame", c.c_bool),
        *[(name, c.c_uint32) for name in _PARSER_COUNTERS],
    ]


def aligned(values: NDArray[Any] | bytes, dtype: Any = None) -> NDArray[Any]:
    """A copy that begins at a multiple of 16 bytes, as the tables of a network do."""
    source = np.frombuffer(values, np.uint8) if isinstance(values, bytes) else np.ascontiguousarray(values, dtype)
    room = np.zeros(source.nbytes + 16, np.uint8)
    start = -room.ctypes.data % 16
    copy = room[start : start + source.nbytes].view(source.dtype).reshape(source.shape)
    copy[...] = source
    return copy


@dataclass(frozen=True)
class Firmware:
    """libfirmware_host.so."""

    path: Path
    library: c.CDLL = field(init=False)

    def __post_init__(self) -> None:
        library = c.CDLL(str(self.path))
        library.kernel_scaled.restype = c.c_int32
        library.crc32_add.restype = c.c_uint32
        library.network_output.restype = c.c_void_p
        library.frame_parser_busy.restype = c.c_bool
        object.__setattr__(self, "library", library)

    def kernels(self, name: str) -> KernelSet:
        """The kernel set ``ref`` or ``m7``."""
        return KernelSet.in_dll(self.library, f"kernels_{name}")

    def run_kernel(self, set_name: str, kernel: str, arrays: dict[str, NDArray[Any]], **numbers: int) -> Int8:
        """One kernel; ``arrays`` by the struct's field names, ``in_`` first. Returns (out_h, out_w, out_c) int8."""
        shape = numbers["out_h"], numbers["out_w"], numbers["out_c"]
        size = int(np.prod(shape))
        guard = 64
        out = aligned(np.full(size + guard, 99, np.int8))
        held = {name: aligned(array) for name, array in arrays.items()}
        pointers = {name: array.ctypes.data for name, array in held.items()}
        layer = KernelLayer(out=out.ctypes.data, **pointers, **numbers)
        getattr(self.kernels(set_name), kernel)(c.byref(layer))
        assert (out[size:] == 99).all(), f"{set_name}.{kernel} wrote behind its output"
        return out[:size].reshape(shape)

    def network(self, content: bytes, set_name: str, arena_bytes: int = 1 << 22) -> OpenNetwork:
        """``network.bin`` opened by the C walk."""
        return OpenNetwork(self, content, set_name, arena_bytes)


class OpenNetwork:
    """A network in an arena of its own."""

    def __init__(self, firmware: Firmware, content: bytes, set_name: str, arena_bytes: int) -> None:
        self._library = firmware.library
        self._file = aligned(content)
        self.arena = aligned(np.zeros(arena_bytes, np.int8))
        self._handle = NetworkHandle()
        self._kernels = firmware.kernels(set_name)
        self.status = self._library.network_open(
            c.byref(self._handle),
            c.c_void_p(self._file.ctypes.data),
            c.c_uint32(len(content)),
            c.c_void_p(self.arena.ctypes.data),
            c.c_uint32(arena_bytes),
            c.byref(self._kernels),
        )

    def load(self, crop: NDArray[np.uint8]) -> bool:
        """``crop`` into the arena, for :meth:`run_layer`."""
        self._library.network_load.restype = c.c_bool
        return bool(self._library.network_load(c.byref(self._handle), c.byref(Source.of(crop))))

    def run_layer(self, index: int) -> None:
        self._library.network_run_layer(c.byref(self._handle), c.c_uint32(index))

    def scratch_bytes(self, group: bytes, rows: int) -> int:
        """What the block of a plan's ``group`` needs beside its input and output, in strips of ``rows``."""
        self._library.network_block.restype = Block
        self._library.block_sizes.restype = BlockSizes
        block = self._library.network_block(c.byref(self._handle), group)
        block.rows = rows
        sizes = self._library.block_sizes(c.byref(block))
        return sum(getattr(sizes, field[0]) for field in BlockSizes._fields_)

    def run(
        self,
        crop: NDArray[np.uint8],
        step: Callable[[int], None],
        *,
        detailed: bool = False,
        bytes_there: int = 1 << 30,
    ) -> bool:
        """The whole network on ``crop``, of which only so many bytes come; ``step`` is told the layer that comes.

        False where the crop came to nothing.
        """
        told = STEP(lambda _context, index: step(index))
        source = Source.of(crop, bytes_there)
        self._library.network_run.restype = c.c_bool
        return bool(self._library.network_run(c.byref(self._handle), c.byref(source), told, None, c.c_bool(detailed)))


class Parser:
    """frame.c over a buffer of its own; the same interface as :class:`device.link.framing.Decoder` where they meet."""

    BUFFER_BYTES = 262_144 + 20

    def __init__(self, firmware: Firmware) -> None:
        self._library = firmware.library
        self._buffer = (c.c_uint8 * self.BUFFER_BYTES)()
        self._parser = CParser()
        self.events: list[tuple[int, int, int, int, bytes]] = []
        self._library.frame_parser_init(c.byref(self._parser), self._buffer)

    @property
    def counters(self) -> dict[str, int]:
        return {name: getattr(self._parser, name) for name in _PARSER_COUNTERS}

    def feed(self, data: bytes) -> None:
        """All of ``data``; the events are (event, type, sequence, status, payload)."""
        at = c.c_void_p()
        while data:
            room = self._library.frame_parser_room(c.byref(self._parser), c.byref(at))
            assert room > 0
            taken = min(room, len(data))
            assert at.value is not None
            c.memmove(at.value, data[:taken], taken)
            self._library.frame_parser_added(c.byref(self._parser), c.c_uint32(taken))
            data = data[taken:]
            self._take_events()

    def timeout(self) -> None:
        while self._library.frame_parser_busy(c.byref(self._parser)):
            self._library.frame_parser_timeout(c.byref(self._parser))
            self._take_events()

    def _take_events(self) -> None:
        frame = CFrame()
        while event := self._library.frame_parser_next(c.byref(self._parser), c.byref(frame)):
            header = frame.header
            payload = c.string_at(frame.payload, header.length) if event == 1 else b""
            self.events.append((event, header.type, header.sequence, header.status, payload))
