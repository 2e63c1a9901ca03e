"""Percentiles against NumPy's own, and figures of two places that never mix."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gui.core.frames import Clock, Stage
from gui.core.percentiles import Histogram, percentiles
from gui.core.states import Where
from gui.panes.timing.statistics import TimingStats
from tests.support.samples import recognition, timeline


def test_percentiles_are_numpys() -> None:
    values = [float(value) for value in np.random.default_rng(1).lognormal(3, 1, 500)]
    got = percentiles(values)
    assert (got.p50, got.p95, got.p99) == pytest.approx(tuple(np.percentile(values, (50, 95, 99))))
    assert (got.n, got.least, got.most) == (500, min(values), max(values))
    assert math.isnan(percentiles(()).p95)


def test_a_histogram_is_right_to_half_a_per_cent_however_many_come() -> None:
    values = np.random.default_rng(2).lognormal(2, 2, 20_000)
    histogram = Histogram()
    for value in values:
        histogram.add(float(value))
    got = histogram.percentiles()
    exact = np.percentile(values, (50, 95, 99), method="inverted_cdf")
    assert (got.p50, got.p95, got.p99) == pytest.approx(tuple(exact), rel=0.0051)
    assert got.n == 20_000


@pytest.mark.parametrize("value", [0.0, 1e-9, 0.001, 1e6, 1e9])
def test_extreme_values_are_kept_as_they_are(value: float) -> None:
    histogram = Histogram()
    histogram.add(value)
    assert histogram.percentiles().p99 == value


def test_the_window_slides_and_the_whole_does_not() -> None:
    stats = TimingStats(window=10)
    for number in range(100):
        stats.add(recognition(timeline=timeline(network_ms=100.0 + number)))
    row = next(row for row in stats.rows() if row.stage is Stage.NETWORK)
    assert (row.newest_ms, row.window.n, row.all.n) == (199.0, 10, 100)
    assert row.window.p50 == pytest.approx(194.5)
    assert row.all.p50 == pytest.approx(149.0, rel=0.006)
    assert row.clock is Clock.BOARD


def test_as_long_as_the_window_holds_everything_both_say_the_same() -> None:
    stats = TimingStats(window=10)
    for number in range(10):
        stats.add(recognition(timeline=timeline(network_ms=100.0 + number)))
    assert all(row.window == row.all for row in stats.rows() if row.window.n)


def test_every_stage_and_the_whole_way_have_a_row_before_anything_came() -> None:
    found = TimingStats().rows()
    assert [row.stage for row in found] == [*Stage, None]
    assert all(row.newest_ms is None and row.window.n == 0 for row in found)
    assert {row.stage for row in found if row.clock is Clock.BOARD} == {Stage.RECEIVE, Stage.NETWORK}


def test_the_way_counts_as_emulated_when_parts_of_it_are() -> None:
    stats = TimingStats()
    stats.add(recognition())
    assert stats.rows()[-1].clock is Clock.BOARD
    stats.add(recognition(where=Where.BOARD))
    assert stats.rows()[-1].clock is Clock.HOST
    assert stats.frames == 1  # those of the virtual board are another matter
    stats.add(recognition(where=Where.BOARD, passes=2))
    assert (stats.frames, stats.passes) == (1, 2)  # and so are those of one pass
