"""What is shown instead of the window where its data cannot be opened: what happened, what to do, and the ways on."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from device.errors import DeviceError
from gui.widgets import formatting
from gui.widgets.dialogs import fit
from gui.widgets.language import say
from gui.widgets.stylesheet import set_style_class
from gui.widgets.theme import Theme, icon

WIDTH = 40  # times the text size


class StartProblem(QDialog):
    """Accepted: try ``folder``, the same or another. Rejected: give up."""

    def __init__(self, error: DeviceError, folder: Path, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.folder = folder
        self.setWindowTitle(self.tr("Face door"))
        mark = QLabel()
        mark.setPixmap(icon("warning", theme.colours.warn, 40).pixmap(QSize(40, 40)))
        mark.setAlignment(Qt.AlignmentFlag.AlignTop)
        happened = QLabel(formatting.sentence(say(error.message)))
        set_style_class(happened, "title")
        hint = QLabel(self.tr("What to do: {hint}").format(hint=say(error.hint)))
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
        self.again = QPushButton(self.tr("Try again"))
        set_style_class(self.again, "primary")
        self.again.setDefault(True)
        self.again.clicked.connect(self.accept)
        self.other = QPushButton(self.tr("Use another folder…"))
        self.other.clicked.connect(self._choose)
        self.give_up = QPushButton(self.tr("Quit"))
        self.give_up.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addWidget(self.give_up)
        buttons.addStretch(1)
        buttons.addWidget(self.other)
        buttons.addWidget(self.again)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 22, 24, 18)
        layout.setSpacing(20)
        layout.addLayout(top)
        layout.addLayout(buttons)
        fit(self, theme.scale.body * WIDTH)

    def _choose(self) -> None:
        title = self.tr("A folder for people and events")
        chosen = QFileDialog.getExistingDirectory(self, title, str(self.folder.parent))
        if chosen:
            self.folder = Path(chosen)
            self.accept()
