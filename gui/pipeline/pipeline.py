"""Camera, vision, board, gallery and decision as one object for the window.

Threads: camera and vision pass the newest frame on and wait for nobody; the board's thread matches and decides; one
store thread writes the gallery, because a durable write waits for the disk. What they have to say goes into a mailbox
that is emptied on the thread of the ``Pipeline``: every word in its order, of frames the newest alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from PySide6.QtCore import QObject, Signal, SignalInstance

from device.connect import OpenedBoard, open_board
from device.errors import DeviceError
from device.link.replies import Hello, Inference
from gui.access.door_control import Door
from gui.access.recogniser import Recogniser
from gui.board.worker import BoardWorker
from gui.capture.camera_worker import CameraWorker
from gui.capture.sources import parse_spec
from gui.capture.vision_worker import VisionWorker
from gui.core.decisions import Entrance, Rules
from gui.core.frames import CropJob, Frame, FrameView, View, now_s
from gui.core.i18n import mark
from gui.core.people import Event, Person
from gui.core.states import CameraState, Flow, PipelineOptions, Problem, Topic, Where
from gui.enrolment.enroller import Enroller
from gui.gallery.corrections import Corrections
from gui.gallery.database import Store
from gui.gallery.event_log import EventLog
from gui.gallery.gallery import Gallery
from gui.gallery.history import Change, PeopleChanges
from gui.pipeline.board_service import BoardDesk
from gui.pipeline.event_service import EventDesk
from gui.pipeline.frame_view import frame_view
from gui.pipeline.mailbox import Mailbox
from gui.pipeline.people_service import PeopleFiles

GALLERY_FILE = "gallery.sqlite"


class Pipeline(QObject):
    """Runs the live side. Every signal is delivered on the thread this object lives in; only stop() waits for a worker.

    Frames are newest-wins: a slow window skips frames, it never queues them.
    """

    frame_ready = Signal(object)  # FrameView
    recognised = Signal(object)  # Recognition
    board_changed = Signal(object)  # BoardState
    door_changed = Signal(object)  # DoorView
    camera_changed = Signal(object)  # CameraState
    event_logged = Signal(object)  # Event
    entrance_changed = Signal(object)  # Entrance
    gallery_changed = Signal()  # people() has something new to say
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
        """Opens the gallery in ``options.data``; raises device.errors.FileError where it cannot be used.
        ``rules`` are the decision's, but for the threshold of a known network. ``paced`` False: clips play as fast as
        they are read, for trials.
        """
        super().__init__(parent)
        self._options = options
        size = options.camera_size
        camera = None if options.camera is None else parse_spec(options.camera, size)
        self._file = Store(options.data / GALLERY_FILE)
        self._gallery, self._events = Gallery(self._file), EventLog(self._file)
        self._corrections = Corrections(self._file)
        self._recogniser = Recogniser(self._gallery, self._corrections, rules or Rules())
        self._camera = CameraWorker(camera, self._frame, self._camera_state, self._trouble, size=size, paced=paced)
        self._vision = VisionWorker(self._view_is, self._crop, self._trouble)
        self._board = BoardWorker(
            options.board,
            on_hello=self._hello,
            on_inference=self._inference,
            on_state=lambda state: self._post(self.board_changed, state),
            on_door=lambda door: self._post(self.door_changed, door),
            on_problem=self._trouble,
            on_action=lambda report: self._post(self.desk.action_changed, report),
            mirror=self._mirror,
            opener=opener,
        )
        self.desk = BoardDesk(self._board, self._post, self)
        self.desk.problem.connect(self.problem)
        self.board_changed.connect(self.desk.set_board)
        self.recognised.connect(lambda recognition: self.desk.set_crop(recognition.crop))
        self._door = Door(
            self._events,
            options.door_open_ms,
            ask=self._board.open_door,
            write=self._write,
            tell=self._event_is_written,
        )
        self.event_desk = EventDesk(
            self._events,
            self._corrections,
            self._door,
            change=self._change,
            write=self._write,
            post=self._post,
            parent=self,
        )
        self._changes = PeopleChanges(self._gallery)
        self.enroller = Enroller(
            self._gallery,
            self._changes,
            self._recogniser,
            tell=lambda progress: self._post(self.enrolment_changed, progress),
            write=self._write,
            changed=self._gallery_is_changed,
        )
        self.people_files = PeopleFiles(
            self._gallery,
            self._changes,
            self._recogniser,
            ask=self._board.fingerprint,
            crop_size=lambda: self._vision.crop_size,
            write=self._write,
            post=self._post,
            changed=self._gallery_is_changed,
            parent=self,
        )
        self._store = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._mailbox = Mailbox(self)
        self._running = False
        self._stopped = False
        self._view = View()
        self._draw_ms: float | None = None
        self._shown: deque[float] = deque(maxlen=31)
        self._taken = self._painted = self._looked = 0  # frames
        self._stale = False  # the gallery changed since the templates were built
        self._where: Where | None = None
        self._entrance = Entrance()

    def start(self) -> None:
        """Start the workers. Returns at once; camera_changed and board_changed tell how it goes. Once only."""
        if self._running or self._stopped:
            return
        self._running = True
        if self._file.notice:
            self._trouble(Problem(self._file.notice, "enrol again, or have the old file repaired", Topic.GALLERY))
        self._board.start()
        self.desk.start()
        self._vision.start()
        self._camera.start()
        self.event_desk.start()

    def stop(self) -> None:
        """Stop and join every worker and the virtual board. No signal comes after it. Harmless when not started."""
        if self._stopped:
            return
        self.people_files.stop()  # while what it waits for still answers
        self._stopped = True
        self.event_desk.stop()
        self._mailbox.close()
        self._camera.stop()
        self._vision.stop()
        self.desk.stop()
        self._board.stop()
        self._store.shutdown(wait=True)
        self._gallery.close()
        self._file.close()

    def flow(self) -> Flow:
        """How many frames and crops went which way since the start."""
        counts = self._board.counts
        return Flow(
            now_s(), self._taken, self._painted, self._looked,
            counts.offered, counts.dropped, counts.sent, counts.answered, counts.connected,
        )  # fmt: skip

    def people(self) -> list[Person]:
        """Everyone enrolled, by name."""
        return [] if self._stopped else self._gallery.people(self._recogniser.network_hash)

    def events(self, limit: int = 200) -> list[Event]:
        """The newest events, newest first, without their pictures."""
        return [] if self._stopped else self._events.page(limit=limit)

    def set_rules(self, rules: Rules) -> None:
        """Decide by these from now on; the threshold is the one of the board's network for their false-accept rate."""
        if warning := self._recogniser.set_rules(rules):
            self._trouble(Problem(warning, mark("choose another false-accept rate in the settings"), Topic.DECISION))

    def set_open_ms(self, open_ms: int) -> None:
        """How long the door stays open from the next opening on, 1..60,000."""
        self._door.open_ms = open_ms

    def begin_enrolment(self, name: str, person_id: int | None = None, shots: int = 8) -> None:
        """Start to collect good crops of the one face in front of the camera; enrolment_changed tells the rest, and
        ``enroller`` steers it. ``person_id``: somebody enrolled, whose fingerprints are to be replaced.
        """
        self.enroller.begin(name, self._options.enrolment_crops or shots, person_id)

    @property
    def changes(self) -> tuple[Change, ...]:
        """What undo() can take back, the last of them first taken."""
        return self._changes.changes

    def rename(self, person_id: int, name: str) -> None:
        """Give a person another name; a taken or empty one comes back as ``problem``."""
        self._change(lambda: self._changes.rename(person_id, name))

    def delete(self, person_id: int) -> None:
        """Take a person out."""
        self._change(lambda: self._changes.delete(person_id))

    def merge(self, person_id: int, into: int) -> None:
        """Make two people one, who keeps the name of ``into``."""
        self._change(lambda: self._changes.merge(person_id, into))

    def undo(self) -> None:
        """Take the last change of the gallery back. Harmless when there is none."""
        self._change(self._changes.undo)

    def choose_camera(self, camera: str | None, size: tuple[int, int] | None) -> None:
        """Change over to another source, as ``PipelineOptions`` says it; camera_changed tells how it goes."""
        self._camera.choose(None if camera is None else parse_spec(camera, size), size)

    def open_door(self) -> None:
        """Ask the board to open the door for the usual time; logged as opened by hand once the board has said so."""
        self._door.open_by_hand(self._where)

    def lock_door(self) -> None:
        """Ask the board to lock the door now."""
        self._board.lock_door()

    @property
    def frames_skipped(self) -> int:
        """Frames of a file or clip that were left out because the camera's thread was late."""
        return self._camera.skipped

    def note_drawn(self, number: int, draw_ms: float) -> None:
        """The window tells how long painting frame ``number`` took; the draw stage of later timelines."""
        self._draw_ms = draw_ms

    # Called from any thread; what the mailbox delivers runs on this object's.

    def _post(self, signal: SignalInstance, *values: object) -> None:
        self._mailbox.post(lambda: signal.emit(*values))

    def _tell_entrance(self) -> None:
        entrance = self._recogniser.entrance(now_s())
        if entrance != self._entrance:
            self._entrance = entrance
            self._post(self.entrance_changed, entrance)

    def _trouble(self, problem: Problem) -> None:
        self._post(self.problem, problem)

    # On the camera's thread.

    def _camera_state(self, state: CameraState) -> None:
        self._post(self.camera_changed, state)

    def _frame(self, frame: Frame) -> None:
        self._taken += 1
        self._vision.offer(frame)
        shown = frame_view(frame, self._view, self._recogniser.labels, self._camera.fps)
        self._mailbox.post_newest(lambda: self._show(shown))

    def _show(self, frame: FrameView) -> None:
        self._shown.append(now_s())
        self._painted += 1
        self.frame_ready.emit(replace(frame, shown_fps=_rate(self._shown)))

    # On vision's thread.

    def _view_is(self, view: View) -> None:
        self._looked += 1
        self._view = view
        self._recogniser.look(view)
        self._tell_entrance()
        self.enroller.look(view.quality)

    def _crop(self, job: CropJob) -> None:
        self._board.offer(job)

    # On the board's thread.

    def _hello(self, hello: Hello) -> None:
        height, width, channels = hello.input_shape
        if height != width or channels != 3:
            text = f"the board's network wants {width}x{height} pixels of {channels} channels"
            self._trouble(Problem(text, "faces are cut square and in colour: flash another network", Topic.BOARD))
        self._vision.crop_size = height
        self._where = hello.where
        if warning := self._recogniser.connect(hello):
            self._trouble(Problem(warning, "python -m device.model export writes one", Topic.BOARD))
        self._post(self.gallery_changed)

    def _mirror(self, quiet: bool) -> bool:
        return self._recogniser.mirror(kept=quiet or self.enroller.enrolment is not None)

    def _inference(self, job: CropJob, inference: Inference) -> None:
        try:
            self._use(job, inference)
        except DeviceError as error:  # a fingerprint without direction, a gallery that cannot be read
            self._trouble(Problem(error.message, error.hint, Topic.GALLERY))

    def _use(self, job: CropJob, inference: Inference) -> None:
        if self._stale:
            self._stale = False
            self._recogniser.reload()
        embedding = self._recogniser.embed(inference)
        enrolling = self.enroller.take(job, inference, embedding)
        recognition = self._recogniser.recognise(job, inference, embedding, self._draw_ms, enrolling=enrolling)
        self._door.decided(recognition, lambda: self._recogniser.keep(job, inference, None))
        self._tell_entrance()
        self._post(self.recognised, recognition)

    # On the store's thread.

    def _event_is_written(self, event: Event) -> None:
        self._post(self.event_logged, event)
        if event.person_id is not None:
            self._post(self.gallery_changed)  # last seen

    def _gallery_is_changed(self) -> None:
        self._stale = True
        self._post(self.gallery_changed)

    def _change(self, change: Callable[[], object]) -> None:
        if self._stopped:
            return

        def write() -> None:
            change()
            self._gallery_is_changed()

        self._write(write)

    def _write(self, work: Callable[[], None]) -> None:
        """Run ``work`` on the store's thread; what it raises becomes a problem."""

        def guarded() -> None:
            try:
                work()
            except DeviceError as error:
                self._trouble(Problem(error.message, error.hint, Topic.GALLERY))

        if not self._stopped:
            self._store.submit(guarded)


def _rate(times: deque[float]) -> float:
    return (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 and times[-1] > times[0] else 0.0
