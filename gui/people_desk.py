"""What the window does with people: dialogs of enrolling, merging and undoing, between the pane and the pipeline."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from gui.enrol_dialog import EnrolDialog
from gui.enrol_records import EnrolmentProgress
from gui.merge_dialog import MergeDialog
from gui.people_panel import PeoplePanel
from gui.pipeline import Pipeline
from gui.problem_bar import ProblemBar
from gui.records import FrameView, Person, PipelineOptions
from gui.theme import Theme


class PeopleDesk(QObject):
    """Wires the pane to the pipeline and opens the dialogs over ``window``, one at a time."""

    def __init__(
        self,
        pipeline: Pipeline,
        options: PipelineOptions,
        theme: Theme,
        pane: PeoplePanel,
        problems: ProblemBar,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._pipeline, self._options, self._theme = pipeline, options, theme
        self._pane, self._problems, self._window = pane, problems, window
        self._frame: FrameView | None = None
        self.dialog: EnrolDialog | None = None
        for asked in (pane.rename_asked, pane.delete_asked, pane.merge_asked, pane.undo_asked):
            asked.connect(lambda *_: problems.settle("gallery"))  # what was said of the last try is over
        pane.enrol_asked.connect(lambda: self.enrol())
        pane.again_asked.connect(self.enrol)
        pane.rename_asked.connect(pipeline.rename)
        pane.delete_asked.connect(pipeline.delete)
        pane.merge_asked.connect(self.merge)
        pane.undo_asked.connect(pipeline.undo)
        pipeline.enrolment_changed.connect(self._show_enrolment)

    def refresh(self, people: list[Person]) -> None:
        """Who is enrolled has changed, or what can be undone."""
        self._pane.set_people(people)
        self._pane.set_changes(self._pipeline.changes)
        if self.dialog is not None:
            self.dialog.set_people(people)

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
        dialog = EnrolDialog(self._theme, self._options.enrolment_crops, person, self._window)
        known = None if person is None else person.id
        dialog.start_asked.connect(lambda name: self._pipeline.begin_enrolment(name, known))
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
        self.dialog = dialog
        dialog.open()

    def merge(self, person: Person) -> None:
        """Ask who the same person is."""
        others = [other for other in self._pane.model.people if other.id != person.id]
        if not others:
            return
        dialog = MergeDialog(self._theme, person, others, self._window)
        dialog.merge_asked.connect(self._pipeline.merge)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def undo(self) -> None:
        """Take the last change back."""
        self._problems.settle("gallery")
        self._pipeline.undo()

    def close(self) -> None:
        """The window closes."""
        if self.dialog is not None:
            self.dialog.reject()

    def _show_enrolment(self, progress: EnrolmentProgress) -> None:
        if self.dialog is not None:
            self.dialog.show_progress(progress)

    def _closed(self, _result: int) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.deleteLater()
