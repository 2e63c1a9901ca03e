"""Colours that can be read, icons that are there, fonts that do not leak."""

from __future__ import annotations

import dataclasses
import sys

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.widgets.palette import DARK, ICONS, LIGHT, Colours
from gui.widgets.theme import Theme, icon, paint_icon


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in QColor(colour).getRgbF()[:3]  # type: ignore[index]
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["text", "muted", "accent", "good", "warn", "bad"])
def test_texts_can_be_read_on_cards(colours: Colours, name: str) -> None:
    assert contrast(getattr(colours, name), colours.card) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_white_can_be_read_on_the_door(colours: Colours) -> None:
    for fill in (colours.door_locked, colours.door_open, colours.door_unknown, colours.door_refused):
        assert contrast("#ffffff", fill) >= 4.5
    assert contrast(colours.accent_text, colours.accent) >= 4.5


def test_system_is_followed_at_once_unless_a_theme_is_chosen(theme: Theme) -> None:
    hints = QApplication.styleHints()
    theme.choose("system")
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)  # the test's platform has no colours of its own to change
    assert theme.colours is DARK
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert theme.colours is LIGHT
    theme.choose("dark")
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert theme.colours is DARK
    theme.choose("system")
    assert theme.colours is LIGHT


def test_change_of_colours_is_told_once(theme: Theme, qtbot: QtBot) -> None:
    with qtbot.waitSignal(theme.changed, timeout=1000):
        theme.use(DARK)
    with qtbot.assertNotEmitted(theme.changed):
        theme.use(DARK)
    theme.use(LIGHT)


@pytest.mark.parametrize("path", sorted(ICONS.glob("*.svg")), ids=lambda path: path.stem)
def test_every_icon_paints_something(path: object, qtbot: QtBot) -> None:
    name = path.stem  # type: ignore[attr-defined]
    image = QImage(32, 32, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    paint_icon(painter, name, QColor("#ff0000"), QRectF(0, 0, 32, 32))
    painter.end()
    assert bytes(image.constBits()).count(0) < 32 * 32 * 4
    assert not icon(name, "#ff0000").isNull()


def test_all_colours_are_colours() -> None:
    for colours in (LIGHT, DARK):
        for field in dataclasses.fields(colours):
            assert field.name == "dark" or QColor(getattr(colours, field.name)).isValid()


def test_calls_into_qt_keep_the_count_of_none(qtbot: QtBot) -> None:
    # PySide6 6.12.0 gives away a reference to None in every call on Python 3.11; painting then aborts within a minute.
    font, before = QFont(), sys.getrefcount(None)
    for _ in range(1_000):
        font.setPixelSize(12)
    assert sys.getrefcount(None) - before > -500
