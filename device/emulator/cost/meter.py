"""Counting what is executed: cycles and instructions, added up block by block while the engine runs.

The engine calls a hook at the start of every basic block. The hook only adds two numbers: a block's cost (see
``cycles.py``) is computed when it is first met and kept. Two hooks give the same numbers: machine code of ``meter.c``
(nearly free; ``native_hook.py`` says where it comes from), and the same thing in Python for every other machine.

A count that the program reads includes the whole block that reads it, so the difference of two reads is off by less
than a block. Nothing runs with the engine's own ``count``, which miscounts IT blocks.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from device.emulator.cost.native_hook import NativeHook, compiled_hook, native_hook, prebuilt_hook
from device.errors import DeviceError

KINDS = ("auto", "prebuilt", "compiled", "python", "none")
NEVER = 2**64 - 1
REGION_COUNT = 4
INSTRUCTION_BITS = 48  # of PythonMeter's number: years of instructions


class UnavailableError(DeviceError):
    """The kind of meter asked for does not work on this machine."""


BlockCost = Callable[[int, int], tuple[int, int]]
"""(address, size in bytes) of a block to its (cycles, instructions); no instructions: not known yet: ask next time."""

_HOOK = ctypes.CFUNCTYPE(
    None, ctypes.c_uint8, ctypes.c_uint32, ctypes.c_uint16
)  # engine, address, size; see PythonMeter


class Meter(Protocol):
    """The counts so far. The block being executed is counted whole from its start."""

    @property
    def kind(self) -> str:
        """How it counts."""

    @property
    def cycles(self) -> int:
        """Cycles of the core."""

    @property
    def instructions(self) -> int:
        """Instructions executed; those that an IT block skips are counted too, as the core issues them."""

    @property
    def block(self) -> int:
        """The address of the block being executed, 0 where nobody knows."""

    def attach(self, engine: Any) -> None:
        """Hook the engine."""

    def set_deadline(self, cycles: int) -> None:
        """Stop the engine before the first block that starts at or after this count; NEVER for no stop."""

    def set_clock(self, clock_hz: int) -> None:
        """The core's clock, for a meter that has to go by the wall clock."""

    def forget(self) -> None:
        """Drop every block's cost: code in RAM may be another after a reset."""


class _Entry(ctypes.Structure):
    _fields_ = (("cycles", ctypes.c_uint32), ("instructions", ctypes.c_uint16), ("size", ctypes.c_uint16))


class _Region(ctypes.Structure):
    _fields_ = (("base", ctypes.c_uint64), ("bytes", ctypes.c_uint64), ("entries", ctypes.POINTER(_Entry)))


_MISS = ctypes.CFUNCTYPE(None, ctypes.c_uint64, ctypes.c_uint32, ctypes.POINTER(_Entry))


class _State(ctypes.Structure):
    _fields_ = (
        ("cycles", ctypes.c_uint64),
        ("instructions", ctypes.c_uint64),
        ("deadline", ctypes.c_uint64),
        ("block", ctypes.c_uint64),
        ("stop", ctypes.c_void_p),
        ("miss", _MISS),
        ("regions", _Region * REGION_COUNT),
    )


def _hook_blocks(engine: Any, function: int, user: int) -> None:
    """Register the function at an address as a block hook: the bindings' own wrapper costs twice as much a call."""
    from unicorn.unicorn_const import UC_HOOK_BLOCK
    from unicorn.unicorn_py3.unicorn import uclib

    handle = ctypes.c_size_t()
    status = uclib.uc_hook_add(engine._uch, ctypes.byref(handle), UC_HOOK_BLOCK, ctypes.c_void_p(function), user, 1, 0)
    if status:
        raise RuntimeError(f"the engine refused the block hook (error {status})")


