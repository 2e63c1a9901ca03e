"""Processor time and memory of this process and of those it started, from Linux's /proc; elsewhere only its own time.

No Qt. Units and fields: proc(5).
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True)
class Usage:
    """Processor seconds since the start, and resident bytes now; None where the system does not tell."""

    cpu_s: float
    memory_bytes: int | None


def own() -> Usage:
    """This process, all its threads."""
    return _of(os.getpid()) or Usage(time.process_time(), None)


def children() -> Usage:
    """Every process that came from this one, summed; zeros where there is none or the system does not tell."""
    found = [usage for pid in _descendants(os.getpid()) if (usage := _of(pid)) is not None]
    return Usage(sum(usage.cpu_s for usage in found), sum(usage.memory_bytes or 0 for usage in found))


def age_s() -> float | None:
    """Seconds since this process was started; None where the system does not tell."""
    fields = _stat(os.getpid())
    if fields is None:
        return None
    return time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the third on: the second, a name, may hold spaces."""
    try:
        return (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None


def _of(pid: int) -> Usage | None:
    fields = _stat(pid)
    if fields is None:
        return None
    ticks = int(fields[11]) + int(fields[12])
    return Usage(ticks / os.sysconf("SC_CLK_TCK"), int(fields[21]) * os.sysconf("SC_PAGE_SIZE"))


def _descendants(pid: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for entry in PROC.glob("[0-9]*"):
        fields = _stat(int(entry.name))
        if fields is not None:
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found: list[int] = []
    todo = [pid]
    while todo:
        below = parents.get(todo.pop(), [])
        found += below
        todo += below
    return found
