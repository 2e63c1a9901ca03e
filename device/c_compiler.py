"""The C compiler of this computer, if there is one."""

from __future__ import annotations

import shutil

COMPILERS = ("cc", "gcc", "clang")


def find_compiler() -> str | None:
    """The path of the machine's C compiler; None where there is none."""
    return next((path for name in COMPILERS if (path := shutil.which(name))), None)
