"""The board's thread against a real virtual board: what comes back, what is dropped, and every way to lose a board."""

from __future__ import annotations

import os
import queue
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from device.connect import OpenedBoard, open_board
from device.emulator import VirtualBoard
from device.emulator.launcher import default_image
from device.errors import DeviceError, LinkError
from device.link.board import Board
from device.link.protocol import Capability
from device.link.replies import Inference
from gui.board.worker import BoardWorker
from gui.core.frames import CropJob, Picture, Quality, Timeline, Verdict, now_s
from gui.core.states import BoardPhase, BoardState, DoorView, DoorWord, Problem
from tests.support.fake_board import HELLO, Peer, PeerBoard, fingerprint

PATIENCE_S = 60.0


def picture(seed: int) -> Picture:
    return np.random.default_rng(seed).integers(0, 256, (128, 128, 3)).astype(np.uint8)


def job(number: int) -> CropJob:
    at_s = now_s()
    return CropJob(number, 1, picture(number), Quality(Verdict.GOOD, 1.0), True, at_s, Timeline(at_s))


class Listener:
    """A worker and what it says."""

    def __init__(
        self,
        spec: str,
        opener: Callable[[str | None], OpenedBoard] = open_board,
        flip: Callable[[bool], bool] = lambda background: False,
    ) -> None:
        self.states: queue.Queue[BoardState] = queue.Queue()
        self.doors: queue.Queue[DoorView] = queue.Queue()
        self.answers: queue.Queue[tuple[CropJob, Inference]] = queue.Queue()
        self.problems: list[Problem] = []
        self.hellos: list[str] = []
        self.worker = BoardWorker(
            spec,
            on_hello=lambda hello: self.hellos.append(hello.network),
            on_inference=lambda crop, inference: self.answers.put((crop, inference)),
            on_state=self.states.put,
            on_door=self.doors.put,
            on_problem=self.problems.append,
            flip=flip,
            opener=opener,
        )

    def until(self, phase: BoardPhase) -> BoardState:
        while (state := self.states.get(timeout=PATIENCE_S)).phase is not phase:
            pass
        return state

    def door_until(self, word: DoorWord) -> DoorView:
        while (door := self.doors.get(timeout=PATIENCE_S)).state is not word:
            pass
        return door

    def answer(self) -> tuple[CropJob, Inference]:
        return self.answers.get(timeout=PATIENCE_S)


@pytest.fixture(scope="module")
def image() -> Path:
    try:
        return default_image()
    except DeviceError as error:
        pytest.skip(str(error))


@pytest.fixture
def board(image: Path) -> Iterator[VirtualBoard]:
    with VirtualBoard(image, cycles=False) as virtual:
        yield virtual


@pytest.fixture
def listen() -> Iterator[Callable[..., Listener]]:
    made: list[Listener] = []

    def start(*arguments: object) -> Listener:
        made.append(Listener(*arguments))  # type: ignore[arg-type]
        made[-1].worker.start()
        return made[-1]

    yield start
    for listener in made:
        listener.worker.stop()


def test_the_newest_crop_comes_back_as_the_fingerprint_a_lone_request_gives(
    board: VirtualBoard, listen: Callable[..., Listener]
) -> None:
    with open_board(board.url) as opened:
        expected = opened.board.infer(picture(9)).fingerprint
    listener = listen(board.url)
    state = listener.until(BoardPhase.READY)
    assert (state.where, state.url, len(state.network_hash)) == ("virtual", board.url, 32)
    assert state.clock_hz > 0
    assert listener.hellos == [state.network_hash]
    for number in range(10):
        listener.worker.offer(job(number))
    got = [listener.answer()]
    while got[-1][0].frame != 9:
        got.append(listener.answer())
    numbers = [crop.frame for crop, _ in got]
    assert numbers == sorted(set(numbers))
    assert np.array_equal(got[-1][1].fingerprint, expected)
    assert got[-1][1].network_ms > 0


def test_the_door_opens_as_the_board_says_and_locks_by_itself(
    board: VirtualBoard, listen: Callable[..., Listener]
) -> None:
    listener = listen(board.url)
    opened: list[bool] = []
    assert listener.door_until(DoorWord.LOCKED).remaining_ms == 0
    listener.worker.open_door(300, lambda: opened.append(True))
    door = listener.door_until(DoorWord.OPEN)
    assert 0 < door.remaining_ms <= 300
    assert door.remaining_at(door.stamp_s + 0.1) == pytest.approx(max(0.0, door.remaining_ms - 100), abs=0.01)
    assert door.remaining_at(door.stamp_s + 10) == 0
    listener.door_until(DoorWord.LOCKED)
    assert opened == [True]
    listener.worker.open_door(60_000)
    listener.door_until(DoorWord.OPEN)
    listener.worker.lock_door()
    listener.door_until(DoorWord.LOCKED)


def test_a_refusal_is_told_and_the_board_stays(board: VirtualBoard, listen: Callable[..., Listener]) -> None:
    listener = listen(board.url)
    listener.until(BoardPhase.READY)
    listener.worker.open_door(0)
    listener.worker.open_door(0)
    listener.worker.offer(job(1))
    listener.answer()
    assert [problem.topic for problem in listener.problems] == ["board"]
    assert "0 ms" in listener.problems[0].message


