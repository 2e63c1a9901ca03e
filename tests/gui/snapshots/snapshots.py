"""Pictures of every pane and dialog in light and dark, and how alike two of them are.

``python -m tests.gui.snapshots.snapshots`` writes the references in ``tests/gui/snapshots/pictures`` anew: look at them
before they are committed. The clock stands still, the font is DejaVu Sans, and nothing runs: records made by hand are
shown.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from unittest import mock

import numpy as np
from PySide6.QtCore import QLocale, QPoint, QRect
from PySide6.QtGui import QFont, QFontDatabase, QImage
from PySide6.QtWidgets import QApplication, QWidget

from gui.core.decisions import Decision
from gui.core.frames import FrameView, Timeline
from gui.core.opencv import cv2
from gui.core.states import DoorView, DoorWord, PipelineOptions, Problem, Topic
from gui.enrolment.photo_enrolment import PhotoCluster, PhotoMixture, PhotoPhase, PhotoProgress
from gui.pipeline.pipeline import Pipeline
from gui.settings.store import SettingsStore
from gui.widgets.palette import DARK, LIGHT
from gui.widgets.theme import Theme
from gui.window.main_window import Window
from tests.support import samples

PICTURES = Path(__file__).resolve().parent / "pictures"
FONT = "DejaVu Sans"
NOON = datetime(2026, 3, 4, 12, 0, 0).timestamp()  # the wall clock of every picture
MONOTONIC_S = 1_000.0
SIZE = (1280, 800)
# A pixel differs where any colour is this far off (of 255): anti-aliasing of another Qt version stays below.
PIXEL_TOLERANCE = 48
# So much of a picture may differ: a letter moved by a pixel, but no text or edge that is missing.
SHARE_TOLERANCE = 0.012

Pictures = dict[str, QImage]


def differing(one: QImage, other: QImage) -> float:
    """The share of pixels that differ, from 0 to 1; 1 where the sizes do."""
    if one.size() != other.size():
        return 1.0
    return float(np.mean(np.abs(_array(one) - _array(other)).max(axis=2) > PIXEL_TOLERANCE))


def take(app: QApplication, theme: Theme, folder: Path) -> Pictures:
    """A picture of every pane and dialog in the theme's colours."""
    with _still(), mock.patch("gui.window.camera_dialog.webcams", list):
        pipeline = Pipeline(PipelineOptions(folder, board="virtual", camera="demo"))
        try:
            return _Book(app, theme, pipeline, folder).pictures
        finally:
            pipeline.stop()


class _Book:
    """Shows the records and takes the pictures, one after another."""

    def __init__(self, app: QApplication, theme: Theme, pipeline: Pipeline, folder: Path) -> None:
        self._app, self._pipeline = app, pipeline
        self.pictures: Pictures = {}
        thumbnails = [_png(colour) for colour in ((150, 110, 90), (90, 110, 150), (110, 140, 100))]
        people = [
            samples.person(number, name, thumbnail=thumbnails[number - 1], last_seen=NOON - 120.0 * number)
            for number, name in enumerate(("Ada", "Bo", "Chen"), 1)
        ]
        events = [
            samples.event(1, time=NOON - 5.0, thumbnail=thumbnails[0], trace=samples.trace()),
            samples.event(2, time=NOON - 65.0, name=None, person_id=None, decision=Decision.REFUSED, score=0.12),
            samples.event(3, time=NOON - 600.0, name="Bo", person_id=2, thumbnail=thumbnails[1]),
            samples.event(4, time=NOON - 90_000.0, name=None, person_id=None, decision=Decision.BY_HAND, score=None),
        ]
        with mock.patch.object(pipeline.people, "everyone", list):
            first = Window(pipeline, PipelineOptions(folder), theme, SettingsStore(None))
            self._show(first)
            pipeline.problem.emit(Problem("the port /dev/ttyACM0 is busy", "close the other program", Topic.BOARD))
            self._grab("first run", first)
            self._close(first)
        pipeline.people.everyone = lambda: people  # type: ignore[method-assign]
        logged = [pipeline.events.log.log(event) for event in reversed(events)]
        settings = SettingsStore(None)
        settings.set("window/hints", False)
        window = Window(pipeline, PipelineOptions(folder), theme, settings)
        self._show(window)
        window.door.set_person(logged[-1].name)
        pipeline.door_changed.emit(DoorView(DoorWord.OPEN, 5_000.0, MONOTONIC_S - 1.5))
        for number in range(40):
            pipeline.recognised.emit(
                samples.recognition(number=number, timeline=samples.timeline(MONOTONIC_S - number))
            )
        window.plot.build()
        self._grab("window", window)
        for name in ("decision", "door", "strip", "plot"):
            self._grab(name, getattr(window, name))
        for name in ("people", "events", "board"):
            window.commands[name].trigger()
            self._grab(name, getattr(window, name))
        pipeline.door_changed.emit(DoorView(DoorWord.LOCKED))
        self._grab("door locked", window.door)
        window.commands["people"].trigger()
        window.people.view.setCurrentIndex(window.people.model.index(0))
        for name in ("settings", "camera", "shortcuts", "enrol", "merge", "photos", "timing"):
            self._dialog(window, name)
        self._opened("photo question", lambda: self._photo_question(window, thumbnails))
        self._opened("event", lambda: window.events.open_event(window.events.model.index(0, 0)))
        for name, size in (("kiosk", (640, 400)), ("kiosk upright", (400, 640))):
            window.kiosk.setParent(None)
            window.kiosk.resize(*size)
            window.kiosk.set_frame(_frame())
            window.kiosk.show()
            self._grab(name, window.kiosk)
        window.kiosk.close()
        self._close(window)

    def _show(self, window: Window) -> None:
        pipeline = self._pipeline
        window.resize(*SIZE)
        window.show()
        pipeline.board_changed.emit(samples.board())
        pipeline.camera_changed.emit(samples.camera())
        pipeline.frame_ready.emit(_frame())
        pipeline.door_changed.emit(DoorView(DoorWord.LOCKED))

    def _grab(self, name: str, widget: QWidget) -> None:
        for _ in range(3):
            self._app.processEvents()
        top = widget.window()  # a pane alone would be without what is behind it
        part = QRect(widget.mapTo(top, QPoint(0, 0)), widget.size())
        self.pictures[name] = top.grab(part).toImage().convertToFormat(QImage.Format.Format_RGB32)

    def _dialog(self, window: Window, command: str) -> None:
        self._opened(command, window.commands[command].trigger)

    def _photo_question(self, window: Window, crops: Sequence[bytes]) -> None:
        window.commands["photos"].trigger()
        first, second = (tuple(Path(f"IMG_{number}.jpg") for number in numbers) for numbers in ((1, 2, 3, 4), (5, 6)))
        clusters = (
            PhotoCluster(first, (crops[0],) * 4, 0.71),
            PhotoCluster(second, (crops[1],) * 2, 0.05),
        )
        mixture = PhotoMixture("Guests", clusters)
        self._pipeline.people.photos_changed.emit(PhotoProgress(PhotoPhase.CHOOSING, 6, 6, mixture=mixture))

    def _opened(self, name: str, show: Callable[[], object]) -> None:
        before = set(self._app.topLevelWidgets())
        show()
        self._app.processEvents()
        (dialog,) = [shown for shown in self._app.topLevelWidgets() if shown.isVisible() and shown not in before]
        focus = dialog.focusWidget()
        if focus is not None:
            focus.clearFocus()  # a cursor that blinks would be there or not
        self._grab(name, dialog)
        dialog.close()
        self._app.processEvents()

    def _close(self, window: Window) -> None:
        with mock.patch.object(self._pipeline, "stop"):
            window.close()
        window.deleteLater()
        self._app.processEvents()


