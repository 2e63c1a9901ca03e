"""How the window says things: figures with units, places, times and states in words. No Qt."""

from __future__ import annotations

import time
from datetime import datetime

from gui.records import (
    BoardPhase,
    BoardState,
    CameraKind,
    CameraPhase,
    CameraState,
    Decision,
    DoorView,
    DoorWord,
    Event,
    Person,
    Recognition,
)

NOBODY_ENROLLED = "Nobody is enrolled: press E and stand in front of the camera"

_MEASURED = {"board": "board", "virtual": "emulated", "qemu": "QEMU", "host": "host program"}
_PLACES = {
    "board": "board",
    "virtual": "virtual board, emulated timing",
    "qemu": "QEMU, emulated timing",
    "host": "host program, not a board",
}
_KINDS = {
    CameraKind.WEBCAM: "camera",
    CameraKind.FILE: "video file",
    CameraKind.FOLDER: "picture folder",
    CameraKind.STREAM: "stream",
    CameraKind.DEMO: "demo clip",
}
_DECISIONS = {
    Decision.SEEN: "looking",
    Decision.UNCERTAIN: "uncertain",
    Decision.ACCEPTED: "accepted",
    Decision.REFUSED: "refused",
    Decision.BY_HAND: "opened by hand",
}


def milliseconds(value: float | None) -> str:
    """``0.42``, ``7.3``, ``246``: about three figures, a dash where there is nothing."""
    if value is None:
        return "–"
    if value < 0.995:
        return f"{value:.2f}"
    return f"{value:.1f}" if value < 99.95 else f"{value:,.0f}"


def count(value: int) -> str:
    """``53.2 M``, ``812 k``, ``96``."""
    for limit, unit in ((1_000_000_000, " G"), (1_000_000, " M"), (1_000, " k")):
        if value >= limit:
            scaled = value / limit
            return (f"{scaled:.1f}" if scaled < 100 else f"{scaled:.0f}") + unit
    return str(value)


def clock(clock_hz: int) -> str:
    """``216 MHz``; empty where the clock is unknown."""
    if clock_hz <= 0:
        return ""
    mhz = clock_hz / 1e6
    return f"{mhz:.0f} MHz" if abs(mhz - round(mhz)) < 0.05 else f"{mhz:.1f} MHz"


def measured(where: str) -> str:
    """Where a board figure was measured, in one word: board, emulated, QEMU, host program."""
    return _MEASURED.get(where, where or "board")


def place(where: str) -> str:
    """What executes the network, plainly."""
    return _PLACES.get(where, where)


def decision(value: Decision) -> str:
    """A decision as one or two words."""
    return _DECISIONS[value]


def board_title(state: BoardState | None) -> str:
    """The header's words for the board: its name, or that it is emulated, or what is going on."""
    if state is None or state.phase is BoardPhase.CONNECTING:
        return "Connecting to the board"
    if state.phase is BoardPhase.LOST:
        return "No board"
    if state.where == "board":
        return f"Board {state.name}".strip()
    return place(state.where).capitalize() if state.where != "qemu" else place(state.where)


def board_detail(state: BoardState | None) -> str:
    """The header's second line for the board."""
    if state is None or state.phase is BoardPhase.CONNECTING:
        return state.message if state is not None and state.message else "looking for known boards"
    if state.phase is BoardPhase.LOST:
        return state.message or "trying again by itself"
    parts = [clock(state.clock_hz)] if state.where == "board" else [state.name, clock(state.clock_hz)]
    return " · ".join(part for part in parts if part)


def camera_title(state: CameraState | None) -> str:
    """The header's words for the picture source."""
    if state is None or state.phase is CameraPhase.OPENING:
        return "Opening the camera"
    if state.phase is CameraPhase.LOST:
        return "No picture"
    return _KINDS[state.kind].capitalize()


