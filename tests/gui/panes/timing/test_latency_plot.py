"""The rolling plot of the board's latency."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from gui.core.states import Where
from gui.panes.timing.latency_plot import LatencyPlot
from gui.widgets.palette import DARK
from gui.widgets.theme import Theme
from tests.support.samples import recognition, timeline


def plot_of(qtbot: QtBot, theme: Theme) -> LatencyPlot:
    plot = LatencyPlot(theme)
    qtbot.addWidget(plot)
    plot.resize(800, 180)
    plot.build()
    return plot


def test_nothing_yet_is_said(qtbot: QtBot, theme: Theme) -> None:
    assert plot_of(qtbot, theme).figures == "no fingerprint yet"


def test_the_curve_comes_after_the_first_painting(qtbot: QtBot, theme: Theme) -> None:
    plot = LatencyPlot(theme)
    qtbot.addWidget(plot)
    plot.add(recognition(network_ms=900.0))
    plot.grab()
    assert plot._plot is None
    qtbot.waitUntil(lambda: plot._plot is not None, timeout=10_000)
    assert plot._plot.viewRange()[1][1] > 900.0  # with what came before


def test_figures_say_percentiles_and_where(qtbot: QtBot, theme: Theme) -> None:
    plot = plot_of(qtbot, theme)
    for number in range(21):
        plot.add(recognition(timeline=timeline(10.0 + number), network_ms=200.0 + 5 * number))
    assert plot.figures == "p50 250 ms · p95 295 ms · p99 299 ms · emulated"
    assert "limit 500 ms" in plot.accessibleDescription()


def test_only_the_last_minute_counts(qtbot: QtBot, theme: Theme) -> None:
    plot = plot_of(qtbot, theme)
    plot.add(recognition(timeline=timeline(10.0), network_ms=900.0))
    plot.add(recognition(timeline=timeline(100.0), network_ms=200.0))
    assert plot.figures.startswith("p50 200 ms · p95 200 ms")


def test_figures_of_another_place_are_not_mixed_in(qtbot: QtBot, theme: Theme) -> None:
    plot = plot_of(qtbot, theme)
    plot.add(recognition(network_ms=900.0))
    plot.add(recognition(where=Where.BOARD, network_ms=200.0))
    assert plot.figures == "p50 200 ms · p95 200 ms · p99 200 ms · board"
    plot.add(recognition(where=Where.BOARD, network_ms=400.0, passes=2))
    assert plot.figures == "p50 400 ms · p95 400 ms · p99 400 ms · board, flip averaging"


def test_the_limit_is_on_show_however_fast_the_board(qtbot: QtBot, theme: Theme) -> None:
    plot = plot_of(qtbot, theme)
    plot.add(recognition(network_ms=90.0, latency_ms=120.0))
    low, high = plot._plot.viewRange()[1]
    assert low <= 0.0
    assert high > 500.0


def test_slow_board_is_on_show_too(qtbot: QtBot, theme: Theme) -> None:
    plot = plot_of(qtbot, theme)
    plot.add(recognition(network_ms=1_700.0))
    assert plot._plot.viewRange()[1][1] > 1_700.0


def test_it_paints_in_both_colours(qtbot: QtBot, theme: Theme) -> None:
    plot = plot_of(qtbot, theme)
    plot.add(recognition())
    light = plot.grab().toImage()
    theme.use(DARK)
    assert plot.grab().toImage() != light


def test_details_are_a_button_away(qtbot: QtBot, theme: Theme) -> None:
    plot = plot_of(qtbot, theme)
    with qtbot.waitSignal(plot.details_asked):
        plot.findChild(QPushButton).click()
