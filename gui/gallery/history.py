"""Changes of the gallery that can be taken back, the last one first. No Qt; one thread at a time (the store's)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gui.core.people import StoredFingerprint
from gui.gallery.gallery import Gallery, PersonToImport

DEPTH = 50  # changes remembered


class ChangeKind(StrEnum):
    """What was done."""

    ENROL = "enrol"
    ADD = "add"
    REPLACE = "replace"
    RENAME = "rename"
    DELETE = "delete"
    MERGE = "merge"
    IMPORT = "import"


@dataclass(frozen=True)
class Change:
    """One change as the window tells it: ``name`` is whose, ``other`` the second name of a rename or a merge.

    ``count``: how many people an import brought.
    """

    kind: ChangeKind
    name: str = ""
    other: str = ""
    count: int = 1


@dataclass(frozen=True)
class _Done:
    change: Change
    undo: Callable[[], object]


class PeopleChanges:
    """Does changes and takes them back. Every method raises what the gallery raises, and then nothing has changed."""

    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery
        self._done: list[_Done] = []
        self.changes: tuple[Change, ...] = ()  # oldest first; a new tuple every time, to be read from any thread

    def enrol(self, name: str, fingerprints: Sequence[StoredFingerprint]) -> int:
        """A new person; the id."""
        person_id = self._gallery.add_person(name, fingerprints)
        self._did(Change(ChangeKind.ENROL, name), lambda: self._gallery.delete(person_id))
        return person_id

    def add(self, person_id: int, fingerprints: Sequence[StoredFingerprint]) -> None:
        """More fingerprints of somebody."""
        name = self._gallery.name_of(person_id)
        added = self._gallery.add_fingerprints(person_id, fingerprints)
        self._did(Change(ChangeKind.ADD, name), lambda: self._gallery.remove_fingerprints(person_id, added))

    def replace(self, person_id: int, fingerprints: Sequence[StoredFingerprint]) -> None:
        """New fingerprints instead of all that somebody has."""
        name = self._gallery.name_of(person_id)
        before = self._gallery.replace_fingerprints(person_id, fingerprints)
        self._did(Change(ChangeKind.REPLACE, name), lambda: self._gallery.restore_fingerprints(person_id, before))

    def rename(self, person_id: int, name: str) -> None:
        """Another name."""
        before = self._gallery.name_of(person_id)
        self._gallery.rename(person_id, name)
        after = self._gallery.name_of(person_id)
        if after != before:
            change = Change(ChangeKind.RENAME, before, after)
            self._did(change, lambda: self._gallery.rename(person_id, before))

    def delete(self, person_id: int) -> None:
        """Take somebody out."""
        name = self._gallery.name_of(person_id)
        self._gallery.delete(person_id)
        self._did(Change(ChangeKind.DELETE, name), lambda: self._gallery.restore(person_id))

    def merge(self, person_id: int, into: int) -> None:
        """Make two people one, who keeps the name of ``into``."""
        name, other = self._gallery.name_of(person_id), self._gallery.name_of(into)
        merged = self._gallery.merge(person_id, into)
        self._did(Change(ChangeKind.MERGE, name, other), lambda: self._gallery.split(merged))

    def import_people(self, people: Sequence[PersonToImport]) -> int:
        """Many people at once, all or nothing; how many."""
        imported = self._gallery.import_people(people)
        if people:
            name = people[0].name if len(people) == 1 else ""
            change = Change(ChangeKind.IMPORT, name, count=len(people))
            self._did(change, lambda: self._gallery.undo_import(imported))
        return len(people)

    def undo(self) -> Change | None:
        """Take the last change back; it, or None where there is none. One that is refused stays the last."""
        if not self._done:
            return None
        self._done[-1].undo()
        change = self._done.pop().change
        self._told()
        return change

    def _did(self, change: Change, undo: Callable[[], object]) -> None:
        self._done = [*self._done, _Done(change, undo)][-DEPTH:]
        self._told()

    def _told(self) -> None:
        self.changes = tuple(done.change for done in self._done)
