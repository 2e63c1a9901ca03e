"""The people for the window: changes and their undoing, photos and gallery files. Never waits; signals answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from device.errors import DeviceError
from gui.core.people import Person
from gui.core.states import Problem, Topic
from gui.enrolment.photo_enrolment import Dependencies, PhotoChoices, PhotoProgress, PhotoRun
from gui.enrolment.photo_groups import PhotoPerson
from gui.gallery import archive
from gui.gallery.gallery import PersonToImport
from gui.gallery.history import Change
from gui.pipeline.engine import Engine


class PeopleService(QObject):
    """Asks ``engine``; ``post`` emits a signal on this object's thread. What is refused is a problem of the engine."""

    photos_changed = Signal(object)  # PhotoProgress
    was_read = Signal(object, object)  # Path, list[FilePerson] or Problem
    was_written = Signal(object, object)  # Path, Problem or None

    def __init__(self, engine: Engine, post: Callable[..., None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine, self._post = engine, post
        self._gallery, self._changes, self._writer = engine.gallery, engine.changes, engine.writer
        self._run: PhotoRun | None = None
        self._stopped = False

    @property
    def network_hash(self) -> str:
        """Of the network that the board runs; empty before there was a board."""
        return self._engine.recogniser.network_hash

    @property
    def changes(self) -> tuple[Change, ...]:
        """What undo() can take back, the last of them first taken."""
        return self._changes.changes

    def everyone(self) -> list[Person]:
        """Everyone enrolled, by name; nobody once the program ends."""
        return [] if self._stopped else self._gallery.people(self.network_hash)

    def rename(self, person_id: int, name: str) -> None:
        """Give a person another name, unless it is taken or empty."""
        self._writer.change(lambda: self._changes.rename(person_id, name))

    def delete(self, person_id: int) -> None:
        """Take a person out."""
        self._writer.change(lambda: self._changes.delete(person_id))

    def merge(self, person_id: int, into: int) -> None:
        """Make two people one, who keeps the name of ``into``."""
        self._writer.change(lambda: self._changes.merge(person_id, into))

    def undo(self) -> None:
        """Take the last change back. Harmless when there is none."""
        self._writer.change(self._changes.undo)

    def enrol_photos(self, people: Sequence[PhotoPerson], choices: PhotoChoices) -> None:
        """Enrol ``people`` from their photos; photos_changed tells the rest. One run at a time."""
        if self._run is not None:
            self._run.stop(wait=True)
        recogniser = self._engine.recogniser
        dependencies = Dependencies(
            ask=self._engine.board.fingerprint,
            save=self._import,
            known=self.known(),
            templates=recogniser.templates,
            threshold=recogniser.rules.threshold,
            crop_size=self._engine.vision.crop_size,
        )
        self._run = PhotoRun(people, choices, dependencies, self._tell)
        self._run.start()

    def decide_photos(self, names: Sequence[str]) -> None:
        """Answer the run's question who is on photos: a name for each group, empty to leave it out."""
        if self._run is not None:
            self._run.decide(names)

    def stop_photos(self) -> None:
        """End the run without a trace."""
        if self._run is not None:
            self._run.stop()

    def stop(self) -> None:
        """The program ends."""
        if self._run is not None:
            self._run.stop(wait=True)
        self._stopped = True

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

        self._writer.write(work)

    def add(self, people: Sequence[PersonToImport]) -> None:
        """Add what was read, all or nothing."""
        if people:
            self._writer.change(lambda: self._changes.import_people(people))

    def write(self, path: Path) -> None:
        """Write everybody to a gallery file; was_written tells how it went."""

        def work() -> None:
            problem = None
            try:
                archive.write(path, self._gallery.everything())
            except DeviceError as error:
                problem = Problem(error.message, error.hint, Topic.GALLERY)
            self._post(self.was_written, path, problem)

        self._writer.write(work)

    def _tell(self, progress: PhotoProgress) -> None:
        self._post(self.photos_changed, progress)

    def _import(self, people: Sequence[PersonToImport]) -> Future[int]:
        count: Future[int] = Future()

        def work() -> None:
            try:
                count.set_result(self._changes.import_people(people))
            except DeviceError as error:
                count.set_exception(error)
            else:
                self._writer.changed()

        self._writer.write(work)
        return count
