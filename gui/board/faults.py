"""What a fault status of the firmware says."""

from __future__ import annotations

from device.link.replies import Hello
from gui.core.i18n import formatted, marked

# ARMv7-M Architecture Reference Manual (DDI 0403E), B3.2.15, Configurable Fault Status Register.
_FAULTS = {
    0: marked("instruction access violation"),
    1: marked("data access violation"),
    3: marked("memory fault on leaving an exception"),
    4: marked("memory fault on entering an exception"),
    5: marked("memory fault while saving floating point"),
    8: marked("bus error on an instruction"),
    9: marked("bus error on data"),
    10: marked("late bus error on data"),
    11: marked("bus error on leaving an exception"),
    12: marked("bus error on entering an exception"),
    13: marked("bus error while saving floating point"),
    16: marked("undefined instruction"),
    17: marked("invalid state"),
    18: marked("invalid program counter"),
    19: marked("no coprocessor"),
    24: marked("unaligned access"),
    25: marked("division by zero"),
}


def fault(hello: Hello) -> str:
    """Why the board restarted the last time, or that nothing was wrong: marked for translation."""
    if not hello.fault_status:
        return marked("none")
    what = tuple(text for bit, text in _FAULTS.items() if hello.fault_status >> bit & 1) or (marked("unknown"),)
    return formatted(
        marked("{what} at {address} (CFSR {status})"),
        what=what,
        address=f"0x{hello.fault_address:08x}",
        status=f"0x{hello.fault_status:08x}",
    )
