"""What the window asks of the board beside recognising, and what comes back: on the window's thread, never waiting."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal, SignalInstance

from device.diagnostics.bench import BENCH_RUNS
from device.errors import DeviceError
from device.flash import images, installed, programmer
from device.flash.programmer import FlashMethod
from device.link.board import Board
from device.link.ports import Port, all_ports, known
from device.link.protocol import Capability
from gui.board import actions, faults
from gui.board.port_watch import PortWatch
from gui.board.reports import ActionKind, ActionPhase, ActionReport, LinkStats
from gui.board.worker import BoardWorker
from gui.core.frames import Picture
from gui.core.i18n import formatted, marked
from gui.core.states import BoardPhase, BoardState, Problem, Topic, Where

PROFILE_AFTER_MS = 1_500  # the first faces come first
PARITY_SEED = 7
NO_BOARD, CONNECT = marked("no board is connected"), marked("choose a port and connect")


class BoardService(QObject):
    """Asks ``worker``; every answer is posted to this object's thread. ``start`` and ``stop`` once each."""

    action_changed = Signal(object)  # ActionReport
    stats_changed = Signal(object)  # LinkStats
    ports_changed = Signal(object)  # tuple[Port, ...]
    installed_changed = Signal(object)  # Finding, or Problem where it cannot be told
    methods_found = Signal(object)  # tuple[Path, list[FlashMethod]], or Problem
    problem = Signal(object)  # Problem

    def __init__(
        self,
        worker: BoardWorker,
        post: Callable[..., None],
        parent: QObject | None = None,
        *,
        ports: Callable[[], list[Port]] = all_ports,
    ) -> None:
        super().__init__(parent)
        self._worker, self._post = worker, post
        self.asked = worker.asked  # the board that is wanted: a port, a URL, ``virtual``, or None
        self._state: BoardState | None = None
        self._crop: Picture | None = None
        self._boards: set[Port] | None = None  # known boards that are plugged in
        self._watch = PortWatch(lambda found: post(self.ports_changed, found), ports=ports)
        self.ports_changed.connect(self._ports_are)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="board-service")
        self._profile_timer = QTimer(self)
        self._profile_timer.setSingleShot(True)
        self._profile_timer.timeout.connect(self.profile)

    def start(self) -> None:
        """Begin to follow the ports."""
        self._watch.start()

    def stop(self) -> None:
        """Stop and join."""
        self._profile_timer.stop()
        self._watch.stop()
        self._pool.shutdown(wait=True)

    def set_board(self, state: BoardState) -> None:
        """The board as it is now: a new one is profiled by itself, and its image compared with the prebuilt one."""
        came = state.phase is BoardPhase.READY and (self._state is None or self._state.phase is not BoardPhase.READY)
        self._state = state
        if state.phase is not BoardPhase.READY:
            self._profile_timer.stop()
        elif came and (hello := state.hello) is not None:
            if hello.fault_status:
                text = formatted(marked("the board has restarted after a fault: {fault}"), fault=faults.fault(hello))
                self.problem.emit(
                    Problem(text, marked("run the self-test; if it comes again, flash the firmware"), Topic.FAULT)
                )
            if Capability.PROFILE in hello.capabilities:
                self._profile_timer.start(PROFILE_AFTER_MS)
            self._ask_pool(self.installed_changed, lambda: installed.compare(hello))

    def set_crop(self, crop: Picture) -> None:
        """The newest crop, for parity."""
        self._crop = crop

    def use(self, spec: str | None) -> None:
        """Go over to another board: a port, a URL, ``virtual``, or None for the first known one."""
        self.asked = spec
        self._worker.use(spec)

    def selftest(self) -> None:
        """Run the golden vector."""
        self._run(ActionKind.SELFTEST, actions.selftest)

    def bench(self, runs: int = BENCH_RUNS) -> None:
        """Time ``runs`` crops."""
        self._run(ActionKind.BENCH, lambda board: actions.bench(board, runs))

    def profile(self) -> None:
        """Cycles of every layer."""
        self._run(ActionKind.PROFILE, actions.profile)

    def reset(self) -> None:
        """Restart the board."""
        self._run(ActionKind.RESET, actions.reset)

    def parity(self) -> None:
        """Compare the board with the reference on the newest crop, or on noise where nobody was there yet."""
        hello = self._state.hello if self._state is not None else None
        crop = self._crop
        if hello is not None and (crop is None or crop.shape != hello.input_shape):
            crop = np.random.default_rng(PARITY_SEED).integers(0, 256, hello.input_shape, dtype=np.uint8)
        if crop is None:
            self._refuse(ActionKind.PARITY)
            return
        self._run(ActionKind.PARITY, actions.parity_of(crop))

    def cancel(self) -> None:
        """Stop what is under way."""
        self._worker.actions.stop()

    def refresh_stats(self) -> None:
        """Ask for the counters; recognition goes on meanwhile."""

        def ask(board: Board) -> None:
            found = LinkStats(board.stats(), replace(board.link.counters), board.where)
            self._post(self.stats_changed, found)

        self._worker.ask(ask)

    def find_methods(self, board: str) -> None:
        """How the prebuilt image could be put on a board of this kind, here and now."""

        def find() -> tuple[Path, list[FlashMethod]]:
            image = images.find_image(board)
            return image, programmer.find_methods(board, image)

        self._ask_pool(self.methods_found, find)

    def flash(self, board: str, image: Path, method: FlashMethod) -> None:
        """Put ``image`` on the board; the connection is closed before and opened again after."""
        if not self._worker.run_offline(ActionKind.FLASH, actions.flash_by(board, image, method)):
            self._refuse(ActionKind.FLASH)

    def _ports_are(self, ports: tuple[Port, ...]) -> None:
        """A known board that is plugged in takes the virtual one's place, where nothing else was asked for."""
        before, self._boards = self._boards, set(known(ports))
        virtual = (
            self._state is not None and self._state.where is Where.VIRTUAL and self._state.phase is BoardPhase.READY
        )
        if before is not None and self._boards - before and self.asked is None and virtual:
            self._worker.use(None)

    def _run(self, kind: ActionKind, action: actions.Action) -> None:
        if not self._worker.run(kind, action):
            self._refuse(kind)

    def _refuse(self, kind: ActionKind) -> None:
        if self._worker.actions.busy:
            return  # the buttons are off while something runs; what runs is told anyway
        problem = Problem(NO_BOARD, CONNECT, Topic.BOARD)
        self.action_changed.emit(ActionReport(kind, ActionPhase.FAILED, problem=problem))

    def _ask_pool(self, signal: SignalInstance, find: Callable[[], object]) -> None:
        def work() -> None:
            try:
                found = find()
            except (DeviceError, OSError) as error:
                hint = error.hint if isinstance(error, DeviceError) else ""
                found = Problem(error.message if isinstance(error, DeviceError) else str(error), hint, Topic.BOARD)
            self._post(signal, found)

        self._pool.submit(work)
