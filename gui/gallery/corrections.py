"""What people say of an event: "that was me", "that was not me". It corrects whom the gallery knows, and can be undone.

"That was me" adds the event's fingerprint to the person's. "That was not me" keeps it as a negative example of the
person whom the event names: from then on a face that is more like the example than like the person scores less as that
person, by as much as it is more like the example (``gui.access.matcher``). No fingerprint of the person is ever taken
away. Who says "that was me" of an event that names somebody else does both at once.
"""

from __future__ import annotations

import sqlite3
import time

from gui.core.i18n import formatted, marked
from gui.core.people import StoredFingerprint
from gui.gallery.database import GalleryError, Store
from gui.gallery.gallery import numbers

_COLUMNS = "data, passes, scale, zero_point, network_hash, crop_version"


class Corrections:
    """Corrections in ``store``. Safe to call from any thread; each is one transaction."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def negatives(self, network_hash: str, crop_version: int) -> dict[int, list[StoredFingerprint]]:
        """The negative examples by person, of this network and this crop."""
        with self._store.reading() as reader:
            rows = reader.execute(
                """SELECT person_id, data, passes, scale, zero_point
                FROM negatives n JOIN people p ON p.id = n.person_id
                WHERE p.deleted IS NULL AND network_hash = ? AND crop_version = ? ORDER BY n.id""",
                (network_hash, crop_version),
            ).fetchall()
        found: dict[int, list[StoredFingerprint]] = {}
        for person_id, data, passes, scale, zero_point in rows:
            kept = StoredFingerprint(numbers(data, passes), scale, zero_point, network_hash, crop_version)
            found.setdefault(person_id, []).append(kept)
        return found

    def correct(self, event_id: int, person_id: int | None) -> None:
        """The face of an event was ``person_id``; None: not the person whom it names. Replaces an earlier correction.

        Raises GalleryError if that says nothing new, or the event's fingerprint was not kept.
        """
        with self._store.writing() as writer:
            named = writer.execute("SELECT person_id, thumbnail FROM events WHERE id = ?", (event_id,)).fetchone()
            if named is None:
                raise GalleryError(marked("this event is gone"), marked("it was older than events are kept"))
            kept = writer.execute(
                "SELECT 1 FROM event_details WHERE event_id = ? AND data IS NOT NULL", (event_id,)
            ).fetchone()
            if kept is None:
                raise GalleryError(
                    marked("the fingerprint of this event was not kept"),
                    marked("switch on in the settings that events keep theirs"),
                )
            if named[0] == person_id:
                raise GalleryError(marked("the event says so already"), marked("choose another person"))
            if person_id is not None:
                alive = writer.execute("SELECT 1 FROM people WHERE id = ? AND deleted IS NULL", (person_id,)).fetchone()
                if alive is None:
                    raise GalleryError(
                        marked("the person is not in the gallery"), marked("the list may be out of date")
                    )
            _undo(writer, event_id)
            added = negative = None
            if person_id is not None:
                added = writer.execute(
                    f"""INSERT INTO fingerprints (person_id, {_COLUMNS}, quality, thumbnail, time, user_confirmed)
                    SELECT ?, {_COLUMNS}, quality, ?, ?, 1 FROM event_details WHERE event_id = ?""",
                    (person_id, named[1], time.time(), event_id),
                ).lastrowid
            if named[0] is not None:
                negative = writer.execute(
                    f"""INSERT INTO negatives (person_id, {_COLUMNS}, time)
                    SELECT ?, {_COLUMNS}, ? FROM event_details WHERE event_id = ?""",
                    (named[0], time.time(), event_id),
                ).lastrowid
            writer.execute(
                """INSERT INTO corrections (event_id, person_id, fingerprint_id, negative_id, time)
                VALUES (?, ?, ?, ?, ?)""",
                (event_id, person_id, added, negative, time.time()),
            )

    def undo(self, event_id: int) -> None:
        """Take a correction back, as if it had never been. Harmless where there is none."""
        with self._store.writing() as writer:
            only = writer.execute(
                """SELECT p.name FROM corrections c JOIN fingerprints f ON f.id = c.fingerprint_id
                JOIN people p ON p.id = f.person_id WHERE c.event_id = ?
                AND (SELECT count(*) FROM fingerprints o WHERE o.person_id = f.person_id) = 1""",
                (event_id,),
            ).fetchone()
            if only is not None:
                text = formatted(marked("this is the only fingerprint of {name}"), name=only[0])
                raise GalleryError(text, marked("enrol again first, or delete the person"))
            _undo(writer, event_id)


def _undo(writer: sqlite3.Connection, event_id: int) -> None:
    row = writer.execute(
        "SELECT fingerprint_id, negative_id FROM corrections WHERE event_id = ?", (event_id,)
    ).fetchone()
    if row is not None:
        writer.execute("DELETE FROM corrections WHERE event_id = ?", (event_id,))
        writer.execute("DELETE FROM fingerprints WHERE id = ?", (row[0],))
        writer.execute("DELETE FROM negatives WHERE id = ?", (row[1],))
