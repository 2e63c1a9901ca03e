"""Makes the pictures of the documents: ``python -m gui.screenshot --out FILE``.

Starts the real program on the demo clip and the virtual board with an empty gallery, enrols the clip's people one after
another, waits for a few visits, and saves the window while somebody stands there who was let in and the door is open.
Takes a little more than a minute.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from gui.enrol_records import EnrolmentPhase, EnrolmentProgress
from gui.enrol_words import verdict_line
from gui.pipeline import Pipeline
from gui.poses import Pose
from gui.records import (
    Decision,
    DoorWord,
    Event,
    FrameView,
    PipelineOptions,
    TrackedFace,
    Verdict,
    now_s,
)
from gui.sources import DEMO_CLIP
from gui.theme import DARK, LIGHT, Theme
from gui.window import Window

STEADY_FRAMES = 5  # a face is there for this long before it is enrolled
CROPS = 6  # few enough for one visit, on a slow computer too
FRESH_MS = 200.0  # a box older than this may stand beside the face
DOOR_LEFT_MS = 1_500.0  # the door is plainly open, not about to lock
DIALOG_CROPS = 3  # the dialog's picture is taken once this many crops are


@dataclass
class _Shoot:
    """Goes through the steps as the pipeline reports them."""

    window: Window
    visits_s: dict[str, tuple[float, float]]  # who is to be enrolled, and from when to when they stand in the clip
    clip_s: float
    out: Path
    dialog: Path | None
    done: Callable[[int], None]
    visits: int = 1
    steady: int = 0
    running: bool = False
    let_in: int = 0
    taken: bool = False
    began_s: float | None = None

    def frame(self, frame: FrameView) -> None:
        """Begin the next enrolment when somebody stands there; with all enrolled, take the picture at a good moment."""
        if self.began_s is None:
            self.began_s = frame.timeline.start_s
        if not self.visits_s and not self.running:
            if self.let_in >= self.visits and any(self._shows(face) for face in frame.faces):
                self.shoot()
            return
        self.steady = self.steady + 1 if frame.faces else 0
        name = self._standing((frame.timeline.start_s - self.began_s) % self.clip_s)
        if name is not None and not self.running and self.steady >= STEADY_FRAMES:
            self.running = True
            del self.visits_s[name]
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
        if self.dialog is not None and progress.taken == DIALOG_CROPS:
            dialog.grab().save(str(self.dialog))
            self.dialog = None
        if progress.phase is EnrolmentPhase.COLLECTING and progress.pose in (Pose.UP, Pose.DOWN):
            dialog.skip.click()  # nobody nods far enough in the clip
        elif progress.phase is EnrolmentPhase.REVIEW:
            dialog.start.click()
        elif progress.phase is EnrolmentPhase.SAVED:
            dialog.accept()
            self.running, self.steady = False, 0
        elif progress.phase is EnrolmentPhase.FAILED:
            print(f"enrolment failed: {verdict_line(progress)}", file=sys.stderr)
            self.done(1)

    def event(self, event: Event) -> None:
        """Count who was let in."""
        self.let_in += event.decision is Decision.ACCEPTED

    def _standing(self, at_s: float) -> str | None:
        """Whose turn to be enrolled it is at this second of the clip: somebody with half of their visit before them."""
        for name, (from_s, to_s) in self.visits_s.items():
            if from_s <= at_s <= (from_s + to_s) / 2:
                return name
        return None

    def _shows(self, face: TrackedFace) -> bool:
        """Whether this face, the door and the newest recognition tell the same story."""
        door, newest = self.window.door.door, self.window.decision.recognition
        return (
            (face.decision, face.verdict) == (Decision.ACCEPTED, Verdict.GOOD)
            and face.score is not None
            and face.age_ms <= FRESH_MS
            and newest is not None
            and (newest.decision, newest.person) == (Decision.ACCEPTED, face.name)
            and door.state is DoorWord.OPEN
            and door.remaining_at(now_s()) >= DOOR_LEFT_MS
        )

    def shoot(self) -> None:
        """Save the window."""
        if not self.taken:
            self.taken = True
            self.done(0 if self.window.grab().save(str(self.out)) else 1)


def main(arguments: Sequence[str] | None = None) -> int:
    """0 saved, 1 it did not come to that."""
    parser = argparse.ArgumentParser(prog="python -m gui.screenshot", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="picture of the window")
    parser.add_argument("--dialog", type=Path, help="also a picture of the enrolment dialog")
    parser.add_argument("--size", default="1280x800", help="width x height")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--people", type=int, default=3, help="how many are enrolled")
    parser.add_argument("--visits", type=int, default=4, help="how many are let in before the picture is taken")
    parser.add_argument("--board", default="virtual")
    parser.add_argument("--patience", type=float, default=240.0, help="seconds until it gives up")
    given = parser.parse_args(arguments)
    width, height = (int(part) for part in given.size.split("x"))
    clip = json.loads(DEMO_CLIP.with_suffix(".json").read_text(encoding="utf-8"))
    enrolled = [person for person in clip["people"] if person["enrol"]][: given.people]
    visits = {person["id"].capitalize(): (person["stands_from_s"], person["stands_to_s"]) for person in enrolled}
    app = QApplication.instance() or QApplication(["screenshot"])
    assert isinstance(app, QApplication)
    theme = Theme(app)
    theme.use(DARK if given.theme == "dark" else LIGHT)
    with tempfile.TemporaryDirectory() as folder:
        options = PipelineOptions(data=Path(folder), board=given.board, camera="demo", enrolment_crops=CROPS)
        pipeline = Pipeline(options)
        window = Window(pipeline, options, theme)
        shoot = _Shoot(window, visits, clip["seconds"], given.out, given.dialog, app.exit, given.visits)
        pipeline.frame_ready.connect(shoot.frame)
        pipeline.enrolment_changed.connect(shoot.progress)
        pipeline.event_logged.connect(shoot.event)
        QTimer.singleShot(round(given.patience * 1e3), lambda: app.exit(1))
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
