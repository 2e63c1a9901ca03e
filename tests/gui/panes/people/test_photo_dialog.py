"""The dialog that enrols from photos."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGroupBox, QLabel
from pytestqt.qtbot import QtBot

from gui.core.frames import Verdict
from gui.core.states import Problem, Topic
from gui.enrolment.photo_enrolment import Outcome, PhotoCluster, PhotoMixture, PhotoPhase, PhotoProgress, PhotoRow
from gui.panes.people.photo_dialog import PhotoDialog
from gui.panes.people.photo_question import GROUPS
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


def asking(name: str = "Guests", groups: tuple[int, ...] = (3, 2)) -> PhotoProgress:
    """The run asks who is on the photos of ``name``; Ben is enrolled."""
    clusters = tuple(
        PhotoCluster(tuple(Path(f"{number}{photo}.jpg") for photo in range(count)), (b"",) * count, 0.05)
        for number, count in enumerate(groups)
    )
    return PhotoProgress(PhotoPhase.CHOOSING, 5, 5, mixture=PhotoMixture(name, clusters, frozenset({"ben"})))


def test_photos_of_two_people_are_a_question_and_nothing_is_chosen_at_first(qtbot: QtBot, dialog: PhotoDialog) -> None:
    dialog.show_progress(asking())
    assert "The photos of Guests seem to show several people: 2 groups." in dialog.line.text()
    question = dialog.question
    assert question is not None
    assert not dialog.table.isVisible()
    assert dialog.start.isVisible()
    assert not dialog.start.isEnabled()
    assert question.names is None
    answers = {question.only[1]: ("", "Guests"), question.one_person: ("Guests",) * 2, question.none: ("", "")}
    for button, names in answers.items():
        button.click()
        assert question.names == names
        assert dialog.start.isEnabled()


def test_the_question_is_answered_with_the_keyboard(qtbot: QtBot, dialog: PhotoDialog) -> None:
    dialog.show_progress(asking())
    assert dialog.question is not None
    assert dialog.question.only[0].hasFocus()
    qtbot.keyClick(dialog.question.only[0], Qt.Key.Key_Space)
    with qtbot.waitSignal(dialog.decided, timeout=1000) as decided:
        qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert decided.args == [("Guests", "")]
    assert dialog.question is None
    # The next question is another one, and Escape ends the run.
    dialog.show_progress(asking("Others"))
    assert dialog.question is not None
    assert dialog.question.names is None
    with qtbot.waitSignal(dialog.stop_asked, timeout=1000):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    dialog.show_progress(PhotoProgress(PhotoPhase.STOPPED, 5, 5))
    assert dialog.question is None
    assert dialog.table.isVisible()


def test_different_people_need_names_that_are_free(qtbot: QtBot, dialog: PhotoDialog) -> None:
    dialog.show_progress(asking(groups=(3, 2, 1)))
    question = dialog.question
    assert question is not None
    assert not question.edits[1].isEnabled()
    question.separate.click()
    assert "at least two groups" in question.hint.text()
    assert not dialog.start.isEnabled()
    question.edits[1].setText("ben")
    assert question.hint.text() == "The name ben is taken"
    question.edits[1].setText("  Bea ")
    assert question.hint.text() == ""
    assert question.names == ("Guests", "Bea", "")
    with qtbot.waitSignal(dialog.decided, timeout=1000) as decided:
        dialog.start.click()
    assert decided.args == [("Guests", "Bea", "")]


def test_the_groups_have_names_for_a_screen_reader(dialog: PhotoDialog) -> None:
    dialog.show_progress(asking())
    assert dialog.question is not None
    assert [edit.accessibleName() for edit in dialog.question.edits] == ["Name of group 1", "Name of group 2"]
    titles = [box.title() for box in dialog.question.findChildren(QGroupBox)]
    assert titles == ["Group 1: photos: 3", "Group 2: photos: 2"]
    crops = {label.accessibleName() for label in dialog.question.findChildren(QLabel)} - {""}
    assert crops == {"00.jpg", "01.jpg", "02.jpg", "10.jpg", "11.jpg"}


def test_many_groups_are_shown_up_to_a_bound(dialog: PhotoDialog) -> None:
    dialog.show_progress(asking(groups=(2,) * (GROUPS + 3)))
    question = dialog.question
    assert question is not None
    assert len(question.edits) == GROUPS
    question.one_person.click()
    assert question.names == ("Guests",) * (GROUPS + 3)
    question.separate.click()
    question.edits[1].setText("Bea")
    assert question.names == ("Guests", "Bea", *[""] * (GROUPS + 1))


def test_a_failure_says_why(dialog: PhotoDialog) -> None:
    problem = Problem("the board runs another network now", "start again", Topic.ENROLMENT)
    dialog.show_progress(PhotoProgress(PhotoPhase.FAILED, 1, 2, problem=problem))
    assert dialog.line.text() == "Nobody was enrolled. The board runs another network now: start again"


def test_closing_the_window_finishes_the_dialog(qtbot: QtBot, dialog: PhotoDialog) -> None:
    with qtbot.waitSignal(dialog.finished, timeout=1000):
        dialog.close()
