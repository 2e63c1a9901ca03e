"""What can be asked of the board beside recognising: self-test, bench, profile, parity, flashing. No Qt.

An action is a generator that yields its progress often: between two of its steps the board's thread looks
after the door and notices a wish to stop. Live recognition rests while an action runs.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path

from device.diagnostics import parity
from device.diagnostics.bench import BENCH_RUNS, bench_steps
from device.errors import BoardError, DeviceError, FileError
from device.flash.images import FOLDER
from device.flash.programmer import FlashMethod, FlashStep, FlashStopped, flash
from device.link.board import Board
from gui.board.reports import (
    ActionKind,
    ActionPhase,
    ActionReport,
    ParityResult,
    ProfileResult,
    Result,
    SelftestResult,
)
from gui.core.frames import Picture, now_s
from gui.core.i18n import formatted, marked
from gui.core.states import Problem, Topic

log = logging.getLogger("gui")

Steps = Generator[tuple[int, int], None, Result]
Action = Callable[[Board], Steps]
OfflineAction = Callable[[Callable[[FlashStep], None], Callable[[], bool]], None]


def selftest(board: Board) -> Steps:
    """Run the golden vector that is in the image."""
    yield 0, 0
    return SelftestResult(board.where, board.hello.clock_hz, board.selftest())


def profile(board: Board) -> Steps:
    """Cycles of every layer."""
    yield 0, 0
    hello = board.hello
    return ProfileResult(board.where, hello.clock_hz, hello.board, hello.network, board.profile())


def reset(board: Board) -> Steps:
    """Restart the board and wait until it answers again."""
    yield 0, 0
    board.reset()
    return None


def bench(board: Board, runs: int = BENCH_RUNS) -> Steps:
    """Time ``runs`` crops one by one, as many overlapped, and the layers."""
    return (yield from bench_steps(board, runs))


def parity_of(crop: Picture, folder: Path = FOLDER) -> Action:
    """The board's fingerprint of ``crop`` against the integer reference, number by number."""

    def run(board: Board) -> Steps:
        yield 0, 0
        network = parity.find_network(board.hello.network, folder)
        got = board.infer(crop).fingerprint
        began_s = now_s()
        expected = yield from parity.expect(network, board.decoded(crop))
        took_ms = (now_s() - began_s) * 1e3
        return ParityResult(board.where, board.hello.network, parity.compare(expected, got), took_ms)

    return run


def flash_by(board: str, image: Path, method: FlashMethod) -> OfflineAction:
    """Put ``image`` on a board of this kind; the port is let go of before."""
    return lambda progress, stopped: flash(board, image, method, progress=progress, stopped=stopped)


class ActionRunner:
    """The one action that is wanted or under way. Asked and stopped from any thread, run on the board's."""

    def __init__(self, on_report: Callable[[ActionReport], None]) -> None:
        self._on_report = on_report
        self._lock = threading.Lock()
        self._report: ActionReport | None = None
        self._action: Action | None = None
        self._offline: OfflineAction | None = None
        self._steps: Steps | None = None
        self._stop = False

    @property
    def busy(self) -> bool:
        """Whether one is wanted or under way."""
        return self._report is not None

    @property
    def wants_board(self) -> bool:
        """Whether the next thing to do with the board is a step of an action."""
        return self._action is not None

    @property
    def wants_port(self) -> bool:
        """Whether the board is to be let go of, because something else needs its port."""
        return self._offline is not None

    def ask(self, kind: ActionKind, action: Action) -> bool:
        """Run ``action`` soon; False where another one is wanted or under way."""
        return self._begin(kind, action, None)

    def ask_offline(self, kind: ActionKind, offline: OfflineAction) -> bool:
        """Run ``offline`` soon, while no board is connected; False if another one is wanted or under way."""
        return self._begin(kind, None, offline)

    def stop(self) -> None:
        """End what is wanted or under way as soon as possible. Harmless when there is nothing."""
        self._stop = True

    def step(self, board: Board) -> None:
        """Go one step on. A link that breaks fails the action and is raised."""
        action, report = self._action, self._report
        if action is None or report is None:
            return
        if self._stop:
            self._end(ActionPhase.STOPPED)
            return
        try:
            if self._steps is None:
                self._steps = action(board)
            done, of = next(self._steps)
        except StopIteration as end:
            self._end(ActionPhase.DONE, result=end.value)
        except DeviceError as error:
            self.fail(error)
            if not isinstance(error, BoardError | FileError):
                raise
        except Exception as error:  # an internal error in an action must not end recognition
            log.exception("internal error in %s", report.kind)
            self.fail(error)
        else:
            self._report = replace(report, phase=ActionPhase.RUNNING, done=done, of=of)
            self._on_report(self._report)

    def run_offline(self) -> None:
        """Run what needs the port, to its end."""
        offline, report = self._offline, self._report
        if offline is None or report is None:
            return

        def progress(step: FlashStep) -> None:
            self._report = replace(report, phase=ActionPhase.RUNNING, step=step)
            self._on_report(self._report)

        try:
            offline(progress, lambda: self._stop)
        except FlashStopped as stopped:
            self._end(ActionPhase.STOPPED, problem=_problem(stopped))
        except (DeviceError, OSError) as error:
            self.fail(error)
        except Exception as error:
            log.exception("internal error in %s", report.kind)
            self.fail(error)
        else:
            self._end(ActionPhase.DONE)

    def fail(self, error: Exception) -> None:
        """The action ends because of ``error``. Harmless when there is none."""
        if self._report is not None:
            self._end(ActionPhase.FAILED, problem=_problem(error))

    def give_up(self, why: str, hint: str) -> None:
        """No board to run on: fails what waits for one, not what needs the port alone."""
        if self._action is not None:
            self.fail(DeviceError(why, hint))

    def _begin(self, kind: ActionKind, action: Action | None, offline: OfflineAction | None) -> bool:
        with self._lock:
            if self._report is not None:
                return False
            self._stop = False
            self._report = ActionReport(kind, ActionPhase.WAITING)
            self._action, self._offline = action, offline
        self._on_report(ActionReport(kind, ActionPhase.WAITING))
        return True

    def _end(self, phase: ActionPhase, *, result: Result = None, problem: Problem | None = None) -> None:
        steps, self._steps = self._steps, None
        if steps is not None:
            steps.close()
        with self._lock:
            report, self._report = self._report, None
            self._action = self._offline = None
        if report is not None:
            self._on_report(replace(report, phase=phase, result=result, problem=problem))


def _problem(error: Exception) -> Problem:
    if isinstance(error, DeviceError):
        return Problem(error.message, error.hint, Topic.BOARD)
    if isinstance(error, OSError):
        return Problem(str(error), "", Topic.BOARD)
    text = formatted(marked("internal error: {kind}"), kind=repr(error))
    return Problem(text, marked("please report it; the details are in the log"), Topic.BOARD)
