"""The list of what the keyboard does, from the table of commands."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gui.core.i18n import marked
from gui.widgets.dialogs import Dialog, push_button
from gui.widgets.language import translate
from gui.widgets.stylesheet import set_style_class
from gui.window.commands import PARTS, Part, of_part

EVERYWHERE = (
    ("Tab", marked("Go to the next part of the window")),
    ("Shift+F10", marked("Menu of the selected line")),
    ("Esc", marked("Close a dialog, leave the door display")),
)


class ShortcutsDialog(Dialog):
    """Two columns of keys and what they do."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Keyboard shortcuts"), parent)
        columns = QHBoxLayout()
        columns.setSpacing(36)
        for parts in ((Part.PEOPLE, Part.DOOR), (Part.VIEW, Part.PROGRAM)):
            column = QVBoxLayout()
            column.setSpacing(18)
            for part in parts:
                lines = [(command.keys[0], command.text) for command in of_part(part) if command.keys]
                column.addLayout(_table(translate(PARTS[part]), lines))
            if Part.DOOR in parts:
                column.addLayout(_table(self.tr("Everywhere"), list(EVERYWHERE)))
            column.addStretch(1)
            columns.addLayout(column)
        close = push_button(self.tr("Close"), self.accept, primary=True)
        self.lay_out(columns, right=(close,), margins=(24, 20, 24, 16), spacing=18)


def _table(title: str, lines: list[tuple[str, str]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(14)
    grid.setVerticalSpacing(8)
    heading = QLabel(title)
    set_style_class(heading, "title")
    grid.addWidget(heading, 0, 0, 1, 2)
    for row, (key, text) in enumerate(lines, 1):
        shown = QLabel(QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText))
        set_style_class(shown, "key")
        shown.setAlignment(Qt.AlignmentFlag.AlignCenter)
        grid.addWidget(shown, row, 0)
        grid.addWidget(QLabel(translate(text)), row, 1)
    grid.setColumnStretch(1, 1)
    return grid
