"""What the window does with people: dialogs of enrolling, merging and undoing, between the pane and the pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from gui.core.frames import FrameView
from gui.core.people import Person
from gui.core.states import BoardState, PipelineOptions, Problem, Topic
from gui.enrolment.photo_enrolment import PhotoProgress
from gui.enrolment.progress import EnrolmentProgress
from gui.gallery.archive import ENDING, FilePerson
from gui.panes.people.enrol_dialog import EnrolDialog
from gui.panes.people.import_dialog import ImportDialog
from gui.panes.people.merge_dialog import MergeDialog
from gui.panes.people.panel import PeoplePanel
from gui.panes.people.photo_dialog import PhotoDialog
from gui.pipeline.pipeline import Pipeline
from gui.settings.store import SettingsStore
from gui.widgets.theme import Theme
from gui.window.problem_bar import ProblemBar


class PeopleController(QObject):
    """Connects the pane with the pipeline and opens the dialogs over ``window``, one at a time."""

    people_changed = Signal(int)  # so many are enrolled now

    def __init__(
        self,
        pipeline: Pipeline,
        options: PipelineOptions,
        settings: SettingsStore,
        theme: Theme,
        pane: PeoplePanel,
        problems: ProblemBar,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._pipeline, self._options, self._settings, self._theme = pipeline, options, settings, theme
        self._pane, self._problems, self._window = pane, problems, window
        self._frame: FrameView | None = None
        self._board: BoardState | None = None
        self.dialog: EnrolDialog | None = None
        self.photo_dialog: PhotoDialog | None = None
        self.import_dialog: ImportDialog | None = None
        for asked in (pane.rename_asked, pane.delete_asked, pane.merge_asked, pane.undo_asked):
            asked.connect(lambda *_: problems.settle(Topic.GALLERY))  # what was said of the last try is over
        pane.enrol_asked.connect(lambda: self.enrol())
        pane.again_asked.connect(self.enrol)
        pane.rename_asked.connect(pipeline.people.rename)
        pane.delete_asked.connect(pipeline.people.delete)
        pane.merge_asked.connect(self.merge)
        pane.undo_asked.connect(pipeline.people.undo)
        pane.photos_asked.connect(lambda: self.photos())
        pane.files_dropped.connect(self.take_files)
        pane.export_asked.connect(self.export)
        pane.import_asked.connect(self.import_file)
        pipeline.gallery_changed.connect(self.refresh)
        pipeline.enrolment_changed.connect(self._show_enrolment)
        pipeline.board_changed.connect(self._set_board)
        files = pipeline.people
        files.photos_changed.connect(self._show_photos)
        files.was_read.connect(self._show_file)
        files.was_written.connect(self._show_written)

    def refresh(self) -> None:
        """Show who is enrolled, and what can be undone."""
        people = self._pipeline.people.everyone()
        self._pane.set_people(people)
        self._pane.set_changes(self._pipeline.people.changes)
        if self.dialog is not None:
            self.dialog.set_people(people)
        self.people_changed.emit(len(people))

    def set_frame(self, frame: FrameView) -> None:
        """The newest live picture."""
        self._frame = frame
        if self.dialog is not None:
            self.dialog.set_frame(frame)

    def lose_picture(self, why: str) -> None:
        """There is no picture."""
        self._frame = None
        if self.dialog is not None:
            self.dialog.view.clear(why)

    def enrol(self, person: Person | None = None) -> None:
        """Open the enrolment dialog; ``person``: somebody who is to be enrolled again."""
        if self.dialog is not None:
            self.dialog.raise_()
            return
        shots = self._options.enrolment_crops or self._settings.whole("enrolment/shots")
        dialog = EnrolDialog(self._theme, shots, person, self._window)
        known = None if person is None else person.id
        dialog.start_asked.connect(lambda name: self._pipeline.enroller.begin(name, shots, known))
        enroller = self._pipeline.enroller
        dialog.cancel_asked.connect(enroller.cancel)
        dialog.skip_asked.connect(enroller.skip)
        dialog.retake_asked.connect(enroller.retake)
        dialog.missing_asked.connect(enroller.take_missing)
        dialog.accept_asked.connect(enroller.accept)
        dialog.finished.connect(self._closed)
        dialog.set_people(self._pane.model.people)
        if self._frame is not None:
            dialog.set_frame(self._frame)
        if self._board is not None:
            dialog.set_board(self._board)
        self.dialog = dialog
        dialog.open()

    def merge(self, person: Person) -> None:
        """Ask who the same person is."""
        others = [other for other in self._pane.model.people if other.id != person.id]
        if not others:
            return
        dialog = MergeDialog(self._theme, person, others, self._window)
        dialog.merge_asked.connect(self._pipeline.people.merge)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def photos(self, paths: Sequence[Path] = ()) -> None:
        """Open the dialog that enrols from photos, with these files and folders."""
        if self.photo_dialog is None:
            dialog = PhotoDialog(self._theme, self._window)
            files = self._pipeline.people
            dialog.start_asked.connect(files.enrol_photos)
            dialog.decided.connect(files.decide_photos)
            dialog.stop_asked.connect(files.stop_photos)
            dialog.finished.connect(self._photos_closed)
            self.photo_dialog = dialog
            dialog.open()
        self.photo_dialog.add(paths)
        self.photo_dialog.raise_()

    def take_files(self, paths: Sequence[Path]) -> None:
        """Files were dropped: a gallery file is imported, anything else are photos."""
        if len(paths) == 1 and paths[0].suffix.lower() == ENDING:
            self._pipeline.people.read(paths[0])
        else:
            self.photos(paths)

    def export(self) -> None:
        """Say what such a file is, ask for its name, and write it."""
        people = self._pane.model.people
        if not people:
            return
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(self.tr("Export the gallery"))
        box.setText(self.tr("The file holds biometric data. People in it: {count}").format(count=len(people)))
        box.setInformativeText(
            self.tr(
                "Names, pictures and fingerprints of faces, not encrypted. Keep it where only those can read it who "
                "are meant to, and delete it when it is no longer needed."
            )
        )
        go_on = box.addButton(self.tr("Export…"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(self.tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.buttonClicked.connect(lambda button: self._choose_export() if button is go_on else None)
        box.open()

    def import_file(self) -> None:
        """Ask for a gallery file and read it."""
        kind = self.tr("Gallery files (*{ending})").format(ending=ENDING)
        title = self.tr("Import a gallery")
        name, _ = QFileDialog.getOpenFileName(self._window, title, str(Path.home()), kind)
        if name:
            self._problems.settle(Topic.GALLERY)
            self._pipeline.people.read(Path(name))

    def undo(self) -> None:
        """Take the last change back."""
        self._problems.settle(Topic.GALLERY)
        self._pipeline.people.undo()

    def close(self) -> None:
        """The window closes."""
        for dialog in (self.dialog, self.import_dialog, self.photo_dialog):
            if dialog is not None:
                dialog.close()

    def _set_board(self, state: BoardState) -> None:
        self._board = state
        if self.dialog is not None:
            self.dialog.set_board(state)

    def _show_enrolment(self, progress: EnrolmentProgress) -> None:
        if self.dialog is not None:
            self.dialog.show_progress(progress)

    def _closed(self, _result: int) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.deleteLater()

    def _show_photos(self, progress: PhotoProgress) -> None:
        if self.photo_dialog is not None:
            self.photo_dialog.show_progress(progress)

    def _photos_closed(self, _result: int) -> None:
        dialog, self.photo_dialog = self.photo_dialog, None
        if dialog is not None:
            dialog.deleteLater()

    def _show_file(self, path: Path, found: list[FilePerson] | Problem) -> None:
        if isinstance(found, Problem):
            self._problems.show_problem(found)
            return
        files = self._pipeline.people
        dialog = ImportDialog(self._theme, path.name, found, files.known(), files.network_hash, self._window)
        dialog.import_asked.connect(files.add)
        dialog.finished.connect(self._import_closed)
        self.import_dialog = dialog
        dialog.open()

    def _import_closed(self, _result: int) -> None:
        dialog, self.import_dialog = self.import_dialog, None
        if dialog is not None:
            dialog.deleteLater()

    def _choose_export(self) -> None:
        kind = self.tr("Gallery files (*{ending})").format(ending=ENDING)
        start = str(Path.home() / f"people{ENDING}")
        name, _ = QFileDialog.getSaveFileName(self._window, self.tr("Export the gallery"), start, kind)
        if name:
            path = Path(name)
            self._pipeline.people.write(path if path.suffix else path.with_suffix(ENDING))

    def _show_written(self, path: Path, problem: Problem | None) -> None:
        if problem is not None:
            self._problems.show_problem(problem)
        else:
            self._pane.show_note(self.tr("Exported to {file}").format(file=path.name))
