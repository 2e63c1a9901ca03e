"""Formats what more than one pane shows: figures with units, places, times and states, in the window's language.

The live side hands out enums and numbers; here they become texts. A text is marked where it stands in a table and said
when it is shown.
"""

from __future__ import annotations

import time
from datetime import datetime

from PySide6.QtCore import QLocale

from gui.core.decisions import Decision
from gui.core.i18n import marked
from gui.core.opening import Opening
from gui.core.states import (
    BoardPhase,
    BoardState,
    CameraKind,
    CameraPhase,
    CameraState,
    Problem,
    Where,
)
from gui.widgets.language import figure, translate

NOBODY_ENROLLED = marked("Nobody is enrolled: press E and stand in front of the camera")

_MEASURED = {
    Where.BOARD: marked("board"),
    Where.VIRTUAL: marked("emulated"),
    Where.QEMU: marked("QEMU"),
    Where.HOST: marked("host program"),
}
_PLACES = {
    Where.BOARD: marked("board"),
    Where.VIRTUAL: marked("virtual board, emulated timing"),
    Where.QEMU: marked("QEMU, emulated timing"),
    Where.HOST: marked("host program, not a board"),
}
_KINDS = {
    CameraKind.WEBCAM: marked("Camera"),
    CameraKind.FILE: marked("Video file"),
    CameraKind.FOLDER: marked("Picture folder"),
    CameraKind.STREAM: marked("Stream"),
    CameraKind.DEMO: marked("Demo clip"),
}
_DECISIONS = {
    Decision.SEEN: marked("looking"),
    Decision.UNCERTAIN: marked("uncertain"),
    Decision.ACCEPTED: marked("accepted"),
    Decision.REFUSED: marked("refused"),
    Decision.WAITING: marked("waiting"),
    Decision.CHALLENGED: marked("asked to turn"),
    Decision.LOCKED_OUT: marked("locked out"),
    Decision.BY_HAND: marked("opened by hand"),
}


def milliseconds(value: float | None) -> str:
    """``0.42``, ``7.3``, ``246``: about three figures, a dash where there is nothing."""
    if value is None:
        return "–"
    if value < 0.995:
        return figure(value, 2)
    return figure(value, 1) if value < 99.95 else figure(value, 0)


def count(value: int) -> str:
    """``53.2 M``, ``812 k``, ``96``."""
    for limit, unit in ((1_000_000_000, " G"), (1_000_000, " M"), (1_000, " k")):
        if value >= limit:
            scaled = value / limit
            return figure(scaled, 1 if scaled < 100 else 0) + unit
    return str(value)


def clock(clock_hz: int) -> str:
    """``216 MHz``; empty where the clock is unknown."""
    if clock_hz <= 0:
        return ""
    mhz = clock_hz / 1e6
    return f"{figure(mhz, 0 if abs(mhz - round(mhz)) < 0.05 else 1)} MHz"


def measured(where: Where | None) -> str:
    """Where a board figure was measured, in one word: board, emulated, QEMU, host program."""
    return translate(_MEASURED[where or Where.BOARD])


def with_flip(text: str, passes: int) -> str:
    """A network's figure or where it was measured; ``212 ms, flip averaging`` where the network ran twice."""
    return text if passes == 1 else translate("{text}, flip averaging").format(text=text)


def place(where: Where | None) -> str:
    """What executes the network, plainly."""
    return translate(_PLACES[where]) if where else ""


def problem_lines(problem: Problem) -> str:
    """What went wrong, and on a line of its own what to try."""
    return translate(problem.message) + (f"\n{sentence(translate(problem.hint))}" if problem.hint else "")


def sentence(text: str) -> str:
    """The text with a capital first letter, the rest as it is."""
    return text[:1].upper() + text[1:]


def decision(value: Decision) -> str:
    """A decision as one or two words."""
    return translate(_DECISIONS[value])


def seconds_old(seconds: int) -> str:
    """How old what is shown is: ``3 s ago``."""
    return translate("{seconds} s ago").format(seconds=seconds)


def opened(opening: Opening, name: str | None, at_s: float) -> str:
    """What stands beside a locked door instead of "accepted": for whom it was opened and when, or that it is locked."""
    ago = opening.opened_ago(name, at_s)
    if ago is None:
        return translate("accepted, the door is locked")
    return translate("was opened for {name} {seconds} s ago").format(name=name, seconds=ago)


def board_title(state: BoardState | None) -> str:
    """The header's words for the board: its name, or that it is emulated, or what is going on."""
    if state is None or state.phase is BoardPhase.CONNECTING:
        return translate("Connecting to the board")
    if state.phase is BoardPhase.LOST:
        return translate("No board")
    if state.where is Where.BOARD:
        return translate("Board {name}").format(name=state.name).strip()
    return sentence(place(state.where))


def board_detail(state: BoardState | None) -> str:
    """The header's second line for the board."""
    if state is None or state.phase is BoardPhase.CONNECTING:
        return translate(state.message if state is not None and state.message else marked("looking for known boards"))
    if state.phase is BoardPhase.LOST:
        return translate(state.message or marked("trying again by itself"))
    parts = [clock(state.clock_hz)] if state.where is Where.BOARD else [state.name, clock(state.clock_hz)]
    return " · ".join(part for part in parts if part)


def camera_title(state: CameraState | None) -> str:
    """The header's words for the picture source."""
    if state is None or state.phase is CameraPhase.OPENING:
        return translate("Opening the camera")
    if state.phase is CameraPhase.LOST:
        return translate("No picture")
    return translate(_KINDS[state.kind])


def camera_detail(state: CameraState | None) -> str:
    """The header's second line for the picture source."""
    if state is None:
        return ""
    if state.phase is CameraPhase.LOST:
        return translate(state.message or marked("trying again by itself"))
    if state.phase is CameraPhase.OPENING:
        return state.description
    parts = [state.description]
    if state.size != (0, 0):
        parts.append(f"{state.size[0]}x{state.size[1]}")
    if state.fps:
        parts.append(translate("{rate} fps").format(rate=figure(state.fps, 0)))
    return " · ".join(part for part in parts if part)


def when(seconds: float, now: float | None = None) -> str:
    """A Unix time as the day or hour a person would say: ``14:03:09`` today, else ``21 Nov 14:03``."""
    stamp = datetime.fromtimestamp(seconds)
    today = datetime.fromtimestamp(time.time() if now is None else now)
    if stamp.date() == today.date():
        return stamp.strftime("%H:%M:%S")
    month = QLocale().monthName(stamp.month, QLocale.FormatType.ShortFormat)
    if stamp.year == today.year:
        return translate("{day} {month} {time}").format(day=stamp.day, month=month, time=stamp.strftime("%H:%M"))
    return translate("{day} {month} {year}").format(day=stamp.day, month=month, year=stamp.year)
