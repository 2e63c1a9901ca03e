"""What a fault status of the firmware says."""

from __future__ import annotations

from device.link.replies import Hello
from gui.core.i18n import fill, mark

# ARMv7-M Architecture Reference Manual (DDI 0403E), B3.2.15, Configurable Fault Status Register.
_FAULTS = {
    0: mark("instruction access violation"),
    1: mark("data access violation"),
    3: mark("memory fault on leaving an exception"),
    4: mark("memory fault on entering an exception"),
    5: mark("memory fault while saving floating point"),
    8: mark("bus error on an instruction"),
    9: mark("bus error on data"),
    10: mark("late bus error on data"),
    11: mark("bus error on leaving an exception"),
    12: mark("bus error on entering an exception"),
    13: mark("bus error while saving floating point"),
    16: mark("undefined instruction"),
    17: mark("invalid state"),
    18: mark("invalid program counter"),
    19: mark("no coprocessor"),
    24: mark("unaligned access"),
    25: mark("division by zero"),
}


def fault(hello: Hello) -> str:
    """Why the board started anew the last time, or that nothing was wrong: marked for translation."""
    if not hello.fault_status:
        return mark("none")
    what = tuple(text for bit, text in _FAULTS.items() if hello.fault_status >> bit & 1) or (mark("unknown"),)
    return fill(
        mark("{what} at {address} (CFSR {status})"),
        what=what,
        address=f"0x{hello.fault_address:08x}",
        status=f"0x{hello.fault_status:08x}",
    )
