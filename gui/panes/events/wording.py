"""What the pane of events says of one event."""

from __future__ import annotations

from PySide6.QtCore import QDateTime, QLocale

from gui.core.decisions import Decision, Rule
from gui.core.people import Event
from gui.widgets import formatting
from gui.widgets.language import translate


def title(event: Event) -> str:
    """Who, or that nobody is known, in one or two words."""
    if event.decision is Decision.BY_HAND:
        return translate("By hand")
    return event.name or translate("Unknown")


def decision(value: Decision, reason: str = "") -> str:
    """How a visit ended. Nobody is looking any more: one without a decision was not decided, or too bad to judge.

    ``reason`` is the rule that an event keeps.
    """
    if value is Decision.SEEN:
        bad = reason == Rule.BAD_PICTURE.value
        return translate("too bad to judge") if bad else translate("not decided")
    return formatting.decision(value)


def moment(seconds: float) -> str:
    """A Unix time with its whole date: ``21 November 2026, 14:03:09``."""
    when = QDateTime.fromSecsSinceEpoch(round(seconds))
    return f"{QLocale().toString(when.date(), QLocale.FormatType.LongFormat)}, {when.time().toString('HH:mm:ss')}"
