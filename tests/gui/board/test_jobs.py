"""Background requests take turns with live crops, and survive a lost board; commands go first."""

from __future__ import annotations

import numpy as np
import pytest

from device.errors import DeviceError, LinkError
from device.link.board import Board
from gui.board.jobs import TRIES, BackgroundRequest, Jobs
from tests.gui.board.test_worker import job

CROP = np.zeros((4, 4, 3), np.uint8)


def test_they_take_turns_with_live_crops_and_go_at_once_when_there_are_none() -> None:
    jobs = Jobs()
    for _ in range(4):
        jobs.request(CROP)
    turns = []
    for number in range(6):
        jobs.offer(job(number))
        turns.append(isinstance(jobs.take(crops=True), BackgroundRequest))
    assert turns == [True, False, True, False, True, False]
    assert isinstance(jobs.take(crops=True), BackgroundRequest)
    assert jobs.take(crops=True) is None


def test_commands_go_first_and_crops_wait_until_they_may_be_sent() -> None:
    jobs, done = Jobs(), list[Board]()
    jobs.request(CROP)
    assert not jobs.offer(job(1))
    assert jobs.offer(job(2))  # in place of the first
    jobs.command(done.append)
    jobs.command(done.append)
    assert jobs.take(crops=True) == done.append
    assert jobs.take(crops=False) == done.append
    assert jobs.take(crops=False) is None
    assert isinstance(jobs.take(crops=True), BackgroundRequest)
    newest = jobs.take(crops=True)
    assert getattr(newest, "frame", None) == 2


def test_of_another_board_only_background_requests_are_left() -> None:
    jobs = Jobs()
    jobs.command(lambda board: None)
    jobs.offer(job(1))
    jobs.request(CROP)
    jobs.connected()
    assert isinstance(jobs.take(crops=True), BackgroundRequest)
    assert jobs.take(crops=True) is None


def test_one_taken_back_is_not_sent() -> None:
    jobs = Jobs()
    first, second = jobs.request(CROP), jobs.request(CROP)
    assert first.cancel()
    taken = jobs.take(crops=True)
    assert isinstance(taken, BackgroundRequest)
    assert taken.answer is second


def test_a_lost_board_is_waited_for_and_given_up_after_some_tries() -> None:
    jobs = Jobs()
    answers = [jobs.request(CROP) for _ in range(2)]
    lost = LinkError("gone")
    for attempt in range(TRIES):
        taken = [one for one in (jobs.take(crops=True), jobs.take(crops=True)) if isinstance(one, BackgroundRequest)]
        assert [request.answer for request in taken] == answers, attempt
        jobs.again(taken, lost)
    assert all(answer.exception() is lost for answer in answers)
    assert jobs.take(crops=True) is None


def test_at_the_end_what_waits_fails() -> None:
    jobs = Jobs()
    waiting = jobs.request(CROP)
    jobs.close()
    later = jobs.request(CROP)
    for answer in (waiting, later):
        with pytest.raises(DeviceError, match="ends"):
            answer.result(0)
