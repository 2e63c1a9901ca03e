"""The head says plainly what the board and the camera are; the bar says what to do."""

from __future__ import annotations

from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from gui.header import Header, ProblemBar
from gui.records import BoardPhase, CameraPhase, Problem
from gui.theme import Theme
from tests.gui.samples import board, camera


def test_virtual_board_and_demo_clip_are_said(qtbot: QtBot, theme: Theme) -> None:
    header = Header(theme)
    qtbot.addWidget(header)
    header.set_board(board())
    header.set_camera(camera())
    assert header.board.title.text() == "Virtual board, emulated timing"
    assert header.camera.title.text() == "Demo clip"


def test_lost_board_is_said_with_the_reason(qtbot: QtBot, theme: Theme) -> None:
    header = Header(theme)
    qtbot.addWidget(header)
    header.set_board(board(phase=BoardPhase.LOST, message="the port went away"))
    assert header.board.accessibleDescription() == "No board, the port went away"


def test_every_button_has_a_name(qtbot: QtBot, theme: Theme) -> None:
    header = Header(theme)
    qtbot.addWidget(header)
    assert all(button.accessibleName() for button in header.findChildren(QToolButton))
    with qtbot.waitSignal(header.enrol_asked, timeout=1000):
        header.enrol.click()


def test_problem_says_what_to_do_and_can_be_dismissed(qtbot: QtBot, theme: Theme) -> None:
    bar = ProblemBar(theme)
    qtbot.addWidget(bar)
    assert bar.isHidden()
    bar.show_problem(Problem("the port is busy", "close the other program", "board"))
    assert not bar.isHidden()
    assert bar.accessibleDescription() == "The port is busy. close the other program"
    bar.findChild(QToolButton).click()
    assert bar.isHidden()
    assert bar.problem is None


def test_problem_goes_when_its_own_part_works_again(qtbot: QtBot, theme: Theme) -> None:
    bar = ProblemBar(theme)
    qtbot.addWidget(bar)
    bar.show_problem(Problem("the port is busy", "", "board"))
    bar.settle("camera")
    assert bar.problem is not None
    bar.settle("board")
    assert bar.problem is None


def test_older_problem_that_still_stands_comes_back(qtbot: QtBot, theme: Theme) -> None:
    bar = ProblemBar(theme)
    qtbot.addWidget(bar)
    camera = Problem("the webcam is gone", "plug it in", "camera")
    bar.show_problem(camera)
    bar.show_problem(Problem("the port is busy", "", "board"))
    bar.settle("board")
    assert bar.problem == camera
    assert not bar.isHidden()
    assert "webcam" in bar.accessibleDescription()


def test_a_long_message_does_not_widen_the_window(qtbot: QtBot, theme: Theme) -> None:
    header = Header(theme)
    qtbot.addWidget(header)
    message = "no connection to socket://127.0.0.1:9: " + "connection refused " * 12
    header.set_board(board(phase=BoardPhase.LOST, message=message))
    header.set_camera(camera(phase=CameraPhase.LOST, message=message))
    assert header.minimumSizeHint().width() <= 1280
    assert message in header.board.toolTip()
