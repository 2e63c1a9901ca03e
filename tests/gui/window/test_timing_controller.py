"""Timings are collected from the start, whether or not their window was ever open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from gui.board.reports import ActionKind, ActionPhase, ActionReport
from gui.core.states import PipelineOptions, Where
from gui.pipeline.pipeline import Pipeline
from gui.settings.store import SettingsStore
from gui.widgets.theme import Theme
from gui.window.timing_controller import TimingController
from tests.gui.panes.timing.test_layers import result
from tests.support.samples import board, recognition


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    pipeline = Pipeline(PipelineOptions(data=tmp_path, board="virtual", camera="demo"))
    yield pipeline
    pipeline.stop()


@pytest.fixture
def controller(qtbot: QtBot, theme: Theme, pipeline: Pipeline) -> Iterator[TimingController]:
    parent = QWidget()
    qtbot.addWidget(parent)
    controller = TimingController(pipeline, theme, SettingsStore(None), parent)
    yield controller
    controller.close()


def test_what_came_before_the_window_is_in_it(controller: TimingController, pipeline: Pipeline) -> None:
    pipeline.recognised.emit(recognition())
    pipeline.board.action_changed.emit(ActionReport(ActionKind.PROFILE, ActionPhase.DONE, result=result(6)))
    controller.show()
    assert controller.window is not None
    assert controller.window.layers.rowCount() == 6
    assert controller.window.export_stages.isEnabled()
    first = controller.window
    pipeline.board.action_changed.emit(ActionReport(ActionKind.PROFILE, ActionPhase.DONE, result=result(9)))
    assert controller.window.layers.rowCount() == 9
    controller.show()
    assert controller.window is first


def test_figures_of_another_board_start_anew(controller: TimingController, pipeline: Pipeline) -> None:
    pipeline.recognised.emit(recognition())
    pipeline.board_changed.emit(board(where=Where.BOARD))
    assert controller.stats.frames == 0
    assert len(controller.log) == 1  # the file names each line's place


def test_the_windows_place_is_remembered(
    controller: TimingController, pipeline: Pipeline, theme: Theme, qtbot: QtBot
) -> None:
    controller.show()
    assert controller.window is not None
    controller.window.resize(780, 560)
    controller.close()
    again = TimingController(pipeline, theme, controller._settings, controller._parent)
    again.show()
    assert again.window is not None
    assert (again.window.width(), again.window.height()) == (780, 560)
    again.close()


def test_nothing_flowed_yet(pipeline: Pipeline) -> None:
    flow = pipeline.flow()
    assert (flow.taken, flow.shown, flow.looked, flow.cut, flow.dropped, flow.sent, flow.answered) == (0,) * 7
