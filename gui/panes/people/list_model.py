"""The rows of the list of people: the model, and how a row is painted and edited."""

from __future__ import annotations

import time

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from gui.core.people import Person
from gui.gallery.gallery import LONGEST_NAME
from gui.panes.people import wording
from gui.widgets.theme import Theme, paint_icon

Index = QModelIndex | QPersistentModelIndex


class PeopleModel(QAbstractListModel):
    """People by name. Editing a name asks for a rename; the gallery decides."""

    rename_asked = Signal(int, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._people: list[Person] = []
        self._pictures: dict[int, QImage] = {}

    @property
    def people(self) -> list[Person]:
        """Who is listed."""
        return self._people

    def set_people(self, people: list[Person]) -> None:
        """List these."""
        self.beginResetModel()
        self._people = people
        self._pictures = {p.id: QImage.fromData(p.thumbnail) for p in people if p.thumbnail}
        self.endResetModel()

    def picture(self, person: Person) -> QImage | None:
        """The person's thumbnail."""
        return self._pictures.get(person.id)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._people)

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        person = self._people[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return person.name
        if role == Qt.ItemDataRole.UserRole:
            return person
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return f"{person.name}, {wording.person_detail(person, time.time())}"
        return None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        person = self._people[index.row()]
        name = str(value).strip()
        if role != Qt.ItemDataRole.EditRole or name == person.name:
            return False
        self.rename_asked.emit(person.id, name)
        return True


class RowPainter(QStyledItemDelegate):
    """Rows of two lines beside a round picture."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def row_height(self) -> int:
        """Height of one row in pixels."""
        return round(self._theme.scale.body * 3.7)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(160, self.row_height())

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, _index: Index) -> None:
        area: QRect = option.rect
        left = self.row_height() + 2
        height = editor.sizeHint().height()
        editor.setGeometry(left, area.y() + (area.height() - height) // 2, area.width() - left - 8, height)

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        super().setEditorData(editor, index)
        if isinstance(editor, QLineEdit):
            editor.setAccessibleName(self.tr("New name"))
            editor.setMaxLength(LONGEST_NAME)

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        if isinstance(editor, QLineEdit):
            model.setData(index, editor.text(), Qt.ItemDataRole.EditRole)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        person = index.data(Qt.ItemDataRole.UserRole)
        if not isinstance(model, PeopleModel) or not isinstance(person, Person):
            return
        colours, scale = self._theme.colours, self._theme.scale
        area = QRectF(option.rect)
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        if state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.sunk))
            painter.drawRoundedRect(area.adjusted(2, 1, -2, -1), 8, 8)
        if state & QStyle.StateFlag.State_HasFocus:  # also where the keyboard only came by: Del and F2 act on it
            painter.setPen(QColor(colours.accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(2.5, 1.5, -2.5, -1.5), 8, 8)
        side = area.height() - 14
        circle = QRectF(area.x() + 8, area.y() + 7, side, side)
        _paint_round(painter, circle, model.picture(person), colours.sunk, colours.muted)
        name, detail = self._theme.font(scale.body, bold=True), self._theme.font(scale.caption)
        left = circle.right() + 10
        width = area.right() - left - 8
        top = area.y() + (area.height() - QFontMetricsF(name).height() - QFontMetricsF(detail).height()) / 2
        painter.setFont(name)
        painter.setPen(QColor(colours.text))
        shown = QFontMetricsF(name).elidedText(person.name, Qt.TextElideMode.ElideRight, width)
        painter.drawText(QRectF(left, top, width, QFontMetricsF(name).height()), 0, shown)
        top += QFontMetricsF(name).height()
        painter.setFont(detail)
        painter.setPen(QColor(colours.muted if person.usable else colours.warn))
        text = wording.person_detail(person, time.time())
        shown = QFontMetricsF(detail).elidedText(text, Qt.TextElideMode.ElideRight, width)
        painter.drawText(QRectF(left, top, width, QFontMetricsF(detail).height()), 0, shown)
        painter.restore()


def _paint_round(painter: QPainter, circle: QRectF, picture: QImage | None, fill: str, line: str) -> None:
    path = QPainterPath()
    path.addEllipse(circle)
    painter.save()
    painter.setClipPath(path)
    if picture is None or picture.isNull():
        painter.fillRect(circle, QColor(fill))
        inset = circle.width() * 0.2
        paint_icon(painter, "person", QColor(line), circle.adjusted(inset, inset, -inset, -inset))
    else:
        painter.drawImage(circle, picture)
    painter.restore()
