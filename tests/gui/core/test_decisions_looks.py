"""When a board looks twice."""

from __future__ import annotations

import pytest

from device.link.protocol import Capability
from gui.access.recogniser import twice
from gui.core.decisions import Looks
from tests.gui.access.test_recogniser import hello


@pytest.mark.parametrize(
    ("looks", "where", "kept", "expected"),
    [
        (Looks.AUTOMATIC, "board", False, True),
        (Looks.AUTOMATIC, "board", True, True),
        (Looks.AUTOMATIC, "virtual", False, False),
        (Looks.AUTOMATIC, "virtual", True, True),
        (Looks.AUTOMATIC, "host", False, False),
        (Looks.AUTOMATIC, "qemu", False, False),
        (Looks.ONCE, "board", True, False),
        (Looks.ONCE, "virtual", True, False),
        (Looks.TWICE, "board", False, True),
        (Looks.TWICE, "virtual", False, True),
    ],
)
def test_a_board_that_can_looks_as_the_setting_says(looks: Looks, where: str, kept: bool, expected: bool) -> None:
    assert twice(looks, hello(where=where, can=Capability.INFER | Capability.MIRROR), kept=kept) is expected


@pytest.mark.parametrize("looks", list(Looks))
def test_a_board_that_cannot_looks_once(looks: Looks) -> None:
    assert not twice(looks, hello(where="board"), kept=True)
