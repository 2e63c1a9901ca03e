"""Percentiles of durations, exact or from a histogram of bounded size."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

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
