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


class Runner(Listener):
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
def runner(peer: Peer) -> Iterator[Runner]:
    runner = Runner(peer.url)
    yield runner
    runner.worker.stop()


def test_selftest_profile_and_bench_bring_their_figures(runner: Runner) -> None:
    assert runner.worker.run(ActionKind.SELFTEST, selftest)
    result = runner.end().result
    assert isinstance(result, SelftestResult)
    assert result.selftest.passed
    runner.worker.run(ActionKind.PROFILE, profile)
    result = runner.end().result
    assert isinstance(result, ProfileResult)
    assert [layer.name for layer in result.profile.layers] == ["stem", "pool"]
    assert (result.where, result.clock_hz, result.board) == ("host", 1_000_000, "peer")
    runner.worker.run(ActionKind.BENCH, lambda board: bench(board, 5))
    end = runner.end()
    result = end.result
    assert isinstance(result, BenchResult)
    rows = {row.name: row for row in result.timings}
    assert rows["network"].values.median == pytest.approx(2.0)  # 2000 cycles at 1 MHz
    assert rows["network"].clock == Clock.BOARD
    assert rows["round_trip"].clock == Clock.HOST
    assert rows["round_trip"].values.n == 5
    assert result.frames_per_second > 0
    assert (end.done, end.of) == (11, 11)


def test_recognition_rests_during_an_action_and_goes_on_after(runner: Runner) -> None:
    going, may_end = threading.Event(), threading.Event()

    def wait(board: Board) -> Steps:
        assert not board.waiting
        going.set()
        while not may_end.wait(0.01):
            yield 0, 0
        return None

    runner.worker.offer(job(1))
    runner.answer()
    runner.worker.run(ActionKind.SELFTEST, wait)
    assert going.wait(PATIENCE_S)
    for number in range(2, 6):
        runner.worker.offer(job(number))
    runner.worker.open_door(5_000)  # the door is looked after meanwhile
    runner.door_until(DoorWord.OPEN)
    assert runner.answers.empty()
    may_end.set()
    assert runner.answer()[0].frame == 5
    assert runner.end().phase is ActionPhase.DONE
    counts = runner.worker.counts
    assert (counts.offered, counts.sent, counts.dropped, counts.answered) == (5, 2, 3, 2)


def test_one_at_a_time_and_stopped_half_way(runner: Runner) -> None:
    def forever(board: Board) -> Steps:
        while True:
            board.send_crop(picture(1))
            yield 1, 0
            board.receive()

    assert runner.worker.run(ActionKind.BENCH, forever)
    assert not runner.worker.run(ActionKind.SELFTEST, selftest)
    runner.worker.actions.stop()
    assert runner.end().phase is ActionPhase.STOPPED


def test_a_stopped_bench_leaves_no_crop_behind(runner: Runner) -> None:
    runner.worker.run(ActionKind.BENCH, lambda board: bench(board, 1_000))
    while runner.reports.get(timeout=PATIENCE_S).done < 1:
        pass
    runner.worker.actions.stop()
    assert runner.end().phase is ActionPhase.STOPPED
    runner.worker.offer(job(9))
    crop, inference = runner.answer()
    assert crop.frame == 9
    assert inference.fingerprint.any()


def test_a_failed_selftest_is_a_result(runner: Runner, peer: Peer) -> None:
    peer.board.selftest_mismatches = 3
    runner.worker.run(ActionKind.SELFTEST, selftest)
    report = runner.end()
    assert report.phase is ActionPhase.DONE
    assert isinstance(report.result, SelftestResult)
    assert not report.result.selftest.passed


def test_parity_without_the_boards_network_at_hand_says_what_to_do(runner: Runner, tmp_path: Path) -> None:
    runner.worker.run(ActionKind.PARITY, parity_of(picture(1), tmp_path))
    report = runner.end()
    assert report.phase is ActionPhase.FAILED
    assert report.problem is not None
    assert "holds the board's network" in report.problem.message
    assert report.problem.hint
    runner.worker.run(ActionKind.SELFTEST, selftest)  # the connection stands
    assert runner.end().phase is ActionPhase.DONE


