"""The log of events in the gallery's file: who came when, what was decided, and why."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from gui.records import Decision, Event
from gui.store import Store


class EventLog:
    """Events in ``store``. Safe to call from any thread."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def log(self, event: Event) -> Event:
        """Write an event; the same with its id. ``event.id`` is ignored."""
        with self._store.writing() as writer:
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
        with self._store.reading() as reader:
            rows = reader.execute(
                """SELECT id, time, person_id, name, decision, score, threshold, reason, measured, network_ms, thumbnail
                FROM events WHERE ? IS NULL OR id < ? ORDER BY id DESC LIMIT ?""",
                (before_id, before_id, limit),
            ).fetchall()
        return [_event(row) for row in rows]


def _event(row: tuple[Any, ...]) -> Event:
    values = dict(zip((field.name for field in fields(Event)), row, strict=True))
    return Event(**{**values, "decision": Decision(values["decision"])})
