"""The list of people: enrol, rename in place, merge, delete, and undo of the last changes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QMenu,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gui.core.people import Person
from gui.gallery.history import Change
from gui.panes.people import wording
from gui.panes.people.list_model import PeopleModel, RowPainter
from gui.widgets import formatting
from gui.widgets.language import translate
from gui.widgets.stylesheet import set_style_class
from gui.widgets.theme import Theme

NOTE_MS = 12_000
TOLD = 5  # of the changes that can be undone, so many are named


class PeoplePanel(QFrame):
    """Who is enrolled. Asks through its signals; ``set_people`` and ``set_changes`` show what the gallery says."""

    enrol_asked = Signal()
    again_asked = Signal(object)  # Person
    rename_asked = Signal(int, str)
    delete_asked = Signal(int)
    merge_asked = Signal(object)  # Person
    undo_asked = Signal()
    photos_asked = Signal()
    export_asked = Signal()
    import_asked = Signal()
    files_dropped = Signal(object)  # list[Path]

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._changes: tuple[Change, ...] = ()
        set_style_class(self, "card")
        self.setAcceptDrops(True)
        self._count = QLabel()
        set_style_class(self._count, "muted")
        enrol = QPushButton(self.tr("Enrol…"))
        set_style_class(enrol, "quiet")
        enrol.setToolTip(self.tr("Enrol a person (E)"))
        enrol.clicked.connect(self.enrol_asked)
        more = QPushButton(self.tr("More"))
        set_style_class(more, "quiet")
        more.setToolTip(self.tr("From photos, export, import, undo"))
        self.menu = QMenu(more)
        self.menu.aboutToShow.connect(self._fill_menu)
        more.setMenu(self.menu)
        head = QHBoxLayout()
        head.setContentsMargins(8, 0, 0, 0)
        head.addSpacing(6)
        head.addWidget(self._count)
        head.addStretch(1)
        head.addWidget(enrol)
        head.addWidget(more)
        self.model = PeopleModel(self)
        self.model.rename_asked.connect(self.rename_asked)
        self.view = QListView()
        self.view.setAccessibleName(self.tr("Enrolled people"))
        self.view.setModel(self.model)
        self.view.setItemDelegate(RowPainter(theme, self))
        self.view.setMouseTracking(True)
        self.view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setEditTriggers(QListView.EditTrigger.DoubleClicked | QListView.EditTrigger.EditKeyPressed)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._show_menu)
        self.empty = QLabel(translate(formatting.NOBODY_ENROLLED))
        set_style_class(self.empty, "muted")
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setContentsMargins(20, 8, 20, 16)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.view)
        self._pages.addWidget(self.empty)
        self._note = QFrame()
        set_style_class(self._note, "note")
        self._note_text = QLabel()
        self._note_text.setTextFormat(Qt.TextFormat.PlainText)
        self._note_text.setWordWrap(True)
        self._undo = QPushButton(self.tr("Undo"))
        set_style_class(self._undo, "quiet")
        self._undo.clicked.connect(self.undo_asked)
        note = QHBoxLayout(self._note)
        note.setContentsMargins(12, 2, 4, 2)
        note.addWidget(self._note_text, 1)
        note.addWidget(self._undo)
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
        index = self._index()
        person = index.data(Qt.ItemDataRole.UserRole) if index.isValid() else None
        return person if isinstance(person, Person) else None

    @property
    def note(self) -> str:
        """What is told of the last change; empty when nothing is on show."""
        return "" if self._note.isHidden() else self._note_text.text()

    def set_people(self, people: list[Person]) -> None:
        """List these people and keep the selection where it still stands."""
        selected = self.view.currentIndex()
        before = selected.data(Qt.ItemDataRole.UserRole) if selected.isValid() else None
        row = selected.row()
        self.model.set_people(people)
        self._pages.setCurrentIndex(0 if people else 1)
        count = self.tr("1 person") if len(people) == 1 else self.tr("{count} people").format(count=len(people))
        self._count.setText(count if people else "")
        for number, person in enumerate(people):
            if isinstance(before, Person) and person.id == before.id:
                self.view.setCurrentIndex(self.model.index(number))
                return
        if before is not None and people:
            self.view.setCurrentIndex(self.model.index(min(max(row, 0), len(people) - 1)))

    def set_changes(self, changes: Sequence[Change]) -> None:
        """What can be undone; the last of it is told for a while when it is new."""
        before, self._changes = self._changes, tuple(changes)
        if self._changes and self._changes[: len(before)] == before and len(self._changes) > len(before):
            self._note_text.setText(wording.change_done(self._changes[-1]))
            named = [wording.undo_line(change) for change in self._changes[: -TOLD - 1 : -1]]
            self._undo.setToolTip("\n".join([f"{named[0]} (Ctrl+Z)", *named[1:]]))
            self._undo.setAccessibleName(named[0])
            self._undo.show()
            self._note.show()
            self._note_timer.start()
        elif len(self._changes) < len(before):
            self._note.hide()

    def show_note(self, text: str) -> None:
        """Tell something for a while, with nothing to undo."""
        self._note_text.setText(text)
        self._undo.hide()
        self._note.show()
        self._note_timer.start()

    def rename_current(self) -> None:
        """Begin to edit the selected name."""
        index = self._index()
        if index.isValid():
            self.view.setFocus()
            self.view.setCurrentIndex(index)
            self.view.edit(index)

    def delete_current(self) -> None:
        """Ask to delete the selected person."""
        if (person := self.current) is not None:
            self.delete_asked.emit(person.id)

    def enrol_current_again(self) -> None:
        """Ask to enrol the selected person again."""
        if (person := self.current) is not None:
            self.again_asked.emit(person)

    def merge_current(self) -> None:
        """Ask to make the selected person and another one."""
        if (person := self.current) is not None and self.model.rowCount() > 1:
            self.merge_asked.emit(person)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.files_dropped.emit(paths)

    def _index(self) -> QModelIndex:
        index = self.view.currentIndex()
        return index if index.isValid() or self.model.rowCount() != 1 else self.model.index(0)

    def _fill_menu(self) -> None:
        self.menu.clear()
        self.menu.addAction(self.tr("Enrol from photos…\tP"), self.photos_asked.emit)
        self.menu.addSeparator()
        export = self.menu.addAction(self.tr("Export the gallery…\tCtrl+Shift+E"), self.export_asked.emit)
        export.setEnabled(self.model.rowCount() > 0)
        self.menu.addAction(self.tr("Import a gallery…\tCtrl+Shift+O"), self.import_asked.emit)
        self.menu.addSeparator()
        if not self._changes:
            self.menu.addAction(self.tr("Nothing to undo")).setEnabled(False)
        for number, change in enumerate(self._changes[: -TOLD - 1 : -1]):
            text = wording.undo_line(change)
            action = self.menu.addAction(text if number else f"{text}\tCtrl+Z", self.undo_asked.emit)
            action.setEnabled(number == 0)  # the others come after it

    def _show_menu(self, at: QPoint) -> None:
        index = self.view.indexAt(at)
        if not index.isValid():
            return
        person = index.data(Qt.ItemDataRole.UserRole)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        again = menu.addAction(self.tr("Enrol again…\tShift+E"), self.enrol_current_again)
        if isinstance(person, Person) and not person.usable:
            menu.setDefaultAction(again)
        menu.addAction(self.tr("Rename\tF2"), self.rename_current)
        menu.addAction(self.tr("Merge with…\tCtrl+M"), self.merge_current).setEnabled(self.model.rowCount() > 1)
        menu.addAction(self.tr("Delete\tDel"), self.delete_current)
        menu.popup(self.view.viewport().mapToGlobal(at))
