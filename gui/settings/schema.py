"""What a setting is: its name, its meaning, and which values it takes. No Qt."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gui.core.i18n import marked

Value = bool | int | float | str


class Kind(StrEnum):
    """What values a setting takes, and so what edits it."""

    FLAG = "flag"  # bool
    WHOLE = "whole"  # int
    NUMBER = "number"  # float
    CHOICE = "choice"  # one of its choices
    TEXT = "text"  # str


class Group(StrEnum):
    """Where a setting stands in the dialog, in this order."""

    WINDOW = "window"
    CAMERA = "camera"
    DECISION = "decision"
    DOOR = "door"
    ENROLMENT = "enrolment"
    EVENTS = "events"
    TIMING = "timing"
    BOARD = "board"


GROUPS: Mapping[Group, str] = {
    Group.WINDOW: marked("Window"),
    Group.CAMERA: marked("Camera"),
    Group.DECISION: marked("Decision"),
    Group.DOOR: marked("Door"),
    Group.ENROLMENT: marked("Enrolment"),
    Group.EVENTS: marked("Events"),
    Group.TIMING: marked("Timing"),
    Group.BOARD: marked("Board"),
}


@dataclass(frozen=True)
class Former:
    """What an earlier version called a setting: its key, and those of its values that were called otherwise."""

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Setting:
    """One setting. ``key`` is its name in the file, ``group/name``; ``choices`` are pairs of value and label.

    ``minimum`` and ``maximum`` are inclusive and needed for WHOLE and NUMBER; ``step`` is one press of an arrow key.
    ``restart``: a change counts from the next start on; all others at once.
    """

    key: str
    group: Group
    label: str
    explanation: str
    kind: Kind
    default: Value
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[tuple[Value, str], ...] = ()
    unit: str = ""
    step: float = 1.0
    restart: bool = False
    former: Former | None = None

    def parse(self, raw: object) -> Value:
        """A value of this setting from a file's text or a caller's value; ValueError says what is wrong with it."""
        match self.kind:
            case Kind.FLAG:
                return _flag(raw)
            case Kind.WHOLE:
                return int(self._within(_number(raw, whole=True)))
            case Kind.NUMBER:
                return self._within(_number(raw, whole=False))
            case Kind.CHOICE:
                for value, _label in self.choices:
                    if str(raw) == str(value):
                        return value
                raise ValueError(f"{raw!r} is none of {', '.join(str(value) for value, _ in self.choices)}")
            case Kind.TEXT:
                if not isinstance(raw, str):
                    raise ValueError(f"{raw!r} is no text")
                return raw.strip()

    def _within(self, value: float) -> float:
        low, high = self.minimum, self.maximum
        if (low is not None and value < low) or (high is not None and value > high):
            raise ValueError(f"{value:g} is not from {low:g} to {high:g}")
        return value


def _flag(raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    text = str(raw).strip().lower()
    if text in ("true", "1", "yes", "on"):
        return True
    if text in ("false", "0", "no", "off"):
        return False
    raise ValueError(f"{raw!r} is neither true nor false")


def _number(raw: object, *, whole: bool) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise ValueError(f"{raw!r} is no number")
    try:
        value = float(raw)
    except ValueError:
        raise ValueError(f"{raw!r} is no number") from None
    if not math.isfinite(value):
        raise ValueError(f"{raw!r} is no number")
    if whole and value != round(value):
        raise ValueError(f"{raw!r} is no whole number")
    return value
