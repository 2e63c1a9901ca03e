"""People and their fingerprints in the gallery's file. Once a method returns, the change is on the disk."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device.errors import FileError
from gui.core.decisions import Decision
from gui.core.i18n import formatted, marked
from gui.core.people import Person, StoredFingerprint
from gui.gallery.database import GalleryError, Store

LONGEST_NAME = 60
# What belongs to a person, and its key.
_OF_PEOPLE = (("fingerprints", "id"), ("events", "id"), ("negatives", "id"), ("corrections", "event_id"))


def numbers(data: bytes, passes: int) -> NDArray[np.int8]:
    """``StoredFingerprint.data`` from the bytes in the file."""
    flat = np.frombuffer(data, np.int8)
    return flat if passes == 1 else flat.reshape(passes, -1)


@dataclass(frozen=True)
class Merge:
    """Two people made one: what moved from ``source`` to ``target``."""

    source: int
    target: int
    fingerprints: tuple[int, ...]
    events: tuple[int, ...]
    negatives: tuple[int, ...]
    corrections: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class PersonToImport:
    """Somebody to add with others: new under ``name``, or more fingerprints for person ``into``."""

    name: str
    fingerprints: Sequence[StoredFingerprint]
    created: float = 0.0  # Unix seconds; 0 for now
    into: int | None = None


@dataclass(frozen=True)
class Imported:
    """What ``import_people`` added: new people, and new fingerprints of others as (person, fingerprint)."""

    people: tuple[int, ...]
    fingerprints: tuple[tuple[int, int], ...]


def clean_name(name: str) -> str:
    """The name as it is kept: no space around it, single spaces inside. Raises GalleryError if it is of no use."""
    cleaned = " ".join(name.split())
    if not cleaned:
        raise GalleryError(marked("the name is empty"), marked("type a name"))
    if len(cleaned) > LONGEST_NAME:
        text = formatted(marked("the name has {count} characters"), count=len(cleaned))
        raise GalleryError(text, formatted(marked("at most {most} are kept"), most=LONGEST_NAME))
    if not cleaned.isprintable():
        text = formatted(marked("the name {name} holds characters that cannot be shown"), name=repr(cleaned))
        raise GalleryError(text, marked("type it again"))
    return cleaned


class Gallery:
    """The people in ``store``. Safe to call from any thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.purge()

    def close(self) -> None:
        """The program ends: the deleted cannot be brought back any more. The store is closed by whom it belongs to."""
        with contextlib.suppress(FileError):
            self.purge()

    def people(self, network_hash: str = "") -> list[Person]:
        """Everyone enrolled, by name; ``usable`` counts the fingerprints of ``network_hash``."""
        with self._store.reading() as reader:
            rows = reader.execute(
                """SELECT p.id, p.name, p.created,
                    (SELECT count(*) FROM fingerprints f WHERE f.person_id = p.id),
                    (SELECT count(*) FROM fingerprints f WHERE f.person_id = p.id AND f.network_hash = ?),
                    (SELECT thumbnail FROM fingerprints f WHERE f.person_id = p.id AND thumbnail IS NOT NULL
                        ORDER BY quality DESC, id LIMIT 1),
                    (SELECT max(time) FROM events e WHERE e.person_id = p.id AND e.decision = ?)
                FROM people p WHERE deleted IS NULL ORDER BY name_key""",
                (network_hash, Decision.ACCEPTED.value),
            ).fetchall()
        return [Person(*row) for row in rows]

    def fingerprints(self, network_hash: str, crop_version: int) -> dict[int, list[StoredFingerprint]]:
        """The comparable fingerprints by person: of this network and this crop only."""
        with self._store.reading() as reader:
            rows = reader.execute(
                """SELECT f.person_id, f.data, f.passes, f.scale, f.zero_point, f.quality, f.time, f.user_confirmed
                FROM fingerprints f JOIN people p ON p.id = f.person_id
                WHERE p.deleted IS NULL AND f.network_hash = ? AND f.crop_version = ? ORDER BY f.id""",
                (network_hash, crop_version),
            ).fetchall()
        found: dict[int, list[StoredFingerprint]] = {}
        for person_id, data, passes, scale, zero_point, quality, when, user_confirmed in rows:
            own = numbers(data, passes)
            found.setdefault(person_id, []).append(
                StoredFingerprint(
                    own,
                    scale,
                    zero_point,
                    network_hash,
                    crop_version,
                    quality,
                    time=when,
                    user_confirmed=bool(user_confirmed),
                )
            )
        return found

    def name_is_free(self, name: str, but: int | None = None) -> bool:
        """Whether nobody enrolled, except person ``but``, has this name; upper and lower case are the same."""
        with self._store.reading() as reader:
            row = reader.execute(
                "SELECT id FROM people WHERE deleted IS NULL AND name_key = ? AND id IS NOT ?", (_key(name), but)
            ).fetchone()
        return row is None

    def name_of(self, person_id: int) -> str:
        """The name of somebody enrolled. Raises GalleryError if there is no such person."""
        with self._store.reading() as reader:
            row = reader.execute("SELECT name FROM people WHERE id = ? AND deleted IS NULL", (person_id,)).fetchone()
        if row is None:
            raise GalleryError(f"person {person_id} is not in the gallery", "the list may be out of date")
        return str(row[0])

    def everything(self) -> list[tuple[Person, list[StoredFingerprint]]]:
        """Everyone enrolled, by name, with all their fingerprints and pictures, whatever network made them."""
        with self._store.reading() as reader:
            reader.execute("BEGIN")  # one state of the file, whatever is written meanwhile
            try:
                rows = reader.execute(
                    """SELECT person_id, data, passes, scale, zero_point, network_hash, crop_version, quality,
                        thumbnail, time, user_confirmed = 1
                    FROM fingerprints ORDER BY id"""
                ).fetchall()
                people = reader.execute(
                    "SELECT id, name, created FROM people WHERE deleted IS NULL ORDER BY name_key"
                ).fetchall()
            finally:
                reader.execute("COMMIT")
        own: dict[int, list[StoredFingerprint]] = {}
        for person_id, data, passes, *rest in rows:
            own.setdefault(person_id, []).append(StoredFingerprint(numbers(data, passes), *rest))
        return [
            (Person(person_id, name, created, len(own.get(person_id, [])), 0), own.get(person_id, []))
            for person_id, name, created in people
        ]

    def add_person(self, name: str, fingerprints: Sequence[StoredFingerprint]) -> int:
        """Enrol a person with at least one fingerprint, all or nothing; the new id."""
        (person_id,) = self.import_people([PersonToImport(name, fingerprints)]).people
        return person_id

    def import_people(self, people: Sequence[PersonToImport]) -> Imported:
        """Add all of these or none. Fingerprints that a person has already are not added again."""
        new_people: list[int] = []
        added: list[tuple[int, int]] = []
        for person in people:
            if not person.fingerprints:
                raise GalleryError(f"{person.name} has no fingerprint", "collect at least one good crop")
        with self._store.writing() as writer:
            for person in people:
                if person.into is None:
                    new_people.append(_insert_person(writer, clean_name(person.name), person.created))
                    _insert(writer, new_people[-1], person.fingerprints)
                else:
                    _must_exist(writer, person.into)
                    new = _without_known(writer, person.into, person.fingerprints)
                    added += [(person.into, one) for one in _insert(writer, person.into, new)]
        return Imported(tuple(new_people), tuple(added))

    def undo_import(self, imported: Imported) -> None:
        """Take an import back; the new people as ``delete`` does."""
        with self._store.writing() as writer:
            for person_id in imported.people:
                _mark_deleted(writer, person_id)
            _delete_fingerprints(writer, imported.fingerprints)

    def add_fingerprints(self, person_id: int, fingerprints: Sequence[StoredFingerprint]) -> list[int]:
        """More fingerprints of a person, all or nothing; their ids, for ``remove_fingerprints``."""
        with self._store.writing() as writer:
            _must_exist(writer, person_id)
            return _insert(writer, person_id, fingerprints)

    def remove_fingerprints(self, person_id: int, fingerprint_ids: Sequence[int]) -> None:
        """Remove single fingerprints of a person for good; those that are gone already do not matter."""
        with self._store.writing() as writer:
            _delete_fingerprints(writer, [(person_id, one) for one in fingerprint_ids])

    def replace_fingerprints(self, person_id: int, fingerprints: Sequence[StoredFingerprint]) -> int:
        """New fingerprints instead of all old ones, all or nothing; ``restore_fingerprints`` needs the result.

        Until the gallery is closed or purged the old ones are kept, by a person who counts as deleted.
        """
        if not fingerprints:
            raise GalleryError("there is no new fingerprint", "collect at least one good crop")
        with self._store.writing() as writer:
            _must_exist(writer, person_id)
            keeper = _keeper(writer, person_id)
            _insert(writer, person_id, fingerprints)
        return keeper

    def restore_fingerprints(self, person_id: int, keeper: int) -> None:
        """Take a ``replace_fingerprints`` back."""
        with self._store.writing() as writer:
            _must_exist(writer, person_id)
            if not writer.execute("SELECT 1 FROM fingerprints WHERE person_id = ?", (keeper,)).fetchone():
                raise GalleryError("the earlier fingerprints are gone", "they are kept until the program ends")
            newer = _keeper(writer, person_id)
            writer.execute("UPDATE fingerprints SET person_id = ? WHERE person_id = ?", (person_id, keeper))
            writer.execute("DELETE FROM people WHERE id IN (?, ?)", (keeper, newer))

    def merge(self, source: int, target: int) -> Merge:
        """Make ``source`` a part of ``target``, with all they own; ``split`` takes it back while the program runs."""
        if source == target:
            raise GalleryError("a person cannot be merged with themselves", "choose another person")
        with self._store.writing() as writer:
            _must_exist(writer, source)
            _must_exist(writer, target)
            moved = []
            for table, key in _OF_PEOPLE:
                rows = writer.execute(f"SELECT {key} FROM {table} WHERE person_id = ?", (source,)).fetchall()
                moved.append(tuple(row[0] for row in rows))
                writer.execute(f"UPDATE {table} SET person_id = ? WHERE person_id = ?", (target, source))
            _mark_deleted(writer, source)
        return Merge(source, target, *moved)

    def split(self, merge: Merge) -> None:
        """Take a merge back; refused when the name has been given away meanwhile."""
        with self._restoring(merge.source) as writer:
            moved = (merge.fingerprints, merge.events, merge.negatives, merge.corrections)
            for (table, key), ids in zip(_OF_PEOPLE, moved, strict=True):
                writer.executemany(
                    f"UPDATE {table} SET person_id = ? WHERE {key} = ? AND person_id = ?",
                    [(merge.source, one, merge.target) for one in ids],
                )

    def rename(self, person_id: int, name: str) -> None:
        """Give a person another name; events keep the one they were written with."""
        cleaned = clean_name(name)
        with self._store.writing(cleaned) as writer:
            _must_exist(writer, person_id)
            writer.execute("UPDATE people SET name = ?, name_key = ? WHERE id = ?", (cleaned, _key(cleaned), person_id))

    def delete(self, person_id: int) -> None:
        """Take a person out; ``restore`` brings them back until the gallery is closed or purged."""
        with self._store.writing() as writer:
            _must_exist(writer, person_id)
            _mark_deleted(writer, person_id)

    def restore(self, person_id: int) -> None:
        """Bring a deleted person back; refused when the name has been given away meanwhile."""
        with self._restoring(person_id):
            pass

    @contextlib.contextmanager
    def _restoring(self, person_id: int) -> Iterator[sqlite3.Connection]:
        with self._store.writing() as writer:
            row = writer.execute(
                "SELECT name, name_key FROM people WHERE id = ? AND deleted IS NOT NULL", (person_id,)
            ).fetchone()
            if row is None:
                raise GalleryError(
                    f"person {person_id} cannot be brought back", "the deleted are gone at the next start"
                )
            _must_be_free(writer, row[0], row[1])
            writer.execute("UPDATE people SET deleted = NULL WHERE id = ?", (person_id,))
            yield writer

    def purge(self) -> int:
        """Remove the deleted for good, fingerprints and all; how many people that were. Their events stay, by name."""
        with self._store.writing() as writer:
            return writer.execute("DELETE FROM people WHERE deleted IS NOT NULL").rowcount


