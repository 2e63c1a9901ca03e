"""What the door display says, decided from what is known at one instant. No Qt.

The display stands beside the door: one state at a time, in words that are read from 3 m. The door's own state is the
board's report and comes first, then what keeps anybody from being let in, then what is asked of the person in front.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gui.core.age import OLD_AFTER_S
from gui.core.decisions import Decision, Entrance, Turn
from gui.core.frames import TrackedFace, Verdict
from gui.core.opening import NO_OPENING, Opening
from gui.core.states import BoardPhase, CameraPhase, DoorView, DoorWord

NOT_ASKED = Entrance()
FRESH_S = 2.5  # so long a refusal stays on the display when the face has gone


class Message(StrEnum):
    """What the display says."""

    WELCOME = "welcome"
    OPEN = "open"
    OUT_OF_ORDER = "out of order"
    NO_PICTURE = "no picture"
    LOCKED_OUT = "locked out"
    TURN_LEFT = "turn left"
    TURN_RIGHT = "turn right"
    TURN_BACK = "turn back"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    CLOSER = "closer"
    LOOK = "look"
    WAS_OPEN = "was open"
    LOCKED = "locked"


@dataclass(frozen=True)
class KioskState:
    """The display's state: whom it welcomes, and the seconds that it counts down, None where it does not.

    ``ago_s``: with WAS_OPEN, the seconds since the door was opened for them.
    """

    message: Message
    name: str = ""
    left_s: float | None = None
    ago_s: int = 0


def decide_state(
    *,
    now_s: float,
    door: DoorView,
    board: BoardPhase,
    camera: CameraPhase,
    person: str | None = None,
    entrance: Entrance = NOT_ASKED,
    faces: tuple[TrackedFace, ...] = (),
    refused_s: float | None = None,
    opening: Opening = NO_OPENING,
) -> KioskState:
    """What to say at ``now_s``: to the face that is nearest, as the door's rule has it.

    ``person`` is who the door is open for: a name stands there only as long as that face does. ``refused_s`` is when
    a face was last refused, ``opening`` the last one by a face. A decision that is old is no longer shown.
    """
    nearest = max(faces, key=lambda face: face.box[2] * face.box[3], default=None)
    if door.state is DoorWord.OPEN:
        left_s = door.remaining_at(now_s) / 1e3
        is_there = nearest is not None and nearest.decision is Decision.ACCEPTED and nearest.name == person
        return (
            KioskState(Message.WELCOME, person, left_s) if person and is_there else KioskState(Message.OPEN, "", left_s)
        )
    if board is BoardPhase.LOST:
        return KioskState(Message.OUT_OF_ORDER)
    if camera is CameraPhase.LOST:
        return KioskState(Message.NO_PICTURE)
    if entrance.locked_until_s > now_s:
        return KioskState(Message.LOCKED_OUT, "", entrance.locked_until_s - now_s)
    if entrance.asked is not None:
        return KioskState(Message.TURN_BACK if entrance.back else _TURNS[entrance.asked])
    if nearest is None:
        refused = refused_s is not None and now_s - refused_s <= FRESH_S
        return KioskState(Message.REFUSED if refused else Message.LOCKED)
    if nearest.decision is Decision.ACCEPTED and (ago_s := opening.opened_ago(nearest.name, now_s)) is not None:
        return KioskState(Message.WAS_OPEN, nearest.name or "", None, ago_s)
    is_old = nearest.decided_s is not None and now_s - nearest.decided_s > OLD_AFTER_S
    if nearest.decision in _DECIDED and not is_old:
        return KioskState(_DECIDED[nearest.decision])
    return KioskState(Message.CLOSER if nearest.verdict is Verdict.TOO_SMALL else Message.LOOK)


_TURNS = {Turn.LEFT: Message.TURN_LEFT, Turn.RIGHT: Message.TURN_RIGHT}
_DECIDED = {
    Decision.REFUSED: Message.REFUSED,
    Decision.UNCERTAIN: Message.UNCERTAIN,
    Decision.ACCEPTED: Message.LOCKED,  # let in before, and the door has locked again
}
