"""What is shown instead of the window where its data cannot be opened: what happened, what to do, and the ways on."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from device.errors import DeviceError
from gui.widgets import formatting
from gui.widgets.dialogs import Dialog, push_button
from gui.widgets.language import translate
from gui.widgets.stylesheet import set_style_class
from gui.widgets.theme import Theme, icon

WIDTH = 40  # times the text size


class StartProblem(Dialog):
    """Accepted: try ``folder``, the same or another. Rejected: give up."""

    def __init__(self, error: DeviceError, folder: Path, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Face door"), parent)
        self.folder = folder
        mark = QLabel()
        mark.setPixmap(icon("warning", theme.colours.warn, 40).pixmap(QSize(40, 40)))
        mark.setAlignment(Qt.AlignmentFlag.AlignTop)
        happened = QLabel(formatting.sentence(translate(error.message)))
        set_style_class(happened, "title")
        hint = QLabel(self.tr("What to do: {hint}").format(hint=translate(error.hint)))
        place = QLabel(self.tr("Data folder: {folder}").format(folder=folder))
        set_style_class(place, "muted")
        text = QVBoxLayout()
        text.setSpacing(8)
        for label in (happened, hint, place):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            text.addWidget(label)
        top = QHBoxLayout()
        top.setSpacing(16)
        top.addWidget(mark)
        top.addLayout(text, 1)
        self.again = push_button(self.tr("Try again"), self.accept, primary=True)
        self.again.setDefault(True)
        self.other = push_button(self.tr("Use another folder…"), self._choose)
        self.give_up = push_button(self.tr("Quit"), self.reject)
        self.lay_out(top, left=(self.give_up,), right=(self.other, self.again), margins=(24, 22, 24, 18), spacing=20)
        self.fit(theme.scale.body * WIDTH)

    def _choose(self) -> None:
        title = self.tr("A folder for people and events")
        chosen = QFileDialog.getExistingDirectory(self, title, str(self.folder.parent))
        if chosen:
            self.folder = Path(chosen)
            self.accept()
