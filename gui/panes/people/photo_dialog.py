"""Enrolling many people from photos: who is on them, how far it is, and what was refused and why."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QFileDialog,
    QHeaderView,
    QLabel,
    QProgressBar,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.enrolment.photo_enrolment import Outcome, PhotoChoices, PhotoMixture, PhotoPhase, PhotoProgress, write_csv
from gui.enrolment.photo_groups import ENDINGS, PhotoGroups, PhotoPerson, group_photos
from gui.panes.people import wording
from gui.panes.people.photo_question import PhotoQuestion
from gui.widgets.dialogs import Dialog, push_button
from gui.widgets.theme import Theme


class PhotoDialog(Dialog):
    """``start_asked`` brings the people and the choices; ``show_progress`` shows how it goes. Closing stops it.

    Photos of one name that show several people are a ``question``; ``decided`` brings a name for each group.
    """

    start_asked = Signal(object, object)  # list[PhotoPerson], PhotoChoices
    decided = Signal(object)  # tuple[str, ...]
    stop_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Enrol from photos"), parent)
        self._paths: list[Path] = []
        self._groups = PhotoGroups()
        self._progress: PhotoProgress | None = None
        self._theme = theme
        self.question: PhotoQuestion | None = None
        self._asked: PhotoMixture | None = None
        self.setAcceptDrops(True)
        self.line = QLabel()
        self.line.setWordWrap(True)
        self.line.setTextFormat(Qt.TextFormat.PlainText)
        self.table = QTableWidget(0, 2)
        self.table.setAccessibleName(self.tr("People and photos"))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.bar = QProgressBar()
        self.bar.setAccessibleName(self.tr("Progress"))
        self.bar.setTextVisible(False)
        self.known = QCheckBox(self.tr("Where a name is taken, add the photos to that person if they look alike"))
        self.alike = QCheckBox(self.tr("Enrol people who look like somebody enrolled, too"))
        self.files = push_button(self.tr("Add files…"), self._add_files, auto_default=False)
        self.folder = push_button(self.tr("Add a folder…"), self._add_folder, auto_default=False)
        self.save = push_button(self.tr("Save the report…"), self._save, auto_default=False)
        self.start = push_button("", self._start, primary=True)
        self.cancel = push_button(self.tr("Cancel"), self.reject, auto_default=False)
        self._middle = QVBoxLayout()  # the table or the question
        self._middle.addWidget(self.table)
        self.lay_out(
            self.line,
            self.bar,
            self._middle,
            self.known,
            self.alike,
            left=(self.files, self.folder, self.save),
            right=(self.cancel, self.start),
            stretched=self._middle,
            margins=(20, 16, 20, 16),
            spacing=10,
        )
        self.start.setDefault(True)
        self.resize(theme.scale.body * 58, theme.scale.body * 38)
        self._show_groups()

    @property
    def progress(self) -> PhotoProgress | None:
        """What was said last."""
        return self._progress

    @property
    def groups(self) -> PhotoGroups:
        """Who is to be enrolled."""
        return self._groups

    def add(self, paths: Sequence[Path]) -> None:
        """More files and folders; not while it runs."""
        if self._progress is None:
            self._paths += [path for path in paths if path not in self._paths]
            self._groups = group_photos(self._paths)
            self._show_groups()

    def show_progress(self, progress: PhotoProgress) -> None:
        """How it goes; the report once it is over."""
        before, self._progress = self._progress, progress
        self.bar.setRange(0, max(1, progress.of))
        self.bar.setValue(progress.done)
        self.line.setText(wording.photo_progress(progress))
        self._show_question(progress.mixture if progress.phase is PhotoPhase.CHOOSING else None)
        if progress.over and (before is None or not before.over):
            self._show_report(progress)
        self._refresh()

    def reject(self) -> None:
        """Escape, Cancel or the close button: what runs is stopped without a trace."""
        if self._running:
            self.stop_asked.emit()
            return  # it says itself when it has stopped
        super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._running:
            self.stop_asked.emit()
        event.accept()
        self.done(int(Dialog.DialogCode.Rejected))  # else it would never say that it is finished

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._progress is None and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.add([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])

    @property
    def _running(self) -> bool:
        return self._progress is not None and not self._progress.over

    def _show_groups(self) -> None:
        self._head(self.tr("Name"), self.tr("Photos"))
        self.table.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        self.table.setRowCount(len(self._groups.people))
        for row, person in enumerate(self._groups.people):
            count = QTableWidgetItem(str(len(person.files)))
            count.setFlags(count.flags() & ~Qt.ItemFlag.ItemIsEditable)
            count.setToolTip("\n".join(file.name for file in person.files[:20]))
            self.table.setItem(row, 0, QTableWidgetItem(person.name))
            self.table.setItem(row, 1, count)
        if not self._paths:
            text = self.tr(
                "Drop photos or folders here, or add them. A subfolder is one person by its name; photos without a "
                "subfolder are named by their file names: Ada_1.jpg and Ada_2.jpg are Ada."
            )
        else:
            text = self.tr(
                "People: {people}, photos: {photos}. A name can be changed with F2; people of one name become one."
            ).format(people=len(self._groups.people), photos=self._groups.photos)
            if self._groups.left_out:
                text += " " + self.tr("Left out, because they are no photos: {count}.").format(
                    count=len(self._groups.left_out)
                )
        self.line.setText(text)
        self._refresh()

    def _show_report(self, progress: PhotoProgress) -> None:
        self._head(self.tr("Photo"), self.tr("Result"))
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        rows = sorted(progress.rows, key=lambda row: row.outcome is Outcome.TAKEN)  # what was refused first
        self.table.setRowCount(len(rows))
        for number, row in enumerate(rows):
            taken = row.outcome is Outcome.TAKEN
            file = QTableWidgetItem(f"{row.name} · {row.file.name}")
            file.setToolTip(str(row.file))
            self.table.setItem(number, 0, file)
            self.table.setItem(number, 1, QTableWidgetItem(f"{'✓' if taken else '✕'} {wording.photo_outcome(row)}"))
        self.start.setFocus()

    def _show_question(self, mixture: PhotoMixture | None) -> None:
        if mixture is self._asked:
            return
        self._asked = mixture
        if self.question is not None:
            self._middle.removeWidget(self.question)
            self.question.hide()
            self.question.deleteLater()
            self.question = None
        if mixture is not None:
            self.question = PhotoQuestion(self._theme, mixture)
            self.question.changed.connect(self._refresh)
            self._middle.addWidget(self.question)
            self.question.only[0].setFocus()

    def _head(self, first: str, second: str) -> None:
        self.table.setHorizontalHeaderLabels([first, second])
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)

    def _refresh(self) -> None:
        waiting, over = self._progress is None, self._progress is not None and self._progress.over
        for widget in (self.files, self.folder, self.known, self.alike):
            widget.setVisible(waiting)
        self.bar.setVisible(not waiting and self.question is None)
        self.save.setVisible(over and bool(self._progress and self._progress.rows))
        question = self.question
        self.table.setVisible(question is None)
        self.start.setText(self.tr("Close") if over else self.tr("Enrol") if waiting else self.tr("Go on"))
        self.start.setVisible(waiting or over or question is not None)
        self.start.setEnabled(over or (bool(self._groups.people) if question is None else question.names is not None))
        self.cancel.setVisible(not over)
        self.table.setEnabled(not self._running)

    def _start(self) -> None:
        if self.question is not None:
            names = self.question.names
            if names is not None:
                self._show_question(None)
                self._refresh()
                self.decided.emit(names)
            return
        if self._progress is not None:
            self.accept()
            return
        files: dict[str, list[Path]] = {}
        for row, person in enumerate(self._groups.people):
            item = self.table.item(row, 0)
            name = " ".join((item.text() if item is not None else person.name).split())
            known = next((key for key in files if key.casefold() == name.casefold()), name)
            files.setdefault(known, []).extend(person.files)
        people = [PhotoPerson(name, tuple(own)) for name, own in files.items()]
        self.start_asked.emit(people, PhotoChoices(self.known.isChecked(), self.alike.isChecked()))

    def _add_files(self) -> None:
        pattern = self.tr("Photos ({endings})").format(endings=" ".join(f"*{ending}" for ending in sorted(ENDINGS)))
        names, _ = QFileDialog.getOpenFileNames(self, self.tr("Photos"), str(Path.home()), pattern)
        self.add([Path(name) for name in names])

    def _add_folder(self) -> None:
        if name := QFileDialog.getExistingDirectory(self, self.tr("A folder of photos"), str(Path.home())):
            self.add([Path(name)])

    def _save(self) -> None:
        if self._progress is None:
            return
        kind = self.tr("CSV files (*.csv)")
        name, _ = QFileDialog.getSaveFileName(self, self.tr("Save the report"), str(Path.home() / "photos.csv"), kind)
        if name:
            self.save_report(Path(name))

    def save_report(self, path: Path) -> None:
        """Write the report; the line says so, or what is wrong."""
        if self._progress is None:
            return
        try:
            with path.open("w", encoding="utf-8", newline="") as file:
                write_csv(self._progress.rows, file)
        except OSError as error:
            self.line.setText(self.tr("{file} cannot be written: {why}").format(file=path, why=error.strerror or error))
        else:
            self.line.setText(self.tr("The report is in {file}").format(file=path))
