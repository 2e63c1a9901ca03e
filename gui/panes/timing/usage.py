"""What this program takes of the computer, by the standard library alone. No Qt."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Usage:
    """``cpu`` is in cores, 1.0 one core fully busy; ``memory_bytes`` None where the system does not say it simply.

    The virtual board is a process of its own and not counted.
    """

    cpu: float
    memory_bytes: int | None


class UsageMeter:
    """Processor time between two questions."""

    def __init__(self) -> None:
        self._wall_s, self._cpu_s = time.perf_counter(), time.process_time()

    def ask(self) -> Usage:
        """Since the question before, or since the start."""
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        passed = max(1e-9, wall_s - self._wall_s)
        cpu = (cpu_s - self._cpu_s) / passed
        self._wall_s, self._cpu_s = wall_s, cpu_s
        return Usage(cpu, memory_bytes())


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
