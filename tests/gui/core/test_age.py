"""What is shown of a decision is fresh, old after a second, and gone with its face or the board."""

from __future__ import annotations

import pytest

from gui.core.age import OLD_AFTER_S, Age, age, seconds_ago
from gui.core.frames import KEEP_S


@pytest.mark.parametrize(
    ("at_s", "face_seen_s", "connected", "expected"),
    [
        (10.0, 10.0, True, Age.FRESH),
        (10.0 + OLD_AFTER_S, 11.0, True, Age.FRESH),
        (10.001 + OLD_AFTER_S, 11.0, True, Age.OLD),
        (14.0, 14.0, True, Age.OLD),  # the face is there, and the board says nothing
        (10.5 + KEEP_S, 10.5, True, Age.OLD),
        (10.501 + KEEP_S, 10.5, True, Age.GONE),
        (10.1, None, True, Age.GONE),  # the track has another number now: somebody else stands there
        (10.1, 10.1, False, Age.GONE),
        (9.9, 9.9, True, Age.FRESH),
    ],
)
def test_old_after_a_second_and_gone_with_the_face(
    at_s: float, face_seen_s: float | None, connected: bool, expected: Age
) -> None:
    assert age(10.0, at_s, face_seen_s=face_seen_s, connected=connected) is expected


def test_seconds_ago_are_whole_and_never_negative() -> None:
    assert [seconds_ago(10.0, at_s) for at_s in (9.0, 10.0, 10.9, 11.0, 13.7)] == [0, 0, 0, 1, 3]
