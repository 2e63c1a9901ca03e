"""Names and values in two columns, for what is only read."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from gui.widgets.stylesheet import set_style_class

Rows = tuple[tuple[str, str], ...]


class RowGrid(QWidget):
    """Shows rows of (name, value); a value that is not known shows a dash. Values can be selected and copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._labels: list[tuple[QLabel, QLabel]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(5)
        self._grid.setColumnStretch(1, 1)

    def rows(self) -> dict[str, str]:
        """What is on show."""
        return {name.text(): value.text() for name, value in self._labels if not name.isHidden()}

    def set_rows(self, rows: Rows) -> None:
        """Show these; only what changed is touched."""
        while len(self._labels) < len(rows):
            self._add()
        for number, (name, value) in enumerate(self._labels):
            there = number < len(rows)
            name.setVisible(there)
            value.setVisible(there)
            if there:
                _say(name, rows[number][0])
                _say(value, rows[number][1] or "–")
                value.setAccessibleName(rows[number][0])

    def _add(self) -> None:
        name, value = QLabel(), QLabel()
        set_style_class(name, "muted")
        name.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        value.setWordWrap(True)
        value.setTextFormat(Qt.TextFormat.PlainText)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row = len(self._labels)
        self._grid.addWidget(name, row, 0)
        self._grid.addWidget(value, row, 1)
        self._labels.append((name, value))


def _say(label: QLabel, text: str) -> None:
    if label.text() != text:
        label.setText(text)
