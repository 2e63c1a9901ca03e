"""The sole owner of the board: newest crop out, fingerprints back, the door, and connecting again; one worker thread.

A crop that was not sent when a newer one comes is dropped, so a slow board sees fewer faces, never old ones.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from device.connect import OpenedBoard, open_board
from device.errors import BoardError, DeviceError, LinkError
from device.link.board import Board
from device.link.ports import Port, all_ports
from device.link.replies import Door, Hello, Inference
from gui.board.actions import Action, ActionRunner, OfflineAction
from gui.board.jobs import BackgroundRequest, Command, Crop, Jobs
from gui.board.reports import ActionKind, ActionReport
from gui.board.session import Finder, Session
from gui.core.frames import Answer, CropJob, Picture, now_s
from gui.core.states import BoardPhase, BoardState, DoorView, DoorWord, Problem, Topic

RETRY_S = 0.4  # between two tries to connect
POLL_S = 0.01  # how late a new crop may leave while another is computed
FLASH_GRACE_S = 60.0  # what flashing may take after stop()
STOP_GRACE_S = 1.0  # what a request under way may take after stop()


@dataclass
class Counts:
    """Crops since the start: cut for the board, left behind by a newer one, sent; fingerprints; times connected."""

    offered: int = 0
    dropped: int = 0
    sent: int = 0
    answered: int = 0
    connected: int = 0


class BoardWorker:
    """Connects to ``spec`` (None: the first known board, else the virtual one), and again whenever the board is lost.

    Callbacks come on the worker's thread: ``on_hello`` before the first crop of every connection, ``on_inference`` for
    every live crop's fingerprint, ``on_action`` whenever an action gets on. So is ``flip``, before every crop:
    whether to run on its mirror image, too; it is told whether the crop is a background request's.
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
        flip: Callable[[bool], bool] = lambda background: False,
        opener: Callable[[str | None], OpenedBoard] = open_board,
        ports: Callable[[], list[Port]] = all_ports,
    ) -> None:
        self._on_hello, self._on_inference = on_hello, on_inference
        self._on_state, self._on_door, self._on_problem = on_state, on_door, on_problem
        self._flip = flip
        self.actions = ActionRunner(on_action)
        self.counts = Counts()
        self._finder = Finder(spec, opener, ports)
        self._jobs = Jobs()
        self._session: Session | None = None
        self._refusal = ""
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="board")

    @property
    def asked(self) -> str | None:
        """The board that is wanted."""
        return self._finder.asked

    def start(self) -> None:
        """Begin to connect."""
        self._thread.start()

    def stop(self) -> None:
        """Stop, join and end the virtual board's process. A board that hangs is cut off after ``STOP_GRACE_S``."""
        self._stopping = True
        self._jobs.wake()
        if self._thread.ident is None:
            self._jobs.close()
            return
        if self.actions.wants_port:  # half an image on a board is worse than waiting
            self._thread.join(FLASH_GRACE_S)
        self.actions.stop()
        self._thread.join(STOP_GRACE_S)
        if self._thread.is_alive() and (session := self._session) is not None:
            session.cut()
        self._thread.join()

    def offer(self, job: CropJob) -> None:
        """The newest crop; one that was not sent yet is dropped. Never waits."""
        self.counts.offered += 1
        self.counts.dropped += self._jobs.offer(job)

    def fingerprint(self, crop: Picture) -> Future[Answer]:
        """The fingerprint of a crop that is not live, whenever its turn comes: live crops go on between them. Waits for
        a board where there is none; cancel it to take it back."""
        return self._jobs.request(crop)

    def use(self, spec: str | None) -> None:
        """Go over to another board: a port, a URL, ``virtual``, or None for the first known one. Returns at once."""
        self._finder.use(spec)
        self._jobs.wake()

    def run(self, kind: ActionKind, action: Action) -> bool:
        """Run an action while live recognition rests; False where another one is under way."""
        if self._session is None or not self.actions.ask(kind, action):
            return False
        self._jobs.wake()
        return True

    def run_offline(self, kind: ActionKind, offline: OfflineAction) -> bool:
        """Disconnect the board, run ``offline``, connect again; False if another action is under way."""
        asked = self.actions.ask_offline(kind, offline)
        self._jobs.wake()
        return asked

    def ask(self, command: Command) -> None:
        """Run ``command`` with the board on the worker's thread, before the next crop; dropped where there is none."""
        self._jobs.command(command)

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

    # On the worker's thread: connect, serve, and so on again.

    def _run(self) -> None:
        told = ""
        while not self._stopping:
            if self.actions.wants_port:
                self._on_state(BoardState(BoardPhase.CONNECTING, message="the port is in other use"))
                self.actions.run_offline()
                continue
            spec, switched = self._finder.begin()
            if switched or not told:  # a board that is lost stays lost until it is there again
                told = ""
                self._on_state(BoardState(BoardPhase.CONNECTING, url=spec or ""))
            try:
                self._session = self._finder.open(spec)
                told = ""
                self._finder.remember(self._session.opened)
                self._serve(self._session)
                self._on_door(DoorView(DoorWord.UNKNOWN, 0.0, now_s()))
            except DeviceError as error:
                if self._stopping:
                    break
                self._lose(error, spec, again=error.message == told)
                told = error.message
            finally:
                self._close()
            if told:
                self._jobs.wait(RETRY_S, self._must_leave, for_jobs=False)
        self.actions.fail(LinkError("the program ends"))
        self._jobs.close()

    def _serve(self, session: Session) -> None:
        board = session.board
        self.counts.connected += 1
        self._jobs.connected()
        self._on_hello(session.hello)
        self._on_state(session.state)
        while not self._must_leave():
            acting, door_is_due = self.actions.wants_board, session.door_due_in_s <= 0
            if (job := self._jobs.take(crops=not acting and not door_is_due and session.may_send)) is not None:
                self._do(session, job)
            elif door_is_due:
                self._tell_door(board.door())
            elif acting and not session.under_way:
                self.actions.step(board)
            elif board.waiting:
                if board.ready(POLL_S):
                    self._receive(session)
            else:
                self._jobs.wait(min(1.0, max(0.0, session.door_due_in_s)), self._is_wanted)

    def _must_leave(self) -> bool:
        """Whether this board is to be let go of."""
        return self._stopping or self._finder.is_switching or self.actions.wants_port

    def _is_wanted(self) -> bool:
        return self._must_leave() or self.actions.busy

    def _do(self, session: Session, job: Command | Crop) -> None:
        if isinstance(job, CropJob | BackgroundRequest):
            self._send(session, job)
            return
        try:
            job(session.board)
        except BoardError as error:
            self._refused(error)

    def _send(self, session: Session, crop: Crop) -> None:
        wanted = session.hello.input_shape
        if crop.crop.shape != wanted:  # cut before the board said what it wants
            if isinstance(crop, BackgroundRequest):
                crop.answer.set_exception(BoardError(f"the board wants {wanted}, not {crop.crop.shape}"))
            return
        session.send(crop, flip=self._flip(isinstance(crop, BackgroundRequest)))
        self.counts.sent += 1

    def _receive(self, session: Session) -> None:
        crop, result = session.receive()
        if isinstance(result, BoardError):
            if isinstance(crop, BackgroundRequest):
                crop.answer.set_exception(result)
            self._refused(result)
            return
        self._refusal = ""
        self.counts.answered += 1
        if isinstance(crop, BackgroundRequest):
            crop.answer.set_result((session.hello, result))
        else:
            self._on_inference(crop, result)

    def _refused(self, error: BoardError) -> None:
        """The board is there and says no: once is enough to tell."""
        if error.message != self._refusal:
            self._on_problem(Problem(error.message, error.hint, Topic.BOARD))
        self._refusal = error.message

    def _tell_door(self, door: Door) -> None:
        assert self._session is not None, "whoever asks the board has one"
        self._on_door(self._session.view(door))

    def _lose(self, error: DeviceError, spec: str | None, *, again: bool) -> None:
        url = self._session.opened.url if self._session is not None else spec or ""
        self._on_state(BoardState(BoardPhase.LOST, url=url, message=str(error)))
        self._on_door(DoorView(DoorWord.UNKNOWN, 0.0, now_s()))
        self.actions.give_up(error.message, error.hint)
        if not again:
            hint = f"{error.hint} (trying again by itself)".strip()
            self._on_problem(Problem(error.message, hint, Topic.BOARD))

    def _close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            self._jobs.again(session.unanswered, LinkError("the board was lost", "connect it again"))
            session.close()
