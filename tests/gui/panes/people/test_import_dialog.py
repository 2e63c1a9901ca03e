"""What is asked before a gallery file is imported."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from gui.gallery.archive import FilePerson
from gui.panes.people.import_dialog import ORDER, ImportDialog
from gui.widgets.theme import Theme
from tests.gui.gallery.test_gallery import NETWORK, some_fingerprint

PEOPLE = [FilePerson("Ada", 1.0, (some_fingerprint(1),)), FilePerson("Ben", 2.0, (some_fingerprint(2, "cd" * 16),))]


def test_who_clashes_is_renamed_merged_or_left_out(qtbot: QtBot, theme: Theme) -> None:
    for index, expected in enumerate([["Ada", "Ben (2)"], ["Ada", "Ben"], ["Ada"]]):
        dialog = ImportDialog(theme, "people.facegallery", PEOPLE, {"ben": 4}, NETWORK)
        qtbot.addWidget(dialog)
        assert list(dialog.choices) == ["Ben"]
        assert "must be enrolled again here: 1" in dialog.usable.text()
        dialog.choices["Ben"].setCurrentIndex(index)
        with qtbot.waitSignal(dialog.import_asked, timeout=1000) as asked:
            dialog.run.click()
        assert [person.name for person in asked.args[0]] == expected
        assert ORDER[index].value
    assert asked.args[0][0].into is None


def test_nobody_clashes(qtbot: QtBot, theme: Theme) -> None:
    dialog = ImportDialog(theme, "people.facegallery", PEOPLE, {}, "")
    qtbot.addWidget(dialog)
    assert dialog.choices == {}
    assert "Without a board" in dialog.usable.text()
