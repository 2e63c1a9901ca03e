"""The log of events in the gallery's file: who came when, what was decided, and why.

Lists come in pages, found by an index whatever the filter, so that a log of a hundred thousand events is read as fast
as one of ten. Pictures, traces and fingerprints are read one event at a time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from gui.core.decisions import Decision, Trace
from gui.core.people import Event, StoredFingerprint
from gui.core.states import Where
from gui.gallery.database import Store

PAGE = 100
DELETED_AT_ONCE = 500  # a writer waits for so many at most
_COLUMNS = """e.id, e.time, e.person_id, e.name, e.decision, e.score, e.threshold, e.reason, e.measured, e.network_ms,
    e.passes, CASE WHEN c.event_id IS NULL THEN NULL ELSE coalesce(p.name, '') END"""
_PLACES = {place.value: place for place in Where}
_TABLES = "events e LEFT JOIN corrections c ON c.event_id = e.id LEFT JOIN people p ON p.id = c.person_id"


@dataclass(frozen=True)
class Query:
    """Which events to list. ``since`` is included and ``until`` is not, Unix seconds; ``text`` is part of a name.

    ``unknown``: those without a name alone.
    """

    decision: Decision | None = None
    person_id: int | None = None
    unknown: bool = False
    since: float | None = None
    until: float | None = None
    text: str = ""


class EventLog:
    """Events in ``store``. Safe to call from any thread; raises FileError where the file cannot be read or written."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def log(self, event: Event, kept: StoredFingerprint | None = None) -> Event:
        """Write an event and perhaps its fingerprint; the same with its id. ``event.id`` is ignored."""
        with self._store.writing() as writer:
            known = writer.execute("SELECT 1 FROM people WHERE id = ?", (event.person_id,)).fetchone()
            cursor = writer.execute(
                """INSERT INTO events (time, person_id, name, decision, score, threshold, reason, measured, network_ms,
                    passes, thumbnail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                (event.time, event.person_id if known else None, event.name, event.decision.value, event.score,
                 event.threshold, event.reason, event.where or "", event.network_ms, event.passes,
                 event.thumbnail),
            )  # fmt: skip
            event_id = int(cursor.lastrowid or 0)
            if event.trace is not None or kept is not None:
                trace = event.trace.dump() if event.trace is not None else None
                fingerprint_columns = (None,) * 7 if kept is None else (
                    kept.data.tobytes(), kept.passes, kept.scale, kept.zero_point, kept.network_hash, kept.crop_version,
                    kept.quality,
                )  # fmt: skip
                writer.execute(
                    """INSERT INTO event_details (event_id, trace, data, passes, scale, zero_point, network_hash,
                        crop_version, quality) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                    (event_id, trace, *fingerprint_columns),
                )
        return replace(event, id=event_id, person_id=event.person_id if known else None)

    def page(self, query: Query = Query(), limit: int = PAGE, after: Event | None = None) -> list[Event]:
        """Those that fit, newest first, without pictures and traces; to go on, those older than ``after``."""
        with self._store.reading() as reader:
            wanted, values = _where(reader, query)
            if after is not None:
                wanted, values = [*wanted, "(e.time, e.id) < (?, ?)"], [*values, after.time, after.id]
            rows = reader.execute(
                f"""SELECT {_COLUMNS} FROM {_TABLES} WHERE {" AND ".join(wanted)}
                ORDER BY e.time DESC, e.id DESC LIMIT ?""",
                (*values, limit),
            ).fetchall()
        return [_event(row) for row in rows]

    def count(self, query: Query = Query()) -> int:
        """How many events fit."""
        with self._store.reading() as reader:
            wanted, values = _where(reader, query)
            return int(
                reader.execute(f"SELECT count(*) FROM events e WHERE {' AND '.join(wanted)}", values).fetchone()[0]
            )

    def every(self, query: Query = Query()) -> Iterator[Event]:
        """All events that fit, newest first, read in pages; those logged meanwhile are not among them."""
        last: Event | None = None
        while found := self.page(query, 10 * PAGE, last):
            yield from found
            last = found[-1]

    def event(self, event_id: int) -> Event | None:
        """One event with its trace and its picture; None where it is gone."""
        with self._store.reading() as reader:
            row = reader.execute(
                f"""SELECT {_COLUMNS}, e.thumbnail, d.trace FROM {_TABLES}
                LEFT JOIN event_details d ON d.event_id = e.id WHERE e.id = ?""",
                (event_id,),
            ).fetchone()
        if row is None:
            return None
        return replace(_event(row[:-2]), thumbnail=row[-2], trace=None if row[-1] is None else Trace.load(row[-1]))

    def thumbnail(self, event_id: int) -> bytes | None:
        """An event's picture, where one was kept."""
        with self._store.reading() as reader:
            row = reader.execute("SELECT thumbnail FROM events WHERE id = ?", (event_id,)).fetchone()
        return None if row is None else row[0]

    def has_fingerprint(self, event_id: int) -> bool:
        """Whether the event's fingerprint was kept, so that the event can correct the gallery."""
        with self._store.reading() as reader:
            row = reader.execute(
                "SELECT 1 FROM event_details WHERE event_id = ? AND data IS NOT NULL", (event_id,)
            ).fetchone()
        return row is not None

    def people(self, everyone: bool = False) -> list[tuple[int, str]]:
        """Everyone enrolled who has events, or really ``everyone`` enrolled: (id, name) by name."""
        with self._store.reading() as reader:
            rows = reader.execute(
                """SELECT id, name FROM people p WHERE deleted IS NULL
                AND (? OR EXISTS (SELECT 1 FROM events e WHERE e.person_id = p.id)) ORDER BY name_key""",
                (everyone,),
            ).fetchall()
        return [(int(person_id), str(name)) for person_id, name in rows]

    def expire(self, before: float) -> int:
        """Delete the events before this Unix time, pictures, traces and fingerprints and all; how many they were."""
        return self._delete("time < ?", (before,))

    def delete_all(self) -> int:
        """Delete every event; what was corrected by them stays with the people."""
        return self._delete("1", ())

    def _delete(self, wanted: str, values: tuple[float, ...]) -> int:
        total = 0
        while True:
            with self._store.writing() as writer:
                gone = writer.execute(
                    f"DELETE FROM events WHERE id IN (SELECT id FROM events WHERE {wanted} LIMIT {DELETED_AT_ONCE})",
                    values,
                ).rowcount
            total += gone
            if gone < DELETED_AT_ONCE:
                return total


