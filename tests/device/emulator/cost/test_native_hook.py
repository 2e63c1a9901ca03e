"""The block hook as machine code: fresh, the same for every calling convention, compiled once where it is compiled."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path

import pytest

from device import c_compiler
from device.emulator.cost import hook_code, native_hook
from device.emulator.cost.native_hook import ABIS, SOURCE, build_code, compile_hook, prebuilt_hook, source_hash

NEEDS_COMPILER = pytest.mark.skipif(
    not any(shutil.which(name) for name in c_compiler.COMPILERS), reason="needs a C compiler"
)
NEEDS_TOOLS = pytest.mark.skipif(
    native_hook._abi() != "x86-64 System V" or not all(map(shutil.which, ("gcc", "objcopy", "objdump"))),
    reason="needs gcc and binutils for x86-64 Linux",
)
CALLER = """
#include <string.h>
#include <sys/mman.h>
#include "{source}"
static int stops;
static uint64_t missed;
static CALL int stop(void *engine) {{ stops += engine == (void *)7; return 0; }}
static CALL void miss(uint64_t address, uint32_t size, struct entry *entry)
{{
    missed = address * 1000 + size;
    *entry = (struct entry){{.cycles = 3, .instructions = 5, .size = (uint16_t)size}};
}}
static const unsigned char code[] = {{{code}}};
int run(uint64_t *out)
{{
    static struct entry entries[8];
    void *memory = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memcpy(memory, code, sizeof code);
    CALL void (*hook)(void *, uint64_t, uint32_t, void *) = (CALL void (*)(void *, uint64_t, uint32_t, void *))memory;
    struct meter meter = {{.deadline = 9, .stop = stop, .miss = miss, .regions = {{[2] = {{0x100, 16, entries}}}}}};
    for (int i = 0; i < 5; i++) {{
        hook((void *)7, 0x104, 12, &meter);
    }}
    hook((void *)7, 0x5000, 4, &meter);
    meter.deadline = ~0ull;
    hook((void *)7, 0x5000, 4, &meter);
    out[0] = meter.cycles; out[1] = meter.instructions; out[2] = (uint64_t)stops; out[3] = missed; out[4] = meter.block;
    return 0;
}}
"""


def test_the_code_is_that_of_the_source() -> None:
    assert source_hash() == hook_code.SOURCE_SHA256, "run: python -m device.emulator.cost.native_hook"
    assert set(hook_code.CODE) == set(ABIS)


@NEEDS_TOOLS
@pytest.mark.parametrize("abi", ABIS)
def test_the_code_counts_stops_and_asks(tmp_path: Path, abi: str) -> None:
    """Called from C by the convention it was built for: the code in the package, and the code that is built now."""
    for name, code in (("packaged", bytes.fromhex(hook_code.CODE[abi])), ("built", build_code(ABIS[abi]))):
        source, library = tmp_path / f"{name}.c", tmp_path / f"{name}.so"
        source.write_text(CALLER.format(source=SOURCE, code=",".join(map(str, code))))
        call = f"-DCALL={ABIS[abi]}"
        subprocess.run(["gcc", "-shared", "-fPIC", "-w", call, "-o", library, source], check=True)
        out = (ctypes.c_uint64 * 5)()
        ctypes.CDLL(str(library)).run(out)
        # Three blocks of 3 cycles reach the deadline; three calls stop; the last is outside every region and free.
        assert list(out) == [9, 15, 3, 0x104 * 1000 + 12, 0x5000], name


@NEEDS_COMPILER
def test_the_hook_is_compiled_once(tmp_path: Path) -> None:
    first = compile_hook(tmp_path)
    assert first is not None
    stamp = first.stat().st_mtime_ns
    assert compile_hook(tmp_path) == first
    assert first.stat().st_mtime_ns == stamp
    assert [entry.name for entry in tmp_path.iterdir()] == [first.name]


def test_stale_code_or_another_processor_is_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hook_code, "SOURCE_SHA256", "0" * 64)
    assert prebuilt_hook() is None
    monkeypatch.undo()
    monkeypatch.setattr(native_hook.platform, "machine", lambda: "riscv64")
    assert prebuilt_hook() is None


def test_a_system_that_gives_no_such_memory_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(code: bytes) -> None:
        raise PermissionError("hardened")

    monkeypatch.setattr(native_hook, "_executable", refuse)
    assert prebuilt_hook() is None
