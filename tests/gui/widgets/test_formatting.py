"""How the window says things."""

from __future__ import annotations

import pytest

from gui.core.states import BoardPhase, CameraKind, CameraPhase, Where
from gui.widgets import formatting
from tests.support.samples import board, camera


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


def test_times_of_today_are_hours_and_others_are_days() -> None:
    noon = 1_700_000_000.0
    assert ":" in formatting.when(noon, noon)
    assert len(formatting.when(noon, noon)) == 8
    assert formatting.when(noon, noon + 400 * 86_400).endswith("2023")
