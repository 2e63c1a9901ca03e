"""What the door's panes say: the door's state, what is asked of a person, and who was recognised with what score."""

from __future__ import annotations

from gui.core.decisions import Decision, Entrance, Turn
from gui.core.frames import Recognition
from gui.core.i18n import marked
from gui.core.states import DoorView, DoorWord
from gui.widgets.language import figure, translate

_TURNS = {
    Turn.LEFT: marked("turn your head to your left"),
    Turn.RIGHT: marked("turn your head to your right"),
}
_DOORS = {
    DoorWord.OPEN: marked("OPEN"),
    DoorWord.LOCKED: marked("LOCKED"),
    DoorWord.UNKNOWN: marked("NOT KNOWN"),
}


def door_word(view: DoorView) -> str:
    """The one word that is read from across the room."""
    return translate(_DOORS[view.state])


def door_detail(view: DoorView, now_s: float, person: str | None) -> str:
    """The door's second line: for whom it opened and when it locks, or that it waits."""
    if view.state is DoorWord.UNKNOWN:
        return translate("the board has not reported the door")
    if view.state is DoorWord.LOCKED:
        return translate("reported by the board")
    left = figure(view.remaining_at(now_s) / 1e3, 1)
    if person:
        return translate("for {name}, locks by itself in {seconds} s").format(name=person, seconds=left)
    return translate("locks by itself in {seconds} s").format(seconds=left)


def door_title(view: DoorView, entrance: Entrance, now_s: float) -> str:
    """The door's word, or that faces are locked out of the locked door."""
    locked_out = view.state is DoorWord.LOCKED and entrance.locked_until_s > now_s
    return translate("LOCKED OUT") if locked_out else door_word(view)


def entrance_detail(entrance: Entrance, now_s: float) -> str:
    """What is asked of the person, or for how long faces are locked out; empty where neither is."""
    if entrance.locked_until_s > now_s:
        seconds = f"{entrance.locked_until_s - now_s + 0.5:.0f}"
        return translate("too many refusals: faces again in {seconds} s, the button opens").format(seconds=seconds)
    if entrance.asked is None or entrance.asked_until_s <= now_s:
        return ""
    if entrance.back:
        return translate("look straight at the camera")
    return translate(_TURNS[entrance.asked])


def recognised(recognition: Recognition) -> str:
    """Who it is, as far as it is decided."""
    outcome = recognition.outcome
    if outcome.decision is Decision.ACCEPTED and outcome.match.name:
        return outcome.match.name
    if outcome.decision is Decision.REFUSED:
        return translate("Unknown")
    if outcome.decision is Decision.LOCKED_OUT:
        return translate("Locked out")
    return translate("Not sure yet") if outcome.decision is Decision.UNCERTAIN else translate("A face")


def score_line(recognition: Recognition) -> str:
    """Score against threshold, and the margin to the runner-up where there is one."""
    match = recognition.outcome.match
    if match.score is None:
        return translate("nobody to compare with")
    score, threshold = figure(match.score, 2), figure(recognition.outcome.trace.rules.threshold, 2)
    if match.margin is not None and match.second:
        text = translate("score {score}, needs {threshold}, {margin} ahead of {second}")
        margin = figure(match.margin, 2)
        return text.format(score=score, threshold=threshold, margin=margin, second=match.second)
    return translate("score {score}, needs {threshold}").format(score=score, threshold=threshold)
