"""People and their fingerprints in the gallery's file. Once a method returns, the change is on the disk."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device.errors import FileError
from gui.records import Decision, Person
from gui.store import GalleryError, Store

LONGEST_NAME = 60


@dataclass(frozen=True, eq=False)
class Print:
    """One fingerprint to keep or kept: int8 (N,) with what is needed to compare it. ``thumbnail`` is a PNG."""

    data: NDArray[np.int8]
    scale: float
    zero_point: int
    network_hash: str
    crop_version: int
    quality: float = 1.0
    thumbnail: bytes | None = None
    time: float = 0.0  # Unix seconds; 0 for now


def clean_name(name: str) -> str:
    """The name as it is kept: no space around it, single spaces inside. Raises GalleryError on one of no use."""
    cleaned = " ".join(name.split())
    if not cleaned:
        raise GalleryError("the name is empty", "type a name")
    if len(cleaned) > LONGEST_NAME:
        raise GalleryError(f"the name has {len(cleaned)} characters", f"at most {LONGEST_NAME} are kept")
    if not cleaned.isprintable():
        raise GalleryError(f"the name {cleaned!r} holds characters that cannot be shown", "type it anew")
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

    def prints(self, network_hash: str, crop_version: int) -> dict[int, list[Print]]:
        """The comparable fingerprints by person: of this network and this crop only."""
        with self._store.reading() as reader:
            rows = reader.execute(
                """SELECT f.person_id, f.data, f.scale, f.zero_point, f.quality, f.time
                FROM fingerprints f JOIN people p ON p.id = f.person_id
                WHERE p.deleted IS NULL AND f.network_hash = ? AND f.crop_version = ? ORDER BY f.id""",
                (network_hash, crop_version),
            ).fetchall()
        found: dict[int, list[Print]] = {}
        for person_id, data, scale, zero_point, quality, when in rows:
            vector = np.frombuffer(data, np.int8)
            found.setdefault(person_id, []).append(
                Print(vector, scale, zero_point, network_hash, crop_version, quality, time=when)
            )
        return found

    def name_is_free(self, name: str, but: int | None = None) -> bool:
        """Whether nobody enrolled, except person ``but``, has this name; upper and lower case are the same."""
        with self._store.reading() as reader:
            row = reader.execute(
                "SELECT id FROM people WHERE deleted IS NULL AND name_key = ? AND id IS NOT ?", (_key(name), but)
            ).fetchone()
        return row is None

    def add_person(self, name: str, prints: Sequence[Print]) -> int:
        """Enrol a person with at least one fingerprint, all or nothing; the new id."""
        cleaned = clean_name(name)
        if not prints:
            raise GalleryError(f"{cleaned} has no fingerprint", "collect at least one good crop")
        with self._store.writing(cleaned) as writer:
            cursor = writer.execute(
                "INSERT INTO people (name, name_key, created) VALUES (?, ?, ?)", (cleaned, _key(cleaned), time.time())
            )
            person_id = int(cursor.lastrowid or 0)
            _insert(writer, person_id, prints)
        return person_id

    def add_prints(self, person_id: int, prints: Sequence[Print]) -> None:
        """More fingerprints of a person, all or nothing."""
        with self._store.writing() as writer:
            _must_exist(writer, person_id)
            _insert(writer, person_id, prints)

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
            writer.execute("UPDATE people SET deleted = ? WHERE id = ?", (time.time(), person_id))

    def restore(self, person_id: int) -> None:
        """Bring a deleted person back; refused when the name has been given away meanwhile."""
        with self._store.reading() as reader:
            row = reader.execute(
                "SELECT name FROM people WHERE id = ? AND deleted IS NOT NULL", (person_id,)
            ).fetchone()
        if row is None:
            raise GalleryError(f"person {person_id} cannot be brought back", "the deleted are gone at the next start")
        with self._store.writing(row[0]) as writer:
            writer.execute("UPDATE people SET deleted = NULL WHERE id = ?", (person_id,))

    def purge(self) -> int:
        """Remove the deleted for good, fingerprints and all; how many people that were. Their events stay, by name."""
        with self._store.writing() as writer:
            return writer.execute("DELETE FROM people WHERE deleted IS NOT NULL").rowcount


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()


def _must_exist(writer: sqlite3.Connection, person_id: int) -> None:
    if writer.execute("SELECT 1 FROM people WHERE id = ? AND deleted IS NULL", (person_id,)).fetchone() is None:
        raise GalleryError(f"person {person_id} is not in the gallery", "the list may be out of date")


def _insert(writer: sqlite3.Connection, person_id: int, prints: Sequence[Print]) -> None:
    for one in prints:
        if one.data.dtype != np.int8 or one.data.ndim != 1 or not one.data.size:
            raise GalleryError(f"a fingerprint is {one.data.dtype} {one.data.shape}, not int8 (N,)")
    writer.executemany(
        """INSERT INTO fingerprints (person_id, data, scale, zero_point, network_hash, crop_version, quality, thumbnail,
            time) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        [
            (person_id, one.data.tobytes(), float(one.scale), int(one.zero_point), one.network_hash, one.crop_version,
             float(one.quality), one.thumbnail, one.time or time.time())
            for one in prints
        ],
    )  # fmt: skip
