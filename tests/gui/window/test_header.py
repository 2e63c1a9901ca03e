"""The head says plainly what the board and the camera are."""

from __future__ import annotations

from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from gui.core.states import BoardPhase, CameraPhase
from gui.widgets.theme import Theme
from gui.window.header import Header
from tests.support.samples import board, camera


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
    with qtbot.waitSignal(header.asked, timeout=1000) as told:
        header.enrol.click()
    assert told.args == ["enrol"]


def test_a_long_message_does_not_widen_the_window(qtbot: QtBot, theme: Theme) -> None:
    header = Header(theme)
    qtbot.addWidget(header)
    message = "no connection to socket://127.0.0.1:9: " + "connection refused " * 12
    header.set_board(board(phase=BoardPhase.LOST, message=message))
    header.set_camera(camera(phase=CameraPhase.LOST, message=message))
    assert header.minimumSizeHint().width() <= 1280
    assert message in header.board.toolTip()
