"""What the dialogs have in common: a title, their parts one below the other, a row of buttons, and a size that fits."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, SignalInstance
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLayout, QPushButton, QVBoxLayout, QWidget

from gui.widgets.stylesheet import set_style_class

SCREEN_PART = 0.9
MARGINS = (24, 20, 24, 20)
SPACING = 12


class Dialog(QDialog):
    """A dialog under a title. Its constructor makes the parts, then calls ``lay_out`` once."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)

    def lay_out(
        self,
        *parts: QWidget | QLayout,
        left: Sequence[QWidget] = (),
        right: Sequence[QWidget] = (),
        stretched: QWidget | QLayout | None = None,
        margins: tuple[int, int, int, int] = MARGINS,
        spacing: int = SPACING,
    ) -> None:
        """Stack the parts, with the buttons ``left`` and ``right`` at the foot. ``stretched``: the part that takes the
        height to spare; None: the space over the buttons does where the dialog is larger than its parts.
        """
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*margins)
        layout.setSpacing(spacing)
        for part in parts:
            stretch = 1 if part is stretched else 0
            if isinstance(part, QLayout):
                layout.addLayout(part, stretch)
            else:
                layout.addWidget(part, stretch)
        layout.addLayout(button_row(left, right))

    def fit(self, width: int) -> None:
        """Resize to ``width`` pixels, or what is needed, with the height that the layout needs then; within the screen.

        Qt alone reckons the height of wrapped texts wrongly for a window.
        """
        room = self.screen().availableSize() * SCREEN_PART
        layout = self.layout()
        if layout is None:
            return
        layout.activate()
        wide = max(width, layout.totalMinimumSize().width())
        high = layout.totalHeightForWidth(wide) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
        self.resize(min(wide, room.width()), min(max(high, layout.totalMinimumSize().height()), room.height()))

    def open_once(self) -> None:
        """Open it; it is deleted when it is closed."""
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.open()


def button_row(left: Sequence[QWidget], right: Sequence[QWidget]) -> QHBoxLayout:
    """Buttons in a row, the space to spare between the left ones and the right ones."""
    row = QHBoxLayout()
    for button in left:
        row.addWidget(button)
    row.addStretch(1)
    for button in right:
        row.addWidget(button)
    return row


def push_button(
    text: str, on_click: Callable[[], object] | SignalInstance, *, primary: bool = False, auto_default: bool = True
) -> QPushButton:
    """A button. ``primary``: does what the dialog is for; ``auto_default``: Enter presses it while it has the focus."""
    button = QPushButton(text)
    button.setAutoDefault(auto_default)
    if primary:
        set_style_class(button, "primary")
    button.clicked.connect(on_click)
    return button
