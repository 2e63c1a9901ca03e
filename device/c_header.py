"""C headers made from Python definitions: device.link.protocol's and device.network.format's."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from enum import IntEnum, IntFlag

_C_TYPES = {"B": "uint8_t", "H": "uint16_t", "I": "uint32_t", "i": "int32_t", "f": "float"}


def c_name(name: str) -> str:
    """``LayerKind`` as ``layer_kind``."""
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name).lstrip("_")


def c_enum(prefix: str, kind: type[IntEnum] | type[IntFlag]) -> list[str]:
    """``enum <prefix>_<kind>``, its lines."""
    name = f"{prefix}_{c_name(kind.__name__)}"
    return [f"enum {name} {{", *(f"    {name.upper()}_{one.name} = {int(one)}," for one in kind), "};"]


def c_struct(name: str, layout: str, names: Iterable[str], *, packed: bool) -> list[str]:
    """A struct with the fields ``names`` laid out as the ``struct`` format ``layout`` says, and the assert of its size.

    Without ``packed`` the compiler must put no gaps in: ValueError where it would.
    """
    lines, left, repeat, offset, widest = [], list(names), "", 0, 1
    for code in layout.lstrip("<"):
        if code.isdigit():
            repeat += code
            continue
        field, width = left.pop(0), 1 if code == "s" else struct.calcsize("<" + code)
        if not packed and offset % width:
            raise ValueError(f"{name}: {field} at {offset} is not a multiple of {width}")
        lines.append(f"    char {field}[{repeat}];" if code == "s" else f"    {_C_TYPES[code]} {field};")
        offset, widest, repeat = offset + struct.calcsize(f"<{repeat}{code}"), max(widest, width), ""
    if left or (not packed and offset % widest):
        raise ValueError(f"{name}: {len(left)} fields without a format, {offset} bytes")
    attribute = "__attribute__((packed)) " if packed else ""
    size = f'static_assert(sizeof(struct {name}) == {offset}, "{name}");'
    return [f"struct {attribute}{name} {{", *lines, "};", size]


def c_header(module: str, guard: str, parts: Sequence[Sequence[str]]) -> str:
    """The whole header, an empty line between the ``parts``; ``module`` is the one that prints it."""
    path = module.replace(".", "/") + ".py"
    lines = [
        f"/* Generated from {path} by `python -m {module}`: do not edit. */",
        f"#ifndef {guard}",
        f"#define {guard}",
    ]
    for part in (["#include <assert.h>", "#include <stdint.h>"], *parts, ["#endif"]):
        lines += ["", *part]
    return "\n".join([*lines, ""])
