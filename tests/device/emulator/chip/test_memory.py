"""The memory of the virtual chip: stores are quick, and code that the program writes into RAM still runs as written."""

from __future__ import annotations

import struct

import pytest

pytest.importorskip("unicorn")

from unicorn import UC_ARCH_ARM, UC_MODE_THUMB, Uc, arm_const

from device.emulator.chip import stm32f767 as chip
from device.emulator.chip.memory import Memory

PAGE_BYTES = 4096
RAM_CODE = chip.SRAM_BASE + 0x100
PROGRAM = bytes.fromhex(
    "0180"  # strh r1, [r0]     "movs r2, #n" into RAM
    "4380"  # strh r3, [r0, #2] "bx lr"
    "a047"  # blx r4            run it
    "1546"  # mov r5, r2
    "0680"  # strh r6, [r0]     another "movs r2, #n" over it
    "a047"  # blx r4
)
END = chip.FLASH_BASE + 8 + len(PROGRAM)


@pytest.fixture
def engine() -> Uc:
    engine = Uc(UC_ARCH_ARM, UC_MODE_THUMB)
    engine.ctl_set_page_size(PAGE_BYTES)
    engine.ctl_set_cpu_model(arm_const.UC_CPU_ARM_CORTEX_M7)
    memory = Memory(engine, struct.pack("<II", chip.SRAM_BASE, chip.FLASH_BASE + 9) + PROGRAM)
    assert memory.vectors() == struct.pack("<II", chip.SRAM_BASE, chip.FLASH_BASE + 9)
    engine.memory = memory  # keeps the flash's bytes
    return engine


@pytest.mark.parametrize("warm", [False, True], ids=["fresh page", "page used as data before"])
@pytest.mark.parametrize("base", [RAM_CODE, chip.ITCM_BASE + 0x100], ids=["SRAM", "ITCM"])
def test_code_written_into_ram_is_run_as_written_last(engine: Uc, base: int, warm: bool) -> None:
    registers = {"R0": base, "R1": 0x2211, "R3": 0x4770, "R4": base | 1, "R6": 0x2222}
    for name, value in registers.items():
        engine.reg_write(getattr(arm_const, f"UC_ARM_REG_{name}"), value)
    if warm:  # the first two stores alone
        engine.emu_start(chip.FLASH_BASE + 9, chip.FLASH_BASE + 12)
    engine.emu_start(chip.FLASH_BASE + 9, END)
    assert engine.reg_read(arm_const.UC_ARM_REG_R5) == 0x11
    assert engine.reg_read(arm_const.UC_ARM_REG_R2) == 0x22


def test_flash_is_there_twice_and_reads_erased_behind_the_image(engine: Uc) -> None:
    for base in (chip.FLASH_BASE, chip.FLASH_ALIAS):
        assert engine.mem_read(base + 8, len(PROGRAM)) == PROGRAM
        assert engine.mem_read(base + chip.FLASH_BYTES - 4, 4) == b"\xff" * 4