def name_taken(name: str) -> GalleryError:
    """The error that says so."""
    return GalleryError(formatted(marked("the name {name} is taken"), name=name), marked("choose another name"))


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()


def _must_exist(writer: sqlite3.Connection, person_id: int) -> None:
    if writer.execute("SELECT 1 FROM people WHERE id = ? AND deleted IS NULL", (person_id,)).fetchone() is None:
        raise GalleryError(f"person {person_id} is not in the gallery", "the list may be out of date")


def _must_be_free(writer: sqlite3.Connection, name: str, key: str) -> None:
    if writer.execute("SELECT 1 FROM people WHERE deleted IS NULL AND name_key = ?", (key,)).fetchone() is not None:
        raise name_taken(name)


def _mark_deleted(writer: sqlite3.Connection, person_id: int) -> None:
    writer.execute("UPDATE people SET deleted = ? WHERE id = ?", (time.time(), person_id))


def _insert_person(writer: sqlite3.Connection, name: str, created: float = 0.0) -> int:
    _must_be_free(writer, name, _key(name))
    row = (name, _key(name), created or time.time())
    return int(writer.execute("INSERT INTO people (name, name_key, created) VALUES (?, ?, ?)", row).lastrowid or 0)


def _keeper(writer: sqlite3.Connection, person_id: int) -> int:
    """Somebody who counts as deleted and holds the fingerprints of a person from now on."""
    cursor = writer.execute(
        "INSERT INTO people (name, name_key, created, deleted) SELECT name, name_key, created, ? FROM people "
        "WHERE id = ?",
        (time.time(), person_id),
    )
    keeper = int(cursor.lastrowid or 0)
    writer.execute("UPDATE fingerprints SET person_id = ? WHERE person_id = ?", (keeper, person_id))
    return keeper


