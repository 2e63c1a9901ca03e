"""What the gallery's file survives, and what it refuses to be."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from device.errors import FileError
from gui.events import EventLog
from gui.gallery import Gallery
from gui.store import MIGRATIONS, Store
from tests.gui.samples import event
from tests.gui.test_gallery import some_print

KILLS = int(os.environ.get("GALLERY_KILLS", "4"))  # a thousand for the long run


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "gallery.sqlite"


def test_a_damaged_file_is_put_aside_whole_and_a_new_one_begun(path: Path) -> None:
    first = Store(path)
    for number in range(40):
        Gallery(first).add_person(f"Person {number}", [some_print(number)])
    first.close()
    spoiled = bytearray(path.read_bytes())
    spoiled[4096 : 4096 * 4] = b"\xa5" * (4096 * 3)
    path.write_bytes(spoiled)
    again = Store(path)
    try:
        assert "damaged" in again.notice
        (aside,) = [other for other in path.parent.iterdir() if "damaged" in other.name]
        assert aside.name in again.notice
        assert aside.read_bytes() == spoiled
        Gallery(again).add_person("Ada", [some_print()])
    finally:
        again.close()


def test_a_file_that_is_no_database_is_put_aside_too(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database" * 100)
    store = Store(path)
    store.close()
    assert store.notice
    assert [p.read_bytes()[:14] for p in path.parent.iterdir() if "damaged" in p.name] == [b"not a database"]


def test_a_file_of_a_newer_version_is_refused_and_left_alone(path: Path) -> None:
    Store(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version={len(MIGRATIONS) + 1}")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(FileError, match="newer version"):
        Store(path)
    assert path.read_bytes() == before


def test_a_database_of_another_program_is_refused(path: Path) -> None:
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()
    with pytest.raises(FileError, match="another program"):
        Store(path)


def test_a_folder_that_cannot_be_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(FileError, match="cannot be opened"):
        Store(tmp_path / "data" / "gallery.sqlite")


def test_many_threads_write_and_read_at_once(path: Path) -> None:
    store = Store(path)
    gallery, log = Gallery(store), EventLog(store)
    failures: list[Exception] = []

    def work(worker: int) -> None:
        try:
            for number in range(10):
                gallery.add_person(f"{worker}-{number}", [some_print(number)])
                log.log(event(person_id=None))
                gallery.people()
                log.page(limit=5)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(gallery.people()) == 40
    assert len(log.page(limit=1000)) == 40
    store.close()


_WRITER = """
import sys
from pathlib import Path
import numpy as np
from gui.corrections import Corrections
from gui.events import EventLog
from gui.gallery import Gallery, Print
from gui.records import Decision, Event
from gui.rules import Rule
from gui.store import Store
from gui.trace import Trace
store = Store(Path(sys.argv[1]))
gallery, log, corrections = Gallery(store), EventLog(store), Corrections(store)
first = len(gallery.people())
print("ready", flush=True)
for number in range(first, first + 100_000):
    prints = [Print(np.full(1280, number % 100, np.int8), 0.02, 0, "ab" * 16, 1) for _ in range(8)]
    person = gallery.add_person(f"Person {number}", prints)
    print(f"person {number}", flush=True)
    event = Event(0, 1.0, None, f"Person {number}", Decision.ACCEPTED, 0.7, 0.4, "r", "host", 1.0, b"jpeg",
        Trace(Rule.VOTES_FOR))
    logged = log.log(event, prints[0])
    print(f"event {number}", flush=True)
    corrections.correct(logged.id, person)
    print(f"correction {number}", flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_what_was_committed_survives_being_killed_at_any_moment(path: Path, root: Path) -> None:
    said: dict[str, set[str]] = {"person": set(), "event": set(), "correction": set()}
    chance = random.Random(1)
    for _ in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(path)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])},
        ) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
            time.sleep(chance.uniform(0.0, 0.15))
            writer.kill()
            for line in writer.stdout:
                if line.endswith("\n"):
                    kind, number = line.split()
                    said[kind].add(f"Person {number}")
        store = Store(path)
        gallery = Gallery(store)
        try:
            assert store.notice == ""
            prints = gallery.prints("ab" * 16, 1)
            here = {person.name: person for person in gallery.people()}
            logged = EventLog(store).page(limit=10**6)
            corrected = {event.name for event in logged if event.correction is not None}
            assert said["person"] <= set(here)
            assert said["event"] <= {event.name for event in logged}
            assert said["correction"] <= corrected
            # All or nothing: a person has all prints, one more where a correction is noted, and an event its trace.
            for person in here.values():
                assert len(prints[person.id]) == 8 + (person.name in corrected)
            for one in logged[:5]:
                whole = EventLog(store).event(one.id)
                assert whole is not None
                assert whole.trace is not None
                assert EventLog(store).has_print(one.id)
        finally:
            store.close()
    assert said["person"]
