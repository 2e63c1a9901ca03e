"""The list of people: enrol, rename in place, delete with undo."""

from __future__ import annotations

import time

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QMenu,
    QPushButton,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from gui import words
from gui.language import say
from gui.records import Person
from gui.theme import Theme, paint_icon

Index = QModelIndex | QPersistentModelIndex
NOTE_MS = 12_000


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
            return f"{person.name}, {words.person_detail(person, time.time())}"
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
            editor.setAccessibleName("New name")
            editor.setMaxLength(60)

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
        words_ = words.person_detail(person, time.time())
        shown = QFontMetricsF(detail).elidedText(words_, Qt.TextElideMode.ElideRight, width)
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


class PeoplePanel(QFrame):
    """Who is enrolled. Asks through its signals; ``set_people`` shows what the gallery says."""

    enrol_asked = Signal()
    rename_asked = Signal(int, str)
    delete_asked = Signal(int)
    undo_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "card")
        title = QLabel("People")
        title.setProperty("look", "title")
        self._count = QLabel()
        self._count.setProperty("look", "muted")
        enrol = QPushButton("Enrol…")
        enrol.setProperty("look", "quiet")
        enrol.setToolTip("Enrol a person (E)")
        enrol.clicked.connect(self.enrol_asked)
        head = QHBoxLayout()
        head.setContentsMargins(8, 0, 0, 0)
        head.addWidget(title)
        head.addSpacing(6)
        head.addWidget(self._count)
        head.addStretch(1)
        head.addWidget(enrol)
        self.model = PeopleModel(self)
        self.model.rename_asked.connect(self.rename_asked)
        self.view = QListView()
        self.view.setAccessibleName("Enrolled people")
        self.view.setModel(self.model)
        self.view.setItemDelegate(RowPainter(theme, self))
        self.view.setMouseTracking(True)
        self.view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setEditTriggers(QListView.EditTrigger.DoubleClicked | QListView.EditTrigger.EditKeyPressed)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._show_menu)
        self.empty = QLabel(say(words.NOBODY_ENROLLED))
        self.empty.setProperty("look", "muted")
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setContentsMargins(20, 8, 20, 16)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.view)
        self._pages.addWidget(self.empty)
        self._note = QFrame()
        self._note.setProperty("look", "note")
        self._note_text = QLabel()
        undo = QPushButton("Undo")
        undo.setProperty("look", "quiet")
        undo.setToolTip("Bring the person back (Ctrl+Z)")
        undo.clicked.connect(self.undo_asked)
        note = QHBoxLayout(self._note)
        note.setContentsMargins(12, 2, 4, 2)
        note.addWidget(self._note_text, 1)
        note.addWidget(undo)
        self._note.hide()
        self._note_timer = QTimer(self)
        self._note_timer.setSingleShot(True)
        self._note_timer.setInterval(NOTE_MS)
        self._note_timer.timeout.connect(self._note.hide)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 10, 8, 8)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(self._pages, 1)
        layout.addWidget(self._note)
        self.set_people([])

    @property
    def current(self) -> Person | None:
        """The selected person."""
        index = self.view.currentIndex()
        person = index.data(Qt.ItemDataRole.UserRole) if index.isValid() else None
        return person if isinstance(person, Person) else None

    def set_people(self, people: list[Person]) -> None:
        """List these people and keep the selection where it still stands."""
        before = self.current.id if self.current else None
        row = self.view.currentIndex().row()
        self.model.set_people(people)
        self._pages.setCurrentIndex(0 if people else 1)
        self._count.setText(str(len(people)) if people else "")
        for number, person in enumerate(people):
            if person.id == before:
                self.view.setCurrentIndex(self.model.index(number))
                return
        if before is not None and people:
            self.view.setCurrentIndex(self.model.index(min(max(row, 0), len(people) - 1)))

    def rename_current(self) -> None:
        """Begin to edit the selected name."""
        index = self._index()
        if index.isValid():
            self.view.setFocus()
            self.view.edit(index)

    def delete_current(self) -> None:
        """Ask to delete the selected person, and offer to undo it."""
        person = self.current
        if person is not None:
            self._note_text.setText(f"{person.name} was deleted")
            self._note.show()
            self._note_timer.start()
            self.delete_asked.emit(person.id)

    def forget_undo(self) -> None:
        """Take the offer to undo away."""
        self._note.hide()

    @property
    def undo_offered(self) -> bool:
        """Whether the offer to undo is on show."""
        return not self._note.isHidden()

    def _index(self) -> QModelIndex:
        index = self.view.currentIndex()
        return index if index.isValid() or self.model.rowCount() != 1 else self.model.index(0)

    def _show_menu(self, at: QPoint) -> None:
        if not self.view.indexAt(at).isValid():
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Rename\tF2", self.rename_current)
        menu.addAction("Delete\tDel", self.delete_current)
        menu.popup(self.view.viewport().mapToGlobal(at))
