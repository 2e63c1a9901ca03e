"""The board: an engine that executes Thumb-2, memory, and the register models, put together.

The engine is Unicorn (GPL-2.0, a package of its own, imported only in the emulator's process). It has no interrupt
controller, so exceptions are pushed and popped here, between two runs of the engine. A bad access, an undefined
instruction or an FPU that is off becomes the fault that it is on silicon: CFSR, HFSR and the address registers are set,
the frame is pushed, and the image's own handler runs. What only this model does not know (``ModelError``) ends the run
with an error naming the address and the PC.

Not modelled: caches and the MPU's checks (a missing cache operation is not noticed), unaligned LDRD/STRD/LDM faults,
bus timing.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from unicorn import arm_const as arm
from unicorn import unicorn_const as const
from unicorn.unicorn_py3 import Uc, UcError

from device.emulator.chip import cortex_m7 as m7
from device.emulator.chip import stm32f767 as chip
from device.emulator.chip.bus import Block, Bus, ModelError
from device.emulator.chip.clock import Clock
from device.emulator.chip.exceptions import Exceptions
from device.emulator.chip.memory import CODE_REGIONS, NOT_RAM, Memory
from device.emulator.chip.serial_port import Dma, Usart
from device.emulator.chip.wire import Wire
from device.emulator.cost.cycle_model import block_cost, uses_fpu
from device.emulator.cost.meter import NEVER, make_meter
from device.emulator.idle import Idle
from device.errors import FileError

PAGE_BYTES = 4096  # blocks end at a page's end; the engine's own choice is 1,024
USB_LATENCY_S = 0.001  # a frame of the USB between a host and the ST-LINK: no host answers sooner
UNTIL = 0xF000_0000  # an address that nothing reaches: the engine runs until it is stopped
MASKED_CYCLES = 1_000  # how often a masked exception is checked
EXC_RETURN_INTERRUPT = 8
EXC_RETURN_FIRST = 0xFFFF_FFE0  # a branch here returns from an exception; the engine reports 8, or a failed fetch
SVC_INTERRUPT = 2
NOCP, UNDEFINSTR, IBUSERR, PRECISE_WITH_ADDRESS = 1 << 19, 1 << 16, 1 << 8, 1 << 15 | 1 << 9  # CFSR
DATA_ERRORS = (
    *(const.UC_ERR_READ_UNMAPPED, const.UC_ERR_READ_PROT),
    *(const.UC_ERR_WRITE_UNMAPPED, const.UC_ERR_WRITE_PROT),
)
ENGINE_FAULTS = {1: (m7.USAGE_FAULT, UNDEFINSTR), 3: (m7.BUS_FAULT, IBUSERR)}
PERIPHERALS = (0x4000_0000, 0x8_0000)
PRIVATE = (0xE000_0000, 0x10_0000)


def read_image(path: Path) -> bytes:
    """The image to put into flash; raises FileError for one that cannot be an image for this board."""
    try:
        image = path.read_bytes()
    except OSError as error:
        raise FileError(f"cannot read the image {path}: {error.strerror}", "build it with `make firmware`") from error
    if len(image) > chip.FLASH_BYTES:
        raise FileError(f"{path} has {len(image)} bytes; the flash has {chip.FLASH_BYTES}")
    stack, entry = struct.unpack_from("<II", image) if len(image) >= 8 else (0, 0)
    in_flash = any(base <= entry < base + chip.FLASH_BYTES for base in (chip.FLASH_BASE, chip.FLASH_ALIAS))
    in_ram = chip.SRAM_BASE < stack <= chip.SRAM_BASE + chip.SRAM_BYTES or 0 < stack <= chip.ITCM_BYTES
    if not (in_flash and entry & 1 and in_ram):
        raise FileError(
            f"{path} does not begin with a vector table of this board (stack 0x{stack:08X}, entry 0x{entry:08X})"
        )
    return image


class Machine:
    """A board with ``image`` in its flash. ``run`` executes it until ``stop``, hears ``wire``, and calls ``send``.

    ``counting`` is a kind of meter (``meter.KINDS``); with none of them CYCCNT follows the wall clock.
    """

    def __init__(
        self,
        image: bytes,
        send: Callable[[bytes], None],
        *,
        counting: str = "auto",
        on_listening: Callable[[], None] | None = None,
    ) -> None:
        self.engine = Uc(const.UC_ARCH_ARM, const.UC_MODE_THUMB)
        self.engine.ctl_set_page_size(PAGE_BYTES)
        self.engine.ctl_set_cpu_model(arm.UC_CPU_ARM_CORTEX_M7)
        self._memory = Memory(self.engine, image)
        self.meter = make_meter(CODE_REGIONS, self._block_cost, counting)
        self.clock = Clock(self.meter)
        self.wire = Wire(lambda: self.clock.now, lambda: int(USB_LATENCY_S * self.clock.hz))
        self._send = send
        self._build_peripherals()
        self._on_listening = on_listening
        self.meter.attach(self.engine)
        self.engine.hook_add(const.UC_HOOK_INTR, self._on_interrupt)
        for first, last in NOT_RAM:
            self.engine.hook_add(const.UC_HOOK_MEM_INVALID, self._on_bad_access, begin=first, end=last)
        self._power_on = self.engine.context_save()
        self._failure: Exception | None = None
        self._reset_wanted = self._stop_wanted = self._check_exceptions = False
        self._bad_access: tuple[int, int] = (0, 0)
        self._fpu_trap = False
        self._interrupt = 0
        self.resets = 0

    def _build_peripherals(self) -> None:
        self.rcc = chip.Rcc(self.clock, chip.warn)
        self.system = m7.SystemControl(self.clock, self._ask_reset, self._ask_exceptions)
        self.exceptions = Exceptions(self.engine, self.system, self.clock)
        self.dwt = m7.Dwt(self._counts, lambda: bool(self.system.words[m7.DEMCR] & m7.DEMCR_TRCENA))
        self.idle = Idle(
            self.clock,
            self.wire,
            self.meter,
            byte_cycles=lambda: self.usart.byte_cycles,
            sent_at=lambda: self.usart.sent_at,
            flush=lambda: self.usart.flush(),
        )
        self.usart = Usart("USART3", self.clock, self.wire, self.rcc.usart3_hz, self._say, self._polled, self.idle.busy)
        self.rcc.on_change = self.usart.rate_changed
        self.dma = Dma("DMA1", lambda address, data: self.engine.mem_write(address, data))
        self.usart.use_dma(self.dma, stream=1, channel=4)
        self.ports = chip.gpio_ports()
        peripherals = Bus(PERIPHERALS[0], self.rcc.clocked, self._before_read)
        for address, block in ((0x4000_4800, self.usart), (0x4000_7000, self.rcc.power), (0x4002_3800, self.rcc),
                               (0x4002_3C00, self.rcc.flash), (0x4002_6000, self.dma)):  # fmt: skip
            peripherals.add(address, block)
        peripherals.add(
            0x4001_3800, Block("SYSCFG", dict.fromkeys((0x00, 0x04, 0x08, 0x0C, 0x10, 0x14, 0x1C, 0x20), 0))
        )
        for index, port in enumerate(self.ports.values()):
            peripherals.add(0x4002_0000 + 0x400 * index, port)
        private = Bus(PRIVATE[0], before_read=self._before_read)
        private.add(m7.SCS_BASE, self.system, 0x1000)
        private.add(m7.DWT_BASE, self.dwt, 0x1000)
        private.add(m7.DBGMCU_BASE, Block("DBGMCU", {0: m7.DBGMCU_IDCODE, 4: 0, 8: 0, 12: 0}))
        self._blocks = [*peripherals.blocks(), *private.blocks()]
        for bus, (base, size) in ((peripherals, PERIPHERALS), (private, PRIVATE)):
            self.engine.mmio_map(base, size, self._guarded_read(bus), None, self._guarded_write(bus), None)

    def _guarded_read(self, bus: Bus) -> Callable[..., int]:
        def read(_engine: Any, offset: int, size: int, _user: Any) -> int:
            try:
                return bus.read(offset, size)
            except Exception as error:
                self._fail(error, bus.base + offset)
                return 0

        return read

    def _guarded_write(self, bus: Bus) -> Callable[..., None]:
        def write(_engine: Any, offset: int, size: int, value: int, _user: Any) -> None:
            try:
                bus.write(offset, size, value)
            except Exception as error:
                self._fail(error, bus.base + offset)

        return write

    def _fail(self, error: Exception, address: int) -> None:
        if self._failure is None:
            self._failure, self._bad_access = error, (0, address)
        self.engine.emu_stop()

    def _say(self, data: bytes) -> None:
        self.wire.answered()
        self._send(data)

    def _before_read(self, block: Block) -> None:
        if block is not self.usart:
            self.usart.flush()  # the program has said what it had to say and does something else

    def _polled(self, received: int) -> None:
        if self.usart.listening and self._on_listening is not None:
            self._on_listening()
            self._on_listening = None
        self.idle.poll(received)

    def _counts(self) -> tuple[int, int]:
        return self.clock.now, 0 if self.meter.kind == "none" else self.meter.instructions

    def _block_cost(self, address: int, size: int) -> tuple[int, int]:
        code = bytes(self.engine.mem_read(address, size))
        if self.system.words[m7.CPACR] >> 20 & 0xF != 0xF and uses_fpu(code):
            self._fpu_trap = True
            self.engine.emu_stop()
            return 0, 0
        return block_cost(code)

    def _ask_reset(self) -> None:
        self._reset_wanted = True
        self.engine.emu_stop()

    def _ask_exceptions(self) -> None:
        self._check_exceptions = True
        self.meter.set_deadline(0)

    def stop(self) -> None:
        """End ``run`` soon; may be called from any thread."""
        self._stop_wanted = True
        self.wire.wake()
        self.meter.set_deadline(0)
        self.engine.emu_stop()

    def reset(self, *, software: bool = False) -> None:
        """As the reset pin or AIRCR does it: registers and peripherals start again, RAM keeps its contents."""
        self.engine.context_restore(self._power_on)
        for block in self._blocks:
            block.reset()
        self.rcc.note_reset(software=software)
        self.meter.forget()
        self.system.words[m7.VTOR] = chip.FLASH_ALIAS  # BOOT_ADD0 as delivered, RM0410 2.3
        stack, entry = struct.unpack("<II", self._memory.vectors())
        self.engine.reg_write(arm.UC_ARM_REG_MSP, stack)
        self.engine.reg_write(arm.UC_ARM_REG_LR, 0xFFFF_FFFF)
        self.pc = entry & ~1
        self.resets += software

    def run(self) -> None:
        """Execute from power-on until ``stop``; raises ModelError for what the model does not know."""
        self.reset()
        while not self._stop_wanted:
            self._run_once()

    def _run_once(self) -> None:
        self._arm_deadline()
        started = self.pc
        error: UcError | None = None
        try:
            self.engine.emu_start(self.pc | 1, UNTIL)
        except UcError as raised:
            error = raised
        self.pc = self.engine.reg_read(arm.UC_ARM_REG_PC)
        if self._failure is not None:
            raise self._described(self._failure, self._bad_access[1])
        if self._stop_wanted:
            return
        if self._reset_wanted:
            self._reset_wanted = False
            self.usart.flush()
            self.reset(software=True)
        elif self._fpu_trap:
            self._fpu_trap = False
            self._fault(m7.USAGE_FAULT, NOCP, None)
        elif self._interrupt or (error is not None and self.pc >= EXC_RETURN_FIRST):
            self._take_interrupt()
        elif error is not None:
            self._fault_of(error)
        elif not self._check_exceptions and self.pc != started and self.system.next_tick() is None:
            self.idle.sleep()  # WFI or WFE: the only other reason to come back
        self._after_slice()

    def _after_slice(self) -> None:
        self._check_exceptions = False
        self.system.tick()
        taken = self.exceptions.take_pending(self.pc)
        if taken is not None:
            self.pc = taken

    def _arm_deadline(self) -> None:
        tick = self.system.next_tick()
        if tick is not None and self.meter.kind == "none":
            raise ModelError("SysTick's interrupt needs cycle accounting", "run without --no-cycles")
        deadline = NEVER if tick is None else max(0, self.clock.meter_count(tick))
        if self.system.pending:  # masked, and nobody tells when it no longer is
            deadline = min(deadline, self.meter.cycles + MASKED_CYCLES)
        self.meter.set_deadline(0 if self._stop_wanted else deadline)

    def _on_interrupt(self, engine: Any, number: int, _user: Any) -> None:
        self._interrupt = number
        engine.emu_stop()

    def _take_interrupt(self) -> None:
        number, self._interrupt = self._interrupt, 0
        if number == EXC_RETURN_INTERRUPT or self.pc >= EXC_RETURN_FIRST:
            self.pc = self.exceptions.leave(self.pc | 1)
        elif number == SVC_INTERRUPT:
            self.pc = self.exceptions.enter(m7.SV_CALL, self.pc)
        else:
            self._fault(*ENGINE_FAULTS.get(number, (m7.HARD_FAULT, 0)), None)

    def _on_bad_access(self, _engine: Any, kind: int, address: int, _size: int, _value: int, _user: Any) -> bool:
        self._bad_access = (kind, address)
        return False

    def _fault_of(self, error: UcError) -> None:
        if error.errno == const.UC_ERR_INSN_INVALID:
            self._fault(m7.USAGE_FAULT, UNDEFINSTR, None)
        elif error.errno in (const.UC_ERR_FETCH_UNMAPPED, const.UC_ERR_FETCH_PROT):
            self._fault(m7.BUS_FAULT, IBUSERR, None)
        elif error.errno in DATA_ERRORS:
            self._fault(m7.BUS_FAULT, PRECISE_WITH_ADDRESS, self._bad_access[1])
        else:
            raise self._described(ModelError(f"the engine stopped: {error}"), None)

    def _fault(self, exception: int, cfsr: int, address: int | None) -> None:
        where = "" if address is None else f" at address 0x{address:08X}"
        chip.warn(f"fault: CFSR 0x{cfsr:08X}{where}, PC 0x{self.pc:08X}")
        self.system.words[m7.CFSR] |= cfsr
        if address is not None:
            self.system.words[m7.BFAR] = address
        try:
            self.pc = self.exceptions.fault(exception, self.pc)
        except ModelError as error:
            raise self._described(error, address) from None

    def _described(self, error: Exception, address: int | None) -> Exception:
        if not isinstance(error, ModelError):
            return error
        where = "" if address is None else f"address 0x{address:08X}, "
        return ModelError(f"{error.message} [{where}PC 0x{self.pc:08X}]", error.hint)
