"""The block hook of ``meter.c`` as machine code that this process can call.

For x86-64 the code comes with the package (``hook_code.py``), so that counting is nearly free without a C compiler too;
elsewhere ``meter.c`` is compiled at first use, where there is a compiler. ``python -m
device.emulator.cost.native_hook`` writes ``hook_code.py`` anew, on an x86-64 Linux machine with gcc and objcopy.
"""

from __future__ import annotations

import ctypes
import hashlib
import mmap
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from device.c_compiler import find_compiler

SOURCE = Path(__file__).with_name("meter.c")
FUNCTION = "meter_block"
ABIS = {"x86-64 System V": "", "x86-64 Windows": "__attribute__((ms_abi))"}  # name -> how gcc on Linux calls it
BUILD_FLAGS = (
    *("-std=c11", "-Os", "-ffreestanding", "-fno-stack-protector", "-fcf-protection=none"),
    *("-fno-asynchronous-unwind-tables", "-mgeneral-regs-only"),
)
GENERATED = Path(__file__).with_name("hook_code.py")
LINE_DIGITS = 96


class NativeHook:
    """The hook's address; ``kind`` says where the code is from. Keeps the code in memory as long as it lives."""

    def __init__(self, address: int, kind: str, keep: Any) -> None:
        self.address, self.kind = address, kind
        self._keep = keep


def source_hash() -> str:
    """What a compiled hook and ``hook_code.py`` are named after, so that stale code is never run."""
    return hashlib.sha256(SOURCE.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def native_hook() -> NativeHook | None:
    """The best that this machine can run; None where nothing but Python is left."""
    return prebuilt_hook() or compiled_hook()


def prebuilt_hook() -> NativeHook | None:
    """The code in the package, in memory of its own; None for another processor or where no such memory is given."""
    from device.emulator.cost import hook_code

    code = hook_code.CODE.get(_abi())
    if code is None or source_hash() != hook_code.SOURCE_SHA256:
        return None
    try:
        return NativeHook(*_executable(bytes.fromhex(code)))
    except (OSError, ValueError):  # a hardened system; the engine, which writes its code the same way, would not run
        return None


def _abi() -> str:
    if platform.machine().lower() not in ("x86_64", "amd64") or sys.maxsize < 2**32:
        return ""
    return "x86-64 Windows" if os.name == "nt" else "x86-64 System V"


def _executable(code: bytes) -> tuple[int, str, Any]:
    """Put ``code`` where it can be executed."""
    if sys.platform == "win32":
        allocate = ctypes.windll.kernel32.VirtualAlloc
        allocate.restype = ctypes.c_void_p
        allocate.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint32, ctypes.c_uint32)
        commit_and_reserve, read_write_execute = 0x3000, 0x40
        address = allocate(None, len(code), commit_and_reserve, read_write_execute)
        if not address:
            raise OSError("no memory that can be executed")
        ctypes.memmove(address, code, len(code))
        return int(address), "prebuilt", None
    memory = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    memory.write(code)
    return ctypes.addressof(ctypes.c_char.from_buffer(memory)), "prebuilt", memory


def compiled_hook(folder: Path | None = None) -> NativeHook | None:
    """``meter.c`` compiled here; None without a compiler."""
    path = compile_hook(folder)
    if path is None:
        return None
    try:
        library = ctypes.CDLL(str(path))
    except OSError:  # a library of another processor in a shared home folder
        return None
    address = ctypes.cast(library[FUNCTION], ctypes.c_void_p).value
    assert address is not None
    return NativeHook(address, "compiled", library)


def compile_hook(folder: Path | None = None) -> Path | None:
    """The shared library of ``meter.c``, compiled into the user's cache folder at first use; None without a compiler.

    The file is named after its source's hash, so that an older one is never loaded.
    """
    compiler = find_compiler()
    name = f"meter-{source_hash()[:16]}{'.dll' if os.name == 'nt' else '.so'}"
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


def build_code(call: str) -> bytes:
    """The hook's bare machine code for a calling convention; needs gcc for x86-64 Linux, and objcopy."""
    with tempfile.TemporaryDirectory() as folder:
        made, bare = Path(folder) / "meter.o", Path(folder) / "meter.bin"
        subprocess.run(["gcc", *BUILD_FLAGS, f"-DCALL={call}", "-c", SOURCE, "-o", made], check=True)
        relocations = subprocess.run(["objdump", "-r", made], check=True, capture_output=True, text=True).stdout
        if "R_X86_64" in relocations:
            raise ValueError(f"the hook's code depends on where it stands:\n{relocations}")
        subprocess.run(["objcopy", "-O", "binary", "--only-section=.text", made, bare], check=True)
        return bare.read_bytes()


def generated_text() -> str:
    """``hook_code.py`` as it should be."""
    compiler = subprocess.run(["gcc", "--version"], check=True, capture_output=True, text=True).stdout.splitlines()[0]
    lines = [
        '"""Machine code of the block hook in ``meter.c``. Generated by `python -m device.emulator.cost.native_hook`:'
        ' do not edit."""',
        "",
        f'COMPILER = "{compiler}, {" ".join(BUILD_FLAGS[:2])}"',
        f'SOURCE_SHA256 = "{source_hash()}"',
        "CODE = {",
    ]
    for name, call in ABIS.items():
        digits = build_code(call).hex()
        lines.append(f'    "{name}": (')
        lines += [f'        "{digits[at : at + LINE_DIGITS]}"' for at in range(0, len(digits), LINE_DIGITS)]
        lines.append("    ),")
    return "\n".join([*lines, "}", ""])


if __name__ == "__main__":
    GENERATED.write_text(generated_text(), encoding="utf-8")
