"""The dialog that enrols from photos."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gui.core.frames import Verdict
from gui.core.states import Problem, Topic
from gui.enrolment.photo_enrolment import Outcome, PhotoPhase, PhotoProgress, PhotoRow
from gui.panes.people.photo_dialog import PhotoDialog
from gui.widgets.theme import Theme

ROWS = (PhotoRow(Path("a.jpg"), "Ada", Outcome.TAKEN), PhotoRow(Path("b.jpg"), "Ada", Verdict.NO_FACE))


@pytest.fixture
def dialog(qtbot: QtBot, theme: Theme, tmp_path: Path) -> PhotoDialog:
    for name in ("Ada/1.jpg", "Ada/2.jpg", "Ben_1.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    dialog = PhotoDialog(theme)
    qtbot.addWidget(dialog)
    dialog.open()
    return dialog


def test_it_shows_who_would_be_enrolled_and_takes_another_name(
    qtbot: QtBot, dialog: PhotoDialog, tmp_path: Path
) -> None:
    assert not dialog.start.isEnabled()
    dialog.add([tmp_path])
    assert "People: 2, photos: 3" in dialog.line.text()
    assert [dialog.table.item(row, 0).text() for row in range(2)] == ["Ada", "Ben"]
    dialog.table.item(1, 0).setText("Benjamin")
    dialog.known.setChecked(True)
    with qtbot.waitSignal(dialog.start_asked, timeout=1000) as asked:
        dialog.start.click()
    people, choices = asked.args
    assert [person.name for person in people] == ["Ada", "Benjamin"]
    assert (choices.add_to_known, choices.look_alikes) == (True, False)


def test_people_who_get_one_name_become_one(qtbot: QtBot, dialog: PhotoDialog, tmp_path: Path) -> None:
    dialog.add([tmp_path])
    dialog.table.item(1, 0).setText(" ada")
    with qtbot.waitSignal(dialog.start_asked, timeout=1000) as asked:
        dialog.start.click()
    assert [(person.name, len(person.files)) for person in asked.args[0]] == [("Ada", 3)]


def test_while_it_runs_escape_asks_to_stop_and_the_dialog_stays(qtbot: QtBot, dialog: PhotoDialog) -> None:
    dialog.show_progress(PhotoProgress(PhotoPhase.RUNNING, 3, 12, Path("x/c.jpg")))
    assert dialog.line.text() == "3 of 12: c.jpg"
    assert (dialog.bar.value(), dialog.bar.maximum()) == (3, 12)
    assert not dialog.start.isVisible()
    with qtbot.waitSignal(dialog.stop_asked, timeout=1000):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    dialog.show_progress(PhotoProgress(PhotoPhase.WAITING, 3, 12))
    assert "Waiting for the board" in dialog.line.text()
    dialog.show_progress(PhotoProgress(PhotoPhase.STOPPED, 3, 12))
    assert "nobody was enrolled" in dialog.line.text()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isHidden()


def test_the_report_names_what_was_refused_first_and_is_saved(dialog: PhotoDialog, tmp_path: Path) -> None:
    dialog.show_progress(PhotoProgress(PhotoPhase.DONE, 2, 2, rows=ROWS, people=1))
    assert dialog.line.text() == "Enrolled: 1. Photos taken: 1 of 2."
    assert [dialog.table.item(row, 1).text() for row in range(2)] == ["✕ No face", "✓ Taken"]
    dialog.save_report(tmp_path / "report.csv")
    assert (tmp_path / "report.csv").read_text(encoding="utf-8").splitlines()[2] == "b.jpg,Ada,no face,"
    dialog.save_report(tmp_path / "gone" / "report.csv")
    assert "cannot be written" in dialog.line.text()


def test_a_failure_says_why(dialog: PhotoDialog) -> None:
    problem = Problem("the board runs another network now", "start again", Topic.ENROLMENT)
    dialog.show_progress(PhotoProgress(PhotoPhase.FAILED, 1, 2, problem=problem))
    assert dialog.line.text() == "Nobody was enrolled. The board runs another network now: start again"
