"""The enrolment dialog."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gui.enrol_dialog import EnrolDialog
from gui.records import EnrolmentPhase, EnrolmentProgress
from gui.theme import Theme
from tests.gui.samples import face, frame, picture


def dialog_of(qtbot: QtBot, theme: Theme) -> EnrolDialog:
    dialog = EnrolDialog(theme, 8)
    qtbot.addWidget(dialog)
    dialog.open()
    return dialog


def progress(phase: EnrolmentPhase = EnrolmentPhase.COLLECTING, taken: int = 3) -> EnrolmentProgress:
    return EnrolmentProgress("Ada", phase, 8, taken, "too small: come closer", (picture(128, 128),) * taken)


def test_without_a_name_it_cannot_start(qtbot: QtBot, theme: Theme) -> None:
    dialog = dialog_of(qtbot, theme)
    assert not dialog.start.isEnabled()
    dialog.name.setText("   ")
    assert not dialog.start.isEnabled()


def test_return_starts_with_the_name(qtbot: QtBot, theme: Theme) -> None:
    dialog = dialog_of(qtbot, theme)
    qtbot.keyClicks(dialog.name, " Ada ")
    asked: list[str] = []
    dialog.start_asked.connect(asked.append)
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    assert asked == ["Ada"]


def test_progress_is_said_in_words_and_crops(qtbot: QtBot, theme: Theme) -> None:
    dialog = dialog_of(qtbot, theme)
    empty = dialog.grab().toImage()
    dialog.show_progress(progress())
    assert dialog.verdict.text() == "Too small: come closer"
    assert dialog.ring.accessibleDescription() == "3 of 8 crops, collecting"
    assert not dialog.start.isEnabled()
    assert not dialog.name.isEnabled()
    assert dialog.grab().toImage() != empty


def test_escape_cancels_what_is_running(qtbot: QtBot, theme: Theme) -> None:
    dialog = dialog_of(qtbot, theme)
    dialog.show_progress(progress())
    with qtbot.waitSignal(dialog.cancel_asked, timeout=1000):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isHidden()


def test_closing_before_the_start_cancels_nothing(qtbot: QtBot, theme: Theme) -> None:
    dialog = dialog_of(qtbot, theme)
    with qtbot.assertNotEmitted(dialog.cancel_asked):
        dialog.close()


def test_saved_leaves_only_done(qtbot: QtBot, theme: Theme) -> None:
    dialog = dialog_of(qtbot, theme)
    dialog.show_progress(progress(EnrolmentPhase.SAVED, 8))
    assert dialog.start.text() == "Done"
    assert dialog.cancel.isHidden()
    with qtbot.waitSignal(dialog.accepted, timeout=1000):
        dialog.start.click()


def test_failed_can_be_tried_again_under_another_name(qtbot: QtBot, theme: Theme) -> None:
    dialog = dialog_of(qtbot, theme)
    dialog.name.setText("Ada")
    dialog.show_progress(progress(EnrolmentPhase.FAILED, 0))
    assert dialog.start.text() == "Try again"
    assert dialog.name.isEnabled()
    with qtbot.waitSignal(dialog.start_asked, timeout=1000):
        dialog.start.click()


def test_live_picture_is_shown(qtbot: QtBot, theme: Theme) -> None:
    dialog = dialog_of(qtbot, theme)
    dialog.set_frame(frame(3, (face(),)))
    assert dialog.view.frame is not None
    assert dialog.view.frame.number == 3
