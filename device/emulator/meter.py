"""Counting what is executed: cycles and instructions, added up block by block while the engine runs.

The engine calls a hook at the start of every basic block. The hook only adds two numbers: a block's cost (see
``cycles.py``) is computed when it is first met and kept. Two hooks give the same numbers: ``meter.c``, compiled at
first use where there is a C compiler (nearly free), and the same thing in Python (a network takes about three times as
long).

A count that the program reads includes the whole block that reads it, so the difference of two reads is off by less
than a block. Nothing runs with the engine's own ``count``, which miscounts IT blocks.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

SOURCE = Path(__file__).with_name("meter.c")
COMPILERS = ("cc", "gcc", "clang")
NEVER = 2**64 - 1
REGION_COUNT = 4

BlockCost = Callable[[int, int], tuple[int, int]]
"""(address, size in bytes) of a block to its (cycles, instructions); no instructions: ask again next time."""

_HOOK = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint32, ctypes.c_void_p)


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


def _hook_blocks(engine: Any, function: Any, user: int) -> None:
    """Register ``function`` as a plain C block hook: the bindings' own wrapper costs twice as much a call."""
    from unicorn.unicorn_const import UC_HOOK_BLOCK
    from unicorn.unicorn_py3.unicorn import uclib

    handle = ctypes.c_size_t()
    status = uclib.uc_hook_add(
        engine._uch, ctypes.byref(handle), UC_HOOK_BLOCK, ctypes.cast(function, ctypes.c_void_p), user, 1, 0
    )
    if status:
        raise RuntimeError(f"the engine refused the block hook (error {status})")


class CompiledMeter:
    """The hook in C. ``regions`` are the (base, size) of memory that code may lie in; an alias shares nothing."""

    kind = "compiled"

    def __init__(self, library: Path, regions: Sequence[tuple[int, int]], cost: BlockCost) -> None:
        self._function = ctypes.CDLL(str(library)).meter_block
        self._cost = cost
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
        _hook_blocks(engine, self._function, ctypes.addressof(self._state))

    def set_deadline(self, cycles: int) -> None:
        self._state.deadline = cycles

    def set_clock(self, clock_hz: int) -> None:
        pass

    def forget(self) -> None:
        for table in self._tables:
            ctypes.memset(table, 0, ctypes.sizeof(table))


class PythonMeter:
    """The same hook in Python, for a machine without a C compiler."""

    kind = "python"

    def __init__(self, cost: BlockCost) -> None:
        self._cost = cost
        self._costs: dict[int, tuple[int, int, int]] = {}  # by address: size, cycles, instructions
        self.cycles = 0
        self.instructions = 0
        self.block = 0
        self._deadline = NEVER
        self._hook: Any = None

    def attach(self, engine: Any) -> None:
        known = self._costs.get
        unknown = (0, 0, 0)

        def hook(_engine: int, address: int, size: int, _user: int) -> None:
            if self.cycles >= self._deadline:
                engine.emu_stop()
                return
            self.block = address
            known_size, cycles, instructions = known(address, unknown)
            if known_size != size:
                cycles, instructions = self._miss(address, size)
            self.cycles += cycles
            self.instructions += instructions

        self._hook = _HOOK(hook)
        _hook_blocks(engine, self._hook, 0)

    def _miss(self, address: int, size: int) -> tuple[int, int]:
        cycles, instructions = self._cost(address, size)
        if instructions:
            self._costs[address] = (size, cycles, instructions)
        return cycles, instructions

    def set_deadline(self, cycles: int) -> None:
        self._deadline = cycles

    def set_clock(self, clock_hz: int) -> None:
        pass

    def forget(self) -> None:
        self._costs.clear()


class WallMeter:
    """No accounting: time is the wall clock's.

    ``inner`` counts all the same, where that is free: what the program does between two looks at the receiver tells
    whether it waits (see ``idle.py``).
    """

    kind = "none"

    def __init__(self, now_s: Callable[[], float] = time.monotonic, inner: CompiledMeter | None = None) -> None:
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


def compile_hook(folder: Path | None = None) -> Path | None:
    """The shared library of ``meter.c``, compiled into the user's cache folder at first use; None without a compiler.

    The file is named after a hash of its source, so that an older one is never loaded.
    """
    compiler = next((path for name in COMPILERS if (path := shutil.which(name))), None)
    name = f"meter-{hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:16]}{'.dll' if os.name == 'nt' else '.so'}"
    if folder is None:
        import platformdirs

        folder = platformdirs.user_cache_path("mcu-face-door", appauthor=False)
    library = folder / name
    if library.is_file():
        return library
    if compiler is None:
        return None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as build:
            made = Path(build) / name
            command = [compiler, "-O2", "-shared", *(() if os.name == "nt" else ("-fPIC",)), "-o", made, SOURCE]
            subprocess.run(command, check=True, capture_output=True, timeout=60)
            made.replace(library)
    except (OSError, subprocess.SubprocessError):
        return library if library.is_file() else None  # another process may have been faster
    return library


def make_meter(regions: Sequence[tuple[int, int]], cost: BlockCost, kind: str = "auto") -> Meter:
    """A meter of the wanted kind: ``compiled``, ``python``, ``none``, or ``auto`` for the best that works here."""
    library = compile_hook() if kind != "python" else None
    compiled = None
    if library is not None:
        try:
            compiled = CompiledMeter(library, regions, cost)
        except OSError:  # a library of another processor in a shared home folder
            compiled = None
    if kind == "none":
        return WallMeter(inner=compiled)
    if kind == "compiled" and compiled is None:
        raise RuntimeError("the compiled block hook needs a C compiler (cc, gcc or clang)")
    return compiled or PythonMeter(cost)
