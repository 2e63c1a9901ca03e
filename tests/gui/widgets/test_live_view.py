"""The live picture: what is painted, what is said, and that it is told how long painting took."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from gui.core.decisions import Decision
from gui.widgets.live_view import LiveView
from gui.widgets.overlay import Detail
from gui.widgets.picture import image_of
from gui.widgets.theme import Theme
from tests.support.samples import face, frame, picture, recognition


@pytest.fixture
def view(qtbot: QtBot, theme: Theme) -> LiveView:
    view = LiveView(theme)
    qtbot.addWidget(view)
    view.resize(640, 480)
    view.set_detail(Detail.NAMES)
    return view


def colour_at(view: LiveView, x: int, y: int) -> QColor:
    return view.grab().toImage().pixelColor(x, y)


def test_picture_is_shown_in_its_colours(view: LiveView) -> None:
    view.set_frame(frame(shown=picture(colour=(200, 30, 90))))
    assert colour_at(view, 320, 240).getRgb()[:3] == (200, 30, 90)


def test_image_keeps_its_pixels_when_the_array_changes() -> None:
    shown = picture(4, 4)
    image = image_of(shown)
    shown[:] = 0
    assert image.pixelColor(1, 1).getRgb()[:3] == (30, 90, 160)


def test_image_of_a_picture_whose_rows_do_not_end_on_a_word(qtbot: QtBot) -> None:
    shown = np.arange(3 * 5 * 3, dtype=np.uint8).reshape(3, 5, 3)
    assert image_of(shown).pixelColor(4, 2).getRgb()[:3] == (42, 43, 44)


def test_box_has_the_colour_of_its_decision(view: LiveView, theme: Theme) -> None:
    box = (30.0, 30.0, 40.0, 60.0)
    view.set_frame(frame(1, (face(decision=Decision.ACCEPTED, box=box),)))
    accepted = colour_at(view, 120, 240)
    view.set_frame(frame(2, (face(decision=Decision.REFUSED, box=box),)))
    refused = colour_at(view, 120, 240)
    assert accepted == theme.colours.role("good")
    assert refused == theme.colours.role("bad")


def test_painting_a_frame_is_told_once(view: LiveView, qtbot: QtBot) -> None:
    told: list[tuple[int, float]] = []
    view.drawn.connect(lambda number, ms: told.append((number, ms)))
    view.set_frame(frame(41))
    view.grab()
    view.grab()
    assert [number for number, _ in told] == [41]
    assert told[0][1] > 0


def test_without_a_picture_the_reason_is_said(view: LiveView) -> None:
    assert view.accessibleDescription() == "Opening the camera"
    view.clear("No picture\nthe cable")
    assert view.accessibleDescription() == "No picture\nthe cable"
    assert view.frame is None
    assert not view.grab().isNull()


def test_hint_is_painted_and_spoken(view: LiveView) -> None:
    view.set_frame(frame())
    before = view.grab().toImage()
    view.set_hint("Nobody is enrolled")
    assert view.accessibleDescription() == "Nobody is enrolled"
    assert view.grab().toImage() != before


def test_more_detail_paints_landmarks(view: LiveView) -> None:
    view.set_frame(frame(1, (face(),)))
    assert colour_at(view, 200, 248).getRgb()[:3] == (30, 90, 160)  # the nose, at four view pixels a picture pixel
    view.set_detail(Detail.EVERYTHING)
    assert colour_at(view, 200, 248).getRgb()[:3] != (30, 90, 160)


def test_off_paints_the_picture_alone(view: LiveView) -> None:
    view.set_detail(Detail.OFF)
    view.set_frame(frame(1, (face(),)))
    with_face = view.grab().toImage()
    view.set_frame(frame(2))
    assert view.grab().toImage() == with_face


def test_timings_of_a_face_are_painted_and_go_with_it(view: LiveView) -> None:
    view.set_detail(Detail.SCORES)
    view.set_frame(frame(1, (face(),)))
    before = view.grab().toImage()
    view.set_recognition(recognition())
    assert view.grab().toImage() != before
    view.set_frame(frame(2))
    view.set_recognition(recognition(track_id=9, passes=2))
    assert {track: timing.passes for track, timing in view._timings.items()} == {9: 2}


@pytest.mark.parametrize("size", [(20, 10), (160, 120), (400, 300)])
def test_picture_is_scaled_without_losing_its_colour(size: tuple[int, int]) -> None:
    image = image_of(picture(160, 120), size)
    assert (image.width(), image.height()) == size
    assert image.pixelColor(size[0] // 2, size[1] // 2).getRgb()[:3] == (30, 90, 160)


def test_tiny_view_paints_without_complaint(view: LiveView) -> None:
    view.setMinimumSize(1, 1)
    view.resize(2, 2)
    view.set_frame(frame(1, (face(),)))
    assert not view.grab().isNull()
