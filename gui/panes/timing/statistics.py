"""Percentiles of every stage, over the newest frames and since the start, in constant memory. No Qt."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from gui.core.frames import Clock, Recognition, Stage

WINDOW = 200  # frames
LEAST_MS, MOST_MS = 0.001, 1e6
STEP = 1.01  # a value since the start is known to within half a per cent


@dataclass(frozen=True)
class Percentiles:
    """Of ``n`` values; NaN where there are none."""

    n: int
    p50: float
    p95: float
    p99: float
    least: float
    most: float


def percentiles(values: Sequence[float]) -> Percentiles:
    """Interpolated between the values next to a rank, as NumPy does by default."""
    if not values:
        return Percentiles(0, math.nan, math.nan, math.nan, math.nan, math.nan)
    p50, p95, p99 = (float(value) for value in np.percentile(values, (50, 95, 99)))
    return Percentiles(len(values), p50, p95, p99, min(values), max(values))


class Histogram:
    """Counts of positive values in bins of one per cent: percentiles of any number of values in constant memory."""

    def __init__(self) -> None:
        self._counts = np.zeros(math.ceil(math.log(MOST_MS / LEAST_MS) / math.log(STEP)) + 2, np.int64)
        self._least, self._most = math.inf, -math.inf

    def add(self, value: float) -> None:
        """One more; what lies outside ``LEAST_MS``..``MOST_MS`` counts as the limit."""
        inside = min(max(value, LEAST_MS), MOST_MS)
        self._counts[math.floor(math.log(inside / LEAST_MS) / math.log(STEP))] += 1
        self._least, self._most = min(self._least, value), max(self._most, value)

    def percentiles(self) -> Percentiles:
        """The middle of the bin that holds each rank, within the least and the most that came."""
        n = int(self._counts.sum())
        if n == 0:
            return percentiles(())
        summed = np.cumsum(self._counts)

        def at(part: float) -> float:
            place = int(np.searchsorted(summed, max(1, math.ceil(part * n))))
            return float(min(max(LEAST_MS * STEP ** (place + 0.5), self._least), self._most))

        return Percentiles(n, at(0.50), at(0.95), at(0.99), self._least, self._most)


@dataclass(frozen=True)
class Row:
    """A stage's figures. ``clock``: BOARD where the board's own clock measured, real or emulated."""

    stage: Stage | None  # None: the whole way
    clock: Clock
    newest_ms: float | None
    window: Percentiles
    all: Percentiles


class TimingStats:
    """Fed with recognitions; starts anew when the place of measuring or the looks at a crop change, because figures
    must not mix."""

    def __init__(self, window: int = WINDOW) -> None:
        self._window = window
        self.where, self.looks = "", 1
        self.frames = 0
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.frames = 0
        self._recent: dict[Stage | None, deque[float]] = {}
        self._all: dict[Stage | None, Histogram] = {}
        self._clocks: dict[Stage | None, Clock] = {}
        self._newest: dict[Stage | None, float] = {}

    def add(self, recognition: Recognition) -> None:
        """One more frame that went the whole way."""
        if (recognition.where, recognition.looks) != (self.where, self.looks):
            self.clear()
            self.where, self.looks = recognition.where, recognition.looks
        self.frames += 1
        self._newest = {}
        spans = [(span.stage, span.clock, span.length_ms) for span in recognition.timeline.spans]
        mixed = any(clock is Clock.BOARD for _, clock, _ in spans) and recognition.where == "virtual"
        values: list[tuple[Stage | None, Clock, float]] = [*spans]
        values.append((None, Clock.BOARD if mixed else Clock.HOST, recognition.way_ms))
        for stage, clock, value in values:
            self._clocks[stage] = clock
            self._newest[stage] = value
            self._recent.setdefault(stage, deque(maxlen=self._window)).append(value)
            self._all.setdefault(stage, Histogram()).add(value)

    def rows(self) -> tuple[Row, ...]:
        """Every stage in order, then the whole way; stages that no frame went through have no values."""
        keys: Iterable[Stage | None] = (*Stage, None)
        return tuple(self._row(key) for key in keys)

    def _row(self, key: Stage | None) -> Row:
        recent = self._recent.get(key, ())
        window = percentiles(tuple(recent))
        # As long as the window holds everything, it is the exact answer for everything too.
        everything = window if self.frames <= self._window else self._all.get(key, Histogram()).percentiles()
        usual = Clock.BOARD if key in (Stage.RECEIVE, Stage.NETWORK) else Clock.HOST
        return Row(key, self._clocks.get(key, usual), self._newest.get(key), window, everything)
