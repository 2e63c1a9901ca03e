"""Processor time and memory of this process and of those it started, from Linux's /proc; elsewhere only its own time.

No Qt. Units and fields: proc(5).
"""

from __future__ import annotations

import os
import sys
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


@dataclass(frozen=True)
class Load:
    """``cpu`` is in cores, 1.0 one core fully busy; ``memory_bytes`` None where the system does not say it simply.

    The virtual board is a process of its own and not counted.
    """

    cpu: float
    memory_bytes: int | None


class LoadMeter:
    """Processor time between two questions."""

    def __init__(self) -> None:
        self._wall_s, self._cpu_s = time.perf_counter(), time.process_time()

    def ask(self) -> Load:
        """Since the question before, or since the start."""
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        passed = max(1e-9, wall_s - self._wall_s)
        cpu = (cpu_s - self._cpu_s) / passed
        self._wall_s, self._cpu_s = wall_s, cpu_s
        return Load(cpu, memory_bytes())


def memory_bytes() -> int | None:
    """Resident memory of this process now on Linux, its peak on macOS, None elsewhere."""
    if sys.platform == "linux":
        try:
            pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
        except (OSError, ValueError, IndexError):
            return None
        import resource

        return pages * resource.getpagesize()
    if sys.platform == "darwin":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return None
