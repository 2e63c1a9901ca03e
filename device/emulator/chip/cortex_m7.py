"""The Cortex-M7's private peripherals: system control, SysTick, NVIC, MPU, DWT. Reference: ARMv7-M ARM (DDI0403E).

The MPU and the caches are storage only: there is no cache here, and no protection. The instruction counter at
0xE00013F0 does not exist on silicon (the address is reserved there).
"""

from __future__ import annotations

from collections.abc import Callable

from device.emulator.chip.bus import WORD, Block
from device.emulator.chip.clock import Clock

SCS_BASE, DWT_BASE, DBGMCU_BASE = 0xE000_E000, 0xE000_1000, 0xE004_2000
DBGMCU_IDCODE = 0x1001_6451  # STM32F76x/77x, revision Z, RM0410 44.6.1
CPUID = 0x411F_C271

SYST_CSR, SYST_RVR, SYST_CVR, SYST_CALIB = 0x010, 0x014, 0x018, 0x01C
ISER, ICER, ISPR, ICPR, IABR, IPR, IRQ_WORDS = 0x100, 0x180, 0x200, 0x280, 0x300, 0x400, 4
ICSR, VTOR, AIRCR, SCR, CCR, SHPR, SHCSR = 0xD04, 0xD08, 0xD0C, 0xD10, 0xD14, 0xD18, 0xD24
CFSR, HFSR, MMFAR, BFAR, CPACR, CSSELR, CCSIDR, DEMCR = 0xD28, 0xD2C, 0xD34, 0xD38, 0xD88, 0xD84, 0xD80, 0xDFC
CACHE_OPERATIONS = range(0xF50, 0xF7C, 4)
AIRCR_KEY, AIRCR_SYSRESETREQ = 0x05FA, 1 << 2
DEMCR_TRCENA = 1 << 24
CACHE_SIZES = (0xF00F_E019, 0xF01F_E009)  # CCSIDR of the 16 KiB data and instruction caches

DWT_CTRL, DWT_CYCCNT, DWT_INSTRUCTIONS, DWT_LAR, DWT_LSR = 0x000, 0x004, 0x3F0, 0xFB0, 0xFB4
DWT_UNLOCK = 0xC5AC_CE55

NMI, HARD_FAULT, MEM_MANAGE, BUS_FAULT, USAGE_FAULT, SV_CALL, PEND_SV, SYS_TICK, FIRST_IRQ = (
    2,
    3,
    4,
    5,
    6,
    11,
    14,
    15,
    16,
)

_SCS_REGISTERS = {
    0x004: 3, 0x008: 0, SYST_CSR: 0, SYST_RVR: 0, SYST_CVR: 0, SYST_CALIB: 0xC000_0000, 0xD00: CPUID, ICSR: 0, VTOR: 0,
    AIRCR: 0xFA05_0000, SCR: 0, CCR: 0x0004_0200, SHPR: 0, SHPR + 4: 0, SHPR + 8: 0, SHCSR: 0, CFSR: 0, HFSR: 0,
    0xD30: 0,
    MMFAR: 0, BFAR: 0, 0xD3C: 0, 0xD40: 0x30, 0xD44: 0x200, 0xD48: 0x0010_0000, 0xD4C: 0, 0xD50: 0x0010_0030, 0xD54: 0,
    0xD58: 0x0100_0000, 0xD5C: 0, 0xD60: 0x0110_1110, 0xD64: 0x0211_2000, 0xD68: 0x2023_2231,
    0xD6C: 0x0111_1131, 0xD70: 0x0131_0132,
    0xD78: 0x0900_0003, 0xD7C: 0x8303_C003, CCSIDR: CACHE_SIZES[0], CSSELR: 0, CPACR: 0,
    0xD90: 0x800, 0xD94: 0, 0xD98: 0, 0xD9C: 0, 0xDA0: 0, 0xDA4: 0, 0xDA8: 0, 0xDAC: 0, 0xDB0: 0, 0xDB4: 0, 0xDB8: 0,
    0xDF0: 0, 0xDF4: 0, 0xDF8: 0, DEMCR: 0, 0xF00: 0, 0xF34: 0xC000_0000, 0xF38: 0, 0xF3C: 0,
    0xF40: 0x1011_0221, 0xF44: 0x1200_0011, 0xF48: 0x40,
    0xF90: 0, 0xF94: 0, 0xF98: 0, 0xF9C: 0, 0xFA0: 0, 0xFA8: 0,
    **dict.fromkeys(CACHE_OPERATIONS, 0),
}  # fmt: skip
for _base, _words in ((ISER, 4), (ICER, 4), (ISPR, 4), (ICPR, 4), (IABR, 4), (IPR, 28)):
    _SCS_REGISTERS.update(dict.fromkeys(range(_base, _base + 4 * _words, 4), 0))


