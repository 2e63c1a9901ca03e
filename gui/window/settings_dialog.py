"""The settings dialog: a loop over the table. What is changed counts at once, and each setting says what it is for."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.settings.schema import GROUPS, Kind, Setting, Value
from gui.settings.store import SettingsStore
from gui.widgets.dialogs import Dialog, push_button
from gui.widgets.language import translate
from gui.widgets.palette import GAP
from gui.widgets.stylesheet import set_style_class
from gui.widgets.theme import Theme, icon

EDITOR_WIDTH = 15.0  # times the text size


class Row(QFrame):
    """One setting: its name and explanation, what edits it, and back to the default."""

    def __init__(self, setting: Setting, store: SettingsStore, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setting = setting
        self._store, self._theme = store, theme
        label, explanation = translate(setting.label), translate(setting.explanation)
        if setting.restart:
            explanation += " " + self.tr("A change counts from the next start on.")
        self._found_in = f"{label} {explanation} {translate(GROUPS[setting.group])} {setting.key}".casefold()
        self.editor, self._show = _editor(setting, self._changed)
        self.editor.setAccessibleName(label)
        self.editor.setAccessibleDescription(explanation)
        self.editor.setToolTip(self._default_words())
        name = QLabel(label)
        set_style_class(name, "name")
        name.setWordWrap(True)
        name.setBuddy(self.editor)
        about = QLabel(explanation)
        set_style_class(about, "caption")
        about.setWordWrap(True)
        self.reset = QToolButton()
        self.reset.setIconSize(QSize(18, 18))
        self.reset.setAccessibleName(self.tr("Back to the default: {setting}").format(setting=label))
        self.reset.setToolTip(self._default_words())
        self.reset.clicked.connect(lambda: store.reset(setting.key))
        keep = self.reset.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(keep)
        text = QVBoxLayout()
        text.setSpacing(2)
        text.addWidget(name)
        text.addWidget(about)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 6)
        layout.setSpacing(GAP)
        layout.addLayout(text, 1)
        layout.addWidget(self.editor, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.reset, 0, Qt.AlignmentFlag.AlignTop)
        self.editor.setFixedWidth(round(theme.scale.body * EDITOR_WIDTH))
        self.restyle()
        self.refresh()

    def refresh(self) -> None:
        """Show the store's value."""
        self.editor.blockSignals(True)
        self._show(self._store.value(self.setting.key))
        self.editor.blockSignals(False)
        self.reset.setVisible(not self._store.is_default(self.setting.key))

    def restyle(self) -> None:
        """Take the theme's colours."""
        self.reset.setIcon(icon("undo", self._theme.colours.muted, 18))

    def matches(self, sought: str) -> bool:
        """Whether every word sought is in the setting's texts."""
        return all(word in self._found_in for word in sought.casefold().split())

    def _changed(self, value: Value) -> None:
        try:
            self._store.set(self.setting.key, value)
        except ValueError:
            self.refresh()  # a text that the setting does not take: what stands there before comes back

    def _default_words(self) -> str:
        setting = self.setting
        shown = str(setting.default)
        if setting.kind is Kind.FLAG:
            shown = self.tr("on") if setting.default else self.tr("off")
        for value, label in setting.choices:
            if value == setting.default:
                shown = translate(label)
        if setting.unit:
            shown = f"{shown} {translate(setting.unit)}"
        return self.tr("Default: {value}").format(value=shown or self.tr("empty"))