def camera_detail(state: CameraState | None) -> str:
    """The header's second line for the picture source."""
    if state is None:
        return ""
    if state.phase is CameraPhase.LOST:
        return state.message or "trying again by itself"
    if state.phase is CameraPhase.OPENING:
        return state.description
    parts = ["" if state.kind is CameraKind.DEMO else state.description]
    if state.size != (0, 0):
        parts.append(f"{state.size[0]}x{state.size[1]}")
    if state.fps:
        parts.append(f"{state.fps:.0f} fps")
    return " · ".join(part for part in parts if part)


def door_word(view: DoorView) -> str:
    """The one word that is read from across the room."""
    return {DoorWord.OPEN: "OPEN", DoorWord.LOCKED: "LOCKED", DoorWord.UNKNOWN: "NOT KNOWN"}[view.state]


def door_detail(view: DoorView, now_s: float, person: str | None) -> str:
    """The door's second line: for whom it opened and when it locks, or that it waits."""
    if view.state is DoorWord.UNKNOWN:
        return "the board has not reported the door"
    if view.state is DoorWord.LOCKED:
        return "reported by the board"
    left = view.remaining_at(now_s) / 1e3
    return f"{f'for {person}, ' if person else ''}locks by itself in {left:.1f} s"


def recognised(recognition: Recognition) -> str:
    """Who it is, as far as it is decided."""
    if recognition.decision is Decision.ACCEPTED and recognition.person:
        return recognition.person
    if recognition.decision is Decision.REFUSED:
        return "Unknown"
    return "Not sure yet" if recognition.decision is Decision.UNCERTAIN else "A face"


def score_line(recognition: Recognition) -> str:
    """Score against threshold, and the lead over the runner-up where there is one."""
    if recognition.score is None:
        return "nobody to compare with"
    text = f"score {recognition.score:.2f}, needs {recognition.threshold:.2f}"
    if recognition.margin is not None and recognition.second:
        text += f", {recognition.margin:.2f} ahead of {recognition.second}"
    return text


def network_line(recognition: Recognition) -> str:
    """``246 ms · 53.2 M cycles at 216 MHz · emulated``: the board's own figures and where they come from."""
    parts = [f"{milliseconds(recognition.network_ms)} ms"]
    if recognition.network_cycles and recognition.where != "host":
        parts.append(f"{count(recognition.network_cycles)} cycles at {clock(recognition.clock_hz)}")
    if recognition.network_instructions:
        parts.append(f"{count(recognition.network_instructions)} instructions")
    return " · ".join(parts)


def event_title(event: Event) -> str:
    """Who, or that nobody is known, in one or two words."""
    if event.decision is Decision.BY_HAND:
        return "By hand"
    return event.name or "Unknown"


def when(seconds: float, now: float | None = None) -> str:
    """A Unix time as the day or hour a person would say: ``14:03:09`` today, else ``21 Nov 14:03``."""
    stamp = datetime.fromtimestamp(seconds)
    today = datetime.fromtimestamp(time.time() if now is None else now)
    if stamp.date() == today.date():
        return stamp.strftime("%H:%M:%S")
    return stamp.strftime("%d %b %H:%M" if stamp.year == today.year else "%d %b %Y")


def ago(seconds: float, now: float) -> str:
    """How long ago, coarse: ``just now``, ``4 min ago``, ``3 h ago``, else the day."""
    passed = now - seconds
    if passed < 60:
        return "just now"
    if passed < 3600:
        return f"{passed / 60:.0f} min ago"
    return f"{passed / 3600:.0f} h ago" if passed < 20 * 3600 else when(seconds, now)


def person_detail(person: Person, now: float) -> str:
    """The second line under a name: what is stored, and when they were last let in."""
    if person.usable == 0:
        return "enrolled with another network: enrol again"
    crops = f"{person.usable} crop{'s' if person.usable != 1 else ''}"
    if person.usable < person.fingerprints:
        crops += f" of {person.fingerprints} usable"
    return f"{crops} · {f'seen {ago(person.last_seen, now)}' if person.last_seen else 'not seen yet'}"
