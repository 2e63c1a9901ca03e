"""What the pane of events says of one event."""

from __future__ import annotations

from PySide6.QtCore import QDateTime, QLocale

from gui.core.decisions import Decision
from gui.core.people import Event
from gui.widgets.language import translate


def title(event: Event) -> str:
    """Who, or that nobody is known, in one or two words."""
    if event.decision is Decision.BY_HAND:
        return translate("By hand")
    return event.name or translate("Unknown")


def moment(seconds: float) -> str:
    """A Unix time with its whole date: ``21 November 2026, 14:03:09``."""
    when = QDateTime.fromSecsSinceEpoch(round(seconds))
    return f"{QLocale().toString(when.date(), QLocale.FormatType.LongFormat)}, {when.time().toString('HH:mm:ss')}"
