"""Every widget that the keyboard reaches has a name for screen readers and shows that it has the focus."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtWidgets import QApplication, QDialog, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from gui.core.states import PipelineOptions
from gui.pipeline.pipeline import Pipeline
from gui.widgets.theme import Theme
from gui.window.commands import COMMANDS
from gui.window.main_window import Window
from tests.support.samples import board, camera, event, face, frame, person, recognition

DIALOGS = ("enrol", "settings", "camera", "shortcuts", "timing")
PANES = ("people", "events", "board")
AROUND = 4  # pixels beside a widget that may show its focus


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Window]:
    pipeline = Pipeline(PipelineOptions(data=tmp_path, board="virtual", camera="demo"))
    monkeypatch.setattr(pipeline.people, "everyone", lambda: [person(1), person(2, "Bo")])
    monkeypatch.setattr(pipeline.events, "newest", lambda limit=200: [event(1), event(2)])
    window = Window(pipeline, PipelineOptions(data=tmp_path), theme)
    window.resize(1280, 800)
    window.show()
    qtbot.waitExposed(window)
    pipeline.board_changed.emit(board())
    pipeline.camera_changed.emit(camera())
    pipeline.frame_ready.emit(frame(1, (face(),)))
    pipeline.recognised.emit(recognition())
    window.plot.build()
    yield window
    window.close()
    window.deleteLater()
    pipeline.stop()


def reached(top: QWidget) -> list[QWidget]:
    """What the Tab key goes to."""
    return [
        widget
        for widget in (top, *top.findChildren(QWidget))
        if widget.isVisible()
        and widget.isEnabled()
        and widget.window() is top.window()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.focusProxy() is None
    ]


def name_of(widget: QWidget) -> str:
    """What a screen reader says."""
    told = QAccessible.queryAccessibleInterface(widget)
    return told.text(QAccessible.Text.Name) if told is not None else ""


def dialog(window: Window, command: str) -> QWidget:
    """The dialog or window that a command opens."""
    before = set(QApplication.topLevelWidgets())
    window.commands[command].trigger()
    QApplication.processEvents()
    shown = [w for w in QApplication.topLevelWidgets() if w.isVisible() and w not in before]
    assert len(shown) == 1, command
    return shown[0]


def focus_shows(widget: QWidget) -> bool:
    """Whether the picture of a widget changes when it gets the focus."""
    area: QWidget | None = widget.parentWidget()
    while area is not None:
        if isinstance(area, QScrollArea):
            area.ensureWidgetVisible(widget)
        area = area.parentWidget()
    widget.window().setFocus()
    widget.clearFocus()
    without = picture(widget)
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    return picture(widget) != without


def picture(widget: QWidget) -> QImage:
    QApplication.processEvents()
    at = widget.mapTo(widget.window(), QPoint(-AROUND, -AROUND))
    return widget.window().grab(QRect(at, widget.size() + 2 * QSize(AROUND, AROUND))).toImage()


@pytest.mark.parametrize("pane", PANES)
def test_panes_can_be_read_aloud_and_show_their_focus(window: Window, pane: str) -> None:
    window.commands[pane].trigger()
    QApplication.processEvents()
    widgets = reached(window)
    assert len(widgets) > 5
    check(widgets)


@pytest.mark.parametrize("command", DIALOGS)
def test_dialogs_can_be_read_aloud_and_show_their_focus(window: Window, command: str) -> None:
    shown = dialog(window, command)
    assert shown.windowTitle()
    widgets = reached(shown)
    assert widgets
    check(widgets)
    if isinstance(shown, QDialog):
        shown.reject()
    else:
        shown.close()


def check(widgets: list[QWidget]) -> None:
    nameless = [f"{type(widget).__name__} {widget.objectName()}" for widget in widgets if not name_of(widget)]
    assert not nameless
    hidden = [f"{type(widget).__name__} {name_of(widget)!r}" for widget in widgets if not focus_shows(widget)]
    assert not hidden


def test_every_command_is_called(window: Window) -> None:
    assert window.commands.keys() == {command.name for command in COMMANDS}
