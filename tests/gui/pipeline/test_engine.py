"""The engine alone: what it tells, on which threads, and that it ends. No window and no Qt."""

from __future__ import annotations

import queue
import threading
import time
from pathlib import Path

import cv2
import numpy as np

from gui.board.reports import ActionReport
from gui.core.decisions import Entrance
from gui.core.frames import FrameView, Recognition
from gui.core.people import Event
from gui.core.states import BoardPhase, BoardState, CameraState, DoorView, DoorWord, PipelineOptions, Problem
from gui.enrolment.progress import EnrolmentProgress
from gui.pipeline.engine import Engine
from tests.support.fake_board import Peer, PeerBoard

PATIENCE_S = 30.0


class Recorder:
    """Keeps everything that an engine tells, and the thread that told it."""

    def __init__(self) -> None:
        self.told: queue.Queue[tuple[object, str]] = queue.Queue()

    def until(self, kind: type, **wanted: object) -> str:
        """Wait for a record with these values; the name of the thread that told it."""
        end_s = time.monotonic() + PATIENCE_S
        while True:
            record, thread = self.told.get(timeout=max(0.0, end_s - time.monotonic()))
            if isinstance(record, kind) and all(getattr(record, name) == value for name, value in wanted.items()):
                return thread

    def _keep(self, record: object) -> None:
        self.told.put((record, threading.current_thread().name))

    def on_frame(self, frame: FrameView) -> None:
        self._keep(frame)

    def on_recognition(self, recognition: Recognition) -> None:
        self._keep(recognition)

    def on_board(self, state: BoardState) -> None:
        self._keep(state)

    def on_door(self, door: DoorView) -> None:
        self._keep(door)

    def on_action(self, report: ActionReport) -> None:
        self._keep(report)

    def on_camera(self, state: CameraState) -> None:
        self._keep(state)

    def on_entrance(self, entrance: Entrance) -> None:
        self._keep(entrance)

    def on_enrolment(self, progress: EnrolmentProgress) -> None:
        self._keep(progress)

    def on_event(self, event: Event) -> None:
        self._keep(event)

    def on_gallery(self) -> None:
        self._keep("gallery")

    def on_problem(self, problem: Problem) -> None:
        self._keep(problem)


def test_it_tells_everything_from_its_own_threads_and_ends_them_all(tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    cv2.imwrite(str(pictures / "grey.png"), np.full((60, 80, 3), 99, np.uint8))
    before = set(threading.enumerate())
    recorder = Recorder()
    with Peer(PeerBoard()) as peer:
        engine = Engine(PipelineOptions(tmp_path / "data", board=peer.url, camera=str(pictures)), recorder)
        engine.start()
        assert recorder.until(FrameView) == "camera"
        assert recorder.until(DoorView, state=DoorWord.LOCKED) == "board"
        engine.door.open_by_hand(engine.recogniser.where)
        assert recorder.until(DoorView, state=DoorWord.OPEN) == "board"
        assert recorder.until(Event, person_id=None).startswith("store")
        assert engine.flow(shown=0).taken > 0
        engine.stop()
        assert {thread.name for thread in set(threading.enumerate()) - before} == {"peer"}
        while not recorder.told.empty():
            recorder.told.get()
        time.sleep(0.05)
        assert recorder.told.empty()


def test_a_lost_board_is_told_and_the_frames_go_on(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "grey.png"), np.full((60, 80, 3), 99, np.uint8))
    recorder = Recorder()
    with Peer(PeerBoard(), tcp=True) as peer:
        engine = Engine(PipelineOptions(tmp_path / "data", board=peer.url, camera=str(tmp_path)), recorder)
        engine.start()
        recorder.until(BoardState, phase=BoardPhase.READY)
    try:
        assert recorder.until(BoardState, phase=BoardPhase.LOST) == "board"
        assert recorder.until(DoorView, state=DoorWord.UNKNOWN) == "board"
        recorder.until(FrameView)
    finally:
        engine.stop()
