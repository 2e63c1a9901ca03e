"""How the window says things: figures with units, places, times and states, in the window's language.

The live side hands out enums and numbers; here they become texts. A text is marked where it stands in a table and said
when it is shown.
"""

from __future__ import annotations

import time
from datetime import datetime

from PySide6.QtCore import QLocale

from gui.core.decisions import Decision, Entrance, Turn
from gui.core.frames import Recognition
from gui.core.i18n import mark
from gui.core.people import Event, Person
from gui.core.states import (
    BoardPhase,
    BoardState,
    CameraKind,
    CameraPhase,
    CameraState,
    DoorView,
    DoorWord,
    Problem,
    Where,
)
from gui.widgets.language import figure, say

NOBODY_ENROLLED = mark("Nobody is enrolled: press E and stand in front of the camera")

_MEASURED = {
    Where.BOARD: mark("board"),
    Where.VIRTUAL: mark("emulated"),
    Where.QEMU: mark("QEMU"),
    Where.HOST: mark("host program"),
}
_PLACES = {
    Where.BOARD: mark("board"),
    Where.VIRTUAL: mark("virtual board, emulated timing"),
    Where.QEMU: mark("QEMU, emulated timing"),
    Where.HOST: mark("host program, not a board"),
}
_KINDS = {
    CameraKind.WEBCAM: mark("Camera"),
    CameraKind.FILE: mark("Video file"),
    CameraKind.FOLDER: mark("Picture folder"),
    CameraKind.STREAM: mark("Stream"),
    CameraKind.DEMO: mark("Demo clip"),
}
_DECISIONS = {
    Decision.SEEN: mark("looking"),
    Decision.UNCERTAIN: mark("uncertain"),
    Decision.ACCEPTED: mark("accepted"),
    Decision.REFUSED: mark("refused"),
    Decision.WAITING: mark("waiting"),
    Decision.CHALLENGED: mark("asked to turn"),
    Decision.LOCKED_OUT: mark("locked out"),
    Decision.BY_HAND: mark("opened by hand"),
}
_TURNS = {
    Turn.LEFT: mark("turn your head to your left"),
    Turn.RIGHT: mark("turn your head to your right"),
}
_DOORS = {
    DoorWord.OPEN: mark("OPEN"),
    DoorWord.LOCKED: mark("LOCKED"),
    DoorWord.UNKNOWN: mark("NOT KNOWN"),
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
    return say(_MEASURED[where or Where.BOARD])


def with_looks(text: str, looks: int) -> str:
    """A network's figure or where it was measured; ``212 ms, 2 looks`` where it is of the mirror image, too."""
    return text if looks == 1 else say("{text}, {looks} looks").format(text=text, looks=looks)


def place(where: Where | None) -> str:
    """What executes the network, plainly."""
    return say(_PLACES[where]) if where else ""


def problem_lines(problem: Problem) -> str:
    """What went wrong, and on a line of its own what to try."""
    return problem.message + (f"\n{sentence(problem.hint)}" if problem.hint else "")


def sentence(text: str) -> str:
    """The text with a capital first letter, the rest as it is."""
    return text[:1].upper() + text[1:]


def decision(value: Decision) -> str:
    """A decision as one or two words."""
    return say(_DECISIONS[value])


def board_title(state: BoardState | None) -> str:
    """The header's words for the board: its name, or that it is emulated, or what is going on."""
    if state is None or state.phase is BoardPhase.CONNECTING:
        return say("Connecting to the board")
    if state.phase is BoardPhase.LOST:
        return say("No board")
    if state.where is Where.BOARD:
        return say("Board {name}").format(name=state.name).strip()
    return sentence(place(state.where))


def board_detail(state: BoardState | None) -> str:
    """The header's second line for the board."""
    if state is None or state.phase is BoardPhase.CONNECTING:
        return state.message if state is not None and state.message else say("looking for known boards")
    if state.phase is BoardPhase.LOST:
        return state.message or say("trying again by itself")
    parts = [clock(state.clock_hz)] if state.where is Where.BOARD else [state.name, clock(state.clock_hz)]
    return " · ".join(part for part in parts if part)


def camera_title(state: CameraState | None) -> str:
    """The header's words for the picture source."""
    if state is None or state.phase is CameraPhase.OPENING:
        return say("Opening the camera")
    if state.phase is CameraPhase.LOST:
        return say("No picture")
    return say(_KINDS[state.kind])


def camera_detail(state: CameraState | None) -> str:
    """The header's second line for the picture source."""
    if state is None:
        return ""
    if state.phase is CameraPhase.LOST:
        return state.message or say("trying again by itself")
    if state.phase is CameraPhase.OPENING:
        return state.description
    parts = [state.description]
    if state.size != (0, 0):
        parts.append(f"{state.size[0]}x{state.size[1]}")
    if state.fps:
        parts.append(say("{rate} fps").format(rate=figure(state.fps, 0)))
    return " · ".join(part for part in parts if part)


def door_word(view: DoorView) -> str:
    """The one word that is read from across the room."""
    return say(_DOORS[view.state])


def door_detail(view: DoorView, now_s: float, person: str | None) -> str:
    """The door's second line: for whom it opened and when it locks, or that it waits."""
    if view.state is DoorWord.UNKNOWN:
        return say("the board has not reported the door")
    if view.state is DoorWord.LOCKED:
        return say("reported by the board")
    left = figure(view.remaining_at(now_s) / 1e3, 1)
    if person:
        return say("for {name}, locks by itself in {seconds} s").format(name=person, seconds=left)
    return say("locks by itself in {seconds} s").format(seconds=left)


def door_title(view: DoorView, entrance: Entrance, now_s: float) -> str:
    """The door's word, or that faces are locked out of the locked door."""
    locked_out = view.state is DoorWord.LOCKED and entrance.locked_until_s > now_s
    return say("LOCKED OUT") if locked_out else door_word(view)


def entrance_detail(entrance: Entrance, now_s: float) -> str:
    """What is asked of the person, or for how long faces are locked out; empty where neither is."""
    if entrance.locked_until_s > now_s:
        seconds = f"{entrance.locked_until_s - now_s + 0.5:.0f}"
        return say("too many refusals: faces again in {seconds} s, the button opens").format(seconds=seconds)
    if entrance.asked is None or entrance.asked_until_s <= now_s:
        return ""
    if entrance.back:
        return say("look straight at the camera")
    return say(_TURNS[entrance.asked])


def recognised(recognition: Recognition) -> str:
    """Who it is, as far as it is decided."""
    outcome = recognition.outcome
    if outcome.decision is Decision.ACCEPTED and outcome.match.name:
        return outcome.match.name
    if outcome.decision is Decision.REFUSED:
        return say("Unknown")
    if outcome.decision is Decision.LOCKED_OUT:
        return say("Locked out")
    return say("Not sure yet") if outcome.decision is Decision.UNCERTAIN else say("A face")


def score_line(recognition: Recognition) -> str:
    """Score against threshold, and the lead over the runner-up where there is one."""
    match = recognition.outcome.match
    if match.score is None:
        return say("nobody to compare with")
    score, threshold = figure(match.score, 2), figure(recognition.outcome.trace.rules.threshold, 2)
    if match.margin is not None and match.second:
        text = say("score {score}, needs {threshold}, {margin} ahead of {second}")
        margin = figure(match.margin, 2)
        return text.format(score=score, threshold=threshold, margin=margin, second=match.second)
    return say("score {score}, needs {threshold}").format(score=score, threshold=threshold)


def network_line(recognition: Recognition) -> str:
    """``246 ms · 53.2 M cycles at 216 MHz · emulated``: the board's own figures and where they come from."""
    inference = recognition.inference
    parts = [with_looks(f"{milliseconds(inference.network_ms)} ms", inference.looks)]
    if inference.network_cycles and inference.where is not Where.HOST:
        text = say("{count} cycles at {clock}")
        parts.append(text.format(count=count(inference.network_cycles), clock=clock(recognition.clock_hz)))
    if inference.network_instructions:
        parts.append(say("{count} instructions").format(count=count(inference.network_instructions)))
    return " · ".join(parts)


def event_title(event: Event) -> str:
    """Who, or that nobody is known, in one or two words."""
    if event.decision is Decision.BY_HAND:
        return say("By hand")
    return event.name or say("Unknown")


def when(seconds: float, now: float | None = None) -> str:
    """A Unix time as the day or hour a person would say: ``14:03:09`` today, else ``21 Nov 14:03``."""
    stamp = datetime.fromtimestamp(seconds)
    today = datetime.fromtimestamp(time.time() if now is None else now)
    if stamp.date() == today.date():
        return stamp.strftime("%H:%M:%S")
    month = QLocale().monthName(stamp.month, QLocale.FormatType.ShortFormat)
    if stamp.year == today.year:
        return say("{day} {month} {time}").format(day=stamp.day, month=month, time=stamp.strftime("%H:%M"))
    return say("{day} {month} {year}").format(day=stamp.day, month=month, year=stamp.year)


def ago(seconds: float, now: float) -> str:
    """How long ago, coarse: ``just now``, ``4 min ago``, ``3 h ago``, else the day."""
    passed = now - seconds
    if passed < 60:
        return say("just now")
    if passed < 3600:
        return say("{minutes} min ago").format(minutes=round(passed / 60))
    return say("{hours} h ago").format(hours=round(passed / 3600)) if passed < 20 * 3600 else when(seconds, now)


def person_detail(person: Person, now: float) -> str:
    """The second line under a name: what is stored, and when they were last let in."""
    if person.usable == 0:
        return say("enrolled with another network: enrol again")
    if person.usable < person.fingerprints:
        crops = say("{usable} of {all} crops usable").format(usable=person.usable, all=person.fingerprints)
    else:
        crops = say("1 crop") if person.usable == 1 else say("{count} crops").format(count=person.usable)
    seen = say("seen {when}").format(when=ago(person.last_seen, now)) if person.last_seen else say("not seen yet")
    return f"{crops} · {seen}"
