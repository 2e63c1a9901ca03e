"""The sole owner of the board: newest crop out, fingerprints back, the door, and connecting again; one worker thread.

While the board computes one crop the next one is already on its way, as far as the board allows. A crop that was not
sent when a newer one comes is dropped, so a slow board sees fewer faces, never old ones.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from device.connect import OpenedBoard, open_board
from device.errors import BoardError, DeviceError, LinkError
from device.link.board import Board
from device.link.ports import VIRTUAL, Port, all_ports, find_again, known, named
from device.link.protocol import Capability
from device.link.replies import Door, Hello, Inference
from gui.board.actions import Action, ActionRunner, Alone
from gui.board.batch_queue import QuietCrop, QuietCrops
from gui.board.pacer import Pacer
from gui.board.reports import ActionKind, ActionReport
from gui.core.frames import Answer, CropJob, Picture, now_s
from gui.core.states import BoardPhase, BoardState, DoorView, DoorWord, Problem, Topic, Where

RETRY_S = 0.4  # between two tries to connect
POLL_S = 0.01  # how late a new crop may leave while another is computed
DOOR_OPEN_POLL_S = 0.25
DOOR_IDLE_POLL_S = 1.5  # also how a board that went away is noticed when nobody stands at the door
FLASH_GRACE_S = 60.0  # what flashing may take after stop()
STOP_GRACE_S = 1.0  # what a request under way may take after stop()

Command = Callable[[Board], None]


@dataclass
class Counts:
    """Crops since the start: cut for the board, left behind by a newer one, sent; fingerprints; times connected."""

    offered: int = 0
    dropped: int = 0
    sent: int = 0
    answered: int = 0
    connected: int = 0


@dataclass(frozen=True)
class Whereabouts:
    """Where a board was found: what executes it, its URL, and its port where it is one of this computer's."""

    where: Where
    url: str
    port: Port | None