class SystemControl(Block):
    """SCS: system control, SysTick, NVIC and MPU. ``pending`` and ``enabled`` are sets of exception numbers.

    ``on_reset`` is called when the program asks for a reset through AIRCR, ``on_pending`` when an exception may have to
    be taken.
    """

    def __init__(self, clock: Clock, on_reset: Callable[[], None], on_pending: Callable[[], None]) -> None:
        super().__init__("SCS", _SCS_REGISTERS)
        self._clock, self._on_reset, self._on_pending = clock, on_reset, on_pending
        self.pending: set[int] = set()
        self.active: list[int] = []
        self._tick_from = 0  # when the counter last started from zero: VAL = 0, about to load

    def reset(self) -> None:
        super().reset()
        self.pending.clear()
        self.active.clear()

    def _tick_period(self) -> int:
        return self.words[SYST_RVR] + 1

    def next_tick(self) -> int | None:
        """When SysTick will next pend its exception; None where it will not."""
        if self.words[SYST_CSR] & 3 != 3 or not self.words[SYST_RVR]:
            return None
        return self._tick_from + self._tick_period()

    def tick(self) -> None:
        """Pend SysTick if its moment has come, and go on from there."""
        moment = self.next_tick()
        if moment is not None and self._clock.now >= moment:
            self.pending.add(SYS_TICK)
            self._tick_from += (self._clock.now - self._tick_from) // self._tick_period() * self._tick_period()

    def priority(self, exception: int) -> int:
        """The exception's priority; lower is more urgent."""
        if exception <= HARD_FAULT:
            return (0, -3, -2, -1)[exception]
        place = SHPR - 4 + exception if exception < FIRST_IRQ else IPR + exception - FIRST_IRQ
        return self.words[place & ~3] >> 8 * (place & 3) & 0xF0

    def is_enabled(self, exception: int) -> bool:
        """Whether a pending exception may be taken (masks aside)."""
        if exception < FIRST_IRQ:
            return True
        irq = exception - FIRST_IRQ
        return bool(self.words[ISER + irq // 32 * 4] >> irq % 32 & 1)

    def read(self, offset: int) -> int:
        if offset in (SYST_CVR, SYST_CSR):
            return self._tick_register(offset)
        if ISPR <= offset < IABR + 4 * IRQ_WORDS:
            return self._irq_register(offset)
        if offset == ICSR:
            vector = self.active[-1] if self.active else 0
            waiting = min(self.pending, key=self.priority, default=0)
            flags = (PEND_SV in self.pending) << 28 | (SYS_TICK in self.pending) << 26
            return flags | waiting << 12 | (len(self.active) <= 1) << 11 | vector
        if offset == CCSIDR:
            return CACHE_SIZES[self.words[CSSELR] & 1]
        if ICER <= offset < ICER + 4 * IRQ_WORDS:
            offset -= ICER - ISER
        return super().read(offset)

    def _tick_register(self, offset: int) -> int:
        control = self.words[SYST_CSR]
        if not control & 1 or not self.words[SYST_RVR]:
            return 0 if offset == SYST_CVR else control
        passed = self._clock.now - self._tick_from
        if offset == SYST_CVR:
            return -passed % self._tick_period()
        wrapped = passed >= self._tick_period()
        if wrapped and not control & 2:
            self._tick_from += passed // self._tick_period() * self._tick_period()
        return control | wrapped << 16

    def _irq_register(self, offset: int) -> int:
        first = FIRST_IRQ + (offset - (ISPR if offset < ICPR else ICPR if offset < IABR else IABR)) * 8
        exceptions = self.active if offset >= IABR else self.pending
        return sum(1 << number - first for number in exceptions if first <= number < first + 32)

    def write(self, offset: int, value: int) -> None:
        if offset == AIRCR:
            if value >> 16 == AIRCR_KEY:
                self.words[AIRCR] = 0xFA05_0000 | value & 0x700
                if value & AIRCR_SYSRESETREQ:
                    self._on_reset()
            return
        if offset in (CFSR, HFSR):
            self.words[offset] &= ~value
        elif offset == SYST_CVR:
            self._tick_from = self._clock.now
        elif offset == ICSR:
            self._pend({28: PEND_SV, 26: SYS_TICK, 31: NMI}, {27: PEND_SV, 25: SYS_TICK}, value)
        elif ISER <= offset < IABR:
            self._enable_or_pend(offset, value)
        elif offset == 0xF00:
            self.pending.add(FIRST_IRQ + (value & 0x1FF))
        elif offset not in CACHE_OPERATIONS:
            if offset == SYST_CSR and value & 1 and not self.words[offset] & 1:
                self._tick_from = self._clock.now
            if offset == SYST_RVR:
                value &= 0xFF_FFFF
            super().write(offset, value)
        if offset == SYST_CSR or self.pending:
            self._on_pending()

    def _pend(self, setting: dict[int, int], clearing: dict[int, int], value: int) -> None:
        self.pending |= {number for bit, number in setting.items() if value >> bit & 1}
        self.pending -= {number for bit, number in clearing.items() if value >> bit & 1}

    def _enable_or_pend(self, offset: int, value: int) -> None:
        base = offset & ~0x7F
        word = (offset - base) // 4
        numbers = {FIRST_IRQ + 32 * word + bit for bit in range(32) if value >> bit & 1}
        if base == ISER:
            self.words[ISER + 4 * word] |= value
        elif base == ICER:
            self.words[ISER + 4 * word] &= ~value
        elif base == ISPR:
            self.pending |= numbers
        else:
            self.pending -= numbers


class Dwt(Block):
    """CYCCNT, and the emulator's own instruction counter. ``counts`` gives (cycles, instructions) at this read.

    Writes need the software lock open (LAR), and CYCCNT counts only with TRCENA in DEMCR: as on the Cortex-M7.
    """

    def __init__(self, counts: Callable[[], tuple[int, int]], trace_enabled: Callable[[], bool]) -> None:
        registers = {DWT_CTRL: 0x4000_0000, DWT_CYCCNT: 0, DWT_INSTRUCTIONS: 0, DWT_LAR: 0, DWT_LSR: 3}
        super().__init__("DWT", registers | dict.fromkeys(range(0x008, 0x01C, 4), 0))
        self._counts, self._trace_enabled = counts, trace_enabled
        self._base = 0

    def _running(self) -> bool:
        return bool(self.words[DWT_CTRL] & 1) and self._trace_enabled()

    def read(self, offset: int) -> int:
        if offset == DWT_CYCCNT and self._running():
            return (self._counts()[0] - self._base) & WORD
        if offset == DWT_INSTRUCTIONS:
            return self._counts()[1] & WORD
        return super().read(offset)

    def write(self, offset: int, value: int) -> None:
        if offset == DWT_LAR:
            self.words[DWT_LSR] = 1 if value == DWT_UNLOCK else 3
            return
        if self.words[DWT_LSR] & 2 or offset in (DWT_INSTRUCTIONS, DWT_LSR):
            return
        before = self.read(DWT_CYCCNT)
        super().write(offset, value)
        if offset == DWT_CYCCNT:
            before = value
        self.words[DWT_CYCCNT] = before
        self._base = self._counts()[0] - before