def test_a_crop_of_another_size_is_left_out(board: VirtualBoard, listen: Callable[..., Listener]) -> None:
    listener = listen(board.url)
    listener.until(BoardPhase.READY)
    small = CropJob(1, 1, picture(1)[:96, :96], Quality(Verdict.GOOD), True, now_s(), Timeline(now_s()))
    listener.worker.offer(small)
    for _ in range(2):  # the board was asked twice since, so the crop had its turn
        listener.door_until(DoorWord.LOCKED)
    listener.worker.offer(job(2))
    assert listener.answer()[0].frame == 2
    assert listener.problems == []


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_virtual_board_that_dies_is_started_again(image: Path, listen: Callable[..., Listener]) -> None:
    started: list[OpenedBoard] = []

    def opener(spec: str | None) -> OpenedBoard:
        started.append(open_board(spec, image=image))
        return started[-1]

    listener = listen("virtual", opener)
    listener.until(BoardPhase.READY)
    listener.worker.offer(job(1))
    listener.answer()
    virtual = started[0]._virtual
    assert virtual is not None
    assert virtual.pid is not None
    os.kill(virtual.pid, signal.SIGKILL)
    listener.until(BoardPhase.LOST)
    assert listener.door_until(DoorWord.UNKNOWN).remaining_ms == 0
    listener.until(BoardPhase.READY)
    listener.worker.offer(job(2))
    assert listener.answer()[0].frame == 2
    assert len(listener.problems) == 1
    listener.worker.stop()
    assert not virtual.running
    assert started[-1]._virtual is None


def test_a_board_that_is_not_there_is_looked_for_again_and_told_once(
    image: Path, listen: Callable[..., Listener]
) -> None:
    with VirtualBoard(image, cycles=False) as other:
        url = other.url
    listener = listen(url)
    for _ in range(3):
        assert listener.until(BoardPhase.LOST).url == url
    assert len(listener.problems) == 1


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="this system has no SIGSTOP")
def test_stopping_does_not_wait_for_a_board_that_hangs(board: VirtualBoard, listen: Callable[..., Listener]) -> None:
    listener = listen(board.url)
    listener.until(BoardPhase.READY)
    pid = board.pid
    assert pid is not None
    asked, ends = threading.Event(), list[str]()

    def wait_in_vain(held: Board) -> None:
        os.kill(pid, signal.SIGSTOP)  # here, so that nothing else is under way
        asked.set()
        try:
            held.selftest()
        except LinkError as error:
            ends.append(str(error))
            raise

    try:
        listener.worker.ask(wait_in_vain)
        assert asked.wait(PATIENCE_S)
        listener.worker.stop()
    finally:
        os.kill(pid, signal.SIGCONT)
    assert len(ends) == 1
    assert "closed" in ends[0]  # cut off, not given up after its tries


def test_stopping_before_starting_and_twice_is_harmless() -> None:
    listener = Listener("virtual")
    listener.worker.stop()
    listener.worker.stop()


def test_crops_that_are_not_live_come_back_right_between_live_ones(
    board: VirtualBoard, listen: Callable[..., Listener]
) -> None:
    with open_board(board.url) as opened:
        expected = [opened.board.infer(picture(number)).fingerprint for number in (1, 2)]
    listener = listen(board.url)
    answers = [listener.worker.fingerprint(picture(number)) for number in (1, 2)]  # before there is a board
    listener.until(BoardPhase.READY)
    live = 0
    while not all(answer.done() for answer in answers):
        listener.worker.offer(job(live))
        listener.answer()
        live += 1
    assert live >= 1  # live recognition went on
    for answer, wanted in zip(answers, expected, strict=True):
        hello, inference = answer.result(0)
        assert hello.network == listener.hellos[0]
        assert np.array_equal(inference.fingerprint, wanted)


def test_the_mirror_image_is_asked_for_just_when_it_is_wanted(listen: Callable[..., Listener]) -> None:
    board = PeerBoard(hello=replace(HELLO, capabilities=HELLO.capabilities | Capability.FLIP))
    wanted, asked = [False, True, False], list[bool]()

    def flip(background: bool) -> bool:
        asked.append(background)
        return wanted[len(asked) - 1]

    with Peer(board, tcp=True) as peer:
        listener = listen(peer.url, open_board, flip)
        listener.until(BoardPhase.READY)
        found = []
        for number in (0, 1):
            listener.worker.offer(job(number))
            found.append(listener.answer()[1])
        found.append(listener.worker.fingerprint(picture(2)).result(PATIENCE_S)[1])
        listener.worker.stop()
    assert asked == [False, False, True]
    assert [inference.passes for inference in found] == [1, 2, 1]
    both = [fingerprint(crop.tobytes()) for crop in (picture(1), picture(1)[:, ::-1])]
    np.testing.assert_array_equal(found[1].fingerprint, both)
    assert listener.problems == []


def test_a_crop_that_is_not_live_outlasts_a_lost_board_and_fails_at_the_end(
    image: Path, listen: Callable[..., Listener]
) -> None:
    boards = [VirtualBoard(image, cycles=False) for _ in range(2)]
    urls = iter(boards)

    def opener(_spec: str | None) -> OpenedBoard:
        return open_board(next(urls).__enter__().url)

    listener = listen("virtual", opener)
    listener.until(BoardPhase.READY)
    answer = listener.worker.fingerprint(picture(1))
    boards[0].__exit__(None, None, None)
    try:
        assert answer.result(PATIENCE_S)[1].fingerprint.size > 0
        boards[1].__exit__(None, None, None)
        listener.until(BoardPhase.LOST)
        waiting = listener.worker.fingerprint(picture(2))
        wrong = listener.worker.fingerprint(np.zeros((4, 4, 3), np.uint8))
        listener.worker.stop()
        for unanswered in (waiting, wrong):
            with pytest.raises(DeviceError):
                unanswered.result(0)
    finally:
        for one in boards:
            one.__exit__(None, None, None)
