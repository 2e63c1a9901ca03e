"""The rows of the events' table: read from the log a page at a time, as far as somebody scrolls."""

from __future__ import annotations

from collections import OrderedDict
from enum import IntEnum

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QImage, QPixmap

from device.errors import DeviceError
from gui.core.people import Event
from gui.core.states import Problem, Topic
from gui.gallery.event_log import PAGE, EventLog, Query, fits
from gui.panes.events import wording
from gui.widgets import decision_style, decision_text, formatting
from gui.widgets.decision_style import STYLE_CLASSES
from gui.widgets.language import figure
from gui.widgets.theme import Theme

Index = QModelIndex | QPersistentModelIndex
PICTURES = 300  # so many are held decoded


class Column(IntEnum):
    """From left to right."""

    WHEN = 0
    WHO = 1
    DECISION = 2
    SCORE = 3
    WHY = 4


class EventsModel(QAbstractTableModel):
    """The events that fit the query, newest first. Without a log it is empty."""

    counted = Signal(int)  # how many events fit, shown or not
    problem = Signal(object)  # Problem

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._log: EventLog | None = None
        self._query = Query()
        self._events: list[Event] = []
        self._whole = True  # nothing more to read
        self._count = 0
        self._pictures: OrderedDict[int, QIcon | None] = OrderedDict()
        self.show_pictures = True

    @property
    def events(self) -> list[Event]:
        """What has been read so far."""
        return self._events

    @property
    def query(self) -> Query:
        """What is listed."""
        return self._query

    @property
    def count(self) -> int:
        """How many events fit, shown or not."""
        return self._count

    def set_log(self, log: EventLog) -> None:
        """Read from this log."""
        self._log = log
        self.reload()

    def set_query(self, query: Query) -> None:
        """List these."""
        if query != self._query:
            self._query = query
            self.reload()

    def set_pictures(self, shown: bool) -> None:
        """Show the pictures or leave them out."""
        if shown != self.show_pictures:
            self.show_pictures = shown
            if self._events:
                self.dataChanged.emit(self.index(0, Column.WHO), self.index(len(self._events) - 1, Column.WHO))

    def reload(self) -> None:
        """Read anew, as many rows as there were."""
        wanted = max(PAGE, len(self._events))
        self.beginResetModel()
        self._pictures.clear()
        self._events = self._read(wanted, None)
        self._whole = len(self._events) < wanted
        self.endResetModel()
        self._recount()

    def add(self, event: Event) -> bool:
        """One more happened; whether it is listed."""
        if not fits(self._query, event):
            return False
        # After the clock was set back the newest need not be the first; the next reload puts it in its place.
        self.beginInsertRows(QModelIndex(), 0, 0)
        self._events.insert(0, event)
        self.endInsertRows()
        self._count += 1
        self.counted.emit(self._count)
        return True

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and not self._whole

    def fetchMore(self, parent: Index) -> None:
        if parent.isValid() or self._whole:
            return
        found = self._read(PAGE, self._events[-1] if self._events else None)
        self._whole = len(found) < PAGE
        if found:
            first = len(self._events)
            self.beginInsertRows(QModelIndex(), first, first + len(found) - 1)
            self._events += found
            self.endInsertRows()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._events)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(Column)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object | None:
        if orientation is not Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        names = (self.tr("When"), self.tr("Who"), self.tr("Decision"), self.tr("Score"), self.tr("Why"))
        return names[section] if 0 <= section < len(names) else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object | None:
        if not index.isValid() or index.row() >= len(self._events):
            return None
        event, column = self._events[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(event, column)
        if role == Qt.ItemDataRole.UserRole:
            return event
        if role == Qt.ItemDataRole.DecorationRole and column == Column.WHO and self.show_pictures:
            return self._picture(event)
        if role == Qt.ItemDataRole.ForegroundRole and column == Column.DECISION:
            return QColor(getattr(self._theme.colours, STYLE_CLASSES.get(event.decision, "muted")))
        if role == Qt.ItemDataRole.TextAlignmentRole and column == Column.SCORE:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._spoken(event)
        return None

    def _text(self, event: Event, column: int) -> str:
        match column:
            case Column.WHEN:
                return formatting.when(event.time)
            case Column.WHO:
                said = event.correction
                if said is None:
                    return wording.title(event)
                who = wording.title(event)
                return (
                    self.tr("{who} (was {said})").format(who=who, said=said)
                    if said
                    else self.tr("not {who}").format(who=who)
                )
            case Column.DECISION:
                return f"{decision_style.MARKS[event.decision]} {wording.decision(event.decision, event.reason)}"
            case Column.SCORE:
                return "" if event.score is None else figure(event.score, 2)
            case _:
                return decision_text.short(event.reason)

    def _spoken(self, event: Event) -> str:
        parts = [
            formatting.when(event.time),
            self._text(event, Column.WHO),
            wording.decision(event.decision, event.reason),
        ]
        if event.score is not None:
            parts.append(self.tr("score {score}").format(score=figure(event.score, 2)))
        told = f"{', '.join(parts)}: {decision_text.short(event.reason)}"
        if event.network_ms is not None:
            told += "; " + self.tr("network {time}, {where}").format(
                time=formatting.with_flip(f"{formatting.milliseconds(event.network_ms)} ms", event.passes),
                where=formatting.measured(event.where),
            )
        return told

    def _picture(self, event: Event) -> QIcon | None:
        if event.id in self._pictures:
            self._pictures.move_to_end(event.id)
            return self._pictures[event.id]
        data = event.thumbnail
        if data is None and self._log is not None:
            try:
                data = self._log.thumbnail(event.id)
            except DeviceError:
                data = None  # what is wrong with the file has been said by the page that could not be read
        image = QImage.fromData(data) if data else QImage()
        found = None if image.isNull() else QIcon(QPixmap.fromImage(image))  # the view scales it for its screen
        self._pictures[event.id] = found
        while len(self._pictures) > PICTURES:
            self._pictures.popitem(last=False)
        return found

    def _read(self, limit: int, after: Event | None) -> list[Event]:
        if self._log is None:
            return []
        try:
            return self._log.page(self._query, limit, after)
        except DeviceError as error:
            self.problem.emit(Problem(error.message, error.hint, Topic.GALLERY))
            return []

    def _recount(self) -> None:
        self._count = len(self._events)
        if not self._whole and self._log is not None:
            try:
                self._count = self._log.count(self._query)
            except DeviceError as error:
                self.problem.emit(Problem(error.message, error.hint, Topic.GALLERY))
        self.counted.emit(self._count)