@contextmanager
def _still() -> Iterator[None]:
    """Both clocks stand still."""
    before = QLocale()
    QLocale.setDefault(QLocale("en"))
    with _stopped("time", NOON), _stopped("perf_counter", MONOTONIC_S):
        yield
    QLocale.setDefault(before)


def _stopped(clock: str, at: float) -> AbstractContextManager[object]:
    return mock.patch.object(time, clock, return_value=at)


def _frame() -> FrameView:
    """Somebody drawn with a few strokes: small as a PNG, and the same with every video library."""
    picture = np.full((480, 640, 3), (196, 204, 212), np.uint8)
    cv2.rectangle(picture, (420, 60), (590, 480), (150, 118, 84), -1)
    cv2.ellipse(picture, (321, 460), (150, 120), 0, 0, 360, (56, 74, 110), -1)
    cv2.ellipse(picture, (321, 205), (62, 92), 0, 0, 360, (208, 164, 136), -1)
    cv2.ellipse(picture, (321, 150), (66, 52), 0, 180, 360, (60, 44, 36), -1)
    for x, y in _LANDMARKS[:2]:
        cv2.circle(picture, (x, y), 6, (40, 30, 26), -1)
    cv2.line(picture, _LANDMARKS[3], _LANDMARKS[4], (150, 70, 70), 5)
    face = samples.face(box=(262.0, 112.0, 118.0, 180.0), landmarks=np.array(_LANDMARKS, np.float32))
    return FrameView(1, picture, (face,), Timeline(0.0), 25.0, 25.0)


_LANDMARKS = [(296, 182), (346, 182), (321, 214), (300, 246), (342, 246)]


def _png(colour: tuple[int, int, int]) -> bytes:
    good, data = cv2.imencode(".png", np.full((64, 64, 3), colour[::-1], np.uint8))
    assert good
    return bytes(data.tobytes())


def _array(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    whole = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return whole[:, : image.width(), :3].astype(np.int16)


def _coarse(image: QImage) -> np.ndarray:
    """BGR with 16 steps a colour: half as large a file, and well within the tolerance."""
    return ((_array(image) & 0xF0) + 8).astype(np.uint8)


def start() -> QApplication | None:
    """The application with the pictures' font; None where that font is not installed."""
    app = QApplication.instance() or QApplication(["pictures"])
    assert isinstance(app, QApplication)
    if FONT not in QFontDatabase.families():
        return None
    font = QFont(FONT)
    font.setPixelSize(13)
    app.setFont(font)
    return app


def main() -> int:
    """Write every reference anew."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = start()
    if app is None:
        print(f"the font {FONT} is not installed (Debian: fonts-dejavu-core)", file=sys.stderr)
        return 1
    theme = Theme(app)
    for old in PICTURES.glob("*.png"):
        old.unlink()
    for colours, name in ((LIGHT, "light"), (DARK, "dark")):
        theme.choose(name)
        assert theme.colours is colours
        with tempfile.TemporaryDirectory() as folder:
            for what, image in take(app, theme, Path(folder)).items():
                file = PICTURES / f"{what.replace(' ', '_')}_{name}.png"
                cv2.imwrite(str(file), _coarse(image), [cv2.IMWRITE_PNG_COMPRESSION, 9])
    print(f"{len(list(PICTURES.glob('*.png')))} pictures in {PICTURES}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
