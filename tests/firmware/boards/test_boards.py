"""Boards that no image is shipped for: they build without a warning, and everything lies where the chip has it."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from device.flash.images import FLASH_BYTES, NETWORK_OFFSET
from tests.firmware.conftest import Build

NM = "arm-none-eabi-nm"
H743 = "nucleo_h743zi"
DTCM, AXI_SRAM, SRAM1 = (0x2000_0000, 128 << 10), (0x2400_0000, 512 << 10), (0x3000_0000, 128 << 10)


@pytest.fixture(scope="module")
def h743(build: Build) -> Path:
    return build(H743)


@pytest.fixture(scope="module")
def symbols(h743: Path) -> dict[str, tuple[int, int]]:
    """Address and size in bytes."""
    if shutil.which(NM) is None:
        pytest.skip(f"{NM} is needed: apt-get install gcc-arm-none-eabi")
    lines = subprocess.run([NM, "-S", h743 / f"{H743}.elf"], check=True, capture_output=True, text=True).stdout
    words = [line.split() for line in lines.splitlines()]
    return {word[-1]: (int(word[0], 16), int(word[1], 16) if len(word) == 4 else 0) for word in words}


@pytest.mark.parametrize(
    ("name", "memory"), [("ring_bytes", SRAM1), ("arena", AXI_SRAM), ("session", DTCM), ("stack_bottom", DTCM)]
)
def test_everything_lies_in_its_memory(symbols: dict[str, tuple[int, int]], name: str, memory: tuple[int, int]) -> None:
    address, size = symbols[name]
    assert memory[0] <= address
    assert address + size <= memory[0] + memory[1]


def test_the_ring_is_where_dma_reaches_and_where_one_mpu_region_covers_it(symbols: dict[str, tuple[int, int]]) -> None:
    address, size = symbols["ring_bytes"]
    assert size == 65_504
    assert address % SRAM1[1] == 0


def test_the_image_starts_in_flash_with_its_stack_in_dtcm(h743: Path, symbols: dict[str, tuple[int, int]]) -> None:
    image = (h743 / f"{H743}.bin").read_bytes()
    stack, entry = struct.unpack_from("<II", image)
    assert stack == symbols["stack_top"][0]
    assert entry == symbols["reset_handler"][0] | 1
    assert len(image.rstrip(b"\xff")) < NETWORK_OFFSET + 8 < FLASH_BYTES[H743]  # built without a network
