"""What the door display says, as a table, without Qt."""

from __future__ import annotations

from typing import Any

import pytest

from gui.core.decisions import Decision, Entrance, Turn
from gui.core.frames import Verdict
from gui.core.opening import Opening
from gui.core.states import BoardPhase, CameraPhase, DoorView, DoorWord
from gui.panes.door.kiosk_state import FRESH_S, KioskState, Message, decide_state
from tests.support.samples import face

NOW = 100.0
OPEN = DoorView(DoorWord.OPEN, 5_000.0, NOW - 2.0)
LOCKED = DoorView(DoorWord.LOCKED, 0.0, NOW)


def seen(decision: Decision = Decision.SEEN, **changes: Any) -> Any:
    return face(decision=decision, name=None, **changes)


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({}, KioskState(Message.LOCKED)),
        ({"faces": (seen(),)}, KioskState(Message.LOOK)),
        ({"faces": (seen(verdict=Verdict.TOO_SMALL),)}, KioskState(Message.CLOSER)),
        ({"faces": (seen(Decision.UNCERTAIN),)}, KioskState(Message.UNCERTAIN)),
        ({"faces": (seen(Decision.REFUSED),)}, KioskState(Message.REFUSED)),
        ({"faces": (seen(Decision.ACCEPTED),)}, KioskState(Message.LOCKED)),
        ({"refused_s": NOW - FRESH_S / 2}, KioskState(Message.REFUSED)),
        ({"refused_s": NOW - FRESH_S * 2}, KioskState(Message.LOCKED)),
        ({"refused_s": NOW - FRESH_S / 2, "faces": (seen(),)}, KioskState(Message.LOOK)),
        ({"door": OPEN, "person": "Ada", "faces": (face(),)}, KioskState(Message.WELCOME, "Ada", 3.0)),
        ({"door": OPEN, "person": "Ada", "faces": (face(name="Bo"),)}, KioskState(Message.OPEN, "", 3.0)),
        ({"door": OPEN, "person": "Ada"}, KioskState(Message.OPEN, "", 3.0)),
        (
            {"faces": (face(),), "opening": Opening(LOCKED, "Ada", NOW - 6.0)},
            KioskState(Message.WAS_OPEN, "Ada", None, 6),
        ),
        ({"faces": (seen(Decision.REFUSED, decided_s=NOW - 0.9),)}, KioskState(Message.REFUSED)),
        ({"faces": (seen(Decision.REFUSED, decided_s=NOW - 1.1),)}, KioskState(Message.LOOK)),
        ({"door": OPEN}, KioskState(Message.OPEN, "", 3.0)),
        ({"door": OPEN, "person": "Ada", "board": BoardPhase.LOST}, KioskState(Message.OPEN, "", 3.0)),
        ({"board": BoardPhase.LOST, "camera": CameraPhase.LOST}, KioskState(Message.OUT_OF_ORDER)),
        ({"camera": CameraPhase.LOST}, KioskState(Message.NO_PICTURE)),
        (
            {"entrance": Entrance(NOW + 9.0, asked=Turn.LEFT), "faces": (seen(),)},
            KioskState(Message.LOCKED_OUT, "", 9.0),
        ),
        ({"entrance": Entrance(NOW - 1.0)}, KioskState(Message.LOCKED)),
        ({"entrance": Entrance(asked=Turn.LEFT), "faces": (seen(Decision.UNCERTAIN),)}, KioskState(Message.TURN_LEFT)),
        ({"entrance": Entrance(asked=Turn.RIGHT)}, KioskState(Message.TURN_RIGHT)),
        ({"entrance": Entrance(asked=Turn.RIGHT, back=True)}, KioskState(Message.TURN_BACK)),
        ({"door": DoorView(DoorWord.UNKNOWN)}, KioskState(Message.LOCKED)),
    ],
)
def test_display_says(known: dict[str, Any], said: KioskState) -> None:
    given = {"door": LOCKED, "board": BoardPhase.READY, "camera": CameraPhase.LIVE} | known
    assert decide_state(now_s=NOW, **given) == said


def test_the_nearest_face_is_spoken_to() -> None:
    far = seen(Decision.REFUSED, box=(0.0, 0.0, 30.0, 40.0))
    near = seen(Decision.UNCERTAIN, box=(50.0, 0.0, 60.0, 80.0))
    given = {"now_s": NOW, "door": LOCKED, "board": BoardPhase.READY, "camera": CameraPhase.LIVE}
    assert (
        decide_state(**given, faces=(far, near)).message
        is decide_state(**given, faces=(near, far)).message
        is Message.UNCERTAIN
    )
