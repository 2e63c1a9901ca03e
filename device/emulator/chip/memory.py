"""The chip's memory in the engine, and which of its pages the engine takes for code.

Unicorn 2.1 lets a store through quickly only where there can be no code: its page must not be executable in the table
of translated addresses, and no hook may watch it (``notdirty_write`` in the engine's ``cputlb.c``). The core's default
map calls all RAM executable, and then every store takes the slow way: a network took 0.40 s instead of 0.24 s. So the
table is filled here. A page of RAM becomes executable when the program first jumps into it; from then on stores into it
are watched, and code that changes is translated again, as on any other page.
"""

from __future__ import annotations

import ctypes
from typing import Any

from unicorn import unicorn_const as const
from unicorn.unicorn_py3 import Uc

from device.emulator.chip import stm32f767 as chip
from device.link.protocol import VIRTUAL_UNIQUE_ID

RAM = ((chip.ITCM_BASE, chip.ITCM_BYTES), (chip.SRAM_BASE, chip.SRAM_BYTES))
FLASH = ((chip.FLASH_BASE, chip.FLASH_BYTES), (chip.FLASH_ALIAS, chip.FLASH_BYTES))
CODE_REGIONS = (*FLASH, *RAM)
NOT_RAM = ((chip.ITCM_BASE + chip.ITCM_BYTES, chip.SRAM_BASE - 1), (chip.SRAM_BASE + chip.SRAM_BYTES, 0xFFFF_FFFF))
"""First and last address of what can be accessed wrongly: hooks for bad accesses belong here."""


class Memory:
    """Flash with ``image`` (both of its addresses), ITCM, SRAM and the page with the chip's identity, mapped."""

    def __init__(self, engine: Uc, image: bytes) -> None:
        self._flash = ctypes.create_string_buffer(image, chip.FLASH_BYTES)
        ctypes.memset(ctypes.addressof(self._flash) + len(image), 0xFF, chip.FLASH_BYTES - len(image))
        self._code_pages: set[int] = set()  # pages of RAM that the program has jumped into
        for base, size in FLASH:
            engine.mem_map_ptr(base, size, const.UC_PROT_READ | const.UC_PROT_EXEC, ctypes.addressof(self._flash))
        for base, size in RAM:
            engine.mem_map(base, size)
        engine.mem_map(chip.SYSTEM_BASE, chip.SYSTEM_BYTES, const.UC_PROT_READ)
        engine.mem_write(chip.SYSTEM_BASE, chip.system_memory(VIRTUAL_UNIQUE_ID))
        engine.ctl_set_tlb_mode(const.UC_TLB_VIRTUAL)
        engine.hook_add(const.UC_HOOK_TLB_FILL, self._fill)

    def vectors(self) -> bytes:
        """The first two words of flash: initial stack pointer and entry."""
        return ctypes.string_at(self._flash, 8)

    def _fill(self, _engine: Any, address: int, access: int, entry: Any, _user: Any) -> bool:
        """Every address is itself; accesses to what is not mapped are still noticed behind this."""
        entry.paddr, entry.perms = address, const.UC_PROT_ALL
        if any(base <= address < base + size for base, size in RAM):
            if access == const.UC_MEM_FETCH:
                self._code_pages.add(address)
            elif address not in self._code_pages:
                entry.perms = const.UC_PROT_READ | const.UC_PROT_WRITE
        return True
