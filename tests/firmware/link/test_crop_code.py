"""The board's decoder of crops: equal to Python's on every stream and in every cut, and what it costs."""

from __future__ import annotations

import ctypes as c
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from device.link.crop_code import CropCodeError, decode, encode, rounded
from tests.device.emulator.emulator_image import build_image, running
from tests.support.crops import any_crop, extremes, smooth
from tests.support.ctypes_firmware import Firmware

ROW, COMPLETE, NEEDS_MORE, DAMAGED = range(4)
GUARD = 64
STATE_BYTES = 4096
MAX_CYCLES = 2_000_000
Crop = NDArray[np.uint8]


class CropCode:
    """crop_code.c over memory of its own, with guards."""

    def __init__(self, firmware: Firmware, shape: tuple[int, ...], coded_bytes: int) -> None:
        self._library = firmware.library
        self._library.crop_code_begin.restype = c.c_bool
        self._library.crop_code_room.restype = c.c_uint32
        self._state = (c.c_uint8 * STATE_BYTES)(*([99] * STATE_BYTES))
        self.height, self.width = shape[:2]
        self._out = np.full(self.height * self.width * 3 + GUARD, 99, np.uint8)
        self.begun = bool(
            self._library.crop_code_begin(self._state, self.width, self.height, c.c_uint32(coded_bytes & 0xFFFFFFFF))
        )

    def row(self, number: int) -> int:
        at = c.c_void_p(self._out.ctypes.data + number * self.width * 3)
        status = int(self._library.crop_code_row(self._state, at))
        assert (self._out[-GUARD:] == 99).all()
        return status

    def add(self, data: bytes) -> int:
        """Gives of ``data`` as much as it takes; how much that was."""
        at = c.c_void_p()
        taken = min(int(self._library.crop_code_room(self._state, c.byref(at))), len(data))
        c.memmove(at, data, taken)
        self._library.crop_code_added(self._state, c.c_uint32(taken))
        return taken

    @property
    def crop(self) -> Crop:
        return self._out[:-GUARD].reshape(self.height, self.width, 3)


def decode_c(firmware: Firmware, stream: bytes, shape: tuple[int, ...], rng: np.random.Generator) -> Crop | None:
    """The crop, or None where it is damaged; fed in pieces of any size."""
    code = CropCode(firmware, shape, len(stream))
    assert code.begun
    rows = at = 0
    while True:
        status = code.row(rows)
        if status == DAMAGED:
            assert code.row(rows) == DAMAGED
            return None
        if status == NEEDS_MORE:
            taken = code.add(stream[at : at + int(rng.integers(1, 1 + rng.integers(1, 300)))])
            assert taken > 0
            at += taken
            continue
        rows += 1
        if status == COMPLETE:
            assert rows == code.height
            assert at == len(stream)
            return code.crop


@pytest.mark.parametrize("seed", range(6))
def test_every_crop_comes_back(firmware: Firmware, seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(30):
        crop = any_crop(rng, int(rng.integers(1, 40)), int(rng.integers(1, 257)))
        near = int(rng.integers(3))
        got = decode_c(firmware, encode(crop, near), crop.shape, rng)
        assert got is not None
        assert np.array_equal(got, rounded(crop, near))


@pytest.mark.parametrize("size", [1, 2, 3, 4, 96, 128, 224])
def test_extremes_come_back(firmware: Firmware, size: int) -> None:
    rng = np.random.default_rng(size)
    for crop in extremes(size, size):
        got = decode_c(firmware, encode(crop), crop.shape, rng)
        assert got is not None
        assert np.array_equal(got, crop)


@pytest.mark.parametrize("seed", range(4))
def test_damaged_streams_end_as_in_python(firmware: Firmware, seed: int) -> None:
    """Bits flipped, bytes lost, added and repeated, and any bytes at all: refused by both, or the same crop."""
    rng = np.random.default_rng(seed)
    refused = 0
    for _ in range(150):
        crop = any_crop(rng, int(rng.integers(1, 6)), int(rng.integers(1, 12)))
        stream = bytearray(encode(crop, int(rng.integers(3))))
        at, kind = int(rng.integers(len(stream))), int(rng.integers(5))
        if kind == 0:
            stream[at] ^= 1 << int(rng.integers(8))
        elif kind == 1:
            del stream[at : at + int(rng.integers(1, 4))]
        elif kind == 2:
            stream[at:at] = rng.integers(0, 256, int(rng.integers(1, 4)), dtype=np.uint8).tobytes()
        elif kind == 3:
            stream[at:] = bytes(int(rng.integers(0, 40)))
        else:
            stream[1:] = rng.integers(0, 256, len(stream) - 1, dtype=np.uint8).tobytes()
        got = decode_c(firmware, bytes(stream), crop.shape, rng)
        try:
            expected = decode(bytes(stream), crop.shape)
        except CropCodeError:
            refused += 1
            assert got is None
        else:
            assert got is not None
            assert np.array_equal(got, expected)
    assert refused > 50


def test_a_row_comes_as_soon_as_its_bytes_are_there(firmware: Firmware) -> None:
    """At most ten bytes more than the row's own (a pixel's longest codes, and what waits in the window)."""
    crop = smooth(np.random.default_rng(1), 32, 64, 1.0)
    stream = encode(crop)
    code = CropCode(firmware, crop.shape, len(stream))
    rows, came = 0, []
    for at in range(len(stream)):
        assert code.add(stream[at : at + 1]) == 1
        while rows < 32 and (status := code.row(rows)) != NEEDS_MORE:
            assert status in (ROW, COMPLETE)
            rows += 1
            came.append(at + 1)
    needed = [len(encode(crop[: row + 1])) for row in range(32)]
    assert all(at <= least + 10 for at, least in zip(came, needed, strict=True))
    assert np.array_equal(code.crop, crop)


@pytest.mark.parametrize("shape", [(1, 0), (1, 257), (0, 4), (1, 1 << 20)])
def test_shapes_that_do_not_fit_are_refused(firmware: Firmware, shape: tuple[int, int]) -> None:
    assert not CropCode(firmware, shape, 100).begun


def test_an_empty_coding_is_damaged(firmware: Firmware) -> None:
    assert CropCode(firmware, (4, 4), 0).row(0) == DAMAGED


def test_what_it_costs_on_the_virtual_board(root: Path, sources: Path, tmp_path: Path) -> None:
    """Cycles of the model, and the same rows as on a PC: the packed instructions and their definition agree."""
    rng = np.random.default_rng(2)
    for noise, near in ((0.5, 0), (3.0, 0), (3.0, 1)):
        crop = smooth(rng, 128, 128, noise)
        stream = encode(crop, near)
        numbers = ",".join(map(str, stream))
        header = f"#define SIZE 128\nstatic const unsigned char coded[] = {{{numbers}}};\n"
        (tmp_path / "emulator_crop.h").write_text(header, "ascii")
        more = (sources / "link/crop_code.c", root / "tests/firmware/link/crop_code_board.c")
        image = build_image(tmp_path, f"-I{tmp_path}", f"-I{sources}", "-isystem", sources / "libc", *more)
        with running(image) as board:
            cycles, instructions, status, total = board.ask(b"d", answers=4)
        assert status == COMPLETE
        expected = rounded(crop, near).reshape(-1).astype(np.uint64)
        assert total == int((expected * np.arange(1, expected.size + 1, dtype=np.uint64)).sum() % 2**32)
        print(f"noise {noise}, near {near}: {len(stream):,} bytes, {instructions:,} instructions, {cycles:,} cycles")
        assert 100_000 < cycles < MAX_CYCLES
