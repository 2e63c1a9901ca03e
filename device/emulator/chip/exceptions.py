"""Exception entry and return, as ARMv7-M defines them (DDI0403E B1.5), done between two runs of the engine.

The frame is the basic one of eight words. The FPU's registers are not stacked: they stay where they are, which is the
same for handlers that do not use them.
"""

from __future__ import annotations

import struct
from typing import Any

from unicorn import arm_const as arm
from unicorn.unicorn_py3 import UcError

from device.emulator.chip import cortex_m7 as m7
from device.emulator.chip.bus import ModelError
from device.emulator.chip.clock import Clock

FRAME_REGISTERS = (
    arm.UC_ARM_REG_R0, arm.UC_ARM_REG_R1, arm.UC_ARM_REG_R2, arm.UC_ARM_REG_R3, arm.UC_ARM_REG_R12, arm.UC_ARM_REG_LR,
)  # fmt: skip
FRAME_BYTES = 32
SWITCH_CYCLES = 12  # entry and return each, with the frame in zero-wait memory
XPSR_ALIGNED = 1 << 9
XPSR_THUMB = 1 << 24
RETURN_HANDLER, RETURN_MAIN, RETURN_PROCESS = 0xFFFF_FFF1, 0xFFFF_FFF9, 0xFFFF_FFFD
HFSR_FORCED = 1 << 30
SHCSR_ENABLES = {m7.MEM_MANAGE: 16, m7.BUS_FAULT: 17, m7.USAGE_FAULT: 18}
THREAD_PRIORITY = 256


class Exceptions:
    """Takes and leaves exceptions for the engine; ``system`` knows what is pending, enabled and active."""

    def __init__(self, engine: Any, system: m7.SystemControl, clock: Clock) -> None:
        self._engine, self._system, self._clock = engine, system, clock

    def _running_priority(self) -> int:
        active = min((self._system.priority(number) for number in self._system.active), default=THREAD_PRIORITY)
        read = self._engine.reg_read
        base = read(arm.UC_ARM_REG_BASEPRI) & 0xF0
        if base:
            active = min(active, base)
        if read(arm.UC_ARM_REG_PRIMASK) & 1:
            active = min(active, 0)
        if read(arm.UC_ARM_REG_FAULTMASK) & 1:
            active = min(active, -1)
        return active

    def take_pending(self, pc: int) -> int | None:
        """Enter the most urgent exception that may be taken; its handler's address, or None."""
        system = self._system
        ready = [number for number in system.pending if system.is_enabled(number)]
        if not ready:
            return None
        number = min(ready, key=lambda candidate: (system.priority(candidate), candidate))
        if system.priority(number) >= self._running_priority():
            return None
        system.pending.discard(number)
        return self.enter(number, pc)

    def fault(self, number: int, pc: int) -> int:
        """Enter a fault, or the HardFault that it becomes where it has no handler of its own or may not interrupt."""
        system = self._system
        enabled = system.words[m7.SHCSR] >> SHCSR_ENABLES[number] & 1 if number in SHCSR_ENABLES else 0
        if number == m7.HARD_FAULT or not enabled or system.priority(number) >= self._running_priority():
            if self._running_priority() <= -1:
                raise ModelError("a fault inside the fault handler: the processor locks up")
            system.words[m7.HFSR] |= HFSR_FORCED
            number = m7.HARD_FAULT
        return self.enter(number, pc)

    def enter(self, number: int, pc: int) -> int:
        """Push the frame and return the handler's address."""
        engine, system = self._engine, self._system
        process = not system.active and bool(engine.reg_read(arm.UC_ARM_REG_CONTROL) & 2)
        stack_register = arm.UC_ARM_REG_PSP if process else arm.UC_ARM_REG_MSP
        stack = engine.reg_read(arm.UC_ARM_REG_SP)
        aligned = (stack - FRAME_BYTES) & ~7
        status = (
            engine.reg_read(arm.UC_ARM_REG_XPSR) & ~0x1FF | XPSR_THUMB | (system.active[-1] if system.active else 0)
        )
        if stack & 4:
            status |= XPSR_ALIGNED
        words = [*(engine.reg_read(register) for register in FRAME_REGISTERS), pc, status]
        try:
            engine.mem_write(aligned, struct.pack("<8I", *words))
            handler = struct.unpack("<I", engine.mem_read(system.words[m7.VTOR] + 4 * number, 4))[0]
        except UcError:
            raise ModelError(f"exception {number}: no stack to push its frame to, or no vector") from None
        if not handler & 1:
            raise ModelError(f"exception {number}: its vector 0x{handler:08X} is no Thumb address")
        back = RETURN_HANDLER if system.active else RETURN_PROCESS if process else RETURN_MAIN
        system.active.append(number)
        self._clock.advance(SWITCH_CYCLES)
        engine.reg_write(stack_register, aligned)
        if process:
            engine.reg_write(arm.UC_ARM_REG_CONTROL, engine.reg_read(arm.UC_ARM_REG_CONTROL) & ~2)
        engine.reg_write(arm.UC_ARM_REG_XPSR, XPSR_THUMB | number)
        engine.reg_write(arm.UC_ARM_REG_LR, back)
        return int(handler) & ~1

    def leave(self, back: int) -> int:
        """Return from the newest exception by way of ``back``, the EXC_RETURN that was branched to; where to go on."""
        engine, system = self._engine, self._system
        if not system.active:
            raise ModelError(f"a branch to 0x{back:08X} outside any exception")
        system.active.pop()
        self._clock.advance(SWITCH_CYCLES)
        process = back & 0xF == 0xD
        if process:
            engine.reg_write(arm.UC_ARM_REG_CONTROL, engine.reg_read(arm.UC_ARM_REG_CONTROL) | 2)
        stack = engine.reg_read(arm.UC_ARM_REG_PSP if process else arm.UC_ARM_REG_SP)
        words = struct.unpack("<8I", engine.mem_read(stack, FRAME_BYTES))
        for register, value in zip(FRAME_REGISTERS, words[:6], strict=True):
            engine.reg_write(register, value)
        stack += FRAME_BYTES + (4 if words[7] & XPSR_ALIGNED else 0)
        engine.reg_write(arm.UC_ARM_REG_PSP if process else arm.UC_ARM_REG_MSP, stack)
        engine.reg_write(arm.UC_ARM_REG_XPSR, words[7] & ~XPSR_ALIGNED)
        return int(words[6]) & ~1
