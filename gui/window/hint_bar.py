"""Hints for the first steps: one at a time, by what was already done; dismissed by a button, back from the menu."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from gui.core.i18n import marked
from gui.widgets.language import translate
from gui.widgets.stylesheet import set_style_class
from gui.widgets.theme import Theme, icon


class Step(StrEnum):
    """What comes next for somebody who is new."""

    ENROL = "enrol"
    COME_BACK = "come back"
    LOOK_AROUND = "look around"


TEXTS = {
    Step.ENROL: marked(
        "Welcome. Press E while somebody stands in the picture, give a name, and follow the words in the dialog."
    ),
    Step.COME_BACK: marked(
        "Now step away and come back: the door opens, and locks again by itself. Who is not enrolled is refused."
    ),
    Step.LOOK_AROUND: marked(
        "That was all. D writes more over the picture, F11 makes a door display of the screen, ? lists every key."
    ),
}


def next_step(people: int, let_in: bool) -> Step:
    """The step for so many people enrolled, and somebody let in already or not."""
    if people == 0:
        return Step.ENROL
    return Step.LOOK_AROUND if let_in else Step.COME_BACK


class HintBar(QFrame):
    """One line under the head."""

    dismissed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        set_style_class(self, "hint")
        self.setAccessibleName(self.tr("Hint"))
        self._icon = QLabel()
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.close_button = QPushButton(self.tr("Got it"))
        set_style_class(self.close_button, "quiet")
        self.close_button.setToolTip(self.tr("No more hints; the menu brings them back"))
        self.close_button.clicked.connect(self.dismissed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 6, 8, 6)
        layout.setSpacing(12)
        layout.addWidget(self._icon)
        layout.addWidget(self.text, 1)
        layout.addWidget(self.close_button)
        theme.changed.connect(self._restyle)
        self._restyle()
        self.hide()

    def show_step(self, step: Step | None) -> None:
        """Show this step's words, None for nothing."""
        self.setVisible(step is not None)
        if step is not None:
            self.text.setText(translate(TEXTS[step]))
            self.setAccessibleDescription(self.text.text())

    def _restyle(self) -> None:
        self._icon.setPixmap(icon("question", self._theme.colours.accent, 20).pixmap(QSize(20, 20)))
