"""Actions against a board in plain Python behind a port: what they measure, how they end, what goes on meanwhile."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from device.connect import OpenedBoard
from device.diagnostics import parity
from device.diagnostics.bench import BenchResult
from device.emulator import VirtualBoard
from device.errors import FileError
from device.flash.programmer import FlashStep, FlashStopped
from device.link.board import Board
from gui.board.actions import ActionRunner, Steps, bench, parity_of, profile, reset, selftest
from gui.board.reports import (
    ActionKind,
    ActionPhase,
    ActionReport,
    ParityResult,
    ProfileResult,
    SelftestResult,
)
from gui.core.frames import Clock
from gui.core.states import BoardPhase, DoorWord
from tests.gui.board.test_worker import PATIENCE_S, Listener, job, picture
from tests.support.fake_board import HELLO, Peer, PeerBoard

SLOW_S = 0.05


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Peer(PeerBoard(replace(HELLO, board=b"peer"))) as peer:
        yield peer


class Desk(Listener):
    """A worker on a peer, connected, and what its actions tell."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.reports: queue.Queue[ActionReport] = queue.Queue()
        self.worker.actions = ActionRunner(self.reports.put)
        self.worker.start()
        self.until(BoardPhase.READY)

    def end(self) -> ActionReport:
        while not (report := self.reports.get(timeout=PATIENCE_S)).over:
            pass
        return report


@pytest.fixture
def desk(peer: Peer) -> Iterator[Desk]:
    desk = Desk(peer.url)
    yield desk
    desk.worker.stop()


def test_selftest_profile_and_bench_bring_their_figures(desk: Desk) -> None:
    assert desk.worker.run(ActionKind.SELFTEST, selftest)
    result = desk.end().result
    assert isinstance(result, SelftestResult)
    assert result.selftest.passed
    desk.worker.run(ActionKind.PROFILE, profile)
    result = desk.end().result
    assert isinstance(result, ProfileResult)
    assert [layer.name for layer in result.profile.layers] == ["stem", "pool"]
    assert (result.where, result.clock_hz, result.board) == ("host", 1_000_000, "peer")
    desk.worker.run(ActionKind.BENCH, lambda board: bench(board, 5))
    end = desk.end()
    result = end.result
    assert isinstance(result, BenchResult)
    rows = {row.name: row for row in result.timings}
    assert rows["network"].values.median == pytest.approx(2.0)  # 2000 cycles at 1 MHz
    assert rows["network"].clock == Clock.BOARD
    assert rows["round_trip"].clock == Clock.HOST
    assert rows["round_trip"].values.n == 5
    assert result.frames_per_second > 0
    assert (end.done, end.of) == (11, 11)


def test_recognition_rests_during_an_action_and_goes_on_after(desk: Desk) -> None:
    going, may_end = threading.Event(), threading.Event()

    def wait(board: Board) -> Steps:
        assert not board.waiting
        going.set()
        while not may_end.wait(0.01):
            yield 0, 0
        return None

    desk.worker.offer(job(1))
    desk.answer()
    desk.worker.run(ActionKind.SELFTEST, wait)
    assert going.wait(PATIENCE_S)
    for number in range(2, 6):
        desk.worker.offer(job(number))
    desk.worker.open_door(5_000)  # the door is looked after meanwhile
    desk.door_until(DoorWord.OPEN)
    assert desk.answers.empty()
    may_end.set()
    assert desk.answer()[0].frame == 5
    assert desk.end().phase is ActionPhase.DONE
    counts = desk.worker.counts
    assert (counts.offered, counts.sent, counts.dropped, counts.answered) == (5, 2, 3, 2)


def test_one_at_a_time_and_stopped_half_way(desk: Desk) -> None:
    def forever(board: Board) -> Steps:
        while True:
            board.send_crop(picture(1))
            yield 1, 0
            board.receive()

    assert desk.worker.run(ActionKind.BENCH, forever)
    assert not desk.worker.run(ActionKind.SELFTEST, selftest)
    desk.worker.actions.stop()
    assert desk.end().phase is ActionPhase.STOPPED


def test_a_stopped_bench_leaves_no_crop_behind(desk: Desk) -> None:
    desk.worker.run(ActionKind.BENCH, lambda board: bench(board, 1_000))
    while desk.reports.get(timeout=PATIENCE_S).done < 1:
        pass
    desk.worker.actions.stop()
    assert desk.end().phase is ActionPhase.STOPPED
    desk.worker.offer(job(9))
    crop, inference = desk.answer()
    assert crop.frame == 9
    assert inference.fingerprint.any()


def test_a_failed_selftest_is_a_result(desk: Desk, peer: Peer) -> None:
    peer.board.selftest_mismatches = 3
    desk.worker.run(ActionKind.SELFTEST, selftest)
    report = desk.end()
    assert report.phase is ActionPhase.DONE
    assert isinstance(report.result, SelftestResult)
    assert not report.result.selftest.passed


def test_parity_without_the_boards_network_at_hand_says_what_to_do(desk: Desk, tmp_path: Path) -> None:
    desk.worker.run(ActionKind.PARITY, parity_of(picture(1), tmp_path))
    report = desk.end()
    assert report.phase is ActionPhase.FAILED
    assert report.problem is not None
    assert "holds the board's network" in report.problem.message
    assert report.problem.hint
    desk.worker.run(ActionKind.SELFTEST, selftest)  # the connection stands
    assert desk.end().phase is ActionPhase.DONE


