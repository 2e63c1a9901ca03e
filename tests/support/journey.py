"""Drives the real window with the real pipeline and the virtual board, as a program that can choose its screen.

``python -m tests.support.journey FOLDER``: enrols three people from the demo clip, each in a run of its own; starts
again on a clip of all of them and one who was never enrolled; prints what came of it as one JSON object.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.capture.sources import DEMO_CLIP
from gui.core.decisions import Decision
from gui.core.people import Event
from gui.core.states import BoardPhase, BoardState, DoorView, DoorWord, PipelineOptions
from gui.enrolment.poses import Pose
from gui.enrolment.progress import EnrolmentPhase
from gui.panes.people.wording import verdict_line
from gui.pipeline.pipeline import Pipeline
from gui.tools.demo_visitors import Visitor, cut, visitors
from gui.widgets.theme import Theme
from gui.window.main_window import Window

ENROLLED = 3
CROPS = 7
DOOR_MS = 1_500
PATIENCE_S = 90.0  # on a busy computer few crops of a visit come back


class Run:
    """One start of the program."""

    def __init__(self, app: QApplication, theme: Theme, data: Path, camera: Path) -> None:
        self._app = app
        self.options = PipelineOptions(
            data=data, board="virtual", camera=str(camera), door_open_ms=DOOR_MS, enrolment_crops=CROPS
        )
        self.pipeline = Pipeline(self.options)
        self.doors: list[DoorView] = []
        self.events: list[Event] = []
        self.boards: list[BoardState] = []
        self.pipeline.door_changed.connect(self.doors.append)
        self.pipeline.event_logged.connect(self.events.append)
        self.pipeline.board_changed.connect(self.boards.append)
        self.window = Window(self.pipeline, self.options, theme)
        self.window.show()
        self.pipeline.start()

    def until(self, holds: Callable[[], object], what: str, so_far: Callable[[], object] = str) -> None:
        """Let Qt work until ``holds``; RuntimeError after PATIENCE_S, with what ``so_far`` says then."""
        end = time.monotonic() + PATIENCE_S
        while not holds():
            self._app.processEvents()
            time.sleep(0.005)
            if time.monotonic() > end:
                raise RuntimeError(
                    f"waited {PATIENCE_S:.0f} s in vain for {what}; so far {so_far()}; "
                    f"problem: {self.window.problems.problem}"
                )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """Close the window as a person does, with frames in flight."""
        self.window.close()
        self.window.deleteLater()
        self._app.processEvents()


def enrol(run: Run, name: str) -> list[int]:
    """By the keyboard: E, the name, return, and return again to save; the shots taken of each pose."""
    window = run.window
    run.until(lambda: window.live.frame is not None and window.live.frame.faces, "a face")
    run.until(lambda: run.boards and run.boards[-1].phase is BoardPhase.READY, "the board")
    window.activateWindow()  # a bare X server has no window manager that would
    run.until(window.isActiveWindow, "the window to get the keyboard")
    QTest.keyClick(window, Qt.Key.Key_E)
    dialog = window.enrol_dialog
    assert dialog is not None
    QTest.keyClicks(dialog.name, name)
    QTest.keyClick(dialog.name, Qt.Key.Key_Return)
    ended = (EnrolmentPhase.SAVED, EnrolmentPhase.FAILED)

    def phase() -> EnrolmentPhase | None:
        return None if dialog.progress is None else dialog.progress.phase

    def looked_through() -> bool:
        """Nobody nods far enough in the clip: those poses are skipped, as a person would."""
        progress = dialog.progress
        if progress is not None and dialog.collecting and progress.pose in (Pose.UP, Pose.DOWN):
            dialog.skip.click()
        return phase() in (EnrolmentPhase.REVIEW, *ended)

    run.until(looked_through, f"the shots of {name}")
    if phase() is EnrolmentPhase.REVIEW:
        QTest.keyClick(dialog, Qt.Key.Key_Return)
    run.until(lambda: phase() in ended, f"the end of {name}'s enrolment")
    progress = dialog.progress
    assert progress is not None
    if progress.phase is EnrolmentPhase.FAILED:
        raise RuntimeError(f"{name} was not enrolled: {verdict_line(progress)}")
    dialog.start.click()
    run.until(lambda: window.enrol_dialog is None, "the dialog to close")
    return [step.taken for step in progress.steps]


def recognise(run: Run, names: list[str]) -> None:
    """Until everybody enrolled was let in, an unknown person refused, and the door locked again."""

    def done() -> bool:
        let_in = {event.name for event in run.events if event.decision is Decision.ACCEPTED}
        refused = any(event.decision is Decision.REFUSED for event in run.events)
        return let_in >= set(names) and refused

    what = f"{names} to be let in and an unknown person refused"
    run.until(done, what, lambda: [(event.name, event.decision.value) for event in run.events])
    run.until(lambda: run.doors[-1].state is DoorWord.LOCKED, "the door to lock again")


def journey(folder: Path) -> dict[str, object]:
    """The whole way; what came of it."""
    folder.mkdir(parents=True, exist_ok=True)
    app = QApplication(["journey"])
    theme = Theme(app)
    everybody = visitors(DEMO_CLIP)
    people = [visitor for visitor in everybody if visitor.enrol][:ENROLLED]
    unknown = next(visitor for visitor in everybody if not visitor.enrol)
    data = folder / "data"
    taken = []
    for visitor in people:
        clip = cut(DEMO_CLIP, [standing(visitor)], folder / f"{visitor.name}.avi")
        with Run(app, theme, data, clip) as run:
            taken.append(enrol(run, visitor.name))
    parts = [part for visitor in (*people, unknown) for part in (standing(visitor), nobody(visitor))]
    with Run(app, theme, data, cut(DEMO_CLIP, parts, folder / "all.avi")) as run:
        listed = [person.name for person in run.window.people.model.people]
        recognise(run, [visitor.name for visitor in people])
        result: dict[str, object] = {
            "platform": QGuiApplication.platformName(),
            "taken": taken,
            "listed": listed,
            "let_in": sorted({e.name or "" for e in run.events if e.decision is Decision.ACCEPTED}),
            "refused": sum(e.decision is Decision.REFUSED for e in run.events),
            "board": run.window.header.board.title.text(),
            "door": [view.state.value for view in run.doors],
            "shown": len(run.window.events.model.events),
            "stored": len(run.pipeline.events.newest()),
            "figures": run.window.plot.figures,
        }
        run.window.grab().save(str(folder / "window.png"))
    result["threads"] = [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()]
    return result


def standing(visitor: Visitor) -> tuple[float, float]:
    """When this person stands in front of the camera."""
    return visitor.stands_from_s, visitor.stands_to_s


def nobody(visitor: Visitor) -> tuple[float, float]:
    """A second after this person has left."""
    return visitor.gone_s, visitor.gone_s + 0.8


if __name__ == "__main__":
    print(json.dumps(journey(Path(sys.argv[1]))))
