"""Makes the pictures of the documents: ``python -m gui.tools.screenshot [--folder FOLDER]``.

Starts the real program on the demo clip and the virtual board with an empty gallery, enrols the clip's people one after
another, waits for a few visits, and takes its pictures while somebody stands there who was let in and the door is open:
the window in light and dark, the enrolment, the door display, the timing in detail, and an event with its trace. Takes
about two minutes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

from gui.capture.sources import DEMO_CLIP, parse_spec
from gui.core.decisions import Decision
from gui.core.frames import FrameView, TrackedFace, Verdict, now_s
from gui.core.people import Event
from gui.core.states import DoorWord, PipelineOptions
from gui.enrolment.poses import Pose
from gui.enrolment.progress import EnrolmentPhase, EnrolmentProgress
from gui.panes.door.kiosk import KioskView
from gui.panes.events.dialog import EventDialog
from gui.panes.people.wording import verdict_line
from gui.pipeline.pipeline import Pipeline
from gui.settings.store import SettingsStore
from gui.tools.demo_visitors import cut, visitors
from gui.widgets.palette import DARK, LIGHT
from gui.widgets.theme import Theme
from gui.window.main_window import Window

STEADY_FRAMES = 5  # a face is there for this long before it is enrolled
CROPS = 7
FRESH_MS = 200.0  # a box older than this may stand beside the face
DOOR_LEFT_MS = 1_500.0  # the door is plainly open, not about to lock
FOLDER = DEMO_CLIP.parent / "screenshots"
MOMENT_MS = 400
DIALOG_CROPS = 3  # the dialog's picture is taken once this many crops are


@dataclass
class _Shoot:
    """Goes through the steps as the pipeline reports them."""

    pipeline: Pipeline
    theme: Theme
    window: Window
    kiosk: KioskView
    clips: dict[str, Path]  # who is to be enrolled, each with a clip of their own
    folder: Path
    done: Callable[[int], None]
    visits: int = 1
    steady: int = 0
    running: bool = False
    let_in: int = 0
    taken: bool = False
    dialog_taken: bool = False
    failed: bool = False
    name: str | None = None  # who is being enrolled

    def frame(self, frame: FrameView) -> None:
        """Begin the next enrolment when somebody stands there; with all enrolled, take the picture at a good moment."""
        if self.name is None and self.clips:
            self.name, self.steady = next(iter(self.clips)), 0
            self.pipeline.camera.choose(parse_spec(str(self.clips.pop(self.name))))
        elif self.name is None:
            if self.let_in >= self.visits and any(self._shows(face) for face in frame.faces):
                self.shoot()
        elif not self.running:
            self.steady = self.steady + 1 if frame.faces else 0
            if self.steady >= STEADY_FRAMES:
                self._enrol(self.name)

    def _enrol(self, name: str) -> None:
        self.running = True
        self.window.enrol()
        dialog = self.window.enrol_dialog
        if dialog is not None:
            dialog.name.setText(name)
            dialog.start.click()

    def progress(self, progress: EnrolmentProgress) -> None:
        """Take the dialog's picture on the way; go on when the person is saved."""
        dialog = self.window.enrol_dialog
        if dialog is None:
            return
        if not self.dialog_taken and progress.taken == DIALOG_CROPS:
            self.dialog_taken = True
            self.save(dialog, "enrolment")
        if progress.phase is EnrolmentPhase.COLLECTING and progress.pose in (Pose.UP, Pose.DOWN):
            dialog.skip.click()  # nobody nods far enough in the clip
        elif progress.phase is EnrolmentPhase.REVIEW:
            dialog.start.click()
        elif progress.phase is EnrolmentPhase.SAVED:
            dialog.accept()
            self.running, self.name = False, None
            if not self.clips:
                self.pipeline.camera.choose(parse_spec("demo"))
        elif progress.phase is EnrolmentPhase.FAILED:
            print(f"enrolment failed: {verdict_line(progress)}", file=sys.stderr)
            self.done(1)

    def event(self, event: Event) -> None:
        """Count who was let in."""
        if event.decision is Decision.ACCEPTED:
            self.let_in += 1
            self.kiosk.set_person(event.name)

    def _shows(self, face: TrackedFace) -> bool:
        """Whether this face, the door and the newest recognition tell the same story."""
        door, newest = self.window.door.door, self.window.decision.recognition
        return (
            (face.decision, face.verdict) == (Decision.ACCEPTED, Verdict.GOOD)
            and face.score is not None
            and face.age_ms <= FRESH_MS
            and newest is not None
            and (newest.outcome.decision, newest.outcome.match.name) == (Decision.ACCEPTED, face.name)
            and door.state is DoorWord.OPEN
            and door.remaining_at(now_s()) >= DOOR_LEFT_MS
        )

    def shoot(self) -> None:
        """Everything that shows this moment, then what can be opened later."""
        if self.taken:
            return
        self.taken = True
        for name, colours in (("window_dark", DARK), ("window", LIGHT)):
            self.theme.use(colours)
            self.save(self.window, name)
        self.save(self.kiosk, "door_display")
        self.window.commands["timing"].trigger()
        self.pipeline.board.profile()
        self.wait(lambda: self.window.timing.profile is not None, self.timing)

    def timing(self) -> None:
        """The timing window, with the layers' cycles in it; then the newest event."""
        shown = self.window.timing.window
        if shown is not None:
            self.save(shown, "timing")
            shown.close()
        self.window.commands["events"].trigger()
        self.window.events.open_event(self.window.events.model.index(0, 0))
        self.wait(lambda: self.window.findChild(EventDialog) is not None, self.event_shown)

    def event_shown(self) -> None:
        """An event with its trace: the last picture."""
        dialog = self.window.findChild(EventDialog)
        if dialog is not None:
            self.save(dialog, "event")
            dialog.reject()
        self.done(1 if self.failed else 0)

    def wait(self, holds: Callable[[], bool], then: Callable[[], None]) -> None:
        """Call ``then`` a moment after ``holds``: what was opened is painted by then."""
        again = (lambda: self.wait(holds, then)) if not holds() else then
        QTimer.singleShot(MOMENT_MS, again)

    def save(self, widget: QWidget, name: str) -> None:
        """One picture into the folder."""
        file = self.folder / f"{name}.png"
        if not widget.grab().save(str(file)):
            print(f"{file} could not be written", file=sys.stderr)
            self.failed = True


