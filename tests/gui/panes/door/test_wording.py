"""What the door's panes say."""

from __future__ import annotations

from gui.core.decisions import Decision
from gui.core.states import DoorView, DoorWord
from gui.panes.door import wording
from tests.support.samples import recognition


def test_countdown_of_the_door_runs_on_the_time_since_the_report() -> None:
    door = DoorView(DoorWord.OPEN, 5_000.0, 100.0)
    assert wording.door_detail(door, 101.6, "Ada") == "for Ada, locks by itself in 3.4 s"
    assert wording.door_detail(door, 200.0, None) == "locks by itself in 0.0 s"
    assert wording.door_word(door) == "OPEN"


def test_unknown_door_is_never_called_locked() -> None:
    assert wording.door_word(DoorView(DoorWord.UNKNOWN)) == "NOT KNOWN"


def test_score_line_names_the_runner_up() -> None:
    assert wording.score_line(recognition()) == "score 0.71, needs 0.45, 0.42 ahead of Bo"
    assert wording.score_line(recognition(score=None)) == "nobody to compare with"


def test_name_is_said_only_when_decided() -> None:
    assert wording.recognised(recognition()) == "Ada"
    assert wording.recognised(recognition(decision=Decision.REFUSED)) == "Unknown"
    assert wording.recognised(recognition(decision=Decision.SEEN)) == "A face"
