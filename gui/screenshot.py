"""Makes the pictures of the documents: ``python -m gui.screenshot --out FILE``.

Starts the real program on the demo clip and the virtual board with an empty gallery, enrols the clip's people one after
another, waits until one of them is let in, and saves the window. Takes about a minute and a half.
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

from gui.camera import DEMO_CLIP
from gui.pipeline import Pipeline
from gui.records import DoorWord, EnrolmentPhase, EnrolmentProgress, Event, FrameView, PipelineOptions
from gui.theme import DARK, LIGHT, Theme
from gui.window import Window

STEADY_FRAMES = 20  # a face is there for this long before it is enrolled
LOOK_MS = 1_500  # between a person let in and the picture: the door has opened by then
DIALOG_CROPS = 5  # the dialog's picture is taken once this many crops are


@dataclass
class _Shoot:
    """Goes through the steps as the pipeline reports them."""

    window: Window
    pipeline: Pipeline
    names: list[str]
    out: Path
    dialog: Path | None
    done: Callable[[int], None]
    steady: int = 0
    running: bool = False

    def frame(self, frame: FrameView) -> None:
        """Begin the next enrolment when somebody stands there."""
        self.steady = self.steady + 1 if frame.faces else 0
        if self.names and not self.running and self.steady >= STEADY_FRAMES:
            self.running = True
            self.window.enrol()
            dialog = self.window.enrol_dialog
            if dialog is not None:
                dialog.name.setText(self.names[0])
                dialog.start.click()

    def progress(self, progress: EnrolmentProgress) -> None:
        """Take the dialog's picture on the way; go on when the person is saved."""
        dialog = self.window.enrol_dialog
        if dialog is None:
            return
        if self.dialog is not None and progress.taken == DIALOG_CROPS:
            dialog.grab().save(str(self.dialog))
            self.dialog = None
        if progress.phase is EnrolmentPhase.SAVED:
            self.names.pop(0)
            dialog.accept()
            self.running, self.steady = False, -10_000 if not self.names else -STEADY_FRAMES
        elif progress.phase is EnrolmentPhase.FAILED:
            print(f"enrolment failed: {progress.verdict}", file=sys.stderr)
            self.done(1)

    def event(self, event: Event) -> None:
        """Somebody was let in: wait for the door, then take the picture."""
        if event.name and not self.names:
            QTimer.singleShot(LOOK_MS, self.shoot)

    def shoot(self) -> None:
        """Save the window if the door is open."""
        if self.window.door.door.state is DoorWord.OPEN:
            self.done(0 if self.window.grab().save(str(self.out)) else 1)


def main(arguments: Sequence[str] | None = None) -> int:
    """0 saved, 1 it did not come to that."""
    parser = argparse.ArgumentParser(prog="python -m gui.screenshot", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="picture of the window")
    parser.add_argument("--dialog", type=Path, help="also a picture of the enrolment dialog")
    parser.add_argument("--size", default="1280x800", help="width x height")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--people", type=int, default=3, help="how many are enrolled")
    parser.add_argument("--board", default="virtual")
    parser.add_argument("--patience", type=float, default=240.0, help="seconds until it gives up")
    given = parser.parse_args(arguments)
    width, height = (int(part) for part in given.size.split("x"))
    clip = json.loads(DEMO_CLIP.with_suffix(".json").read_text(encoding="utf-8"))
    names = [person["id"].capitalize() for person in clip["people"] if person["enrol"]][: given.people]
    app = QApplication.instance() or QApplication(["screenshot"])
    assert isinstance(app, QApplication)
    theme = Theme(app)
    theme.use(DARK if given.theme == "dark" else LIGHT)
    with tempfile.TemporaryDirectory() as folder:
        options = PipelineOptions(data=Path(folder), board=given.board, camera="demo")
        pipeline = Pipeline(options)
        window = Window(pipeline, options, theme)
        shoot = _Shoot(window, pipeline, names, given.out, given.dialog, app.exit)
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