def test_parity_of_the_virtual_board_is_exact_and_a_wrong_number_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    with VirtualBoard(cycles=False) as virtual:
        desk = Desk(virtual.url)
        try:
            desk.worker.run(ActionKind.PARITY, parity_of(picture(3)))
            result = desk.end().result
            assert isinstance(result, ParityResult)
            assert result.parity.equal
            assert result.parity.length == 1280
            real = parity.compare
            monkeypatch.setattr(parity, "compare", lambda a, b: real(a, np.where(np.arange(b.size) == 7, ~b, b)))
            desk.worker.run(ActionKind.PARITY, parity_of(picture(3)))
            result = desk.end().result
            assert isinstance(result, ParityResult)
            assert (result.parity.differing, result.parity.first) == (1, 7)
        finally:
            desk.worker.stop()


def test_an_internal_error_in_an_action_is_told_and_logged_and_recognition_goes_on(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    def mistaken(board: Board) -> Steps:
        yield 0, 0
        raise ZeroDivisionError("one over nought")

    def flash(progress: Callable[[FlashStep], None], stopped: Callable[[], bool]) -> None:
        raise ZeroDivisionError("one over nought")

    for ask in (
        lambda: desk.worker.run(ActionKind.BENCH, mistaken),
        lambda: desk.worker.run_offline(ActionKind.FLASH, flash),
    ):
        ask()
        report = desk.end()
        assert report.phase is ActionPhase.FAILED
        assert report.problem is not None
        assert "one over nought" in report.problem.message
    assert "internal error in bench" in caplog.text
    desk.until(BoardPhase.READY)
    desk.worker.offer(job(2))
    assert desk.answer()[0].frame == 2


def test_a_reset_board_answers_again(desk: Desk) -> None:
    desk.worker.run(ActionKind.RESET, reset)
    assert desk.end().phase is ActionPhase.DONE
    desk.worker.offer(job(2))
    assert desk.answer()[0].frame == 2


def test_a_board_lost_during_an_action_fails_it(peer: Peer, desk: Desk) -> None:
    def pull(board: Board) -> Steps:
        yield 0, 0
        peer.stop()
        board.selftest()
        return None

    desk.worker.run(ActionKind.SELFTEST, pull)
    report = desk.end()
    assert report.phase is ActionPhase.FAILED
    assert report.problem is not None
    desk.until(BoardPhase.LOST)
    assert not desk.worker.run(ActionKind.SELFTEST, selftest)


def test_flashing_lets_go_of_the_port_and_connects_again(desk: Desk, peer: Peer) -> None:
    def flash(progress: Callable[[FlashStep], None], stopped: Callable[[], bool]) -> None:
        progress(FlashStep.COPY)
        with OpenedBoard(Board.connect(peer.url), peer.url) as other:  # the port is free: it is opened exclusively
            assert other.board.hello.board == "peer"

    assert desk.worker.run_offline(ActionKind.FLASH, flash)
    report = desk.end()
    assert report.problem is None
    assert (report.phase, report.step) == (ActionPhase.DONE, FlashStep.COPY)
    desk.until(BoardPhase.READY)
    desk.worker.offer(job(4))
    assert desk.answer()[0].frame == 4


@pytest.mark.parametrize(
    ("error", "phase"),
    [(FileError("bad image", "build it"), ActionPhase.FAILED), (FlashStopped("stopped", "again"), ActionPhase.STOPPED)],
)
def test_flashing_that_fails_or_is_stopped_says_so(desk: Desk, error: Exception, phase: ActionPhase) -> None:
    def flash(progress: Callable[[FlashStep], None], stopped: Callable[[], bool]) -> None:
        raise error

    desk.worker.run_offline(ActionKind.FLASH, flash)
    report = desk.end()
    assert report.phase is phase
    assert report.problem is not None
    assert report.problem.message == str(error).split(" (")[0]


def test_flashing_needs_no_board_to_be_connected(tmp_path: Path) -> None:
    listener = Listener(str(tmp_path / "nowhere"))
    reports: queue.Queue[ActionReport] = queue.Queue()
    listener.worker.actions = ActionRunner(reports.put)
    listener.worker.start()
    listener.until(BoardPhase.LOST)
    listener.worker.run_offline(ActionKind.FLASH, lambda progress, stopped: None)
    while not (report := reports.get(timeout=PATIENCE_S)).over:
        pass
    assert report.phase is ActionPhase.DONE
    listener.worker.stop()


def test_another_board_is_taken_up_at_once(desk: Desk) -> None:
    with Peer(PeerBoard(replace(HELLO, board=b"second")), tcp=True) as second:
        desk.worker.use(second.url)
        state = desk.until(BoardPhase.READY)
        assert (state.name, state.url) == ("second", second.url)
        assert state.hello is not None
        assert state.hello.fingerprint_length == 1280
        desk.worker.offer(job(3))
        assert desk.answer()[0].frame == 3
        desk.worker.stop()


def test_a_port_that_never_answers_can_be_left(peer: Peer) -> None:
    mute = Listener(peer.url)
    peer.board.mute = True
    mute.worker.start()
    mute.until(BoardPhase.CONNECTING)
    with Peer(PeerBoard(), tcp=True) as second:
        began = time.monotonic()
        mute.worker.use(second.url)
        mute.until(BoardPhase.READY)
        assert time.monotonic() - began < PATIENCE_S / 4
        mute.worker.stop()
