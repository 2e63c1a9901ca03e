"""Where figures come from: the command and the versions that stand beside them, without the machine's paths."""

from __future__ import annotations

import importlib.metadata
import platform
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path

PACKAGES = ("ai-edge-litert", "numpy", "opencv-python", "torch")


def command_line(words: list[str], program: str = "python -m device.model") -> str:
    """The command as typed, every path cut down to its last part: whose machine it was is nobody's business."""
    short = [Path(word).name if "/" in word or "\\" in word else word for word in words]
    return shlex.join([*program.split(), *short])


def versions() -> dict[str, str]:
    """Of Python and of the packages that figures depend on; the computer's kind."""
    found = {"python": platform.python_version(), "machine": platform.machine()}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def today() -> str:
    """The date in UTC, as 2026-01-31."""
    return datetime.now(UTC).date().isoformat()


def own_command() -> str:
    """The command line of this process."""
    return command_line(sys.argv[1:])