def _where(reader: sqlite3.Connection, query: Query) -> tuple[list[str], list[object]]:
    """Conditions and their values; never empty."""
    wanted: list[str] = ["1"]
    values: list[object] = []
    part = query.text.strip().casefold()
    decided = "+e.decision = ?" if part else "e.decision = ?"  # the plus: go by the few names, not by the decision
    for condition, value in (
        (decided, query.decision and query.decision.value),
        ("e.person_id = ?", query.person_id),
        ("e.time >= ?", query.since),
        ("e.time < ?", query.until),
    ):
        if value is not None:
            wanted.append(condition)
            values.append(value)
    if query.unknown:
        wanted.append("e.name IS NULL")
    if part:
        # SQLite folds only English letters; and of names there are few, however many events.
        names = [name for (name,) in reader.execute("SELECT DISTINCT name FROM events WHERE name IS NOT NULL")]
        fitting = [name for name in names if part in name.casefold()][:30_000]
        wanted.append(f"e.name IN ({','.join('?' * len(fitting))})")
        values += fitting
    return wanted, values


def _event(row: tuple[Any, ...]) -> Event:
    event_id, when, person_id, name, decision, score, threshold, reason, where, network_ms, passes, correction = row
    return Event(
        event_id, when, person_id, name, Decision(decision), score, threshold, reason, _PLACES.get(where), network_ms,
        correction=correction, passes=passes,
    )  # fmt: skip


def fits(query: Query, event: Event) -> bool:
    """Whether ``page`` would list the event."""
    return (
        (query.decision is None or event.decision is query.decision)
        and (query.person_id is None or event.person_id == query.person_id)
        and not (query.unknown and event.name is not None)
        and (query.since is None or event.time >= query.since)
        and (query.until is None or event.time < query.until)
        and query.text.strip().casefold() in (event.name or "").casefold()
    )


@dataclass(frozen=True)
class Keeping:
    """What is kept of an event besides its line, and for how many days; 0 days: for ever."""

    thumbnails: bool = True
    fingerprints: bool = True
    days: int = 30
