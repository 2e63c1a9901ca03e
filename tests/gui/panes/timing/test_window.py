"""The timing window: what was collected in tables and bars, by pointer, keys and file."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from gui.board.reports import ActionKind, ActionPhase, ActionReport
from gui.core.frames import Stage
from gui.core.states import Flow, Problem, Topic, Where
from gui.panes.timing.event_loop_monitor import LoopWatch
from gui.panes.timing.frame_log import TimingLog
from gui.panes.timing.stage_table import COLUMNS
from gui.panes.timing.statistics import TimingStats
from gui.panes.timing.window import TimingWindow
from gui.widgets.palette import DARK
from gui.widgets.theme import Theme
from tests.gui.panes.timing.test_layers import result
from tests.support.samples import recognition, timeline

FLOWS = [Flow(10.0, 100, 90, 40, 30, 10, 20, 18, 1), Flow(20.0, 400, 380, 140, 60, 25, 35, 48, 1)]


@pytest.fixture
def window(qtbot: QtBot, theme: Theme) -> TimingWindow:
    flows = list(FLOWS)
    window = TimingWindow(
        theme,
        stats=TimingStats(),
        log=TimingLog(),
        watch=LoopWatch(),
        flow=lambda: flows.pop(0) if len(flows) > 1 else flows[0],
    )
    qtbot.addWidget(window)
    window.show()
    return window


def feed(window: TimingWindow, *network_ms: float, where: Where = Where.VIRTUAL, passes: int = 1) -> None:
    for number, ms in enumerate(network_ms):
        one = recognition(number=number, where=where, network_ms=ms, timeline=timeline(network_ms=ms), passes=passes)
        window._stats.add(one)
        window._log.add(one)
    window.refresh()


def cells(window: TimingWindow, stage: int) -> list[str]:
    return [str(window.model.index(stage, column).data()).strip() for column in range(len(COLUMNS))]


def test_every_stage_has_percentiles_and_a_place(window: TimingWindow) -> None:
    feed(window, *(100.0 + n for n in range(101)))
    row = cells(window, list(Stage).index(Stage.NETWORK))
    assert row[0] == "Network"
    assert row[1:5] == ["200", "150", "195", "199"]
    assert row[-1] == "emulated"
    assert cells(window, 0)[-1] == "PC"
    assert cells(window, len(Stage))[-1] == "PC and emulated"
    assert window._summary.text().startswith("Network under 500 ms: p99 is 199 ms, emulated ·")
    feed(window, 212.0, passes=2)
    assert cells(window, list(Stage).index(Stage.NETWORK))[-1] == "emulated, flip averaging"
    assert cells(window, list(Stage).index(Stage.RECEIVE))[-1] == "emulated"
    assert window._summary.text().startswith("Network under 500 ms: p99 is 212 ms, emulated, flip averaging · 1 frames")


def test_a_network_over_the_limit_is_said(window: TimingWindow) -> None:
    feed(window, 600.0, where=Where.BOARD)
    assert "Network over 500 ms: p99 is 600 ms, board" in window._summary.text()


def test_rates_and_what_was_left_out(window: TimingWindow) -> None:
    window.refresh()
    rows = window.program.rows()
    assert rows["Camera"] == "30.0 a second"
    assert rows["Shown"] == "29.0 a second"
    assert rows["Fingerprints through the board"] == "3.0 a second"
    assert rows["Frames not shown"] == "20 of 400 (5.0 %)"
    assert rows["Crops replaced by a newer one"] == "25 of 60 (41.7 %)"
    assert rows["Processor"].endswith("without the virtual board")


def test_layers_are_told_by_keys_by_the_pointer_and_in_the_table(window: TimingWindow, qtbot: QtBot) -> None:
    assert "No profile yet" in window.chart.line.text()
    window.tabs.setCurrentIndex(1)
    window.set_profile(result(6))
    assert "6 layers together 6,015 cycles" in window._sums.text()
    assert "the whole network 6,065 cycles" in window._sums.text()
    qtbot.waitUntil(lambda: window.chart._plot is not None, timeout=20_000)
    window.chart.setFocus()
    for key, name in (
        (Qt.Key.Key_Right, "l0"),
        (Qt.Key.Key_Right, "l1"),
        (Qt.Key.Key_End, "l5"),
        (Qt.Key.Key_Left, "l4"),
    ):
        qtbot.keyClick(window.chart, key)
        assert f" {name} · " in window.chart.line.text()
    assert "1,004 cycles" in window.chart.line.text()
    assert window.chart.line.text().endswith("emulated")
    assert window.chart.accessibleDescription() == window.chart.line.text()
    assert window.layers.currentRow() == 4
    box = window.chart._plot.getViewBox()
    window.chart._hover(QPointF(box.mapViewToScene(QPointF(2.0, 0.5))))
    assert window.chart.at == 1
    window.layers.sortItems(4, Qt.SortOrder.DescendingOrder)
    window.layers.setCurrentCell(0, 0)
    assert window.chart.at == 5  # the most cycles


def test_fewer_layers_after_more(window: TimingWindow) -> None:
    window.tabs.setCurrentIndex(1)
    window.set_profile(result(60))
    window.chart.choose(59)
    window.set_profile(result(20))
    assert window.chart.at == 19
    assert window.layers.rowCount() == 20
    window.set_profile(None)
    assert window.layers.rowCount() == 0


def test_files_are_written_and_a_failure_is_said(window: TimingWindow, tmp_path: Path) -> None:
    feed(window, 100.0, 101.0)
    window.save_stages(tmp_path / "timing.csv")
    assert window.said.text() == f"✓ 2 frames written to {tmp_path / 'timing.csv'}"
    assert len((tmp_path / "timing.csv").read_text("utf-8").splitlines()) == 3
    window.set_profile(result(6))
    window.save_layers(tmp_path / "layers.csv")
    assert window.said.text().startswith("✓ 6 layers written")
    window.save_stages(tmp_path / "nowhere" / "timing.csv")
    assert "could not be written" in window.said.text()


def test_a_profile_is_asked_for_and_not_twice_at_once(window: TimingWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.profile_asked):
        window.take_profile.click()
    window.set_action(ActionReport(ActionKind.BENCH, ActionPhase.RUNNING))
    assert not window.take_profile.isEnabled()
    failed = ActionReport(ActionKind.PROFILE, ActionPhase.FAILED, problem=Problem("no board", "connect", Topic.BOARD))
    window.set_action(failed)
    assert window.take_profile.isEnabled()
    assert "no board" in window.said.text()


def test_it_paints_in_both_colours(window: TimingWindow, theme: Theme) -> None:
    feed(window, 100.0)
    light = window.grab().toImage()
    theme.use(DARK)
    assert window.grab().toImage() != light
