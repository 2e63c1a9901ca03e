"""What every test of the window has: the theme, and failing on Qt's warnings."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.widgets.palette import LIGHT
from gui.widgets.theme import Theme


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """English numbers and dates, whatever the desktop speaks."""
    before = QLocale()
    QLocale.setDefault(QLocale("en"))
    yield
    QLocale.setDefault(before)


@pytest.fixture(autouse=True)
def no_qt_warning(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test during which Qt complained; what only the offscreen platform says of itself does not count."""
    yield
    capture = getattr(request.node, "qt_log_capture", None)
    told = [record.message.strip() for record in capture.records] if capture is not None else []
    left = [message for message in told if "This plugin does not support" not in message]
    assert not left, f"Qt complained: {left}"


@pytest.fixture
def theme(qtbot: QtBot) -> Iterator[Theme]:
    """The light theme on the application; taken off again."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    style, palette, font = app.styleSheet(), app.palette(), app.font()
    theme = Theme(app)
    theme.use(LIGHT)
    yield theme
    app.styleHints().colorSchemeChanged.disconnect(theme._follow)
    theme.deleteLater()
    app.setStyleSheet(style)
    app.setPalette(palette)
    app.setFont(font)