class SettingsDialog(Dialog):
    """All settings by group, with a search. Changes count at once; there is nothing to confirm."""

    def __init__(self, store: SettingsStore, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Settings"), parent)
        self._store = store
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search the settings"))
        self.search.setAccessibleName(self.tr("Search the settings"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.nothing = QLabel(self.tr("No setting matches."))
        set_style_class(self.nothing, "muted")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.hide()
        self.rows: dict[str, Row] = {}
        self._groups: list[tuple[QWidget, list[Row]]] = []
        page = QWidget()
        page.setObjectName("page")
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(12)
        for group, title in GROUPS.items():
            of_group = [setting for setting in store.table if setting.group is group]
            if of_group:
                column.addWidget(self._card(translate(title), of_group, theme))
        column.addWidget(self.nothing)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(page)
        self.reset_all = push_button(self.tr("Reset all"), self._reset_all, auto_default=False)
        self.reset_all.setToolTip(self.tr("Every setting back to its default"))
        close = push_button(self.tr("Close"), self.accept, primary=True, auto_default=False)
        self.lay_out(
            self.search, area, left=(self.reset_all,), right=(close,), stretched=area, margins=(20, 18, 20, 16)
        )
        QShortcut(QKeySequence.StandardKey.Find, self, self.search.setFocus)
        store.changed.connect(self._refresh)
        theme.changed.connect(self._restyle)
        self._wheel = _NoWheel(self)
        for row in self.rows.values():
            row.editor.installEventFilter(self._wheel)
        self._refresh_buttons()
        self.resize(self.sizeHint())  # else Qt keeps it below two thirds of a small screen
        self.search.setFocus()

    def sizeHint(self) -> QSize:
        line = self.fontMetrics().height()
        return QSize(line * 48, line * 42)

    def minimumSizeHint(self) -> QSize:
        line = self.fontMetrics().height()
        return QSize(line * 38, line * 24)

    def _card(self, title: str, settings: list[Setting], theme: Theme) -> QFrame:
        card = QFrame()
        set_style_class(card, "card")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(16, 12, 12, 10)
        inside.setSpacing(2)
        heading = QLabel(title)
        set_style_class(heading, "title")
        inside.addWidget(heading)
        rows = [Row(setting, self._store, theme) for setting in settings]
        for row in rows:
            inside.addWidget(row)
            self.rows[row.setting.key] = row
        self._groups.append((card, rows))
        return card

    def _filter(self, sought: str) -> None:
        shown = False
        for card, rows in self._groups:
            matching = [row for row in rows if row.matches(sought)]
            for row in rows:
                row.setVisible(row in matching)
            card.setVisible(bool(matching))
            shown = shown or bool(matching)
        self.nothing.setVisible(not shown)

    def _refresh(self, key: str) -> None:
        if key in self.rows:
            self.rows[key].refresh()
        self._refresh_buttons()

    def _refresh_buttons(self) -> None:
        self.reset_all.setEnabled(not all(self._store.is_default(key) for key in self.rows))

    def _reset_all(self) -> None:
        for key in self.rows:
            self._store.reset(key)

    def _restyle(self) -> None:
        for row in self.rows.values():
            row.restyle()


class _NoWheel(QObject):
    """Keeps the mouse wheel from changing a value while somebody scrolls past it."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)


def _editor(setting: Setting, changed: Callable[[Value], None]) -> tuple[QWidget, Callable[[Value], None]]:
    """What edits a setting, and the function that puts a value into it."""
    match setting.kind:
        case Kind.FLAG:
            box = QCheckBox()
            box.toggled.connect(changed)
            return box, lambda value: box.setChecked(bool(value))
        case Kind.WHOLE:
            whole = QSpinBox()
            whole.setRange(round(setting.minimum or 0), round(setting.maximum or 0))
            whole.setSingleStep(round(setting.step))
            _spin(whole, setting)
            whole.valueChanged.connect(changed)
            return whole, lambda value: whole.setValue(int(value))
        case Kind.NUMBER:
            number = QDoubleSpinBox()
            number.setDecimals(max(0, -math.floor(math.log10(setting.step))))
            number.setRange(setting.minimum or 0.0, setting.maximum or 0.0)
            number.setSingleStep(setting.step)
            _spin(number, setting)
            number.valueChanged.connect(changed)
            return number, lambda value: number.setValue(float(value))
        case Kind.CHOICE:
            combo = QComboBox()
            for value, label in setting.choices:
                combo.addItem(translate(label), value)
            combo.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            combo.currentIndexChanged.connect(lambda index: changed(setting.choices[index][0]))
            values = [value for value, _label in setting.choices]
            return combo, lambda value: combo.setCurrentIndex(values.index(value))
        case Kind.TEXT:
            line = QLineEdit()
            line.editingFinished.connect(lambda: changed(line.text()))
            return line, lambda value: line.setText(str(value))


def _spin(box: QSpinBox | QDoubleSpinBox, setting: Setting) -> None:
    if setting.unit:
        box.setSuffix(f" {translate(setting.unit)}")
    box.setKeyboardTracking(False)  # a number half typed is no value yet
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    box.setCorrectionMode(QAbstractSpinBox.CorrectionMode.CorrectToNearestValue)
