"""People, their fingerprints and the events, in one SQLite file that survives a power cut.

Every change is one transaction with ``synchronous=FULL``: once a method returns, the change is on the disk. Writers
queue for a lock; readers have a connection of their own and never wait for a writer.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.errors import DeviceError, FileError
from gui.records import Decision, Event, Person

APPLICATION_ID = 0x46474C59  # "FGLY" in the header of the file: tells a gallery from other SQLite files
LONGEST_NAME = 60

# One string for each step; a file's user_version counts the steps it has been through. Never change a step, add one.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE people (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL,
            name_key TEXT NOT NULL,
            created REAL NOT NULL,
            deleted REAL)""",
        "CREATE UNIQUE INDEX people_name ON people (name_key) WHERE deleted IS NULL",
        """CREATE TABLE fingerprints (
            id INTEGER PRIMARY KEY,
            person_id INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
            data BLOB NOT NULL,
            scale REAL NOT NULL,
            zero_point INTEGER NOT NULL,
            network_hash TEXT NOT NULL,
            crop_version INTEGER NOT NULL,
            quality REAL NOT NULL,
            thumbnail BLOB,
            time REAL NOT NULL)""",
        "CREATE INDEX fingerprints_person ON fingerprints (person_id, network_hash)",
        """CREATE TABLE events (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            time REAL NOT NULL,
            person_id INTEGER REFERENCES people (id) ON DELETE SET NULL,
            name TEXT,
            decision TEXT NOT NULL,
            score REAL,
            threshold REAL,
            reason TEXT NOT NULL,
            measured TEXT NOT NULL,
            network_ms REAL,
            thumbnail BLOB)""",
        "CREATE INDEX events_time ON events (time)",
        "CREATE INDEX events_person ON events (person_id, time)",
    ),
)


_FOLDER_HINT = "make the data folder writable, or choose another with --data"


