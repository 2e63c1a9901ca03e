"""The log of events: pages, filters, what is kept of an event and for how long."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from device.errors import FileError
from gui.core.decisions import Decision
from gui.core.people import Event
from gui.gallery.database import APPLICATION_ID, MIGRATIONS, Store
from gui.gallery.event_log import EventLog, Query
from gui.gallery.gallery import Gallery
from tests.gui.gallery.test_gallery import some_fingerprint
from tests.support.samples import event, trace


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "data" / "gallery.sqlite")
    yield opened
    opened.close()


def names(events: list[Event]) -> list[str | None]:
    return [one.name for one in events]


def test_events_come_newest_first_and_page(store: Store) -> None:
    gallery, log = Gallery(store), EventLog(store)
    ada = gallery.add_person("Ada", [some_fingerprint()])
    logged = [log.log(event(person_id=ada, time=when)) for when in (1.0, 2.0, 2.0, 3.0)]
    assert log.page() == logged[::-1]
    assert log.page(limit=2) == [logged[3], logged[2]]
    assert log.page(limit=2, after=logged[2]) == [logged[1], logged[0]]
    assert log.page(after=logged[0]) == []
    assert [one.id for one in log.every()] == [one.id for one in logged[::-1]]
    assert gallery.people()[0].last_seen == 3.0
    assert log.log(event(person_id=999)).person_id is None


def test_an_event_comes_back_whole_when_it_is_opened(store: Store) -> None:
    log = EventLog(store)
    said = log.log(event(thumbnail=b"jpeg", trace=trace(), person_id=None, passes=2), some_fingerprint())
    bare = log.log(event(person_id=None))
    assert log.event(said.id) == said
    assert log.event(bare.id) == bare
    assert log.event(99) is None
    assert (log.thumbnail(said.id), log.thumbnail(bare.id), log.thumbnail(99)) == (b"jpeg", None, None)
    assert (log.has_fingerprint(said.id), log.has_fingerprint(bare.id)) == (True, False)
    assert [(one.thumbnail, one.trace, one.passes) for one in log.page()] == [(None, None, 1), (None, None, 2)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query(), ["Ärmin", None, "Ben_", "Ada", "Ada"]),
        (Query(decision=Decision.ACCEPTED), ["Ärmin", "Ada", "Ada"]),
        (Query(unknown=True), [None]),
        (Query(since=3.0), ["Ärmin", None, "Ben_"]),
        (Query(since=2.0, until=4.0), ["Ben_", "Ada"]),
        (Query(text="äRM"), ["Ärmin"]),
        (Query(text=" ad "), ["Ada", "Ada"]),
        (Query(text="%"), []),
        (Query(text="_"), ["Ben_"]),
        (Query(text="'; DROP TABLE events; --"), []),
        (Query(person_id=1), ["Ada"]),
        (Query(text="ada", decision=Decision.ACCEPTED, until=2.0), ["Ada"]),
        (Query(decision=Decision.LOCKED_OUT), []),
    ],
)
def test_filters(store: Store, query: Query, expected: list[str | None]) -> None:
    ada = Gallery(store).add_person("Ada", [some_fingerprint()])
    assert ada == 1
    log = EventLog(store)
    log.log(event(time=1.0, person_id=ada))
    log.log(event(time=2.0, person_id=None))
    log.log(event(time=3.0, person_id=None, name="Ben_", decision=Decision.UNCERTAIN))
    log.log(event(time=4.0, person_id=None, name=None, decision=Decision.REFUSED))
    log.log(event(time=5.0, person_id=None, name="Ärmin"))
    assert names(log.page(query)) == expected
    assert log.count(query) == len(expected)
    assert log.people() == [(1, "Ada")]


def test_old_events_expire_with_all_that_was_kept(store: Store) -> None:
    log = EventLog(store)
    for when in range(1203):
        log.log(event(time=float(when), person_id=None, trace=trace()), some_fingerprint())
    assert log.expire(1200.0) == 1200
    assert [one.time for one in log.page()] == [1202.0, 1201.0, 1200.0]
    with store.reading() as reader:
        assert reader.execute("SELECT count(*) FROM event_details").fetchone() == (3,)
    assert log.expire(0.0) == 0
    assert log.delete_all() == 3
    assert log.count() == 0


def fill(store: Store, count: int) -> None:
    with store.writing() as writer:
        writer.executemany(
            """INSERT INTO events (time, name, decision, score, threshold, reason, measured, network_ms, thumbnail)
            VALUES (?, ?, ?, 0.5, 0.45, 'votes for', 'virtual', 290.0, ?)""",
            (
                (float(n), f"Person {n % 50}" if n % 3 else None, "accepted" if n % 3 else "refused", bytes(3000))
                for n in range(count)
            ),
        )


def test_a_large_log_is_searched_by_index(store: Store) -> None:
    fill(store, 5_000)
    log = EventLog(store)
    queries = (
        Query(),
        Query(decision=Decision.REFUSED),
        Query(decision=Decision.LOCKED_OUT),
        Query(person_id=4),
        Query(since=4_000.0),
        Query(text="person 7"),
        Query(unknown=True),
    )
    for query in queries:
        plans: list[str] = []
        with store.reading() as reader:
            reader.set_trace_callback(plans.append)
        log.page(query)
        log.count(query)
        with store.reading() as reader:
            reader.set_trace_callback(None)
            for statement in plans:
                for *_, step in reader.execute(f"EXPLAIN QUERY PLAN {statement}"):
                    assert not (step.startswith("SCAN e") and "INDEX" not in step), (query, step)


def test_a_file_of_the_first_version_is_read_on(tmp_path: Path) -> None:
    path = tmp_path / "gallery.sqlite"
    old = sqlite3.connect(path)
    for statement in MIGRATIONS[0]:
        old.execute(statement)
    old.execute(f"PRAGMA application_id={APPLICATION_ID}")
    old.execute("PRAGMA user_version=1")
    old.execute(
        """INSERT INTO events (time, name, decision, score, threshold, reason, measured, network_ms, thumbnail)
        VALUES (?, 'Ada', 'accepted', 0.7, 0.45, 'Ada: 2 of 2 votes', 'virtual', 290.0, x'89504e47')""",
        (time.time(),),
    )
    old.commit()
    old.close()
    store = Store(path)
    try:
        (one,) = EventLog(store).page()
        assert (one.name, one.reason, one.correction) == ("Ada", "Ada: 2 of 2 votes", None)
        opened = EventLog(store).event(one.id)
        assert opened is not None
        assert (opened.thumbnail, opened.trace) == (b"\x89PNG", None)
    finally:
        store.close()


def test_after_closing_reading_is_a_clear_error(tmp_path: Path) -> None:
    store = Store(tmp_path / "gallery.sqlite")
    store.close()
    with pytest.raises(FileError, match="cannot be read"):
        EventLog(store).page()
