"""The board's pane and the flash dialog on a pipeline that is not started."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from gui.board.reports import ActionKind, ActionPhase, ActionReport
from gui.core.states import PipelineOptions
from gui.panes.board.panel import BoardPanel
from gui.pipeline.pipeline import Pipeline
from gui.settings.store import SettingsStore
from gui.widgets.theme import Theme
from gui.window.wiring import connect_board, flash_board


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    pipeline = Pipeline(PipelineOptions(data=tmp_path, board="virtual", camera="demo"))
    yield pipeline
    pipeline.stop()


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme, pipeline: Pipeline) -> BoardPanel:
    panel = BoardPanel(theme)
    qtbot.addWidget(panel)
    connect_board(pipeline, SettingsStore(None), panel, "virtual")
    panel.show()
    return panel


def test_what_was_asked_for_at_the_start_is_chosen(panel: BoardPanel) -> None:
    assert panel.chooser.spec == "virtual"


def test_an_action_without_a_board_is_answered_in_the_pane(pipeline: Pipeline, panel: BoardPanel) -> None:
    panel.checks.selftest_asked.emit()
    assert "no board is connected" in panel.checks.result(ActionKind.SELFTEST)


def test_the_dialog_looks_by_itself_and_may_go_before_the_answer(
    pipeline: Pipeline, panel: BoardPanel, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = flash_board(pipeline, panel)
    qtbot.waitUntil(lambda: "Looking" not in dialog.said, timeout=20_000)
    gone: list[bool] = []
    dialog.destroyed.connect(lambda: gone.append(True))
    dialog.reject()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert gone == [True]
    pipeline.board.methods_found.emit((tmp_path, []))  # nobody is there to hear it
    pipeline.board.action_changed.emit(ActionReport(ActionKind.FLASH, ActionPhase.DONE))
    assert panel.checks.result(ActionKind.FLASH) == ""
