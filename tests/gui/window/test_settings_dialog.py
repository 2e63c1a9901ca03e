"""The settings dialog follows the table: every setting is there, explained, changed at once and set back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QDoubleSpinBox, QLabel, QLineEdit, QSpinBox
from pytestqt.qtbot import QtBot

from gui.settings.schema import Kind
from gui.settings.store import SettingsStore
from gui.widgets.theme import Theme
from gui.window.settings_dialog import SettingsDialog
from tests.gui.settings.test_store import TABLE

EDITORS = {
    Kind.FLAG: QCheckBox,
    Kind.WHOLE: QSpinBox,
    Kind.NUMBER: QDoubleSpinBox,
    Kind.CHOICE: QComboBox,
    Kind.TEXT: QLineEdit,
}


@pytest.fixture
def store() -> SettingsStore:
    return SettingsStore(None, TABLE)


@pytest.fixture
def dialog(store: SettingsStore, theme: Theme, qtbot: QtBot) -> SettingsDialog:
    dialog = SettingsDialog(store, theme)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    return dialog


def test_every_setting_of_the_program_is_there_and_explained(theme: Theme, qtbot: QtBot) -> None:
    store = SettingsStore(None)
    dialog = SettingsDialog(store, theme)
    qtbot.addWidget(dialog)
    told = {label.text() for label in dialog.findChildren(QLabel)}
    for setting in store.table:
        editor = dialog.rows[setting.key].editor
        assert isinstance(editor, EDITORS[setting.kind])
        assert editor.accessibleName() == setting.label
        assert any(text.startswith(setting.explanation) for text in told)


def test_changes_count_at_once(dialog: SettingsDialog, store: SettingsStore, qtbot: QtBot) -> None:
    editors = {key: row.editor for key, row in dialog.rows.items()}
    editors["door/open"].setValue(9)
    editors["door/margin"].setValue(0.12)
    editors["door/far"].setCurrentIndex(1)
    editors["window/mirror"].click()
    editors["camera/source"].setFocus()
    editors["camera/source"].clear()
    qtbot.keyClicks(editors["camera/source"], "demo")
    qtbot.keyClick(editors["camera/source"], Qt.Key.Key_Return)
    assert store.whole("door/open") == 9
    assert store.number("door/margin") == 0.12
    assert store.whole("door/far") == 1000
    assert store.flag("window/mirror") is False
    assert store.text("camera/source") == "demo"
    assert dialog.isVisible(), "return in a field does not close the dialog"


def test_change_from_elsewhere_is_shown(dialog: SettingsDialog, store: SettingsStore) -> None:
    store.set("door/open", 7)
    assert dialog.rows["door/open"].editor.value() == 7
    assert dialog.rows["door/open"].reset.isVisible()


def test_reset_of_one_and_of_all(dialog: SettingsDialog, store: SettingsStore) -> None:
    assert not dialog.reset_all.isEnabled()
    store.set("door/open", 7)
    store.set("window/mirror", False)
    dialog.rows["door/open"].reset.click()
    assert store.whole("door/open") == 5
    assert not dialog.rows["door/open"].reset.isVisible()
    dialog.reset_all.click()
    assert store.flag("window/mirror") is True
    assert not dialog.reset_all.isEnabled()


def test_search_leaves_what_matches(dialog: SettingsDialog) -> None:
    dialog.search.setText("open long")
    assert [key for key, row in dialog.rows.items() if row.isVisible()] == ["door/open"]
    dialog.search.setText("zebra")
    assert not any(row.isVisible() for row in dialog.rows.values())
    assert dialog.nothing.isVisible()
    dialog.search.clear()
    assert all(row.isVisible() for row in dialog.rows.values())


def test_wheel_scrolls_and_changes_nothing(dialog: SettingsDialog, store: SettingsStore) -> None:
    editor = dialog.rows["door/open"].editor
    dialog.search.setFocus()
    turn = QWheelEvent(
        QPointF(5, 5),
        editor.mapToGlobal(QPointF(5, 5)),
        QPoint(0, 0),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(editor, turn)
    assert store.whole("door/open") == 5
