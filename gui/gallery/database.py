"""The SQLite file that survives a power cut: its connections, its transactions and the steps of its format.

Every change is one transaction with ``synchronous=FULL``: once it is left, the change is on the disk. Writers queue for
a lock; readers have a connection of their own and never wait for a writer.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from device.errors import DeviceError, FileError

APPLICATION_ID = 0x46474C59  # "FGLY" in the header of the file: tells a gallery from other SQLite files

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
    (
        # What is read only when an event is opened stands apart, so that lists and searches stay fast.
        """CREATE TABLE event_details (
            event_id INTEGER PRIMARY KEY REFERENCES events (id) ON DELETE CASCADE,
            trace TEXT,
            data BLOB,
            scale REAL,
            zero_point INTEGER,
            network_hash TEXT,
            crop_version INTEGER,
            quality REAL)""",
        """CREATE TABLE negatives (
            id INTEGER PRIMARY KEY,
            person_id INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
            data BLOB NOT NULL,
            scale REAL NOT NULL,
            zero_point INTEGER NOT NULL,
            network_hash TEXT NOT NULL,
            crop_version INTEGER NOT NULL,
            time REAL NOT NULL)""",
        "CREATE INDEX negatives_person ON negatives (person_id)",
        """CREATE TABLE corrections (
            event_id INTEGER PRIMARY KEY REFERENCES events (id) ON DELETE CASCADE,
            person_id INTEGER REFERENCES people (id) ON DELETE CASCADE,
            fingerprint_id INTEGER REFERENCES fingerprints (id) ON DELETE SET NULL,
            negative_id INTEGER REFERENCES negatives (id) ON DELETE SET NULL,
            time REAL NOT NULL)""",
        "CREATE INDEX corrections_person ON corrections (person_id)",
        "CREATE INDEX corrections_fingerprint ON corrections (fingerprint_id)",
        "CREATE INDEX corrections_negative ON corrections (negative_id)",
        "CREATE INDEX events_name ON events (name, time)",
        "CREATE INDEX events_decision ON events (decision, time)",
        # Who is deleted leaves names and times in the log, but no face and no fingerprint.
        """CREATE TRIGGER people_deleted BEFORE DELETE ON people BEGIN
            UPDATE event_details SET data = NULL WHERE event_id IN (SELECT id FROM events WHERE person_id = OLD.id);
            UPDATE events SET thumbnail = NULL WHERE person_id = OLD.id;
        END""",
    ),
    ("ALTER TABLE fingerprints ADD COLUMN vouched INTEGER NOT NULL DEFAULT 0",),
    (
        # With flip averaging ``data`` holds the crop's numbers, then its mirror image's.
        "ALTER TABLE fingerprints ADD COLUMN looks INTEGER NOT NULL DEFAULT 1",
        "ALTER TABLE negatives ADD COLUMN looks INTEGER NOT NULL DEFAULT 1",
        "ALTER TABLE event_details ADD COLUMN looks INTEGER DEFAULT 1",
        "ALTER TABLE events ADD COLUMN looks INTEGER NOT NULL DEFAULT 1",  # in network_ms
    ),
    tuple(
        f"ALTER TABLE {table} RENAME COLUMN looks TO passes"
        for table in ("fingerprints", "negatives", "event_details", "events")
    ),
    ("ALTER TABLE fingerprints RENAME COLUMN vouched TO user_confirmed",),
)


_FOLDER_HINT = "make the data folder writable, or choose another with --data"


class GalleryError(DeviceError):
    """A change that the gallery refuses: a name that is taken or empty, a person who is not there."""


class Store:
    """The file. Safe to use from any thread.

    ``notice`` is empty, or says that the file was damaged and where it was put aside. Raises FileError if the file
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

    def close(self) -> None:
        """Fold the log into the file and let go of it; what comes later fails with FileError."""
        with self._read_lock, self._write_lock:
            with contextlib.suppress(sqlite3.Error):
                self._reader.close()
                self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._writer.close()

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection to read by; one thread at a time."""
        with self._read_lock:
            try:
                yield self._reader
            except sqlite3.Error as error:
                raise FileError(f"the gallery {self.path} cannot be read: {error}", "is the disk full?") from error

    @contextlib.contextmanager
    def writing(self, name: str = "") -> Iterator[sqlite3.Connection]:
        """One transaction: all that is written inside, or after an error nothing. ``name`` is the person's whom it
        gives a name, to say that it is taken."""
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
