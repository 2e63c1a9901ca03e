"""What is known of the board."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from gui.board_panel import BoardPanel
from gui.records import BoardPhase
from gui.theme import Theme
from tests.gui.samples import board, recognition, timeline


def panel_of(qtbot: QtBot, theme: Theme) -> BoardPanel:
    panel = BoardPanel(theme)
    qtbot.addWidget(panel)
    return panel


def test_unknown_is_a_dash(qtbot: QtBot, theme: Theme) -> None:
    panel = panel_of(qtbot, theme)
    assert panel.value("state") == "connecting"
    assert panel.value("firmware") == panel.value("cycles") == "–"


def test_board_says_what_it_runs_on(qtbot: QtBot, theme: Theme) -> None:
    panel = panel_of(qtbot, theme)
    panel.set_board(board())
    assert panel.value("where") == "virtual board, emulated timing"
    assert panel.value("clock") == "216 MHz"
    assert panel.value("network") == "0123456789abcdef"


def test_every_figure_says_where_it_was_measured(qtbot: QtBot, theme: Theme) -> None:
    panel = panel_of(qtbot, theme)
    panel.set_board(board())
    panel.set_recognition(recognition())
    assert panel.value("network_ms") == "246 ms, emulated"
    assert panel.value("cycles") == "53,136,000, emulated"
    assert panel.value("link_ms") == "31.0 ms, PC"


def test_rate_is_over_the_last_fingerprints(qtbot: QtBot, theme: Theme) -> None:
    panel = panel_of(qtbot, theme)
    for number in range(5):
        panel.set_recognition(recognition(timeline=timeline(10.0 + number * 0.5)))
    assert panel.value("rate") == "2.0 a second, PC"


def test_figures_go_with_the_board(qtbot: QtBot, theme: Theme) -> None:
    panel = panel_of(qtbot, theme)
    panel.set_recognition(recognition())
    panel.set_board(board(phase=BoardPhase.LOST))
    assert panel.value("network_ms") == "–"
    assert panel.value("state") == "lost"
