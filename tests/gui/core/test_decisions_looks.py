"""When a board looks twice."""

from __future__ import annotations

import pytest

from device.link.protocol import Capability
from gui.access.recogniser import twice
from gui.core.decisions import Looks
from gui.core.states import Where
from tests.gui.access.test_recogniser import hello


@pytest.mark.parametrize(
    ("looks", "where", "kept", "expected"),
    [
        (Looks.AUTOMATIC, Where.BOARD, False, True),
        (Looks.AUTOMATIC, Where.BOARD, True, True),
        (Looks.AUTOMATIC, Where.VIRTUAL, False, False),
        (Looks.AUTOMATIC, Where.VIRTUAL, True, True),
        (Looks.AUTOMATIC, Where.HOST, False, False),
        (Looks.AUTOMATIC, Where.QEMU, False, False),
        (Looks.ONCE, Where.BOARD, True, False),
        (Looks.ONCE, Where.VIRTUAL, True, False),
        (Looks.TWICE, Where.BOARD, False, True),
        (Looks.TWICE, Where.VIRTUAL, False, True),
    ],
)
def test_a_board_that_can_looks_as_the_setting_says(looks: Looks, where: str, kept: bool, expected: bool) -> None:
    assert twice(looks, hello(where=where, can=Capability.INFER | Capability.MIRROR), kept=kept) is expected


@pytest.mark.parametrize("looks", list(Looks))
def test_a_board_that_cannot_looks_once(looks: Looks) -> None:
    assert not twice(looks, hello(where=Where.BOARD), kept=True)
