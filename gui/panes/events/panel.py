"""The events: a table that is filtered and searched, opened one by one, exported, and deleted."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from pathlib import Path

from PySide6.QtCore import QDate, QModelIndex, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDateEdit,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from device.errors import DeviceError
from gui.core.decisions import Decision
from gui.core.people import Event
from gui.core.states import Problem, Topic
from gui.gallery.event_log import EventLog, Query
from gui.panes.events import wording
from gui.panes.events.dialog import EventDialog
from gui.panes.events.model import Column, EventsModel
from gui.widgets.language import figure
from gui.widgets.stylesheet import set_style_class
from gui.widgets.theme import Theme

SEARCH_AFTER_MS = 200
LISTED = (
    Decision.ACCEPTED,
    Decision.REFUSED,
    Decision.UNCERTAIN,
    Decision.CHALLENGED,
    Decision.LOCKED_OUT,
    Decision.SEEN,
    Decision.BY_HAND,
)
EVERYONE, UNKNOWN = -1, -2  # beside the people's ids, which count from 1
ANY, TODAY, DAYS_7, DAYS_30, BETWEEN = range(5)


class EventsPanel(QWidget):
    """Reads the log it is given; asks for everything else by signals."""

    correct_asked = Signal(int, object)  # event, person id or None for "not the person named"
    undo_asked = Signal(int)
    delete_all_asked = Signal()
    export_asked = Signal(object, object)  # Path, Query
    problem = Signal(object)  # Problem

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._log: EventLog | None = None
        self.dialog: EventDialog | None = None
        self.model = EventsModel(theme, self)
        self.model.problem.connect(self.problem)
        self.model.counted.connect(self._count)
        self.model.modelReset.connect(self._choose_page)
        self.model.rowsInserted.connect(self._choose_page)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search names"))
        self.search.setToolTip(self.tr("Search names (Ctrl+F)"))
        self.search.setAccessibleName(self.tr("Search names"))
        self.search.setClearButtonEnabled(True)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(SEARCH_AFTER_MS)
        self._typing.timeout.connect(self._filter)
        self.search.textChanged.connect(lambda _text: self._typing.start())
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(lambda: self.search.setFocus(Qt.FocusReason.ShortcutFocusReason))
        self.decisions = self._combo(self.tr("Decision"))
        self.decisions.addItem(self.tr("All decisions"), None)
        for decision in LISTED:
            self.decisions.addItem(wording.decision(decision), decision.value)  # Qt keeps no enums
        self.people = self._combo(self.tr("Person"))
        self.refresh_people()
        self.times = self._combo(self.tr("Time"))
        for what, text in (
            (ANY, self.tr("Any time")),
            (TODAY, self.tr("Today")),
            (DAYS_7, self.tr("Last 7 days")),
            (DAYS_30, self.tr("Last 30 days")),
            (BETWEEN, self.tr("From … to …")),
        ):
            self.times.addItem(text, what)
        self.first, self.last = self._date(self.tr("First day")), self._date(self.tr("Last day"))
        for combo in (self.decisions, self.people, self.times):
            combo.currentIndexChanged.connect(lambda _index: self._filter())
        for edit in (self.first, self.last):
            edit.dateChanged.connect(lambda _date: self._filter())
        self.view = self._table()
        self._empty = QLabel()
        set_style_class(self._empty, "muted")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setContentsMargins(20, 8, 20, 16)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.view)
        self._pages.addWidget(self._empty)
        self.total = QLabel()
        set_style_class(self.total, "caption")
        self.total.setWordWrap(True)
        self._lay_out()
        self._filter()
        self._count(0)

    @property
    def query(self) -> Query:
        """What the filters say."""
        since, until = self._span()
        person, decision = self.people.currentData(), self.decisions.currentData()
        return Query(
            decision=None if decision is None else Decision(decision),
            person_id=person if person is not None and person >= 0 else None,
            unknown=person == UNKNOWN,
            since=since,
            until=until,
            text=self.search.text(),
        )

    def set_log(self, log: EventLog) -> None:
        """Read from this log from now on."""
        self._log = log
        self.model.set_log(log)
        self.refresh_people()

    def add(self, event: Event) -> None:
        """One more happened."""
        self.model.add(event)
        if event.person_id is not None and self.people.findData(event.person_id) < 0:
            self.refresh_people()

    def reload(self) -> None:
        """Events were deleted or corrected."""
        self.model.reload()

    def set_pictures(self, shown: bool) -> None:
        """Show the pictures or leave them out."""
        self.model.set_pictures(shown)

    def refresh_people(self) -> None:
        """The gallery changed: offer its people as a filter."""
        chosen = self.people.currentData()
        self.people.blockSignals(True)
        self.people.clear()
        self.people.addItem(self.tr("Everyone"), EVERYONE)
        self.people.addItem(self.tr("Unknown"), UNKNOWN)
        for person_id, name in self._enrolled():
            self.people.addItem(name, person_id)
        self.people.setCurrentIndex(max(0, self.people.findData(chosen)))
        self.people.blockSignals(False)
        if self.people.currentData() != chosen and chosen is not None:
            self._filter()

    def open_event(self, index: QModelIndex) -> None:
        """Show one event with its trace."""
        event = index.data(Qt.ItemDataRole.UserRole)
        if not isinstance(event, Event) or self._log is None or self.dialog is not None:
            return
        try:
            whole, kept = self._log.event(event.id), self._log.has_fingerprint(event.id)
        except DeviceError as error:
            self.problem.emit(Problem(error.message, error.hint, Topic.GALLERY))
            return
        if whole is None:  # it has expired meanwhile
            self.reload()
            return
        self.dialog = EventDialog(whole, self._enrolled(everyone=True), kept, self._theme, self.window())
        self.dialog.correct_asked.connect(self.correct_asked)
        self.dialog.undo_asked.connect(self.undo_asked)
        self.dialog.finished.connect(self._closed)
        self.dialog.open()

    def ask_export(self) -> None:
        """Ask for a file and then for the export of what is listed."""
        name = f"events-{time.strftime('%Y-%m-%d')}.csv"
        path, _ = QFileDialog.getSaveFileName(
            self, self.tr("Export the listed events"), str(Path.home() / name), self.tr("Table (*.csv)")
        )
        if path:
            self.export_asked.emit(Path(path).with_suffix(".csv") if not Path(path).suffix else Path(path), self.query)

    def ask_delete(self) -> None:
        """Ask whether everything is to be deleted."""
        box = QMessageBox(self.window())
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(self.tr("Delete all events"))
        box.setText(self.tr("Delete all events with their pictures and fingerprints?"))
        box.setInformativeText(
            self.tr("This cannot be undone. People stay enrolled, and what was corrected by events stays with them.")
        )
        delete = box.addButton(self.tr("Delete all"), QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.exec()
        if box.clickedButton() is delete:
            self.delete_all_asked.emit()

    def told(self, path: Path, count: int) -> None:
        """An export is done: say so until the list changes."""
        self.total.setText(self.tr("{count} events written to {name}").format(count=figure(count, 0), name=path.name))
        self.total.setToolTip(str(path))

    def resizeEvent(self, event: QResizeEvent) -> None:
        # In the narrow column of a small window the reason stands in the tip and in the opened event.
        self.view.setColumnHidden(Column.WHY, self.width() < 38 * self._theme.scale.body)
        super().resizeEvent(event)

    def _closed(self, _result: int) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.deleteLater()

    def _enrolled(self, everyone: bool = False) -> list[tuple[int, str]]:
        if self._log is None:
            return []
        try:
            return self._log.people(everyone)
        except DeviceError:
            return []  # the table says what is wrong with the file

    def _filter(self) -> None:
        self._typing.stop()
        chosen = self.times.currentData() == BETWEEN
        self._dates.setVisible(chosen)
        self.model.set_query(self.query)
        self._choose_page()

    def _span(self) -> tuple[float | None, float | None]:
        today = datetime.now().replace(hour=0, minute=0, second=0, microsecond=0)
        match self.times.currentData():
            case int(what) if what in (TODAY, DAYS_7, DAYS_30):
                back = {TODAY: 0, DAYS_7: 6, DAYS_30: 29}[what]
                return (today - timedelta(days=back)).timestamp(), None
            case int(what) if what == BETWEEN:
                days = sorted((self.first.date(), self.last.date()))
                return _begin(days[0]), _begin(days[1].addDays(1))
        return None, None

    def _choose_page(self) -> None:
        self._pages.setCurrentIndex(0 if self.model.events else 1)
        self._empty.setText(
            self.tr("Nothing has happened yet: who is let in or refused is listed here")
            if self.query == Query()
            else self.tr("No event fits the filters")
        )

    def _count(self, count: int) -> None:
        self.total.setText(
            self.tr("1 event") if count == 1 else self.tr("{count} events").format(count=figure(count, 0))
        )

    def _combo(self, name: str) -> QComboBox:
        combo = QComboBox()
        combo.setAccessibleName(name)
        combo.setToolTip(name)
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        combo.setMinimumContentsLength(8)
        return combo

    def _date(self, name: str) -> QDateEdit:
        edit = QDateEdit(QDate.currentDate())
        edit.setCalendarPopup(True)
        edit.setAccessibleName(name)
        return edit

    def _table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.model)
        table.setAccessibleName(self.tr("Events, newest first"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(round(self._theme.scale.body * 2.8))
        side = round(self._theme.scale.body * 2.2)
        table.setIconSize(QSize(side, side))
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        body = self._theme.scale.body
        for column, width in ((Column.WHEN, 6.6), (Column.DECISION, 8.4), (Column.SCORE, 3.8), (Column.WHY, 12.0)):
            table.setColumnWidth(column, round(body * width))
        header.setSectionResizeMode(Column.WHO, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(round(body * 3))
        table.doubleClicked.connect(self.open_event)
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            opened = QShortcut(QKeySequence(key), table)
            opened.setContext(Qt.ShortcutContext.WidgetShortcut)
            opened.activated.connect(lambda: self.open_event(table.currentIndex()))
        return table

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.search)
        filters = QGridLayout()
        filters.setSpacing(6)
        filters.addWidget(self.decisions, 0, 0)
        filters.addWidget(self.people, 0, 1)
        filters.addWidget(self.times, 1, 0, 1, 2)
        layout.addLayout(filters)
        self._dates = QWidget()
        dates = QHBoxLayout(self._dates)
        dates.setContentsMargins(0, 0, 0, 0)
        dates.addWidget(self.first, 1)
        dates.addWidget(QLabel("–"))
        dates.addWidget(self.last, 1)
        layout.addWidget(self._dates)
        layout.addWidget(self._pages, 1)
        layout.addWidget(self.total)
        foot = QHBoxLayout()
        foot.addStretch(1)
        self.open_button = QPushButton(self.tr("Why …"))
        self.open_button.setToolTip(self.tr("Open the selected event (Enter)"))
        self.open_button.clicked.connect(lambda: self.open_event(self.view.currentIndex()))
        self.export_button = QPushButton(self.tr("Export …"))
        self.export_button.clicked.connect(self.ask_export)
        self.delete_button = QPushButton(self.tr("Delete all …"))
        self.delete_button.clicked.connect(self.ask_delete)
        for button in (self.open_button, self.export_button, self.delete_button):
            set_style_class(button, "quiet")
            foot.addWidget(button)
        layout.addLayout(foot)
        chosen = self.view.selectionModel()
        chosen.selectionChanged.connect(lambda *_: self.open_button.setEnabled(chosen.hasSelection()))
        self.model.modelReset.connect(lambda: self.open_button.setEnabled(False))
        self.open_button.setEnabled(False)


def _begin(day: QDate) -> float:
    return datetime(day.year(), day.month(), day.day()).timestamp()
