"""Enrolling a person: the name, the live picture with where to stand, pose by pose, then the shots looked through."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gui.core.frames import FrameView
from gui.core.people import Person
from gui.core.states import BoardPhase, BoardState
from gui.enrolment.poses import POSES, Pose
from gui.enrolment.progress import EnrolmentPhase, EnrolmentProgress, Hint
from gui.gallery.gallery import LONGEST_NAME
from gui.panes.people import wording
from gui.panes.people.enrol_review import ReviewPage
from gui.panes.people.progress_ring import ProgressRing
from gui.widgets import formatting
from gui.widgets.dialogs import Dialog, push_button
from gui.widgets.live_view import LiveView
from gui.widgets.overlay import Detail
from gui.widgets.picture import CropView
from gui.widgets.stylesheet import set_style_class
from gui.widgets.theme import Theme

RUNNING = (EnrolmentPhase.COLLECTING, EnrolmentPhase.REVIEW)
GOOD_HINTS = (Hint.HOLD,)
COLUMNS = 5


class StepList(QWidget):
    """The poses, and how many shots each has: the coverage."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Poses"))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        self._rows: dict[Pose, tuple[QLabel, QLabel, QLabel]] = {}
        for row, pose in enumerate(POSES):
            mark, name, count = QLabel(), QLabel(wording.pose_name(pose)), QLabel()
            mark.setFixedWidth(theme.scale.body * 2)
            for column, label in enumerate((mark, name, count)):
                grid.addWidget(label, row, column)
            self._rows[pose] = (mark, name, count)
            self._show(pose, False)

    def set_progress(self, progress: EnrolmentProgress) -> None:
        """Show these steps; the one asked for now stands out."""
        told = []
        for pose in POSES:
            self._show(pose, any(step.pose is pose for step in progress.steps))
        for step in progress.steps:
            mark, name, count = self._rows[step.pose]
            now = progress.phase is EnrolmentPhase.COLLECTING and step.pose is progress.pose
            full = step.taken >= step.wanted
            mark.setText("▸" if now else "✓" if full else "–" if step.skipped else "○")
            left_out = step.skipped and not step.taken
            text = self.tr("left out") if left_out else f"{step.taken}/{step.wanted}"
            count.setText(text)
            style_class = "name" if now else "good" if full else "muted"
            for label in (mark, name, count):
                set_style_class(label, style_class)
            told.append(f"{name.text()} {text}")
        self.setAccessibleDescription(", ".join(told))

    def _show(self, pose: Pose, shown: bool) -> None:
        for label in self._rows[pose]:
            label.setVisible(shown)


