"""Changes of a gallery that is killed at any moment, and what must be there afterwards.

``python -m tests.support.killed_process``: reads lines "FILE START" and forks for each a process that makes the changes
from number START on and says "done NUMBER" after each; says "gone" once that process has died. Forked, because loading
the modules takes far longer than a test of killing has to last.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from gui.core.decisions import Decision, Rule, Trace
from gui.core.people import Event, StoredFingerprint
from gui.core.states import Where
from gui.gallery.corrections import Corrections
from gui.gallery.database import Store
from gui.gallery.event_log import EventLog
from gui.gallery.gallery import Gallery, PersonToImport
from gui.gallery.history import PeopleChanges

NETWORK = "ab" * 16
CYCLE = 14


@dataclass
class Model:
    """What is in the gallery after some changes: the first number of each fingerprint by name, and events."""

    people: dict[str, list[int]] = field(default_factory=dict)
    events: int = 0

    def apply(self, number: int) -> None:
        """Change ``number``, as ``change`` makes it in a gallery."""
        first = number // CYCLE * CYCLE
        name, second = f"P{first}", f"P{first + 6}"
        match number % CYCLE:
            case 0 | 6:
                self.people[f"P{number}"] = [number % 100] * 8
            case 1 | 7:
                self.events += 1
            case 2:
                self.people[name] += [2, 2]
            case 3:
                self.people[name] = [3, 3, 3]
            case 4:
                self.people[f"R{first}"] = self.people.pop(name)
            case 5:
                self.people |= {f"A{first}": [5], f"B{first}": [6]}
            case 8:
                del self.people[f"A{first}"]
            case 9:
                self.people[f"R{first}"] += self.people.pop(second)
            case 10:  # undone
                self.people[f"R{first}"], self.people[second] = [3, 3, 3], [(first + 6) % 100] * 8
            case 11:
                del self.people[f"B{first}"]
            case 12:
                self.events += 1
            case 13:
                self.people[f"R{first}"] += [9]  # that was me


def fingerprints(value: int, count: int) -> list[StoredFingerprint]:
    """Fingerprints of one number."""
    return [StoredFingerprint(np.full(1280, value, np.int8), 0.02, 0, NETWORK, 1) for _ in range(count)]


def change(number: int, gallery: Gallery, changes: PeopleChanges, log: EventLog) -> None:
    """Make change ``number``."""
    first = number // CYCLE * CYCLE
    ids: Mapping[str, int] = {person.name: person.id for person in gallery.people()}
    name, renamed, second = f"P{first}", f"R{first}", f"P{first + 6}"
    match number % CYCLE:
        case 0 | 6:
            changes.enrol(f"P{number}", fingerprints(number % 100, 8))
        case 1 | 7:
            person = ids.get(name, ids.get(renamed))
            log.log(Event(0, float(number), person, name, Decision.ACCEPTED, 0.7, 0.4, "r", Where.HOST, 1.0))
        case 2:
            changes.add(ids[name], fingerprints(2, 2))
        case 3:
            changes.replace(ids[name], fingerprints(3, 3))
        case 4:
            changes.rename(ids[name], renamed)
        case 5:
            changes.import_people(
                [PersonToImport(f"A{first}", fingerprints(5, 1)), PersonToImport(f"B{first}", fingerprints(6, 1))]
            )
        case 8:
            changes.delete(ids[f"A{first}"])
        case 9:
            changes.merge(ids[second], ids[renamed])
        case 10:
            if changes.undo() is None:  # the merge was made by a process that was killed: the fingerprints know
                part_again(gallery, ids[renamed], second, (first + 6) % 100)
        case 11:
            changes.delete(ids[f"B{first}"])
        case 12:
            seen = Event(0, float(number), None, None, Decision.REFUSED, 0.2, 0.4, "r", Where.HOST, 1.0, b"jpeg")
            log.log(replace(seen, trace=Trace(Rule.VOTES_FOR)), fingerprints(9, 1)[0])
        case 13:
            Corrections(gallery._store).correct(log.page(limit=1)[0].id, ids[renamed])


def part_again(gallery: Gallery, person_id: int, name: str, value: int) -> None:
    """What undoing the merge would have done, after a restart that forgot it."""
    (own,) = (own for person, own in gallery.everything() if person.id == person_id)
    with gallery._store.writing() as writer:
        row = (name, name.casefold(), 1.0)
        new = writer.execute("INSERT INTO people (name, name_key, created) VALUES (?, ?, ?)", row).lastrowid
        data = np.full(1280, value, np.int8).tobytes()
        writer.execute("UPDATE fingerprints SET person_id = ? WHERE person_id = ? AND data = ?", (new, person_id, data))
    assert len(own) == 11


def read(path: Path) -> tuple[Model, str]:
    """What a gallery's file holds, opened as the program opens it, and its notice."""
    store = Store(path)
    try:
        people = {person.name: sorted(int(one.data[0]) for one in own) for person, own in Gallery(store).everything()}
        whole = all(
            (one.data == one.data[0]).all() and one.data.size == 1280
            for _, own in Gallery(store).everything()
            for one in own
        )
        assert whole
        return Model(people, store_events(store)), store.notice
    finally:
        store.close()


def store_events(store: Store) -> int:
    """How many events there are."""
    with store.reading() as reader:
        return int(reader.execute("SELECT count(*) FROM events").fetchone()[0])


def expected(count: int) -> Model:
    """After the first ``count`` changes."""
    model = Model()
    for number in range(count):
        model.apply(number)
    model.people = {name: sorted(own) for name, own in model.people.items()}
    return model


def _work(path: Path, start: int) -> None:
    store = Store(path)
    gallery, log = Gallery(store), EventLog(store)
    changes = PeopleChanges(gallery)
    os.write(1, b"ready %d\n" % os.getpid())
    number = start
    while True:
        change(number, gallery, changes, log)
        os.write(1, b"done %d\n" % number)
        number += 1


def main() -> None:
    """Until the end of the input."""
    for line in sys.stdin:
        path, start = line.rsplit(maxsplit=1)
        child = os.fork()
        if child == 0:
            _work(Path(path), int(start))
        os.waitpid(child, 0)
        os.write(1, b"gone\n")


if __name__ == "__main__":
    main()
