"""How the window says things."""

from __future__ import annotations

import pytest

from gui.core.decisions import Decision
from gui.core.states import BoardPhase, CameraKind, CameraPhase, DoorView, DoorWord, Where
from gui.widgets import formatting
from tests.support.samples import board, camera, event, person, recognition


@pytest.mark.parametrize(
    ("value", "text"), [(None, "–"), (0.0, "0.00"), (0.421, "0.42"), (7.26, "7.3"), (246.4, "246"), (1234.0, "1,234")]
)
def test_milliseconds(value: float | None, text: str) -> None:
    assert formatting.milliseconds(value) == text


@pytest.mark.parametrize(("value", "text"), [(96, "96"), (812_400, "812 k"), (53_136_000, "53.1 M"), (2**31, "2.1 G")])
def test_count(value: int, text: str) -> None:
    assert formatting.count(value) == text


def test_virtual_board_is_plainly_called_so() -> None:
    assert formatting.board_title(board()) == "Virtual board, emulated timing"
    assert formatting.board_detail(board()) == "nucleo_f767zi · 216 MHz"


def test_real_board_is_called_by_its_name() -> None:
    assert formatting.board_title(board(where=Where.BOARD)) == "Board nucleo_f767zi"


def test_board_that_is_gone_says_so() -> None:
    assert formatting.board_title(board(phase=BoardPhase.LOST)) == "No board"
    assert formatting.board_title(None) == "Connecting to the board"
    assert formatting.board_detail(board(phase=BoardPhase.LOST, message="the cable")) == "the cable"


def test_demo_clip_is_plainly_called_so() -> None:
    assert formatting.camera_title(camera()) == "Demo clip"
    assert formatting.camera_detail(camera()) == "640x480 · 25 fps"


def test_other_sources_say_which() -> None:
    webcam = camera(kind=CameraKind.WEBCAM, description="webcam 0")
    assert formatting.camera_title(webcam) == "Camera"
    assert formatting.camera_detail(webcam) == "webcam 0 · 640x480 · 25 fps"
    assert formatting.camera_title(camera(phase=CameraPhase.LOST)) == "No picture"


def test_countdown_of_the_door_runs_on_the_time_since_the_report() -> None:
    door = DoorView(DoorWord.OPEN, 5_000.0, 100.0)
    assert formatting.door_detail(door, 101.6, "Ada") == "for Ada, locks by itself in 3.4 s"
    assert formatting.door_detail(door, 200.0, None) == "locks by itself in 0.0 s"
    assert formatting.door_word(door) == "OPEN"


def test_unknown_door_is_never_called_locked() -> None:
    assert formatting.door_word(DoorView(DoorWord.UNKNOWN)) == "NOT KNOWN"


def test_score_line_names_the_runner_up() -> None:
    assert formatting.score_line(recognition()) == "score 0.71, needs 0.45, 0.42 ahead of Bo"
    assert formatting.score_line(recognition(score=None)) == "nobody to compare with"


def test_network_line_has_cycles_at_the_boards_clock() -> None:
    assert formatting.network_line(recognition()) == "246 ms · 53.1 M cycles at 216 MHz · 60.1 M instructions"
    assert formatting.network_line(recognition(where=Where.HOST, network_instructions=None)) == "246 ms"
    assert formatting.network_line(recognition(looks=2)).startswith("246 ms, 2 looks · 53.1 M cycles")


def test_name_is_said_only_when_decided() -> None:
    assert formatting.recognised(recognition()) == "Ada"
    assert formatting.recognised(recognition(decision=Decision.REFUSED)) == "Unknown"
    assert formatting.recognised(recognition(decision=Decision.SEEN)) == "A face"


def test_unknown_and_by_hand_have_titles() -> None:
    assert formatting.event_title(event(name=None)) == "Unknown"
    assert formatting.event_title(event(name=None, decision=Decision.BY_HAND)) == "By hand"


def test_person_of_another_network_is_asked_to_enrol_again() -> None:
    assert formatting.person_detail(person(usable=0), 0.0) == "enrolled with another network: enrol again"
    assert formatting.person_detail(person(usable=3, last_seen=100.0), 400.0) == "3 of 8 crops usable · seen 5 min ago"
    assert formatting.person_detail(person(), 0.0) == "8 crops · not seen yet"


def test_times_of_today_are_hours_and_others_are_days() -> None:
    noon = 1_700_000_000.0
    assert ":" in formatting.when(noon, noon)
    assert len(formatting.when(noon, noon)) == 8
    assert formatting.when(noon, noon + 400 * 86_400).endswith("2023")