class EnrolDialog(Dialog):
    """Asks through its signals; ``show_progress`` shows what the pipeline answers. Closing cancels.

    ``person``: who is to be enrolled again, with the name they have.
    """

    start_asked = Signal(str)
    cancel_asked = Signal()
    skip_asked = Signal()
    retake_asked = Signal(int)
    missing_asked = Signal()
    accept_asked = Signal(object)  # id of somebody enrolled who gets the shots, or None

    def __init__(self, theme: Theme, wanted: int, person: Person | None = None, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Enrol a person") if person is None else self.tr("Enrol again"), parent)
        self._theme, self._wanted, self.person = theme, wanted, person
        self._progress: EnrolmentProgress | None = None
        self._people: dict[int, Person] = {}
        self.setModal(True)
        self.view = LiveView(theme)
        self.view.setMinimumSize(400, 300)
        self.view.set_detail(Detail.NAMES)
        self.view.set_guide(True)
        self.name = QLineEdit(person.name if person is not None else "")
        self.name.setPlaceholderText(self.tr("Name"))
        self.name.setAccessibleName(self.tr("Name of the person"))
        self.name.setMaxLength(LONGEST_NAME)
        self.name.textChanged.connect(self._refresh)
        self.ring = ProgressRing(theme)
        self.ring.clear(wanted)
        self.steps = StepList(theme)
        self.verdict = QLabel(self._ask())
        self.verdict.setWordWrap(True)
        self.verdict.setTextFormat(Qt.TextFormat.PlainText)
        self.verdict.setMinimumHeight(theme.scale.body * 4)
        self.verdict.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.verdict.setAccessibleName(self.tr("Verdict"))
        self.trouble = QLabel()
        self.trouble.setWordWrap(True)
        self.trouble.setTextFormat(Qt.TextFormat.PlainText)
        set_style_class(self.trouble, "warn")
        self.trouble.hide()
        self.review = ReviewPage(theme)
        self.review.retake_asked.connect(self.retake_asked)
        self.review.missing_asked.connect(self.missing_asked)
        self.review.decided.connect(self._refresh)
        self.skip = push_button(self.tr("&Skip this pose"), self.skip_asked, auto_default=False)
        self.skip.setToolTip(self.tr("Do without this pose; it can be taken at the end"))
        self.start = push_button("", self._start, primary=True)
        self.cancel = push_button(self.tr("Cancel"), self.reject, auto_default=False)
        self._pages = QStackedWidget()
        self._taken: list[CropView] = []
        self._lay_out()
        self.start.setDefault(True)  # a dialog keeps only a default that is in it already
        self._refresh()
        self.name.setFocus()

    @property
    def collecting(self) -> bool:
        """Whether shots are being taken now."""
        return self._progress is not None and self._progress.phase is EnrolmentPhase.COLLECTING

    @property
    def progress(self) -> EnrolmentProgress | None:
        """What the pipeline said last."""
        return self._progress

    def set_frame(self, frame: FrameView) -> None:
        """Show the newest live picture."""
        self.view.set_frame(frame)

    def set_board(self, state: BoardState) -> None:
        """How the board is: without one no shot can be taken."""
        ready = state.phase is BoardPhase.READY
        self.trouble.setText(
            "" if ready else f"{formatting.board_title(state)}\n{formatting.board_detail(state)}".strip()
        )
        self.trouble.setVisible(not ready)

    def set_people(self, people: Iterable[Person]) -> None:
        """Who is enrolled, for the picture of who looks alike."""
        self._people = {person.id: person for person in people}

    def show_progress(self, progress: EnrolmentProgress) -> None:
        """The pipeline's answer: words, ring, poses or the shots."""
        before = self._progress.phase if self._progress is not None else None
        self._progress = progress
        self.ring.set_progress(progress)
        self.steps.set_progress(progress)
        for number, small in enumerate(self._taken):
            small.set_picture(progress.shots[number].crop if number < progress.taken else None)
        if progress.phase is EnrolmentPhase.REVIEW:
            self.review.set_progress(progress, self._people)
        self._pages.setCurrentIndex(1 if progress.phase is EnrolmentPhase.REVIEW else 0)
        self.view.set_hint(wording.prompt(progress.pose) if self.collecting else "")
        self.verdict.setText(wording.verdict_line(progress))
        set_style_class(self.verdict, self._verdict_style_class(progress))
        self._refresh()
        if progress.phase is not before:
            self._move_focus(progress.phase)

    def reject(self) -> None:
        """Escape, Cancel or the close button: nothing of a running enrolment is kept."""
        if self._progress is not None and self._progress.phase in RUNNING:
            self.cancel_asked.emit()
        super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.reject()
        event.accept()

    def _ask(self) -> str:
        if self.person is not None:
            text = self.tr("Press Start. The new shots take the place of {name}'s old ones once they are saved.")
            return text.format(name=self.person.name)
        return self.tr("Type the name and press Start. The shots are taken by themselves.")

    def _start(self) -> None:
        phase = self._progress.phase if self._progress is not None else None
        if phase is EnrolmentPhase.SAVED:
            self.accept()
        elif phase is EnrolmentPhase.REVIEW:
            if self.review.ready:
                self.accept_asked.emit(self.review.add_to)
        elif phase not in (*RUNNING, EnrolmentPhase.SAVING) and self.name.text().strip():
            self.start_asked.emit(self.name.text().strip())

    def _refresh(self) -> None:
        phase = self._progress.phase if self._progress else None
        saved, review = phase is EnrolmentPhase.SAVED, phase is EnrolmentPhase.REVIEW
        busy = phase in (*RUNNING, EnrolmentPhase.SAVING)
        self.name.setEnabled(not busy and not saved and self.person is None)
        texts = {
            EnrolmentPhase.SAVED: self.tr("Done"),
            EnrolmentPhase.REVIEW: self.tr("Save"),
            EnrolmentPhase.FAILED: self.tr("Try again"),
        }
        self.start.setText(texts.get(phase, self.tr("Start")) if phase is not None else self.tr("Start"))
        typed = bool(self.name.text().strip())
        self.start.setEnabled(saved or (review and self.review.ready) or (not busy and typed))
        self.start.setVisible(phase not in (EnrolmentPhase.COLLECTING, EnrolmentPhase.SAVING))
        self.cancel.setVisible(not saved)
        self.cancel.setEnabled(phase is not EnrolmentPhase.SAVING)
        pose = self._progress.pose if self._progress is not None else Pose.FRONT
        self.skip.setVisible(self.collecting and pose is not Pose.FRONT)

    def _move_focus(self, phase: EnrolmentPhase) -> None:
        if phase in (EnrolmentPhase.SAVED, EnrolmentPhase.REVIEW, EnrolmentPhase.FAILED):
            first = self.review.twin.same if phase is EnrolmentPhase.REVIEW and not self.review.ready else self.start
            first.setFocus()
        elif phase is EnrolmentPhase.COLLECTING:
            self.cancel.setFocus()

    @staticmethod
    def _verdict_style_class(progress: EnrolmentProgress) -> str:
        if progress.phase is EnrolmentPhase.SAVED:
            return "good"
        if progress.phase is EnrolmentPhase.FAILED:
            return "bad"
        if progress.phase is EnrolmentPhase.COLLECTING:
            return "good" if progress.hint in GOOD_HINTS else "name"
        return "name"

    def _taken_row(self) -> QGridLayout:
        """Small pictures of the shots as they are taken."""
        grid = QGridLayout()
        grid.setSpacing(8)
        side = round(self._theme.scale.body * 4.8)
        for number in range(self._wanted):
            small = CropView(self._theme)
            small.setFixedSize(side, side)
            small.setAccessibleName(self.tr("Shot {number}").format(number=number + 1))
            grid.addWidget(small, number // COLUMNS, number % COLUMNS)
            self._taken.append(small)
        grid.setColumnStretch(COLUMNS, 1)
        return grid

    def _lay_out(self) -> None:
        card = QFrame()
        set_style_class(card, "card")
        card.setFixedWidth(self._theme.scale.body * 34)
        heading = QLabel(self.tr("Who is it?"))
        set_style_class(heading, "title")
        state = QHBoxLayout()
        state.setSpacing(16)
        state.addWidget(self.ring, 0, Qt.AlignmentFlag.AlignTop)
        state.addWidget(self.steps, 1, Qt.AlignmentFlag.AlignTop)
        collect = QWidget()
        page = QVBoxLayout(collect)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(12)
        page.addLayout(state)
        page.addWidget(self.verdict)
        page.addWidget(self.trouble)
        page.addWidget(self.skip, 0, Qt.AlignmentFlag.AlignLeft)
        page.addLayout(self._taken_row())
        page.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self.review)
        for surface in (scroll, scroll.viewport(), self.review):
            surface.setAutoFillBackground(False)
        self._pages.addWidget(collect)
        self._pages.addWidget(scroll)
        resting = QLabel(self.tr("The door decides nothing while somebody is being enrolled."))
        set_style_class(resting, "caption")
        resting.setWordWrap(True)
        buttons = QHBoxLayout()
        buttons.addWidget(resting, 1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.start)
        side = QVBoxLayout(card)
        side.setContentsMargins(18, 16, 18, 16)
        side.setSpacing(10)
        side.addWidget(heading)
        side.addWidget(self.name)
        side.addSpacing(4)
        side.addWidget(self._pages, 1)
        side.addLayout(buttons)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(16)
        layout.addWidget(self.view, 1)
        layout.addWidget(card)
        self.resize(1120, 680)
