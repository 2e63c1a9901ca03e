"""The bar says what happened and what to do, as long as it stands."""

from __future__ import annotations

from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from gui.core.states import Problem, Topic
from gui.widgets.theme import Theme
from gui.window.problem_bar import ProblemBar


def test_problem_says_what_to_do_and_can_be_dismissed(qtbot: QtBot, theme: Theme) -> None:
    bar = ProblemBar(theme)
    qtbot.addWidget(bar)
    assert bar.isHidden()
    bar.show_problem(Problem("the port is busy", "close the other program", Topic.BOARD))
    assert not bar.isHidden()
    assert bar.accessibleDescription() == "The port is busy. close the other program"
    bar.findChild(QToolButton).click()
    assert bar.isHidden()
    assert bar.problem is None


def test_problem_goes_when_its_own_part_works_again(qtbot: QtBot, theme: Theme) -> None:
    bar = ProblemBar(theme)
    qtbot.addWidget(bar)
    bar.show_problem(Problem("the port is busy", "", Topic.BOARD))
    bar.settle(Topic.CAMERA)
    assert bar.problem is not None
    bar.settle(Topic.BOARD)
    assert bar.problem is None


def test_older_problem_that_still_stands_comes_back(qtbot: QtBot, theme: Theme) -> None:
    bar = ProblemBar(theme)
    qtbot.addWidget(bar)
    camera = Problem("the webcam is gone", "plug it in", Topic.CAMERA)
    bar.show_problem(camera)
    bar.show_problem(Problem("the port is busy", "", Topic.BOARD))
    bar.settle(Topic.BOARD)
    assert bar.problem == camera
    assert not bar.isHidden()
    assert "webcam" in bar.accessibleDescription()
