"""Camera, vision, board, gallery and decision as one object: it owns their threads and joins them. No Qt.

A frame's way, each step on the thread that calls it:

* camera: ``_on_frame`` hands the newest frame to vision and, with what is known of its faces, to the window;
* vision: ``_on_view`` tells decision and enrolment who stands there; the crop worth sending goes to the board;
* board: ``_on_inference`` embeds the fingerprint, enrols or decides, and has the door opened.

Camera and vision pass the newest on and wait for nobody. A durable write waits for the disk, so the gallery is written
on a thread of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from device.connect import OpenedBoard, open_board
from device.errors import DeviceError
from device.link.replies import Hello, Inference
from gui.access.door_control import Door
from gui.access.recogniser import Recogniser
from gui.board.reports import ActionReport
from gui.board.worker import BoardWorker
from gui.capture.camera_worker import CameraWorker
from gui.capture.sources import parse_spec
from gui.capture.vision_worker import VisionWorker
from gui.core.decisions import Entrance, Rules
from gui.core.frames import CropJob, Frame, FrameView, Recognition, View, now_s
from gui.core.people import Event
from gui.core.states import BoardState, CameraState, DoorView, Flow, PipelineOptions, Problem, Topic
from gui.enrolment.enroller import Enroller
from gui.enrolment.progress import EnrolmentProgress
from gui.gallery.corrections import Corrections
from gui.gallery.database import Store
from gui.gallery.event_log import EventLog
from gui.gallery.gallery import Gallery
from gui.gallery.history import PeopleChanges
from gui.gallery.writer import GalleryWriter
from gui.pipeline.frame_view import frame_view

GALLERY_FILE = "gallery.sqlite"


class Events(Protocol):
    """What the engine tells. Each comes on the thread that it happened on, where nobody may wait for it."""

    def on_frame(self, frame: FrameView) -> None:
        """A frame with the newest known faces; later ones take its place. ``shown_fps`` is left to who shows it."""

    def on_recognition(self, recognition: Recognition) -> None:
        """A fingerprint came back, and this was decided."""

    def on_board(self, state: BoardState) -> None:
        """The board came, went or is looked for."""

    def on_door(self, door: DoorView) -> None:
        """The board reported the door."""

    def on_action(self, report: ActionReport) -> None:
        """An action on the board got on."""

    def on_camera(self, state: CameraState) -> None:
        """The camera came, went or is looked for."""

    def on_entrance(self, entrance: Entrance) -> None:
        """Lock-out or challenge stand differently, or other faces are there."""

    def on_enrolment(self, progress: EnrolmentProgress) -> None:
        """The enrolment got on."""

    def on_event(self, event: Event) -> None:
        """An event was written."""

    def on_gallery(self) -> None:
        """There is something new to say of the people."""

    def on_problem(self, problem: Problem) -> None:
        """Something went wrong."""


class Engine:
    """Opens the gallery in ``options.data``; raises FileError where it cannot be used.

    ``rules`` are the decision's, but for the threshold of a known network. ``paced`` False: clips play as fast as they
    are read, for trials.
    """

    def __init__(
        self,
        options: PipelineOptions,
        events: Events,
        *,
        rules: Rules | None = None,
        opener: Callable[[str | None], OpenedBoard] = open_board,
        paced: bool = True,
    ) -> None:
        size = options.camera_size
        camera = None if options.camera is None else parse_spec(options.camera, size)
        self.events = events
        self._store = Store(options.data / GALLERY_FILE)
        self.gallery, self.log = Gallery(self._store), EventLog(self._store)
        self.corrections = Corrections(self._store)
        self.changes = PeopleChanges(self.gallery)
        self.writer = GalleryWriter(self._on_gallery_changed, events.on_problem)
        self.recogniser = Recogniser(self.gallery, self.corrections, rules or Rules())
        self.enroller = Enroller(
            self.gallery, self.changes, self.recogniser, self.writer, events.on_enrolment, options.enrolment_crops
        )
        self.board = BoardWorker(
            options.board,
            on_hello=self._on_hello,
            on_inference=self._on_inference,
            on_state=events.on_board,
            on_door=events.on_door,
            on_problem=events.on_problem,
            on_action=events.on_action,
            flip=self._wants_flip,
            opener=opener,
        )
        self.door = Door(
            self.log,
            options.door_open_ms,
            ask=self.board.open_door,
            write=self.writer.write,
            tell=self._on_event_written,
        )
        self.vision = VisionWorker(self._on_view, self.board.offer, events.on_problem)
        self.camera = CameraWorker(camera, self._on_frame, events.on_camera, events.on_problem, size=size, paced=paced)
        self.draw_ms: float | None = None  # of the newest frame painted
        self._view = View()
        self._taken = self._looked = 0  # frames
        self._stale = False  # the people changed since the templates were built
        self._entrance = Entrance()

    def start(self) -> None:
        """Start the threads. Once only."""
        if self._store.notice:
            hint = "enrol again, or have the old file repaired"
            self.events.on_problem(Problem(self._store.notice, hint, Topic.GALLERY))
        self.board.start()
        self.vision.start()
        self.camera.start()

    def stop(self) -> None:
        """Stop and join every thread, those that feed before those that are fed, and close the gallery."""
        self.writer.close()
        self.camera.stop()
        self.vision.stop()
        self.board.stop()
        self.writer.stop()
        self.gallery.close()
        self._store.close()

    def flow(self, shown: int) -> Flow:
        """How many frames and crops went which way since the start; ``shown`` frames were painted."""
        counts = self.board.counts
        return Flow(
            now_s(), self._taken, shown, self._looked,
            counts.offered, counts.dropped, counts.sent, counts.answered, counts.connected,
        )  # fmt: skip

    # On the camera's thread.

    def _on_frame(self, frame: Frame) -> None:
        self._taken += 1
        self.vision.offer(frame)
        self.events.on_frame(frame_view(frame, self._view, self.recogniser.labels, self.camera.fps))

    # On vision's thread.

    def _on_view(self, view: View) -> None:
        self._looked += 1
        self._view = view
        self.recogniser.observe(view)
        for recognition, job in self.recogniser.over(view.taken_s):
            self.door.decided(recognition, partial(self.recogniser.keep, job, recognition.inference, None))
        self._tell_entrance()
        self.enroller.observe(view.quality)

    # On the board's thread.

    def _on_hello(self, hello: Hello) -> None:
        height, width, channels = hello.input_shape
        if height != width or channels != 3:
            text = f"the board's network wants {width}x{height} pixels of {channels} channels"
            hint = "faces are cut square and in colour: flash another network"
            self.events.on_problem(Problem(text, hint, Topic.BOARD))
        self.vision.crop_size = height
        if warning := self.recogniser.connect(hello):
            self.events.on_problem(Problem(warning, "python -m device.model export writes one", Topic.BOARD))
        self.events.on_gallery()

    def _wants_flip(self, background: bool) -> bool:
        return self.recogniser.wants_flip(kept=background or self.enroller.enrolment is not None)

    def _on_inference(self, job: CropJob, inference: Inference) -> None:
        try:
            self._use(job, inference)
        except DeviceError as error:  # a fingerprint without direction, a gallery that cannot be read
            self.events.on_problem(Problem(error.message, error.hint, Topic.GALLERY))

    def _use(self, job: CropJob, inference: Inference) -> None:
        if self._stale:
            self._stale = False
            self.recogniser.reload()
        embedding = self.recogniser.embed(inference)
        enrolling = self.enroller.take(job, inference, embedding)
        recognition = self.recogniser.recognise(job, inference, embedding, self.draw_ms, enrolling=enrolling)
        if recognition.outcome.ends_track:
            self.vision.end_track(recognition.outcome.track_id)
        self.door.decided(recognition, lambda: self.recogniser.keep(job, inference, None))
        self._tell_entrance()
        self.events.on_recognition(recognition)

    # On vision's thread and the board's.

    def _tell_entrance(self) -> None:
        entrance = self.recogniser.entrance(now_s())
        if entrance != self._entrance:
            self._entrance = entrance
            self.events.on_entrance(entrance)

    # On the store's thread.

    def _on_event_written(self, event: Event) -> None:
        self.events.on_event(event)
        if event.person_id is not None:
            self.events.on_gallery()  # last seen

    def _on_gallery_changed(self) -> None:
        self._stale = True
        self.events.on_gallery()