def main(arguments: Sequence[str] | None = None) -> int:
    """0 saved, 1 it did not come to that."""
    parser = argparse.ArgumentParser(prog="python -m gui.tools.screenshot", description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the pictures go")
    parser.add_argument("--size", default="1280x800", help="of the window, width x height")
    parser.add_argument("--people", type=int, default=3, help="how many are enrolled")
    parser.add_argument("--visits", type=int, default=4, help="how many are let in before the picture is taken")
    parser.add_argument("--board", default="virtual")
    parser.add_argument("--timeout", type=float, default=240.0, help="seconds until it gives up")
    given = parser.parse_args(arguments)
    width, height = (int(part) for part in given.size.split("x"))
    people = [visitor for visitor in visitors(DEMO_CLIP) if visitor.enrol][: given.people]
    app = QApplication.instance() or QApplication(["screenshot"])
    assert isinstance(app, QApplication)
    theme = Theme(app)
    theme.choose("light")
    given.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        clips = {
            one.name: cut(DEMO_CLIP, [(one.stands_from_s, one.stands_to_s)], Path(folder) / f"{one.name}.avi")
            for one in people
        }
        options = PipelineOptions(data=Path(folder), board=given.board, camera="demo", enrolment_crops=CROPS)
        pipeline = Pipeline(options)
        settings = SettingsStore(None)
        settings.set("window/hints", False)
        window = Window(pipeline, options, theme, settings)
        kiosk = KioskView(theme)
        kiosk.resize(width, height)
        shoot = _Shoot(pipeline, theme, window, kiosk, clips, given.folder, app.exit, given.visits)
        pipeline.board_changed.connect(kiosk.set_board)
        pipeline.camera_changed.connect(kiosk.set_camera)
        pipeline.door_changed.connect(kiosk.set_door)
        pipeline.frame_ready.connect(kiosk.set_frame)
        pipeline.frame_ready.connect(shoot.frame)
        pipeline.enrolment_changed.connect(shoot.progress)
        pipeline.event_logged.connect(shoot.event)
        QTimer.singleShot(round(given.timeout * 1e3), lambda: app.exit(1))
        window.resize(width, height)
        window.show()
        pipeline.start()
        try:
            result = app.exec()
        finally:
            window.close()
    return result


if __name__ == "__main__":
    sys.exit(main())
