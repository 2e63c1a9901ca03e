"""The enrolment dialog."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gui.core.frames import Verdict
from gui.core.images import png
from gui.core.people import Person
from gui.core.states import BoardPhase, Problem, Topic
from gui.enrolment.poses import Pose
from gui.enrolment.progress import EnrolmentPhase, EnrolmentProgress, Failure, Hint, Review, Shot, Step, Twin
from gui.panes.people import wording
from gui.panes.people.enrol_dialog import EnrolDialog
from gui.widgets.theme import Theme
from tests.support.samples import board, face, frame, person, picture

STEPS = (
    Step(Pose.FRONT, 3, 3),
    Step(Pose.LEFT, 1, 0),
    Step(Pose.RIGHT, 1, 0, skipped=True),
    Step(Pose.UP, 1, 1),
    Step(Pose.DOWN, 1, 0),
)
TWIN = Review(0.42, 0.61, 0.7, Twin(7, "Ben", 0.58))


def dialog_of(qtbot: QtBot, theme: Theme, again: Person | None = None) -> EnrolDialog:
    dialog = EnrolDialog(theme, 8, again)
    qtbot.addWidget(dialog)
    dialog.open()
    return dialog


def shots(count: int, odd: int = -1) -> tuple[Shot, ...]:
    return tuple(
        Shot(picture(128, 128), Pose.FRONT, 0.8, 0.3 if number == odd else 0.7, number == odd)
        for number in range(count)
    )


def progress(phase: EnrolmentPhase = EnrolmentPhase.COLLECTING, taken: int = 4, **more: object) -> EnrolmentProgress:
    given: dict[str, object] = {
        "shots": shots(taken), "pose": Pose.LEFT, "hint": Hint.VERDICT, "verdict": Verdict.TOO_SMALL, "steps": STEPS,
        **more,
    }  # fmt: skip
    return EnrolmentProgress("Ada", phase, 7, **given)  # type: ignore[arg-type]


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


def test_progress_is_said_in_words_poses_and_a_ring(qtbot: QtBot, theme: Theme) -> None:
    dialog = dialog_of(qtbot, theme)
    empty = dialog.grab().toImage()
    dialog.show_progress(progress())
    assert dialog.verdict.text() == "Too small: come closer"
    assert dialog.view.hint == "Turn your head slowly to your left"
    assert dialog.ring.accessibleDescription() == "4 of 7 shots, Turn your head slowly to your left"
    told = dialog.steps.accessibleDescription()
    assert told == "Straight on 3/3, To the left 0/1, To the right left out, Up 1/1, Down 0/1"
    assert not dialog.start.isVisible()
    assert not dialog.name.isEnabled()
    assert dialog.grab().toImage() != empty


@pytest.mark.parametrize(
    ("hint", "verdict", "expected"),
    [
        (Hint.LOOK, Verdict.NO_FACE, "Turn your head slowly to your left"),
        (Hint.HOLD, Verdict.GOOD, "Good, hold still"),
        (Hint.MORE, Verdict.GOOD, "A little further"),
        (Hint.WRONG_WAY, Verdict.GOOD, "The other way"),
        (Hint.AHEAD, Verdict.GOOD, "Look straight at the camera"),
        (Hint.OTHER_PERSON, Verdict.GOOD, "This does not look like the same person"),
        (Hint.VERDICT, Verdict.TOO_DARK, "Too dark: more light on the face, please"),
        (Hint.VERDICT, Verdict.TWO_FACES, "Two faces: one person at a time"),
        (Hint.VERDICT, Verdict.NO_FACE, "No face: step in front of the camera"),
    ],
)
def test_every_verdict_has_its_words(hint: Hint, verdict: Verdict, expected: str) -> None:
    assert wording.verdict_line(progress(hint=hint, verdict=verdict)) == expected


def test_all_verdicts_and_poses_have_words() -> None:
    assert all(wording.verdict(verdict) for verdict in Verdict)
    assert all(wording.prompt(pose) and wording.pose_name(pose) for pose in Pose)


def test_a_pose_can_be_skipped_by_the_keyboard_but_not_straight_on(qtbot: QtBot, theme: Theme) -> None:
    dialog = dialog_of(qtbot, theme)
    dialog.show_progress(progress(pose=Pose.FRONT))
    assert not dialog.skip.isVisible()
    dialog.show_progress(progress())
    assert dialog.skip.isVisible()
    with qtbot.waitSignal(dialog.skip_asked, timeout=1000):
        qtbot.keyClick(dialog.skip, Qt.Key.Key_Space)


def test_escape_cancels_what_is_running(qtbot: QtBot, theme: Theme) -> None:
    for phase in (EnrolmentPhase.COLLECTING, EnrolmentPhase.REVIEW):
        dialog = dialog_of(qtbot, theme)
        dialog.show_progress(progress(phase, review=Review(0.42)))
        with qtbot.waitSignal(dialog.cancel_asked, timeout=1000):
            qtbot.keyClick(dialog, Qt.Key.Key_Escape)
        assert dialog.isHidden()


def test_closing_before_the_start_cancels_nothing(qtbot: QtBot, theme: Theme) -> None:
    dialog = dialog_of(qtbot, theme)
    with qtbot.assertNotEmitted(dialog.cancel_asked):
        dialog.close()


def test_the_shots_are_looked_through_and_saved_by_return(qtbot: QtBot, theme: Theme) -> None:
    dialog = dialog_of(qtbot, theme)
    dialog.show_progress(progress(EnrolmentPhase.REVIEW, review=Review(0.42, 0.61, 0.7)))
    assert [card.again.accessibleName() for card in dialog.review.shots] == [
        f"Take shot {number} again" for number in (1, 2, 3, 4)
    ]
    assert dialog.review.word.text() == "Surely"
    assert "0.61 at worst, 0.70 on average; the door asks for 0.42" in dialog.review.line.text()
    assert dialog.review.twin.isHidden()
    with qtbot.waitSignal(dialog.accept_asked, timeout=1000) as asked:
        qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert asked.args == [None]


def test_an_odd_shot_is_marked_and_taken_again(qtbot: QtBot, theme: Theme) -> None:
    dialog = dialog_of(qtbot, theme)
    review = Review(0.42, 0.3, 0.6)
    dialog.show_progress(progress(EnrolmentPhase.REVIEW, shots=shots(4, odd=2), review=review))
    assert dialog.review.word.text() == "Shots disagree"
    assert "take it again" in dialog.review.line.text()
    assert "unlike the others" in dialog.review.shots[2]._crop.accessibleName()
    assert "⚠" in dialog.review.shots[2]._line.text()
    with qtbot.waitSignal(dialog.retake_asked, timeout=1000) as asked:
        dialog.review.shots[2].again.click()
    assert asked.args == [2]


def test_skipped_poses_are_offered_again(qtbot: QtBot, theme: Theme) -> None:
    dialog = dialog_of(qtbot, theme)
    dialog.show_progress(progress(EnrolmentPhase.REVIEW, review=Review(0.42)))
    with qtbot.waitSignal(dialog.missing_asked, timeout=1000):
        dialog.review.missing.click()
    full = tuple(Step(step.pose, step.wanted, step.wanted) for step in STEPS)
    dialog.show_progress(progress(EnrolmentPhase.REVIEW, steps=full, review=Review(0.42)))
    assert dialog.review.missing.isHidden()


@pytest.mark.parametrize("same", [True, False])
def test_who_looks_alike_is_shown_and_the_person_decides(qtbot: QtBot, theme: Theme, same: bool) -> None:
    dialog = dialog_of(qtbot, theme)
    dialog.set_people([person(7, "Ben", thumbnail=png(np.full((128, 128, 3), 90, np.uint8)))])
    dialog.show_progress(progress(EnrolmentPhase.REVIEW, review=TWIN))
    twin = dialog.review.twin
    assert twin.isVisible()
    assert "Ben" in twin._text.text()
    assert "0.58" in twin._text.text()
    assert not twin._picture.pixmap().isNull()
    assert not dialog.start.isEnabled()
    with qtbot.assertNotEmitted(dialog.accept_asked):
        qtbot.keyClick(dialog, Qt.Key.Key_Return)
    (twin.same if same else twin.other).click()
    with qtbot.waitSignal(dialog.accept_asked, timeout=1000) as asked:
        dialog.start.click()
    assert asked.args == [7 if same else None]


def test_enrolling_again_keeps_the_name_and_warns_of_a_stranger(qtbot: QtBot, theme: Theme) -> None:
    dialog = dialog_of(qtbot, theme, person(1, "Ada"))
    assert dialog.name.text() == "Ada"
    assert not dialog.name.isEnabled()
    with qtbot.waitSignal(dialog.start_asked, timeout=1000):
        dialog.start.click()
    dialog.show_progress(progress(EnrolmentPhase.REVIEW, review=Review(0.42, 0.6, 0.7, earlier=0.2)))
    assert "earlier ones" in dialog.review.earlier.text()
    assert not dialog.review.earlier.isHidden()
    dialog.show_progress(progress(EnrolmentPhase.REVIEW, review=Review(0.42, 0.6, 0.7, earlier=0.8)))
    assert dialog.review.earlier.isHidden()


def test_saved_leaves_only_done(qtbot: QtBot, theme: Theme) -> None:
    dialog = dialog_of(qtbot, theme)
    dialog.show_progress(progress(EnrolmentPhase.SAVED, 8))
    assert dialog.start.text() == "Done"
    assert dialog.cancel.isHidden()
    assert dialog.verdict.text() == "Ada is saved"
    with qtbot.waitSignal(dialog.accepted, timeout=1000):
        dialog.start.click()


def test_failed_can_be_tried_again_under_another_name(qtbot: QtBot, theme: Theme) -> None:
    dialog = dialog_of(qtbot, theme)
    dialog.name.setText("Ada")
    problem = Problem("the name Ada is taken", "choose another name", Topic.ENROLMENT)
    dialog.show_progress(progress(EnrolmentPhase.FAILED, 0, problem=problem))
    assert dialog.verdict.text() == "The name Ada is taken: choose another name"
    assert dialog.start.text() == "Try again"
    assert dialog.name.isEnabled()
    with qtbot.waitSignal(dialog.start_asked, timeout=1000):
        dialog.start.click()
    dialog.show_progress(progress(EnrolmentPhase.FAILED, failure=Failure(2, 90.0, Verdict.BLURRED)))
    assert dialog.verdict.text() == "No new shot in 90 s, 2 taken. Mostly: Blurred"


def test_live_picture_is_shown(qtbot: QtBot, theme: Theme) -> None:
    dialog = dialog_of(qtbot, theme)
    dialog.set_frame(frame(3, (face(),)))
    assert dialog.view.frame is not None
    assert dialog.view.frame.number == 3


def test_a_board_that_is_away_is_said(qtbot: QtBot, theme: Theme) -> None:
    dialog = dialog_of(qtbot, theme)
    dialog.show_progress(progress())
    dialog.set_board(board(phase=BoardPhase.LOST, message="the cable was pulled"))
    assert dialog.trouble.isVisible()
    assert dialog.trouble.text() == "No board\nthe cable was pulled"
    dialog.set_board(board())
    assert not dialog.trouble.isVisible()


def test_it_fits_a_small_screen(qtbot: QtBot, theme: Theme) -> None:
    dialog = dialog_of(qtbot, theme)
    dialog.show_progress(progress(EnrolmentPhase.REVIEW, shots=shots(12), review=TWIN))
    assert dialog.minimumSizeHint().width() <= 1200
    assert dialog.minimumSizeHint().height() <= 720
