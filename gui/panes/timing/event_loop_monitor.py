"""How long the window's thread was busy in one go: the longest gaps between two turns of its event loop."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, QTimer

from gui.core.frames import now_s

EVERY_MS = 5
LIMIT_MS = 16.0  # a step longer than this costs a frame at 60 Hz
RECENT_S = 10


@dataclass(frozen=True)
class LoopFigures:
    """Gaps in milliseconds; each is up to ``EVERY_MS`` longer than the step that made it, so they never flatter.

    ``busy`` is the processor time that this thread took in a gap: the rest of it went to other threads and programs.
    """

    longest_ms: float  # since the start
    recent_ms: float  # of the last ``RECENT_S``
    over_limit: int  # steps that took longer than ``LIMIT_MS`` for certain
    longest_busy_ms: float
    recent_busy_ms: float
    over_busy: int  # steps with more than ``LIMIT_MS`` of this thread's own processor time
    turns: int


class LoopWatch(QObject):
    """A timer that measures how late it is. Costs about one per cent of a core."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # Whole second, longest gap in it, longest processor time in it.
        self._seconds: deque[tuple[int, float, float]] = deque(maxlen=RECENT_S + 1)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self._turn)
        self.clear()

    def start(self) -> None:
        """Begin to measure."""
        self._last_s, self._last_busy_s = now_s(), time.thread_time()
        self._timer.start()

    def stop(self) -> None:
        """Measure no more."""
        self._timer.stop()

    def clear(self) -> None:
        """Forget what was measured so far."""
        self._seconds.clear()
        self._longest_ms, self._over, self._turns = 0.0, 0, 0
        self._longest_busy_ms, self._over_busy = 0.0, 0
        self._last_s, self._last_busy_s = now_s(), time.thread_time()

    def figures(self) -> LoopFigures:
        """As of now."""
        first = int(now_s()) - RECENT_S
        recent = [second for second in self._seconds if second[0] >= first]
        return LoopFigures(
            self._longest_ms,
            max((gap for _, gap, _ in recent), default=0.0),
            self._over,
            self._longest_busy_ms,
            max((busy for _, _, busy in recent), default=0.0),
            self._over_busy,
            self._turns,
        )

    def _turn(self) -> None:
        at_s, busy_s = now_s(), time.thread_time()
        self.note(at_s, (at_s - self._last_s) * 1e3, (busy_s - self._last_busy_s) * 1e3)
        self._last_s, self._last_busy_s = at_s, busy_s

    def note(self, at_s: float, gap_ms: float, busy_ms: float) -> None:
        """One turn of the loop, ``gap_ms`` after the one before, of which this thread had the processor ``busy_ms``."""
        self._turns += 1
        self._longest_ms = max(self._longest_ms, gap_ms)
        self._longest_busy_ms = max(self._longest_busy_ms, busy_ms)
        self._over += gap_ms > LIMIT_MS + EVERY_MS
        self._over_busy += busy_ms > LIMIT_MS
        second = int(at_s)
        if self._seconds and self._seconds[-1][0] == second:
            _, gap, busy = self._seconds.pop()
            gap_ms, busy_ms = max(gap, gap_ms), max(busy, busy_ms)
        self._seconds.append((second, gap_ms, busy_ms))