def _delete_fingerprints(writer: sqlite3.Connection, fingerprints: Sequence[tuple[int, int]]) -> None:
    # With whose it is, because SQLite gives the number of a row that was deleted to another.
    writer.executemany("DELETE FROM fingerprints WHERE person_id = ? AND id = ?", fingerprints)


def _without_known(
    writer: sqlite3.Connection, person_id: int, fingerprints: Sequence[StoredFingerprint]
) -> list[StoredFingerprint]:
    rows = writer.execute("SELECT data, network_hash FROM fingerprints WHERE person_id = ?", (person_id,)).fetchall()
    known = {(data, network_hash) for data, network_hash in rows}
    return [one for one in fingerprints if (one.data.tobytes(), one.network_hash) not in known]


def _insert(writer: sqlite3.Connection, person_id: int, fingerprints: Sequence[StoredFingerprint]) -> list[int]:
    for one in fingerprints:
        if one.data.dtype != np.int8 or one.data.ndim not in (1, 2) or not one.data.size:
            raise GalleryError(f"a fingerprint is {one.data.dtype} {one.data.shape}, not int8 (N,) or (L, N)")
    ids = []
    for one in fingerprints:
        cursor = writer.execute(
            """INSERT INTO fingerprints (person_id, data, passes, scale, zero_point, network_hash, crop_version,
                quality, thumbnail, time, user_confirmed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (person_id, one.data.tobytes(), one.passes, float(one.scale), int(one.zero_point), one.network_hash,
             one.crop_version, float(one.quality), one.thumbnail, one.time or time.time(), one.user_confirmed),
        )  # fmt: skip
        ids.append(int(cursor.lastrowid or 0))
    return ids
