"""People from photos and gallery files, for the window: runs off its thread, answers by signals on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from device.errors import DeviceError
from gui.access.recogniser import Recogniser
from gui.core.frames import Answer, Picture
from gui.core.states import Problem, Topic
from gui.enrolment.photo_enrolment import Around, PhotoChoices, PhotoProgress, PhotoRun
from gui.enrolment.photo_groups import PhotoPerson
from gui.gallery import archive
from gui.gallery.gallery import Arrival, Gallery
from gui.gallery.history import PeopleChanges


class PeopleFiles(QObject):
    """``write`` runs work on the store's thread, ``post`` emits a signal on this object's, ``changed`` says that the
    gallery has changed."""

    photos_changed = Signal(object)  # PhotoProgress
    was_read = Signal(object, object)  # Path, list[FilePerson] or Problem
    was_written = Signal(object, object)  # Path, Problem or None

    def __init__(
        self,
        gallery: Gallery,
        changes: PeopleChanges,
        recogniser: Recogniser,
        *,
        ask: Callable[[Picture], Future[Answer]],
        crop_size: Callable[[], int],
        write: Callable[[Callable[[], None]], None],
        post: Callable[..., None],
        changed: Callable[[], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._gallery, self._changes, self._recogniser = gallery, changes, recogniser
        self._ask, self._crop_size, self._write, self._changed = ask, crop_size, write, changed
        self._post = post
        self._run: PhotoRun | None = None

    @property
    def network_hash(self) -> str:
        """Of the network that the board runs; empty before there was a board."""
        return self._recogniser.network_hash

    def enrol_photos(self, people: Sequence[PhotoPerson], choices: PhotoChoices) -> None:
        """Enrol ``people`` from their photos; photos_changed tells the rest. One run at a time."""
        if self._run is not None:
            self._run.stop(wait=True)
        around = Around(
            ask=self._ask,
            save=self._arrive,
            known=self.known(),
            templates=self._recogniser.templates,
            threshold=self._recogniser.rules.threshold,
            crop_size=self._crop_size(),
        )
        self._run = PhotoRun(people, choices, around, self._tell)
        self._run.start()

    def stop_photos(self) -> None:
        """End the run without a trace."""
        if self._run is not None:
            self._run.stop()

    def stop(self) -> None:
        """The program ends."""
        if self._run is not None:
            self._run.stop(wait=True)

    def known(self) -> dict[str, int]:
        """Ids of everybody enrolled, by name in lower case."""
        return {person.name.casefold(): person.id for person in self._gallery.people()}

    def read(self, path: Path) -> None:
        """Read a gallery file; was_read tells what is in it. Nothing is imported yet."""

        def work() -> None:
            found: object
            try:
                found = archive.read(path)
            except DeviceError as error:
                found = Problem(error.message, error.hint, Topic.GALLERY)
            self._post(self.was_read, path, found)

        self._write(work)

    def add(self, arrivals: Sequence[Arrival]) -> None:
        """Add what was read, all or nothing; what is refused comes back as the pipeline's problem."""

        def work() -> None:
            self._changes.arrive(arrivals)
            self._changed()

        if arrivals:
            self._write(work)

    def write(self, path: Path) -> None:
        """Write everybody to a gallery file; was_written tells how it went."""

        def work() -> None:
            problem = None
            try:
                archive.write(path, self._gallery.everything())
            except DeviceError as error:
                problem = Problem(error.message, error.hint, Topic.GALLERY)
            self._post(self.was_written, path, problem)

        self._write(work)

    def _tell(self, progress: PhotoProgress) -> None:
        self._post(self.photos_changed, progress)

    def _arrive(self, arrivals: Sequence[Arrival]) -> Future[int]:
        count: Future[int] = Future()

        def work() -> None:
            try:
                count.set_result(self._changes.arrive(arrivals))
            except DeviceError as error:
                count.set_exception(error)
            else:
                self._changed()

        self._write(work)
        return count
