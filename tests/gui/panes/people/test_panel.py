"""The list of people."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from gui.gallery.history import Change, ChangeKind
from gui.panes.people.panel import PeoplePanel
from gui.widgets import formatting
from gui.widgets.theme import Theme
from tests.support.samples import person


def panel_of(qtbot: QtBot, theme: Theme) -> PeoplePanel:
    panel = PeoplePanel(theme)
    qtbot.addWidget(panel)
    panel.resize(340, 260)
    panel.show()
    return panel


def editor_of(panel: PeoplePanel) -> QLineEdit:
    return panel.view.viewport().findChild(QLineEdit)


def test_empty_list_says_what_to_do(qtbot: QtBot, theme: Theme) -> None:
    panel = panel_of(qtbot, theme)
    assert panel.empty.isVisible()
    assert panel.empty.text() == formatting.NOBODY_ENROLLED
    panel.set_people([person()])
    assert panel.view.isVisible()
    assert not panel.empty.isVisible()


def test_row_is_spoken_with_its_details(qtbot: QtBot, theme: Theme) -> None:
    panel = panel_of(qtbot, theme)
    panel.set_people([person()])
    told = panel.model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert told == "Ada, 8 crops · not seen yet"


def test_rename_in_place_asks_and_changes_nothing_itself(qtbot: QtBot, theme: Theme) -> None:
    panel = panel_of(qtbot, theme)
    panel.set_people([person()])
    panel.rename_current()
    editor = editor_of(panel)
    editor.setText("Ada Lovelace")
    with qtbot.waitSignal(panel.rename_asked, timeout=1000) as asked:
        qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert asked.args == [1, "Ada Lovelace"]
    assert panel.model.people[0].name == "Ada"


def test_same_name_asks_nothing(qtbot: QtBot, theme: Theme) -> None:
    panel = panel_of(qtbot, theme)
    panel.set_people([person()])
    with qtbot.assertNotEmitted(panel.rename_asked):
        assert not panel.model.setData(panel.model.index(0), " Ada ")


def test_delete_asks(qtbot: QtBot, theme: Theme) -> None:
    panel = panel_of(qtbot, theme)
    panel.set_people([person(1, "Ada"), person(2, "Bo")])
    panel.view.setCurrentIndex(panel.model.index(1))
    with qtbot.waitSignal(panel.delete_asked, timeout=1000) as asked:
        panel.delete_current()
    assert asked.args == [2]


def test_the_last_change_is_told_with_its_undo_and_all_are_in_the_menu(qtbot: QtBot, theme: Theme) -> None:
    panel = panel_of(qtbot, theme)
    renamed = Change(ChangeKind.RENAME, "Ada", "Ada L.")
    deleted = Change(ChangeKind.DELETE, "Bo")
    panel.set_changes((renamed,))
    assert panel.note == "Ada is now Ada L."
    panel.set_changes((renamed, deleted))
    assert panel.note == "Bo was deleted"
    assert panel._undo.accessibleName() == "Undo: delete Bo"
    panel._fill_menu()
    undos = [action for action in panel.menu.actions() if action.text().startswith("Undo")]
    assert [action.text().split("\t")[0] for action in undos] == ["Undo: delete Bo", "Undo: rename Ada to Ada L."]
    assert [action.isEnabled() for action in undos] == [True, False]
    with qtbot.waitSignal(panel.undo_asked, timeout=1000):
        panel._undo.click()
    panel.set_changes((renamed,))
    assert panel.note == ""
    panel.set_changes(())
    panel._fill_menu()
    assert any(action.text() == "Nothing to undo" for action in panel.menu.actions())


def test_again_and_merge_ask_about_the_selected_person(qtbot: QtBot, theme: Theme) -> None:
    panel = panel_of(qtbot, theme)
    panel.set_people([person(1, "Ada"), person(2, "Bo", usable=0)])
    panel.view.setCurrentIndex(panel.model.index(1))
    with qtbot.waitSignals([panel.again_asked, panel.merge_asked], timeout=1000):
        panel.enrol_current_again()
        panel.merge_current()
    panel.set_people([person(1, "Ada")])
    with qtbot.assertNotEmitted(panel.merge_asked):
        panel.merge_current()  # with whom?


def test_files_can_be_dropped(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    panel = panel_of(qtbot, theme)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.jpg")), QUrl("https://example.org/b.jpg")])
    where, none = QPoint(5, 5), Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(where, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, none)
    panel.dragEnterEvent(enter)
    assert enter.isAccepted()
    drop = QDropEvent(where, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, none)
    with qtbot.waitSignal(panel.files_dropped, timeout=1000) as dropped:
        panel.dropEvent(drop)
    assert dropped.args == [[tmp_path / "a.jpg"]]


def test_delete_without_a_selection_does_nothing(qtbot: QtBot, theme: Theme) -> None:
    panel = panel_of(qtbot, theme)
    panel.set_people([person(1, "Ada"), person(2, "Bo")])
    with qtbot.assertNotEmitted(panel.delete_asked):
        panel.delete_current()


def test_selection_follows_the_person(qtbot: QtBot, theme: Theme) -> None:
    panel = panel_of(qtbot, theme)
    panel.set_people([person(1, "Bo"), person(2, "Cy")])
    panel.view.setCurrentIndex(panel.model.index(1))
    panel.set_people([person(3, "Ada"), person(1, "Bo"), person(2, "Cy")])
    assert panel.current is not None
    assert panel.current.name == "Cy"


def test_rows_paint(qtbot: QtBot, theme: Theme) -> None:
    panel = panel_of(qtbot, theme)
    panel.set_people([person(1, "Ada"), person(2, "A very long name that does not fit into the row at all", usable=0)])
    assert not panel.grab().isNull()
