"""Looking the shots of an enrolment through: take again, who looks alike, and what the shots are worth."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QRadioButton, QVBoxLayout, QWidget

from gui.core.people import Person
from gui.enrolment.progress import EnrolmentProgress, Review, Shot, Twin
from gui.panes.people import wording
from gui.widgets.language import figure
from gui.widgets.picture import CropView
from gui.widgets.stylesheet import set_style_class
from gui.widgets.theme import Theme

COLUMNS = 4


class ShotCard(QWidget):
    """One shot with its pose, its agreement and a button to take it again."""

    again_asked = Signal(int)

    def __init__(self, theme: Theme, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._number = number
        self._crop = CropView(theme)
        side = round(theme.scale.body * 5.4)
        self._crop.setFixedSize(side, side)
        self._line = QLabel()
        self._line.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._line.setWordWrap(True)
        self.setFixedWidth(round(theme.scale.body * 6.4))
        self.again = QPushButton(self.tr("Again"))
        set_style_class(self.again, "quiet")
        self.again.clicked.connect(lambda: self.again_asked.emit(self._number))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self._crop, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self._line)
        layout.addWidget(self.again, 0, Qt.AlignmentFlag.AlignHCenter)

    def set_shot(self, shot: Shot) -> None:
        """Show this one."""
        self._crop.set_picture(shot.crop)
        line = wording.shot_line(shot)
        self._line.setText(line.replace(" · ", "\n⚠ " if shot.odd else "\n"))
        set_style_class(self._line, "warn" if shot.odd else "caption")
        told = self.tr("Shot {number}, {line}").format(number=self._number + 1, line=line)
        if shot.odd:
            told += ", " + self.tr("unlike the others")
        self._crop.setAccessibleName(told)
        self.again.setAccessibleName(self.tr("Take shot {number} again").format(number=self._number + 1))
        self.again.setToolTip(self.again.accessibleName())


class TwinCard(QFrame):
    """Somebody enrolled looks alike: the same person, or another one?"""

    decided = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._twin: Twin | None = None
        set_style_class(self, "note")
        self._picture = QLabel()
        self._picture.setFixedSize(theme.scale.body * 5, theme.scale.body * 5)
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self.same = QRadioButton()
        self.other = QRadioButton()
        for button in (self.same, self.other):
            button.toggled.connect(lambda _on: self.decided.emit())
        words = QVBoxLayout()
        words.setSpacing(4)
        for widget in (self._text, self.same, self.other):
            words.addWidget(widget)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(12)
        layout.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)

    def set_twin(self, twin: Twin | None, person: Person | None, threshold: float) -> None:
        """Show who looks alike; None hides the card. The choice is kept while it is about the same person."""
        self.setVisible(twin is not None)
        before, self._twin = self._twin, twin
        if twin is None:
            return
        if before is None or before.person_id != twin.person_id:
            for button in (self.same, self.other):
                button.setAutoExclusive(False)
                button.setChecked(False)
                button.setAutoExclusive(True)
        text = self.tr("This looks like {name}, who is enrolled: score {score}, the door asks for {threshold}.")
        self._text.setText(text.format(name=twin.name, score=figure(twin.score, 2), threshold=figure(threshold, 2)))
        self.same.setText(self.tr("The same person: add the shots there"))
        self.other.setText(self.tr("Another person: go on"))
        image = QImage.fromData(person.thumbnail) if person is not None and person.thumbnail else QImage()
        self._picture.setVisible(not image.isNull())
        if not image.isNull():
            size = self._picture.size()
            mode = Qt.TransformationMode.SmoothTransformation
            self._picture.setPixmap(QPixmap.fromImage(image).scaled(size, Qt.AspectRatioMode.KeepAspectRatio, mode))
            self._picture.setAccessibleName(self.tr("Picture of {name}").format(name=twin.name))

    @property
    def open(self) -> bool:
        """Whether an answer is still wanted."""
        return self._twin is not None and not (self.same.isChecked() or self.other.isChecked())

    @property
    def add_to(self) -> int | None:
        """Who is to get the shots, where it is the same person."""
        return self._twin.person_id if self._twin is not None and self.same.isChecked() else None


class ReviewPage(QWidget):
    """All shots, and what there is to say about them."""

    retake_asked = Signal(int)
    missing_asked = Signal()
    decided = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.shots: list[ShotCard] = []
        self._grid = QGridLayout()
        self._grid.setSpacing(2)
        self.twin = TwinCard(theme)
        self.twin.decided.connect(self.decided)
        self.word = QLabel()
        self.line = QLabel()
        self.line.setWordWrap(True)
        self.earlier = QLabel()
        self.earlier.setWordWrap(True)
        set_style_class(self.earlier, "warn")
        self.missing = QPushButton(self.tr("Take the poses that were left out"))
        set_style_class(self.missing, "quiet")
        self.missing.clicked.connect(self.missing_asked)
        heading = QLabel(self.tr("Will the door know this person?"))
        set_style_class(heading, "muted")
        verdict = QHBoxLayout()
        verdict.addWidget(heading)
        verdict.addWidget(self.word)
        verdict.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(self._grid)
        layout.addLayout(verdict)
        for widget in (self.line, self.earlier, self.twin):
            layout.addWidget(widget)
        layout.addWidget(self.missing, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addStretch(1)

    @property
    def add_to(self) -> int | None:
        """Who is to get the shots, where somebody enrolled is the same person."""
        return self.twin.add_to

    @property
    def ready(self) -> bool:
        """Whether everything that was asked is answered."""
        return not self.twin.open

    def set_progress(self, progress: EnrolmentProgress, people: Mapping[int, Person]) -> None:
        """Show these shots; ``people`` are those enrolled, by id."""
        self._fit(len(progress.shots))
        for card, shot in zip(self.shots, progress.shots, strict=True):
            card.set_shot(shot)
        review = progress.review or Review(0.0)
        word, style_class = wording.agreement_word(review)
        self.word.setText(word)
        set_style_class(self.word, style_class)
        self.line.setText(wording.agreement_line(review))
        unlike = review.earlier is not None and review.earlier < review.threshold
        self.earlier.setVisible(unlike)
        if unlike:
            text = self.tr(
                "⚠ These shots do not look like {name}'s earlier ones (score {score}): is it the same person?"
            )
            self.earlier.setText(text.format(name=progress.name, score=figure(review.earlier or 0.0, 2)))
        twin = review.twin
        person = people.get(twin.person_id) if twin is not None else None
        self.twin.set_twin(twin, person, review.threshold)
        self.missing.setVisible(any(step.skipped and step.taken < step.wanted for step in progress.steps))

    def _fit(self, count: int) -> None:
        while len(self.shots) > count:
            card = self.shots.pop()
            self._grid.removeWidget(card)
            card.deleteLater()
        while len(self.shots) < count:
            card = ShotCard(self._theme, len(self.shots))
            card.again_asked.connect(self.retake_asked)
            self._grid.addWidget(card, len(self.shots) // COLUMNS, len(self.shots) % COLUMNS)
            self.shots.append(card)
