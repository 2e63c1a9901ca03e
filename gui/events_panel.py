"""The list of events: who came when, what was decided, and why."""

from __future__ import annotations

import time

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath
from PySide6.QtWidgets import (
    QLabel,
    QListView,
    QStackedWidget,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from gui import overlay, reasons, words
from gui.decision_card import LOOKS
from gui.records import Decision, Event
from gui.theme import Theme, paint_icon

Index = QModelIndex | QPersistentModelIndex
KEPT = 200


class EventsModel(QAbstractListModel):
    """Events, newest first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._events: list[Event] = []
        self._pictures: dict[int, QImage] = {}

    @property
    def events(self) -> list[Event]:
        """What is listed."""
        return self._events

    def set_events(self, events: list[Event]) -> None:
        """List these, newest first."""
        self.beginResetModel()
        self._events = events[:KEPT]
        self._pictures.clear()
        self.endResetModel()

    def add(self, event: Event) -> None:
        """One more at the top; the oldest beyond the limit goes."""
        self.beginInsertRows(QModelIndex(), 0, 0)
        self._events.insert(0, event)
        self.endInsertRows()
        while len(self._events) > KEPT:
            last = len(self._events) - 1
            self.beginRemoveRows(QModelIndex(), last, last)
            self._pictures.pop(self._events.pop().id, None)
            self.endRemoveRows()

    def picture(self, event: Event) -> QImage | None:
        """The event's thumbnail, decoded once."""
        if event.thumbnail is None:
            return None
        if event.id not in self._pictures:
            self._pictures[event.id] = QImage.fromData(event.thumbnail)
        return self._pictures[event.id]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._events)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        event = self._events[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return words.event_title(event)
        if role == Qt.ItemDataRole.UserRole:
            return event
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            place = f"; network {words.milliseconds(event.network_ms)} ms, {words.measured(event.where)}"
            score = "" if event.score is None else f", score {event.score:.2f}"
            return (
                f"{words.when(event.time)} {words.event_title(event)}, {words.decision(event.decision)}{score}: "
                f"{reasons.short(event.reason)}{place if event.network_ms is not None else ''}"
            )
        return None


class EventPainter(QStyledItemDelegate):
    """Rows of two lines: name and decision, then the reason; the time on the right."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(160, round(self._theme.scale.body * 3.5))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model, event = index.model(), index.data(Qt.ItemDataRole.UserRole)
        if not isinstance(model, EventsModel) or not isinstance(event, Event):
            return
        colours, scale = self._theme.colours, self._theme.scale
        area = QRectF(option.rect).adjusted(8, 0, -8, 0)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        side = area.height() - 14
        square = QRectF(area.x(), area.y() + 7, side, side)
        colour = QColor(getattr(colours, LOOKS.get(event.decision, "muted")))
        self._paint_picture(painter, square, model.picture(event), event, colour)
        strong, small = self._theme.font(scale.body, bold=True), self._theme.font(scale.caption)
        rows = (QFontMetricsF(strong).height(), QFontMetricsF(small).height())
        left, top = square.right() + 10, area.y() + (area.height() - sum(rows)) / 2
        stamp = words.when(event.time, time.time())
        painter.setFont(small)
        painter.setPen(QColor(colours.muted))
        width = QFontMetricsF(small).horizontalAdvance(stamp)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(area.right() - width, top, width, rows[0]), middle, stamp)
        state = words.decision(event.decision)
        if event.score is not None:
            state += f" {event.score:.2f}"
        mark = f"{overlay.MARKS[event.decision]} {state}"
        room = area.right() - width - 10 - left
        painter.setFont(strong)
        mark_width = QFontMetricsF(small).horizontalAdvance(mark) + 8
        title = QFontMetricsF(strong).elidedText(
            words.event_title(event), Qt.TextElideMode.ElideRight, room - mark_width
        )
        painter.setPen(QColor(colours.text))
        painter.drawText(QRectF(left, top, room, rows[0]), middle, title)
        painter.setFont(small)
        painter.setPen(colour)
        title_width = QFontMetricsF(strong).horizontalAdvance(title)
        painter.drawText(QRectF(left + title_width + 8, top, mark_width + 4, rows[0] + 1), middle, mark)
        painter.setPen(QColor(colours.muted))
        reason = QFontMetricsF(small).elidedText(
            reasons.short(event.reason), Qt.TextElideMode.ElideRight, area.right() - left
        )
        painter.drawText(QRectF(left, top + rows[0], area.right() - left, rows[1]), middle, reason)
        painter.restore()

    def _paint_picture(
        self, painter: QPainter, square: QRectF, picture: QImage | None, event: Event, colour: QColor
    ) -> None:
        painter.save()
        path = QPainterPath()
        path.addRoundedRect(square, 8, 8)
        painter.setClipPath(path)
        if picture is not None and not picture.isNull():
            painter.drawImage(square, picture)
        else:
            painter.fillRect(square, QColor(self._theme.colours.sunk))
            inset = square.width() * 0.24
            drawing = "unlock" if event.decision is Decision.BY_HAND else "person"
            paint_icon(painter, drawing, colour, square.adjusted(inset, inset, -inset, -inset))
        painter.restore()


class EventsPanel(QWidget):
    """Shows the events; words where there are none."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = EventsModel(self)
        self.view = QListView()
        self.view.setAccessibleName("Events, newest first")
        self.view.setModel(self.model)
        self.view.setItemDelegate(EventPainter(theme, self))
        self.view.setUniformItemSizes(True)
        self.view.setSelectionMode(QListView.SelectionMode.NoSelection)
        self.view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        empty = QLabel("Nothing has happened yet: who is let in or refused is listed here")
        empty.setProperty("look", "muted")
        empty.setWordWrap(True)
        empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        empty.setContentsMargins(20, 8, 20, 16)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.view)
        self._pages.addWidget(empty)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
        self.set_events([])

    def set_events(self, events: list[Event]) -> None:
        """List these, newest first."""
        self.model.set_events(events)
        self._pages.setCurrentIndex(0 if events else 1)

    def add(self, event: Event) -> None:
        """One more happened."""
        self.model.add(event)
        self._pages.setCurrentIndex(0)
