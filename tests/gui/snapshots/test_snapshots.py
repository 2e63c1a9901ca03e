"""Every pane and dialog looks as it did, in light and dark; ``python -m tests.gui.snapshots.snapshots`` takes them
anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.widgets.theme import Theme
from tests.gui.snapshots.snapshots import FONT, PICTURES, SHARE_TOLERANCE, differing, start, take


@pytest.mark.parametrize("name", ["light", "dark"])
def test_pictures_are_as_they_were(name: str, theme: Theme, qtbot: QtBot, tmp_path: Path) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    before = app.font()
    if start() is None:
        pytest.skip(f"the pictures' font, {FONT}, is not installed")
    fixed = Theme(app)
    fixed.choose(name)
    try:
        taken = take(app, fixed, tmp_path / "data")
    finally:
        app.styleHints().colorSchemeChanged.disconnect(fixed._follow)
        fixed.deleteLater()
        app.setFont(before)
    references = {file.stem.removesuffix(f"_{name}"): file for file in PICTURES.glob(f"*_{name}.png")}
    assert references.keys() == {what.replace(" ", "_") for what in taken}, "take the pictures anew"
    unlike = {}
    for what, image in taken.items():
        share = differing(image, QImage(str(references[what.replace(" ", "_")])))
        if share > SHARE_TOLERANCE:
            image.save(str(tmp_path / f"{what}.png"))
            unlike[what] = f"{share:.2%}"
    assert not unlike, f"pixels that differ, compare {tmp_path} with {PICTURES}: {unlike}"


def test_a_missing_line_of_text_is_noticed(qtbot: QtBot) -> None:
    picture = QImage(str(PICTURES / "decision_light.png"))
    changed = picture.copy()
    for x in range(12, 160):
        for y in range(300, 312):
            changed.setPixel(x, y, 0xFF000000)
    assert differing(picture, picture) == 0.0
    assert differing(picture, changed) > SHARE_TOLERANCE
    assert differing(picture, picture.scaled(10, 10)) == 1.0
