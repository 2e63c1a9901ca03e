"""What the door display says, as a table, without Qt."""

from __future__ import annotations

from typing import Any

import pytest

from gui.core.decisions import Decision, Entrance, Turn
from gui.core.frames import Verdict
from gui.core.states import BoardPhase, CameraPhase, DoorView, DoorWord
from gui.panes.door.kiosk_state import FRESH_S, Say, Sight, sight
from tests.support.samples import face

NOW = 100.0
OPEN = DoorView(DoorWord.OPEN, 5_000.0, NOW - 2.0)
LOCKED = DoorView(DoorWord.LOCKED, 0.0, NOW)


def seen(decision: Decision = Decision.SEEN, **changes: Any) -> Any:
    return face(decision=decision, name=None, **changes)


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({}, Sight(Say.LOCKED)),
        ({"faces": (seen(),)}, Sight(Say.LOOK)),
        ({"faces": (seen(verdict=Verdict.TOO_SMALL),)}, Sight(Say.CLOSER)),
        ({"faces": (seen(Decision.UNCERTAIN),)}, Sight(Say.UNCERTAIN)),
        ({"faces": (seen(Decision.REFUSED),)}, Sight(Say.REFUSED)),
        ({"faces": (seen(Decision.ACCEPTED),)}, Sight(Say.LOCKED)),
        ({"refused_s": NOW - FRESH_S / 2}, Sight(Say.REFUSED)),
        ({"refused_s": NOW - FRESH_S * 2}, Sight(Say.LOCKED)),
        ({"refused_s": NOW - FRESH_S / 2, "faces": (seen(),)}, Sight(Say.LOOK)),
        ({"door": OPEN, "person": "Ada"}, Sight(Say.WELCOME, "Ada", 3.0)),
        ({"door": OPEN}, Sight(Say.OPEN, "", 3.0)),
        ({"door": OPEN, "person": "Ada", "board": BoardPhase.LOST}, Sight(Say.WELCOME, "Ada", 3.0)),
        ({"board": BoardPhase.LOST, "camera": CameraPhase.LOST}, Sight(Say.OUT_OF_ORDER)),
        ({"camera": CameraPhase.LOST}, Sight(Say.NO_PICTURE)),
        ({"entrance": Entrance(NOW + 9.0, asked=Turn.LEFT), "faces": (seen(),)}, Sight(Say.LOCKED_OUT, "", 9.0)),
        ({"entrance": Entrance(NOW - 1.0)}, Sight(Say.LOCKED)),
        ({"entrance": Entrance(asked=Turn.LEFT), "faces": (seen(Decision.UNCERTAIN),)}, Sight(Say.TURN_LEFT)),
        ({"entrance": Entrance(asked=Turn.RIGHT)}, Sight(Say.TURN_RIGHT)),
        ({"entrance": Entrance(asked=Turn.RIGHT, back=True)}, Sight(Say.TURN_BACK)),
        ({"door": DoorView(DoorWord.UNKNOWN)}, Sight(Say.LOCKED)),
    ],
)
def test_display_says(known: dict[str, Any], said: Sight) -> None:
    given = {"door": LOCKED, "board": BoardPhase.READY, "camera": CameraPhase.LIVE} | known
    assert sight(now_s=NOW, **given) == said


def test_the_nearest_face_is_spoken_to() -> None:
    far = seen(Decision.REFUSED, box=(0.0, 0.0, 30.0, 40.0))
    near = seen(Decision.UNCERTAIN, box=(50.0, 0.0, 60.0, 80.0))
    given = {"now_s": NOW, "door": LOCKED, "board": BoardPhase.READY, "camera": CameraPhase.LIVE}
    assert sight(**given, faces=(far, near)).say is sight(**given, faces=(near, far)).say is Say.UNCERTAIN
