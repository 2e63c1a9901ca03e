"""Dialogs as large as their words need: Qt alone reckons the height of wrapped texts wrongly for a window."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

SCREEN_PART = 0.9


def fit(dialog: QWidget, width: int) -> None:
    """Resize to ``width`` pixels, or what is needed, with the height that the layout needs then; within the screen."""
    room = dialog.screen().availableSize() * SCREEN_PART
    layout = dialog.layout()
    if layout is None:
        return
    layout.activate()
    wide = max(width, layout.totalMinimumSize().width())
    high = layout.totalHeightForWidth(wide) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
    dialog.resize(min(wide, room.width()), min(max(high, layout.totalMinimumSize().height()), room.height()))
