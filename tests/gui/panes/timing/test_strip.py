"""The strip paints what gui.panes.timing.stages says, and explains its stages."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from gui.core.frames import Stage
from gui.panes.timing.strip import TimingStrip
from gui.widgets.palette import DARK
from gui.widgets.theme import Theme
from tests.support.samples import recognition, timeline


def strip_of(qtbot: QtBot, theme: Theme) -> TimingStrip:
    strip = TimingStrip(theme)
    qtbot.addWidget(strip)
    strip.resize(880, strip.sizeHint().height())
    return strip


def test_nothing_yet_is_said(qtbot: QtBot, theme: Theme) -> None:
    strip = strip_of(qtbot, theme)
    assert "No face" in strip.accessibleDescription()
    assert not strip.grab().isNull()


def test_recognition_is_painted_and_spoken(qtbot: QtBot, theme: Theme) -> None:
    strip = strip_of(qtbot, theme)
    before = strip.grab().toImage()
    strip.set_recognition(recognition())
    assert "Network 246 ms emulated" in strip.accessibleDescription()
    assert strip.grab().toImage() != before


def test_network_bar_grows_with_its_time(qtbot: QtBot, theme: Theme) -> None:
    strip = strip_of(qtbot, theme)

    def accents(network_ms: float) -> int:
        strip.set_recognition(recognition(timeline=timeline(network_ms=network_ms), network_ms=network_ms))
        image = strip.grab().toImage()
        line = round(strip.height() * 0.41)
        return sum(
            image.pixelColor(x, y).name() == theme.colours.accent
            for x in range(image.width())
            for y in range(line - 20, line + 4)
        )

    assert accents(400.0) > 1.5 * accents(200.0) > 0


def test_stage_under_the_pointer_has_a_meaning(qtbot: QtBot, theme: Theme) -> None:
    strip = strip_of(qtbot, theme)
    bottom = strip.height() - 20
    assert strip._stage_at(20, bottom) is Stage.CAPTURE
    assert strip._stage_at(860, bottom) is Stage.DRAW
    assert strip._stage_at(20, 5) is None


def test_other_colours_paint_otherwise(qtbot: QtBot, theme: Theme) -> None:
    strip = strip_of(qtbot, theme)
    strip.set_recognition(recognition())
    light = strip.grab().toImage()
    theme.use(DARK)
    assert strip.grab().toImage() != light
