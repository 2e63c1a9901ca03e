"""When a board does flip averaging."""

from __future__ import annotations

import pytest

from device.link.protocol import Capability
from gui.access.recogniser import uses_flip
from gui.core.decisions import FlipAveraging
from gui.core.states import Where
from tests.gui.access.test_recogniser import hello


@pytest.mark.parametrize(
    ("wanted", "where", "kept", "expected"),
    [
        (FlipAveraging.AUTOMATIC, Where.BOARD, False, True),
        (FlipAveraging.AUTOMATIC, Where.BOARD, True, True),
        (FlipAveraging.AUTOMATIC, Where.VIRTUAL, False, False),
        (FlipAveraging.AUTOMATIC, Where.VIRTUAL, True, True),
        (FlipAveraging.AUTOMATIC, Where.HOST, False, False),
        (FlipAveraging.AUTOMATIC, Where.QEMU, False, False),
        (FlipAveraging.OFF, Where.BOARD, True, False),
        (FlipAveraging.OFF, Where.VIRTUAL, True, False),
        (FlipAveraging.ON, Where.BOARD, False, True),
        (FlipAveraging.ON, Where.VIRTUAL, False, True),
    ],
)
def test_a_board_that_can_flips_as_the_setting_says(
    wanted: FlipAveraging, where: str, kept: bool, expected: bool
) -> None:
    assert uses_flip(wanted, hello(where=where, can=Capability.INFER | Capability.FLIP), kept=kept) is expected


@pytest.mark.parametrize("wanted", list(FlipAveraging))
def test_a_board_that_cannot_flip_does_not(wanted: FlipAveraging) -> None:
    assert not uses_flip(wanted, hello(where=Where.BOARD), kept=True)