def test_parity_of_the_virtual_board_is_exact_and_a_wrong_number_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    with VirtualBoard(cycles=False) as virtual:
        runner = Runner(virtual.url)
        try:
            runner.worker.run(ActionKind.PARITY, parity_of(picture(3)))
            result = runner.end().result
            assert isinstance(result, ParityResult)
            assert result.parity.equal
            assert result.parity.length == 1280
            real = parity.compare
            monkeypatch.setattr(parity, "compare", lambda a, b: real(a, np.where(np.arange(b.size) == 7, ~b, b)))
            runner.worker.run(ActionKind.PARITY, parity_of(picture(3)))
            result = runner.end().result
            assert isinstance(result, ParityResult)
            assert (result.parity.differing, result.parity.first) == (1, 7)
        finally:
            runner.worker.stop()


def test_an_internal_error_in_an_action_is_told_and_logged_and_recognition_goes_on(
    runner: Runner, caplog: pytest.LogCaptureFixture
) -> None:
    def mistaken(board: Board) -> Steps:
        yield 0, 0
        raise ZeroDivisionError("one over nought")

    def flash(progress: Callable[[FlashStep], None], stopped: Callable[[], bool]) -> None:
        raise ZeroDivisionError("one over nought")

    for ask in (
        lambda: runner.worker.run(ActionKind.BENCH, mistaken),
        lambda: runner.worker.run_offline(ActionKind.FLASH, flash),
    ):
        ask()
        report = runner.end()
        assert report.phase is ActionPhase.FAILED
        assert report.problem is not None
        assert "one over nought" in report.problem.message
    assert "internal error in bench" in caplog.text
    runner.until(BoardPhase.READY)
    runner.worker.offer(job(2))
    assert runner.answer()[0].frame == 2


def test_a_reset_board_answers_again(runner: Runner) -> None:
    runner.worker.run(ActionKind.RESET, reset)
    assert runner.end().phase is ActionPhase.DONE
    runner.worker.offer(job(2))
    assert runner.answer()[0].frame == 2


def test_a_board_lost_during_an_action_fails_it(peer: Peer, runner: Runner) -> None:
    def pull(board: Board) -> Steps:
        yield 0, 0
        peer.stop()
        board.selftest()
        return None

    runner.worker.run(ActionKind.SELFTEST, pull)
    report = runner.end()
    assert report.phase is ActionPhase.FAILED
    assert report.problem is not None
    runner.until(BoardPhase.LOST)
    assert not runner.worker.run(ActionKind.SELFTEST, selftest)


def test_flashing_lets_go_of_the_port_and_connects_again(runner: Runner, peer: Peer) -> None:
    def flash(progress: Callable[[FlashStep], None], stopped: Callable[[], bool]) -> None:
        progress(FlashStep.COPY)
        with OpenedBoard(Board.connect(peer.url), peer.url) as other:  # the port is free: it is opened exclusively
            assert other.board.hello.board == "peer"

    assert runner.worker.run_offline(ActionKind.FLASH, flash)
    report = runner.end()
    assert report.problem is None
    assert (report.phase, report.step) == (ActionPhase.DONE, FlashStep.COPY)
    runner.until(BoardPhase.READY)
    runner.worker.offer(job(4))
    assert runner.answer()[0].frame == 4


@pytest.mark.parametrize(
    ("error", "phase"),
    [(FileError("bad image", "build it"), ActionPhase.FAILED), (FlashStopped("stopped", "again"), ActionPhase.STOPPED)],
)
def test_flashing_that_fails_or_is_stopped_says_so(runner: Runner, error: Exception, phase: ActionPhase) -> None:
    def flash(progress: Callable[[FlashStep], None], stopped: Callable[[], bool]) -> None:
        raise error

    runner.worker.run_offline(ActionKind.FLASH, flash)
    report = runner.end()
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


def test_another_board_is_taken_up_at_once(runner: Runner) -> None:
    with Peer(PeerBoard(replace(HELLO, board=b"second")), tcp=True) as second:
        runner.worker.use(second.url)
        state = runner.until(BoardPhase.READY)
        assert (state.name, state.url) == ("second", second.url)
        assert state.hello is not None
        assert state.hello.fingerprint_length == 1280
        runner.worker.offer(job(3))
        assert runner.answer()[0].frame == 3
        runner.worker.stop()


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