class GalleryError(DeviceError):
    """A change that the gallery refuses: a name that is taken or empty, a person who is not there."""


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
    """The file. Safe to call from any thread.

    ``notice`` is empty, or says that the file was damaged and where it was put aside. Raises FileError where the file
    is another program's, was written by a newer version, or cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notice = ""
        self._write_lock = threading.Lock()
        self._read_lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._writer = _open(path)
            except sqlite3.DatabaseError as error:
                if not _is_damage(error):
                    raise
                aside = _put_aside(path)
                self.notice = f"The gallery was damaged ({error}) and is kept as {aside.name}; a new one was begun."
                self._writer = _open(path)
            self._reader = _connect(path)
        except (OSError, sqlite3.Error) as error:
            raise FileError(f"the gallery {path} cannot be opened: {error}", _FOLDER_HINT) from error
        self.purge()

    def close(self) -> None:
        """Purge the deleted, fold the log into the file and let go of it; further calls do nothing."""
        with self._read_lock, self._write_lock:
            with contextlib.suppress(sqlite3.Error):
                self._reader.close()
                self._writer.execute("DELETE FROM people WHERE deleted IS NOT NULL")
                self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._writer.close()

    def people(self, network_hash: str = "") -> list[Person]:
        """Everyone enrolled, by name; ``usable`` counts the fingerprints of ``network_hash``."""
        with self._reading() as reader:
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
        with self._reading() as reader:
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
        with self._reading() as reader:
            row = reader.execute(
                "SELECT id FROM people WHERE deleted IS NULL AND name_key = ? AND id IS NOT ?", (_key(name), but)
            ).fetchone()
        return row is None

    def add_person(self, name: str, prints: Sequence[Print]) -> int:
        """Enrol a person with at least one fingerprint, all or nothing; the new id."""
        cleaned = clean_name(name)
        if not prints:
            raise GalleryError(f"{cleaned} has no fingerprint", "collect at least one good crop")
        with self._writing(cleaned) as writer:
            cursor = writer.execute(
                "INSERT INTO people (name, name_key, created) VALUES (?, ?, ?)", (cleaned, _key(cleaned), time.time())
            )
            person_id = int(cursor.lastrowid or 0)
            _insert(writer, person_id, prints)
        return person_id

    def add_prints(self, person_id: int, prints: Sequence[Print]) -> None:
        """More fingerprints of a person, all or nothing."""
        with self._writing() as writer:
            _must_exist(writer, person_id)
            _insert(writer, person_id, prints)

    def rename(self, person_id: int, name: str) -> None:
        """Give a person another name; events keep the one they were written with."""
        cleaned = clean_name(name)
        with self._writing(cleaned) as writer:
            _must_exist(writer, person_id)
            writer.execute("UPDATE people SET name = ?, name_key = ? WHERE id = ?", (cleaned, _key(cleaned), person_id))

    def delete(self, person_id: int) -> None:
        """Take a person out; ``restore`` brings them back until the gallery is closed or purged."""
        with self._writing() as writer:
            _must_exist(writer, person_id)
            writer.execute("UPDATE people SET deleted = ? WHERE id = ?", (time.time(), person_id))

    def restore(self, person_id: int) -> None:
        """Bring a deleted person back; refused when the name has been given away meanwhile."""
        with self._read_lock:
            row = self._reader.execute(
                "SELECT name FROM people WHERE id = ? AND deleted IS NOT NULL", (person_id,)
            ).fetchone()
        if row is None:
            raise GalleryError(f"person {person_id} cannot be brought back", "the deleted are gone at the next start")
        with self._writing(row[0]) as writer:
            writer.execute("UPDATE people SET deleted = NULL WHERE id = ?", (person_id,))

    def purge(self) -> int:
        """Remove the deleted for good, fingerprints and all; how many people that were. Their events stay, by name."""
        with self._writing() as writer:
            return writer.execute("DELETE FROM people WHERE deleted IS NOT NULL").rowcount

    def log(self, event: Event) -> Event:
        """Write an event; the same with its id. ``event.id`` is ignored."""
        with self._writing() as writer:
            known = writer.execute("SELECT 1 FROM people WHERE id = ?", (event.person_id,)).fetchone()
            cursor = writer.execute(
                """INSERT INTO events (time, person_id, name, decision, score, threshold, reason, measured, network_ms,
                    thumbnail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                (event.time, event.person_id if known else None, event.name, event.decision.value, event.score,
                 event.threshold, event.reason, event.where, event.network_ms, event.thumbnail),
            )  # fmt: skip
            event_id = int(cursor.lastrowid or 0)
        return replace(event, id=event_id, person_id=event.person_id if known else None)

    def events(self, limit: int = 200, before_id: int | None = None) -> list[Event]:
        """The newest events, newest first; those older than ``before_id`` to page on."""
        with self._reading() as reader:
            rows = reader.execute(
                """SELECT id, time, person_id, name, decision, score, threshold, reason, measured, network_ms, thumbnail
                FROM events WHERE ? IS NULL OR id < ? ORDER BY id DESC LIMIT ?""",
                (before_id, before_id, limit),
            ).fetchall()
        return [_event(row) for row in rows]

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._read_lock:
            try:
                yield self._reader
            except sqlite3.Error as error:
                raise FileError(f"the gallery {self.path} cannot be read: {error}", "is the disk full?") from error

    @contextlib.contextmanager
    def _writing(self, name: str = "") -> Iterator[sqlite3.Connection]:
        with self._write_lock:
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                try:
                    yield self._writer
                    self._writer.execute("COMMIT")
                except BaseException:
                    if self._writer.in_transaction:
                        self._writer.execute("ROLLBACK")
                    raise
            except sqlite3.IntegrityError as error:
                if name and "name_key" in str(error):
                    raise GalleryError(f"the name {name} is taken", "choose another name") from error
                raise GalleryError(f"the gallery refuses this: {error}") from error
            except sqlite3.Error as error:
                raise FileError(f"the gallery {self.path} cannot be written: {error}", "is the disk full?") from error


def _event(row: tuple[Any, ...]) -> Event:
    values = dict(zip((field.name for field in fields(Event)), row, strict=True))
    return Event(**{**values, "decision": Decision(values["decision"])})


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


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=5.0, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA secure_delete=ON")  # a deleted face is overwritten, not only unlinked
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _open(path: Path) -> sqlite3.Connection:
    connection = _connect(path)
    try:
        _migrate(connection, path)
        verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if verdict != "ok":
            error = sqlite3.DatabaseError(str(verdict))
            error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise error
    except BaseException:
        connection.close()
        raise
    return connection


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if application != APPLICATION_ID and (application or version or tables):
            raise FileError(f"{path} is a database of another program", "choose another data folder with --data")
        if version > len(MIGRATIONS):
            raise FileError(
                f"{path} was written by a newer version (format {version}, this program knows {len(MIGRATIONS)})",
                "update the program, or choose another data folder with --data",
            )
        for statement in (statement for step in MIGRATIONS[version:] for statement in step):
            connection.execute(statement)
        if version < len(MIGRATIONS):
            connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version={len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _put_aside(path: Path) -> Path:
    stamp = time.strftime("%Y%m%d-%H%M%S")
    aside, number = path.with_name(f"{path.stem}-damaged-{stamp}{path.suffix}"), 0
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.stem}-damaged-{stamp}-{number}{path.suffix}")
    # The log first: were it left beside a new file, SQLite would play it into that one.
    for ending in ("-wal", "-shm", ""):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.replace(aside.with_name(aside.name + ending))
    return aside
