"""The words of enrolling from photos."""

from __future__ import annotations

from gui.core.frames import Verdict
from gui.core.i18n import mark
from gui.enrolment.photo_enrolment import Outcome, PhotoPhase, PhotoProgress, PhotoRow
from gui.panes.people import wording
from gui.widgets.language import say

_OUTCOMES = {
    Outcome.TAKEN: mark("Taken"),
    Outcome.UNREADABLE: mark("Cannot be read"),
    Outcome.DUPLICATE: mark("The same file as {detail}"),
    Outcome.NAME_TAKEN: mark("The name {detail} is taken"),
    Outcome.NAME_BAD: mark("No name: {detail}"),
    Outcome.STRANGER: mark("Not like the others of this name (score {detail})"),
    Outcome.LOOKS_LIKE: mark("Looks like somebody enrolled: {detail}"),
    Outcome.BOARD: mark("The board refused: {detail}"),
}


def outcome(row: PhotoRow) -> str:
    """What became of a photo, in a few words."""
    if isinstance(row.outcome, Verdict):
        return wording.verdict(row.outcome)
    text = say(_OUTCOMES[row.outcome])
    if "{detail}" in text:
        return text.format(detail=row.detail)
    return f"{text}: {row.detail}" if row.detail else text


def progress(value: PhotoProgress) -> str:
    """How far it is, or how it ended."""
    match value.phase:
        case PhotoPhase.RUNNING:
            name = value.file.name if value.file is not None else ""
            return say("{done} of {all}: {file}").format(done=value.done, all=value.of, file=name)
        case PhotoPhase.WAITING:
            return say("Waiting for the board; it goes on by itself once the board is back")
        case PhotoPhase.SAVING:
            return say("Saving")
        case PhotoPhase.STOPPED:
            return say("Stopped: nobody was enrolled")
        case PhotoPhase.FAILED:
            problem = value.problem
            why = "" if problem is None else ": ".join(part for part in (problem.message, problem.hint) if part)
            return say("Nobody was enrolled. {why}").format(why=why[:1].upper() + why[1:])
        case PhotoPhase.DONE:
            taken = sum(row.outcome is Outcome.TAKEN for row in value.rows)
            text = say("Enrolled: {people}. Photos taken: {taken} of {all}.")
            return text.format(people=value.people, taken=taken, all=value.of)
