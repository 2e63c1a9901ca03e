"""The live side for the window: the engine's events as Qt signals, and the services that the window asks.

What the engine's threads tell goes into a mailbox that is emptied on the thread of the ``Pipeline``: every word in its
order, of frames the newest alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from device.connect import OpenedBoard, open_board
from gui.board.reports import ActionReport
from gui.core.decisions import Entrance, Rules
from gui.core.frames import FrameView, Recognition, now_s
from gui.core.people import Event
from gui.core.states import BoardState, CameraState, DoorView, Flow, PipelineOptions, Problem
from gui.enrolment.progress import EnrolmentProgress
from gui.pipeline.board_service import BoardService
from gui.pipeline.door_service import DoorService
from gui.pipeline.engine import Engine
from gui.pipeline.event_service import EventService
from gui.pipeline.mailbox import Mailbox
from gui.pipeline.people_service import PeopleService


class Pipeline(QObject):
    """Runs the live side. Every signal is delivered on the thread this object lives in; only stop() waits for a worker.

    Frames are newest-wins: a slow window skips frames, it never queues them. ``board``, ``door``, ``events``,
    ``people``, ``enroller`` and ``camera`` are what the window asks.
    """

    frame_ready = Signal(object)  # FrameView
    recognised = Signal(object)  # Recognition
    board_changed = Signal(object)  # BoardState
    door_changed = Signal(object)  # DoorView
    camera_changed = Signal(object)  # CameraState
    event_logged = Signal(object)  # Event
    entrance_changed = Signal(object)  # Entrance
    gallery_changed = Signal()  # people.everyone() has something new to say
    enrolment_changed = Signal(object)  # EnrolmentProgress
    problem = Signal(object)  # Problem

    def __init__(
        self,
        options: PipelineOptions,
        parent: QObject | None = None,
        *,
        rules: Rules | None = None,
        opener: Callable[[str | None], OpenedBoard] = open_board,
        paced: bool = True,
    ) -> None:
        """Raises FileError if the gallery cannot be used; the options are the engine's."""
        super().__init__(parent)
        self._mailbox = Mailbox(self)
        self.engine = Engine(options, self, rules=rules, opener=opener, paced=paced)
        self.camera, self.enroller = self.engine.camera, self.engine.enroller
        self.door = DoorService(self.engine)
        self.board = BoardService(self.engine.board, self._mailbox.post_signal, self)
        self.events = EventService(self.engine, self._mailbox.post_signal, self)
        self.people = PeopleService(self.engine, self._mailbox.post_signal, self)
        self.board.problem.connect(self.problem)
        self.events.problem.connect(self.problem)
        self.board_changed.connect(self.board.set_board)
        self.recognised.connect(lambda recognition: self.board.set_crop(recognition.crop))
        self._running = False
        self._stopped = False
        self._shown: deque[float] = deque(maxlen=31)
        self._frames_shown = 0

    def start(self) -> None:
        """Start the workers. Returns at once; camera_changed and board_changed tell how it goes. Once only."""
        if self._running or self._stopped:
            return
        self._running = True
        self.engine.start()
        self.board.start()
        self.events.start()

    def stop(self) -> None:
        """Stop and join every worker and the virtual board. No signal comes after it. Harmless when not started."""
        if self._stopped:
            return
        self.people.stop()  # while what it waits for still answers
        self._stopped = True
        self.events.stop()
        self._mailbox.close()
        self.board.stop()
        self.engine.stop()

    def flow(self) -> Flow:
        """How many frames and crops went which way since the start."""
        return self.engine.flow(self._frames_shown)

    def note_drawn(self, number: int, draw_ms: float) -> None:
        """The window tells how long painting frame ``number`` took; the draw stage of later timelines."""
        self.engine.draw_ms = draw_ms

    # The engine's events, called from its threads; what the mailbox delivers runs on this object's.

    def on_frame(self, frame: FrameView) -> None:
        self._mailbox.post_newest(lambda: self._show(frame))

    def on_recognition(self, recognition: Recognition) -> None:
        self._mailbox.post_signal(self.recognised, recognition)

    def on_board(self, state: BoardState) -> None:
        self._mailbox.post_signal(self.board_changed, state)

    def on_door(self, door: DoorView) -> None:
        self._mailbox.post_signal(self.door_changed, door)

    def on_action(self, report: ActionReport) -> None:
        self._mailbox.post_signal(self.board.action_changed, report)

    def on_camera(self, state: CameraState) -> None:
        self._mailbox.post_signal(self.camera_changed, state)

    def on_entrance(self, entrance: Entrance) -> None:
        self._mailbox.post_signal(self.entrance_changed, entrance)

    def on_enrolment(self, progress: EnrolmentProgress) -> None:
        self._mailbox.post_signal(self.enrolment_changed, progress)

    def on_event(self, event: Event) -> None:
        self._mailbox.post_signal(self.event_logged, event)

    def on_gallery(self) -> None:
        self._mailbox.post_signal(self.gallery_changed)

    def on_problem(self, problem: Problem) -> None:
        self._mailbox.post_signal(self.problem, problem)

    def _show(self, frame: FrameView) -> None:
        self._shown.append(now_s())
        self._frames_shown += 1
        self.frame_ready.emit(replace(frame, shown_fps=_rate(self._shown)))


def _rate(times: deque[float]) -> float:
    return (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 and times[-1] > times[0] else 0.0