class BoardWorker:
    """Connects to ``spec`` (None: the first known board, else the virtual one), and again whenever the board is lost.

    A board that was lost is waited for at its own port, or wherever its USB serial number turns up; the virtual board
    takes its place only at the start. Callbacks come on the worker's thread: ``on_hello`` before the first crop of
    every connection, ``on_inference`` for every fingerprint, ``on_action`` whenever an action gets on. So is
    ``mirror``, before every crop: whether to look at its mirror image, too; it is told whether the crop is not live.
    """

    def __init__(
        self,
        spec: str | None,
        *,
        on_hello: Callable[[Hello], None],
        on_inference: Callable[[CropJob, Inference], None],
        on_state: Callable[[BoardState], None],
        on_door: Callable[[DoorView], None],
        on_problem: Callable[[Problem], None],
        on_action: Callable[[ActionReport], None] = lambda report: None,
        mirror: Callable[[bool], bool] = lambda quiet: False,
        opener: Callable[[str | None], OpenedBoard] = open_board,
        ports: Callable[[], list[Port]] = all_ports,
    ) -> None:
        self._asked = spec
        self._on_hello, self._on_inference = on_hello, on_inference
        self._on_state, self._on_door, self._on_problem = on_state, on_door, on_problem
        self._mirror, self._opener, self._ports = mirror, opener, ports
        self.actions = ActionRunner(on_action)
        self._wake = threading.Condition()
        self._crop: CropJob | None = None
        self._commands: deque[Command] = deque()
        self._stopping = False
        self._switching = False
        self._last: Whereabouts | None = None  # of the board that was here
        self._opened: OpenedBoard | None = None
        self.counts = Counts()
        self._sent: deque[CropJob | QuietCrop] = deque()
        self._quiet = QuietCrops()
        self._door_due_s = 0.0
        self._refusal = ""
        self._pacer = Pacer()
        self._thread = threading.Thread(target=self._run, name="board")

    @property
    def asked(self) -> str | None:
        """The board that is wanted."""
        return self._asked

    def start(self) -> None:
        """Begin to connect."""
        self._thread.start()

    def stop(self) -> None:
        """Stop, join and end the virtual board's process. A board that hangs is cut off after ``STOP_GRACE_S``."""
        with self._wake:
            self._stopping = True
            self._wake.notify_all()
        if self._thread.ident is None:
            self._quiet.close()
            return
        if self.actions.wants_port:  # half an image on a board is worse than waiting
            self._thread.join(FLASH_GRACE_S)
        self.actions.stop()
        self._thread.join(STOP_GRACE_S)
        if self._thread.is_alive() and (opened := self._opened) is not None:
            opened.board.link.close()  # the request under way fails at once
        self._thread.join()

    def offer(self, job: CropJob) -> None:
        """The newest crop; one that was not sent yet is dropped. Never waits."""
        with self._wake:
            self.counts.offered += 1
            self.counts.dropped += self._crop is not None
            self._crop = job
            self._wake.notify_all()

    def fingerprint(self, crop: Picture) -> Future[Answer]:
        """The fingerprint of a crop that is not live, whenever its turn comes: live crops go on between them. Waits for
        a board where there is none; cancel it to take it back."""
        answer = self._quiet.ask(crop)
        self._rouse()
        return answer

    def use(self, spec: str | None) -> None:
        """Go over to another board: a port, a URL, ``virtual``, or None for the first known one. Returns at once."""
        with self._wake:
            self._asked, self._last, self._switching = spec, None, True
            self._wake.notify_all()

    def run(self, kind: ActionKind, action: Action) -> bool:
        """Run an action while live recognition rests; False where another one is under way."""
        if self._opened is None or not self.actions.ask(kind, action):
            return False
        self._rouse()
        return True

    def run_alone(self, kind: ActionKind, alone: Alone) -> bool:
        """Let go of the board's port, run ``alone``, connect again; False where another action is under way."""
        asked = self.actions.ask_alone(kind, alone)
        self._rouse()
        return asked

    def _rouse(self) -> None:
        with self._wake:
            self._wake.notify_all()

    def ask(self, command: Command) -> None:
        """Run ``command`` with the board on the worker's thread, before the next crop; dropped where there is none."""
        with self._wake:
            self._commands.append(command)
            self._wake.notify_all()

    def open_door(self, open_ms: int, opened: Callable[[], None] | None = None) -> None:
        """Ask the board to open; the answer comes as ``on_door``, and ``opened`` is called once the board did."""

        def open_it(board: Board) -> None:
            self._tell_door(board.open_door(open_ms))
            if opened is not None:
                opened()

        self.ask(open_it)

    def lock_door(self) -> None:
        """Ask the board to lock now."""
        self.ask(lambda board: self._tell_door(board.lock_door()))

    def _run(self) -> None:
        told = ""
        while not self._stopping:
            if self.actions.wants_port:
                self._on_state(BoardState(BoardPhase.CONNECTING, message="the port is in other use"))
                self.actions.run_alone()
                continue
            with self._wake:
                if self._switching:
                    told = ""
                asked, last, self._switching = self._asked, self._last, False
            spec = self._target(asked, last)
            if not told:  # a board that is lost stays lost until it is there again
                self._on_state(BoardState(BoardPhase.CONNECTING, url=spec or ""))
            try:
                self._opened = self._open(spec)
                told = ""
                self._remember(self._opened)
                self._serve(self._opened)
                self._on_door(DoorView(DoorWord.UNKNOWN, 0.0, now_s()))
            except DeviceError as error:
                if self._stopping:
                    break
                self._lose(error, spec, again=error.message == told)
                told = error.message
            finally:
                self._close()
            if told:
                self._pause(RETRY_S)
        self.actions.fail(LinkError("the program ends"))
        self._close()
        self._quiet.close()

    def _remember(self, opened: OpenedBoard) -> None:
        port = None if "://" in opened.url else named(self._ports(), opened.url)
        with self._wake:
            if not self._switching:
                self._last = Whereabouts(opened.where, opened.url, port)

    def _target(self, asked: str | None, last: Whereabouts | None) -> str | None:
        """What to open: what was asked for, or where the board that was there is now."""
        if last is None:
            return asked
        if asked is None and last.where is Where.VIRTUAL:
            return VIRTUAL
        if asked is not None and last.port is None:
            return asked
        ports = self._ports()
        if last.port is not None and (again := find_again(last.port, ports)) != last.url:
            return again
        if asked is not None or named(ports, last.url) is not None:
            return last.url
        boards = known(ports)  # chosen by the program, so any other known board is as good
        return boards[0].device if boards else last.url

    def _open(self, spec: str | None) -> OpenedBoard:
        try:
            return self._opener(spec)
        except OSError as error:  # no process or no socket to be had
            raise LinkError(f"no board could be opened: {error}", "are too many programs running?") from error

    def _serve(self, opened: OpenedBoard) -> None:
        board, hello = opened.board, opened.board.hello
        self.counts.connected += 1
        with self._wake:
            self._crop = None
            self._commands.clear()
        self._pacer = Pacer()
        self._on_hello(hello)
        self._on_state(
            BoardState(
                BoardPhase.READY,
                where=hello.where,
                name=hello.board,
                firmware=hello.firmware,
                network_hash=hello.network,
                clock_hz=hello.clock_hz,
                url=opened.url,
                message=opened.description,
                baud=board.baud if board.link.has_rate or hello.where is Where.VIRTUAL else 0,
                hello=hello,
            )
        )
        has_door = Capability.DOOR in hello.capabilities
        self._door_due_s = now_s() if has_door else float("inf")
        while not self._stopping and not self._switching and not self.actions.wants_port:
            if (command := self._next_command()) is not None:
                self._try(board, command)
            elif now_s() >= self._door_due_s:
                self._tell_door(board.door())
            elif self.actions.wants_board and not self._sent:
                self.actions.step(board)
            elif not self.actions.wants_board and self._may_send(board) and (job := self._next_crop()) is not None:
                self._send(board, job)
            elif board.waiting:
                if board.ready(POLL_S):
                    self._receive(board)
            else:
                self._idle()

    def _may_send(self, board: Board) -> bool:
        return not board.waiting or (board.waiting < board.in_flight and now_s() >= self._pacer.due_s)

    def _send(self, board: Board, job: CropJob | QuietCrop) -> None:
        if job.crop.shape != board.hello.input_shape:  # cut before the board said what it wants
            if isinstance(job, QuietCrop):
                job.answer.set_exception(BoardError(f"the board wants {board.hello.input_shape}, not {job.crop.shape}"))
            return
        mirror = self._mirror(isinstance(job, QuietCrop))
        self._sent.append(job)  # first: sending may break the link, and it is not to be forgotten
        try:
            board.send_crop(job.crop, mirror=mirror)
        except BoardError:
            self._sent.pop()
            raise
        self.counts.sent += 1
        self._pacer.sent(now_s(), looks=2 if mirror else 1)

    def _receive(self, board: Board) -> None:
        job = self._sent[0]
        try:
            inference = board.receive()
        except BoardError as error:
            self._sent.popleft()
            if isinstance(job, QuietCrop):
                job.answer.set_exception(error)
            self._refused(error)
        else:
            self._sent.popleft()
            self._refusal = ""
            self._pacer.received(inference)
            self.counts.answered += 1
            if isinstance(job, QuietCrop):
                job.answer.set_result((board.hello, inference))
            else:
                self._on_inference(job, inference)

    def _try(self, board: Board, command: Command) -> None:
        try:
            command(board)
        except BoardError as error:
            self._refused(error)

    def _refused(self, error: BoardError) -> None:
        """The board is there and says no: once is enough to tell."""
        if error.message != self._refusal:
            self._on_problem(Problem(error.message, error.hint, Topic.BOARD))
        self._refusal = error.message

    def _tell_door(self, door: Door) -> None:
        at_s = now_s()
        wait_s = DOOR_OPEN_POLL_S if door.is_open else DOOR_IDLE_POLL_S
        if door.is_open:  # look once right after it should have locked
            wait_s = min(wait_s, door.remaining_ms / 1e3 + 0.02)
        self._door_due_s = at_s + wait_s
        self._on_door(DoorView(DoorWord.OPEN if door.is_open else DoorWord.LOCKED, door.remaining_ms, at_s))

    def _next_command(self) -> Command | None:
        with self._wake:
            return self._commands.popleft() if self._commands else None

    def _next_crop(self) -> CropJob | QuietCrop | None:
        with self._wake:
            if (quiet := self._quiet.take(live=self._crop is not None)) is not None:
                return quiet
            job, self._crop = self._crop, None
            return job

    def _idle(self) -> None:
        """Wait for something to do."""
        with self._wake:
            if self._stopping or self._switching or self._crop is not None or self._commands or self.actions.busy:
                return
            if self._quiet.waiting:
                return
            self._wake.wait(min(1.0, max(0.0, self._door_due_s - now_s())))

    def _pause(self, seconds: float) -> None:
        end_s = now_s() + seconds
        with self._wake:
            while (left_s := end_s - now_s()) > 0:
                if self._stopping or self._switching or self.actions.wants_port:
                    return
                self._wake.wait(left_s)

    def _lose(self, error: DeviceError, spec: str | None, *, again: bool) -> None:
        url = self._opened.url if self._opened is not None else spec or ""
        self._on_state(BoardState(BoardPhase.LOST, url=url, message=str(error)))
        self._on_door(DoorView(DoorWord.UNKNOWN, 0.0, now_s()))
        self.actions.give_up(error.message, error.hint)
        if not again:
            hint = f"{error.hint} (trying again by itself)".strip()
            self._on_problem(Problem(error.message, hint, Topic.BOARD))

    def _close(self) -> None:
        opened, self._opened = self._opened, None
        quiet = [job for job in self._sent if isinstance(job, QuietCrop)]
        self._sent.clear()
        self._quiet.again(quiet, LinkError("the board was lost", "connect it again"))
        if opened is not None:
            with contextlib.suppress(DeviceError):
                opened.close()
