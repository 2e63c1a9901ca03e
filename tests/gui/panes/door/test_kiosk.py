"""The door display is legible from afar, upright and lying, and tells its state without colour."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF, QTranslator
from PySide6.QtGui import QFontMetricsF
from pytestqt.qtbot import QtBot

from gui.core.decisions import Decision, Entrance, Turn
from gui.core.frames import now_s
from gui.core.states import BoardPhase, CameraPhase, DoorView, DoorWord
from gui.panes.door.kiosk import APPEARANCES, KioskView
from gui.panes.door.kiosk_state import Message
from gui.widgets.language import TRANSLATIONS
from gui.widgets.palette import ICONS
from gui.widgets.theme import Theme
from tests.support.samples import board, camera, face, frame, recognition

LEAST_CAP_MM = 8.73  # ten minutes of arc at 3 m: twice as large as what ordinary sight (20/20) just reads
TEN_INCH_MM = 217.0  # width of a 10-inch screen of 1280x800, the smallest that is put beside a door


@pytest.fixture
def view(theme: Theme, qtbot: QtBot) -> KioskView:
    view = KioskView(theme)
    qtbot.addWidget(view)
    view.resize(1280, 800)
    view.set_board(board())
    view.set_camera(camera())
    view.set_door(DoorView(DoorWord.LOCKED, 0.0, now_s()))
    return view


def test_state_follows_door_faces_and_questions(view: KioskView, qtbot: QtBot) -> None:
    assert view.state.message is Message.LOCKED
    view.set_frame(frame(1, (face(decision=Decision.SEEN),)))
    assert view.accessibleName() == "Look at the camera"
    view.set_entrance(Entrance(asked=Turn.LEFT))
    assert view.state.message is Message.TURN_LEFT
    view.set_entrance(Entrance(locked_until_s=now_s() + 30))
    assert view.state.message is Message.LOCKED_OUT
    view.set_entrance(Entrance())
    view.set_person("Ada")
    view.set_frame(frame(1, (face(),)))
    view.set_door(DoorView(DoorWord.OPEN, 5_000.0, now_s()))
    assert view.accessibleName() == "Welcome Ada"
    view.set_door(DoorView(DoorWord.LOCKED, 0.0, now_s()))
    view.set_door(DoorView(DoorWord.OPEN, 5_000.0, now_s()))
    assert view.accessibleName() == "Open", "the next opening is not for the last person"
    view.set_door(DoorView(DoorWord.LOCKED, 0.0, now_s()))
    view.set_recognition(recognition(decision=Decision.REFUSED))
    view.set_frame(frame(2))
    assert view.accessibleName() == "Not recognised"
    view.set_board(board(phase=BoardPhase.LOST))
    assert view.accessibleName() == "Out of order"
    view.set_board(board())
    view.set_camera(camera(phase=CameraPhase.LOST))
    assert view.accessibleDescription() == "The camera gives no picture. Please ring."


def test_state_is_never_told_by_colour_alone() -> None:
    assert set(APPEARANCES) == set(Message)
    assert all((ICONS / f"{drawing}.svg").exists() and title for _role, drawing, title, _detail in APPEARANCES.values())
    told = [(title, detail) for _role, _drawing, title, detail in APPEARANCES.values()]
    assert len(set(told)) == len(told)


@pytest.mark.parametrize("size", [(1280, 800), (800, 1280), (1920, 1080), (1080, 1920), (3840, 2160)])
def test_titles_can_be_read_from_three_metres(view: KioskView, size: tuple[int, int]) -> None:
    mm_per_px = TEN_INCH_MM / max(size)
    view.resize(*size)
    width, height = size
    part = (width * 0.46, height) if width > height else (width, height * 0.46)
    room = QRectF(0, 0, part[0] * 0.84, part[1] * 0.84 * 0.4)  # smaller than what the panel gives
    german = QTranslator()
    assert german.load(str(TRANSLATIONS / "door_de.qm"))
    titles = [title for _role, _drawing, title, _detail in APPEARANCES.values()]
    for title in (*titles, *(german.translate("", title) for title in titles)):
        font = view._fitting(title.format(name="Maximilian"), room, most=round(height * 0.16))
        assert QFontMetricsF(font).capHeight() * mm_per_px >= LEAST_CAP_MM, title


@pytest.mark.parametrize("size", [(1280, 800), (800, 1280), (320, 240), (240, 320)])
def test_every_state_paints_at_every_size(view: KioskView, size: tuple[int, int], qtbot: QtBot) -> None:
    view.resize(*size)
    plain = view.grab().toImage()
    view.set_frame(frame(3, (face(decision=Decision.SEEN),)))
    with qtbot.waitSignal(view.drawn, timeout=1000) as told:
        assert view.grab().toImage() != plain
    assert told.args[0] == 3
    view.set_person("A very long name that hardly fits any screen at all")
    view.set_door(DoorView(DoorWord.OPEN, 5_000.0, now_s()))
    assert not view.grab().isNull()
