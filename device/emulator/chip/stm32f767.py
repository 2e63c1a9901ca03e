"""The STM32F767's own peripherals: clocks, power, flash interface, pins, identity. References are to ST RM0410.

What would not work on silicon is an error here where it is cheap to notice: a clock switched to an oscillator that is
off, a core clock too fast for the flash's wait states or for the supply, a peripheral used before its clock is on.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from device.emulator.chip.bus import Block, ModelError
from device.emulator.chip.clock import Clock

FLASH_BASE, FLASH_ALIAS, FLASH_BYTES = 0x0800_0000, 0x0020_0000, 2 << 20
ITCM_BASE, ITCM_BYTES = 0x0000_0000, 16 << 10
SRAM_BASE, SRAM_BYTES = 0x2000_0000, 512 << 10  # DTCM 128 KiB, SRAM1 368 KiB, SRAM2 16 KiB, side by side
SYSTEM_BASE, SYSTEM_BYTES = 0x1FF0_F000, 0x1000
UNIQUE_ID_ADDRESS = 0x1FF0_F420  # 45.1
FLASH_SIZE_ADDRESS = 0x1FF0_F442  # 45.2, in KiB

HSI_HZ, HSE_HZ = 16_000_000, 8_000_000  # the Nucleo's ST-LINK feeds 8 MHz into HSE
MAX_HZ, MAX_HZ_NO_OVERDRIVE = 216_000_000, 180_000_000
HZ_PER_WAIT_STATE = 30_000_000  # 3.3.2, 2.7 V to 3.6 V

RCC_CR, RCC_PLLCFGR, RCC_CFGR = 0x00, 0x04, 0x08
RCC_BDCR, RCC_CSR, RCC_DCKCFGR2 = 0x70, 0x74, 0x90
CSR_RMVF, CSR_PINRST, CSR_PORRST, CSR_SFTRST = 1 << 24, 1 << 26, 1 << 27, 1 << 28
RCC_RESET = {
    0x00: 0x83, 0x04: 0x2400_3010, 0x08: 0, 0x0C: 0, 0x10: 0, 0x14: 0, 0x18: 0, 0x20: 0, 0x24: 0,
    0x30: 0x0010_0000, 0x34: 0, 0x38: 0, 0x40: 0x0000_0400, 0x44: 0, 0x50: 0x7EF7_B7FF, 0x54: 0xF1, 0x58: 1,
    0x60: 0xFFFF_CBFF,
    0x64: 0x04F7_7F33, 0x70: 0, 0x74: 0x0E00_0000, 0x80: 0, 0x84: 0x2400_3000, 0x88: 0x2400_3000, 0x8C: 0, 0x90: 0,
}  # fmt: skip
ENABLES = {  # peripheral -> (RCC register, bit), 5.3.10 to 5.3.14
    **{f"GPIO{port}": (0x30, index) for index, port in enumerate("ABCDEFGHIJK")},
    "DMA1": (0x30, 21),
    "USART3": (0x40, 18),
    "PWR": (0x40, 28),
    "SYSCFG": (0x44, 14),
}


class Rcc(Block):
    """Reset and clock control: an oscillator is ready as soon as it is on."""

    def __init__(self, clock: Clock, warn: Callable[[str], None]) -> None:
        super().__init__("RCC", RCC_RESET)
        self._clock, self._warn = clock, warn
        self._warned: set[str] = set()
        self.on_change: Callable[[], None] = lambda: None
        self.power = Power()
        self.flash = FlashInterface()

    def reset(self) -> None:
        flags = self.words[RCC_CSR]
        super().reset()
        self.words[RCC_CSR] = flags
        self._clock.set_hz(HSI_HZ)

    def note_reset(self, *, software: bool) -> None:
        """Why the board was reset, 5.3.21."""
        self.words[RCC_CSR] = self.words[RCC_CSR] | CSR_PINRST | CSR_SFTRST if software else CSR_PINRST | CSR_PORRST

    def clocked(self, block: Block) -> bool:
        """Whether the peripheral's clock is on; says so once where it is not."""
        place = ENABLES.get(block.name)
        if place is None or self.words[place[0]] >> place[1] & 1:
            return True
        if block.name not in self._warned:
            self._warned.add(block.name)
            self._warn(f"{block.name} used while its clock is off in RCC: it reads zero and ignores writes")
        return False

    def write(self, offset: int, value: int) -> None:
        if offset == RCC_CR:
            value &= ~0x2A02_0002
            value |= (value & 0x1501_0001) << 1  # HSION, HSEON, PLLON, PLLI2SON, PLLSAION -> their ready bits
        elif offset == RCC_BDCR:
            value = value & ~2 | (value & 1) << 1
        elif offset == RCC_CSR:
            flags = 0 if value & CSR_RMVF else self.words[offset] & 0xFE00_0000
            value = flags | (value & 1) * 3
        elif offset == RCC_CFGR:
            value = value & ~0xC | (value & 3) << 2
        elif offset == RCC_PLLCFGR and self.words[RCC_CR] & 1 << 24:
            raise ModelError("RCC_PLLCFGR written while the PLL runs", "switch PLLON off first, RM0410 5.3.2")
        super().write(offset, value)
        if offset in (RCC_CR, RCC_CFGR):
            self._switch()
        self.on_change()

    def _switch(self) -> None:
        source = self.words[RCC_CFGR] & 3
        ready = self.words[RCC_CR] >> (1, 17, 25, 25)[source] & 1
        if source == 3 or not ready:
            raise ModelError(f"RCC: the system clock is switched to source {source}, which is not ready")
        core = self.core_hz
        if core > MAX_HZ:
            raise ModelError(f"RCC: the core would run at {core} Hz; this part runs at {MAX_HZ} Hz at most")
        if core > MAX_HZ_NO_OVERDRIVE and not self.power.overdrive:
            raise ModelError(f"RCC: {core} Hz needs the over-drive mode (PWR_CR1 ODEN, ODSWEN)")
        if self.flash.wait_states < -(-core // HZ_PER_WAIT_STATE) - 1:
            raise ModelError(
                f"RCC: {core} Hz with {self.flash.wait_states} flash wait states would not work on silicon"
            )
        self._clock.set_hz(core)

    @property
    def system_hz(self) -> int:
        """SYSCLK."""
        source = self.words[RCC_CFGR] & 3
        if source < 2:
            return (HSI_HZ, HSE_HZ)[source]
        pll = self.words[RCC_PLLCFGR]
        reference = HSE_HZ if pll & 1 << 22 else HSI_HZ
        return reference // max(2, pll & 0x3F) * (pll >> 6 & 0x1FF) // (2 * (pll >> 16 & 3) + 2)

    @property
    def core_hz(self) -> int:
        """HCLK, which clocks the core."""
        prescaler = self.words[RCC_CFGR] >> 4 & 0xF
        return self.system_hz // (1 if prescaler < 8 else (2, 4, 8, 16, 64, 128, 256, 512)[prescaler - 8])

    def usart3_hz(self) -> int:
        """What USART3's BRR divides, 5.3.26."""
        source = self.words[RCC_DCKCFGR2] >> 4 & 3
        prescaler = self.words[RCC_CFGR] >> 10 & 7
        pclk1 = self.core_hz // (1 if prescaler < 4 else 2 << (prescaler - 4))
        return (pclk1, self.system_hz, HSI_HZ, 32_768)[source]


class Power(Block):
    """PWR, 4.4: ready bits follow what is asked for."""

    def __init__(self) -> None:
        super().__init__("PWR", {0x00: 0xC000, 0x04: 0x4000, 0x08: 0, 0x0C: 0})

    @property
    def overdrive(self) -> bool:
        return self.words[0x00] >> 16 & 3 == 3

    def write(self, offset: int, value: int) -> None:
        super().write(offset, value)
        if offset == 0x00:
            self.words[0x04] = 0x4000 | value & 0x3_0000


class FlashInterface(Block):
    """FLASH_ACR and its neighbours, 3.7; programming is not modelled."""

    def __init__(self) -> None:
        super().__init__(
            "FLASH", {0x00: 0, 0x04: 0, 0x08: 0, 0x0C: 0, 0x10: 0x8000_0000, 0x14: 0xC0FF_FFFF, 0x18: 0x0040_0080}
        )

    @property
    def wait_states(self) -> int:
        return self.words[0x00] & 0xF

    def write(self, offset: int, value: int) -> None:
        if offset not in (0x00, 0x0C):
            raise ModelError(f"FLASH: programming is not modelled (wrote 0x{value:08X} at offset 0x{offset:02X})")
        super().write(offset, value)


class Gpio(Block):
    """A port's registers, 6.4; an output pin reads back what it drives, an input reads low."""

    MODER, IDR, ODR, BSRR = 0x00, 0x10, 0x14, 0x18

    def __init__(self, port: str, registers: dict[int, int]) -> None:
        super().__init__(f"GPIO{port}", dict.fromkeys(range(0x00, 0x28, 4), 0) | registers)

    def read(self, offset: int) -> int:
        if offset == self.IDR:
            modes = self.words[self.MODER]
            return sum(self.words[self.ODR] & 1 << pin for pin in range(16) if modes >> 2 * pin & 3 == 1)
        return super().read(offset)

    def write(self, offset: int, value: int) -> None:
        if offset == self.BSRR:
            self.words[self.ODR] = (self.words[self.ODR] & ~(value >> 16) | value) & 0xFFFF
        elif offset != self.IDR:
            super().write(offset, value)

    def alternate(self, pin: int) -> int | None:
        """The pin's alternate function, or None where it has another mode."""
        if self.words[self.MODER] >> 2 * pin & 3 != 2:
            return None
        return self.words[0x20 + 4 * (pin // 8)] >> 4 * (pin % 8) & 0xF


def gpio_ports() -> dict[str, Gpio]:
    """All eleven ports with their reset values."""
    special = {
        "A": {0x00: 0xA800_0000, 0x08: 0x0C00_0000, 0x0C: 0x6400_0000},
        "B": {0x00: 0x280, 0x08: 0xC0, 0x0C: 0x100},
    }
    return {port: Gpio(port, special.get(port, {})) for port in "ABCDEFGHIJK"}


def system_memory(unique_id: bytes) -> bytes:
    """The read-only page with the part's identity; ``unique_id`` has 12 bytes."""
    page = bytearray(b"\xff" * SYSTEM_BYTES)
    for address, value in (
        (UNIQUE_ID_ADDRESS, unique_id),
        (FLASH_SIZE_ADDRESS, (FLASH_BYTES >> 10).to_bytes(2, "little")),
    ):
        page[address - SYSTEM_BASE : address - SYSTEM_BASE + len(value)] = value
    return bytes(page)


def warn(text: str) -> None:
    """Say something on the error output, for whoever started the board."""
    print(f"virtual board: {text}", file=sys.stderr, flush=True)
