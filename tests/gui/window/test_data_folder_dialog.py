"""The window that stands in where the data cannot be opened."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from device.errors import FileError
from gui.widgets.theme import Theme
from gui.window.data_folder_dialog import StartProblem

ERROR = FileError("the gallery was written by a newer version", "install that version, or use another folder")


def test_it_says_what_happened_where_and_what_to_do(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    shown = StartProblem(ERROR, tmp_path, theme)
    qtbot.addWidget(shown)
    told = " ".join(label.text() for label in shown.findChildren(QLabel))
    assert "The gallery was written by a newer version" in told
    assert "What to do: install that version" in told
    assert str(tmp_path) in told


def test_another_folder_can_be_chosen(
    qtbot: QtBot, theme: Theme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = StartProblem(ERROR, tmp_path, theme)
    qtbot.addWidget(shown)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: "")
    with qtbot.assertNotEmitted(shown.finished):
        shown.other.click()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: str(tmp_path / "new"))
    with qtbot.waitSignal(shown.accepted, timeout=1000):
        shown.other.click()
    assert shown.folder == tmp_path / "new"


def test_giving_up_and_trying_again(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    shown = StartProblem(ERROR, tmp_path, theme)
    qtbot.addWidget(shown)
    with qtbot.waitSignal(shown.rejected, timeout=1000):
        shown.give_up.click()
    with qtbot.waitSignal(shown.accepted, timeout=1000):
        shown.again.click()
    assert shown.folder == tmp_path
