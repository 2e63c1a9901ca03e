"""Crops that are not live take turns with live ones, and survive a lost board."""

from __future__ import annotations

import numpy as np
import pytest

from device.errors import DeviceError, LinkError
from gui.board.batch_queue import TRIES, QuietCrops

CROP = np.zeros((4, 4, 3), np.uint8)


def test_they_take_turns_with_live_crops_and_go_at_once_when_there_are_none() -> None:
    queue = QuietCrops()
    for _ in range(4):
        queue.ask(CROP)
    turns = [queue.take(live=True) is not None for _ in range(6)]
    assert turns == [True, False, True, False, True, False]
    assert queue.take(live=False) is not None
    assert queue.take(live=False) is None
    assert not queue.waiting


def test_one_taken_back_is_not_sent() -> None:
    queue = QuietCrops()
    first, second = queue.ask(CROP), queue.ask(CROP)
    assert first.cancel()
    taken = queue.take(live=False)
    assert taken is not None
    assert taken.answer is second


def test_a_lost_board_is_waited_for_and_given_up_after_some_tries() -> None:
    queue = QuietCrops()
    answers = [queue.ask(CROP) for _ in range(2)]
    lost = LinkError("gone")
    for attempt in range(TRIES):
        taken = [queue.take(live=False), queue.take(live=False)]
        assert [quiet.answer for quiet in taken if quiet is not None] == answers, attempt
        queue.again([quiet for quiet in taken if quiet is not None], lost)
    assert all(answer.exception() is lost for answer in answers)
    assert not queue.waiting


def test_at_the_end_what_waits_fails() -> None:
    queue = QuietCrops()
    waiting = queue.ask(CROP)
    queue.close()
    later = queue.ask(CROP)
    for answer in (waiting, later):
        with pytest.raises(DeviceError, match="ends"):
            answer.result(0)