class NativeMeter:
    """The hook in C. ``regions`` are the (base, size) of memory that code may lie in; an alias shares nothing."""

    def __init__(self, hook: NativeHook, regions: Sequence[tuple[int, int]], cost: BlockCost) -> None:
        self.kind = hook.kind
        self._hook, self._cost = hook, cost
        self._state = _State(deadline=NEVER, miss=_MISS(self._miss))
        self._tables = [(_Entry * (size // 2))() for _, size in regions]
        for slot, (base, size), table in zip(self._state.regions, regions, self._tables, strict=False):
            slot.base, slot.bytes, slot.entries = base, size, table

    def _miss(self, address: int, size: int, entry: Any) -> None:
        cycles, instructions = self._cost(address, size)
        entry[0].cycles, entry[0].instructions = cycles, instructions
        entry[0].size = size if instructions else 0

    @property
    def cycles(self) -> int:
        return int(self._state.cycles)

    @property
    def instructions(self) -> int:
        return int(self._state.instructions)

    @property
    def block(self) -> int:
        return int(self._state.block)

    def attach(self, engine: Any) -> None:
        from unicorn.unicorn_py3.unicorn import uclib

        self._state.stop = ctypes.cast(uclib.uc_emu_stop, ctypes.c_void_p).value
        _hook_blocks(engine, self._hook.address, ctypes.addressof(self._state))

    def set_deadline(self, cycles: int) -> None:
        self._state.deadline = cycles

    def set_clock(self, clock_hz: int) -> None:
        pass

    def forget(self) -> None:
        for table in self._tables:
            ctypes.memset(table, 0, ctypes.sizeof(table))


class PythonMeter:
    """The same hook in Python, for a machine that cannot run the other.

    It runs millions of times a network, so it does as little as it can: one number holds both counts, cycles above
    ``INSTRUCTION_BITS``; and of the hook's arguments only as many bits are taken as are needed, because small numbers
    cost Python no memory.
    """

    kind = "python"

    def __init__(self, cost: BlockCost) -> None:
        self._cost = cost
        self._costs: dict[int, tuple[int, int]] = {}  # by address: size, both counts in one number
        self._total = self._block = 0
        self._deadline = NEVER << INSTRUCTION_BITS
        self._hook: Any = None

    @property
    def cycles(self) -> int:
        return self._total >> INSTRUCTION_BITS

    @property
    def instructions(self) -> int:
        return self._total & (1 << INSTRUCTION_BITS) - 1

    @property
    def block(self) -> int:
        return self._block

    def attach(self, engine: Any) -> None:
        costs, unknown, miss = self._costs.get, (0, 0), self._miss

        def hook(_engine: int, address: int, size: int) -> None:
            total = self._total
            if total >= self._deadline:
                engine.emu_stop()
                return
            self._block = address
            known_size, cost = costs(address, unknown)
            self._total = total + (cost if known_size == size else miss(address, size))

        self._hook = _HOOK(hook)
        _hook_blocks(engine, ctypes.cast(self._hook, ctypes.c_void_p).value or 0, 0)

    def _miss(self, address: int, size: int) -> int:
        cycles, instructions = self._cost(address, size)
        cost = cycles << INSTRUCTION_BITS | instructions
        if instructions:
            self._costs[address] = size, cost
        return cost

    def set_deadline(self, cycles: int) -> None:
        self._deadline = cycles << INSTRUCTION_BITS

    def set_clock(self, clock_hz: int) -> None:
        pass

    def forget(self) -> None:
        self._costs.clear()


class WallMeter:
    """No accounting: time is the wall clock's.

    ``inner`` counts all the same, where that is free: what the program does between two polls of the receiver tells
    whether it waits (see ``idle.py``).
    """

    kind = "none"

    def __init__(self, now_s: Callable[[], float] = time.monotonic, inner: NativeMeter | None = None) -> None:
        self._now_s, self._inner = now_s, inner
        self._clock_hz = 0
        self._counted = 0.0
        self._since_s = now_s()

    @property
    def cycles(self) -> int:
        return int(self._counted + (self._now_s() - self._since_s) * self._clock_hz)

    @property
    def instructions(self) -> int:
        return self._inner.instructions if self._inner else 0

    @property
    def block(self) -> int:
        return self._inner.block if self._inner else 0

    def attach(self, engine: Any) -> None:
        if self._inner:
            self._inner.attach(engine)

    def set_deadline(self, cycles: int) -> None:
        """Stop the engine now or never: there is no telling when a block starts."""
        if self._inner:
            self._inner.set_deadline(NEVER if cycles else 0)

    def set_clock(self, clock_hz: int) -> None:
        now = self._now_s()
        self._counted += (now - self._since_s) * self._clock_hz
        self._since_s, self._clock_hz = now, clock_hz

    def forget(self) -> None:
        if self._inner:
            self._inner.forget()


def make_meter(regions: Sequence[tuple[int, int]], cost: BlockCost, kind: str = "auto") -> Meter:
    """A meter of one of ``KINDS``; ``auto`` is the best of them here. Raises UnavailableError for what cannot run."""
    if kind == "python":
        return PythonMeter(cost)
    hook = {"prebuilt": prebuilt_hook, "compiled": compiled_hook}.get(kind, native_hook)()
    native = None if hook is None else NativeMeter(hook, regions, cost)
    if kind == "none":
        return WallMeter(inner=native)
    if native is None and kind != "auto":
        reason = "a C compiler (cc, gcc or clang)" if kind == "compiled" else "an x86-64 processor"
        raise UnavailableError(f"the {kind} block hook needs {reason}", "leave --hook out")
    return native or PythonMeter(cost)
