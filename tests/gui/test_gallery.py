"""What the gallery keeps, refuses and survives."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from device.errors import FileError
from gui.gallery import MIGRATIONS, Gallery, GalleryError, Print
from gui.records import Decision, Event

NETWORK = "ab" * 16
KILLS = int(os.environ.get("GALLERY_KILLS", "4"))  # a thousand for the long run


def some_print(seed: int = 0, network: str = NETWORK, crop_version: int = 1) -> Print:
    data = np.random.default_rng(seed).integers(-128, 128, 32).astype(np.int8)
    return Print(data, 0.02, -3, network, crop_version, 0.8, b"png")


def some_event(person_id: int | None = None, when: float = 10.0) -> Event:
    return Event(0, when, person_id, "Ada", Decision.ACCEPTED, 0.7, 0.45, "two of two", "virtual", 290.0, b"png")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "gallery.sqlite"


@pytest.fixture
def gallery(path: Path) -> Iterator[Gallery]:
    opened = Gallery(path)
    yield opened
    opened.close()


def test_a_person_comes_back_number_by_number_after_a_restart(path: Path) -> None:
    first = Gallery(path)
    person_id = first.add_person("  Ada   Lovelace ", [some_print(1), some_print(2)])
    first.close()
    again = Gallery(path)
    try:
        (person,) = again.people(NETWORK)
        assert (person.id, person.name, person.fingerprints, person.usable) == (person_id, "Ada Lovelace", 2, 2)
        assert person.thumbnail == b"png"
        kept = again.prints(NETWORK, 1)[person_id]
        assert [one.data.tolist() for one in kept] == [some_print(n).data.tolist() for n in (1, 2)]
        assert (kept[0].scale, kept[0].zero_point, kept[0].quality) == (0.02, -3, 0.8)
        assert kept[0].time == pytest.approx(time.time(), abs=60)
    finally:
        again.close()


def test_fingerprints_of_another_network_or_crop_are_kept_but_not_given_out(gallery: Gallery) -> None:
    gallery.add_person("Ada", [some_print(1), some_print(2, "cd" * 16), some_print(3, crop_version=2)])
    assert [len(own) for own in gallery.prints(NETWORK, 1).values()] == [1]
    (person,) = gallery.people(NETWORK)
    assert (person.fingerprints, person.usable) == (3, 2)
    assert gallery.prints("00" * 16, 1) == {}


@pytest.mark.parametrize("name", ["ada", " ADA ", "Ada"])
def test_a_name_is_taken_in_upper_and_lower_case(gallery: Gallery, name: str) -> None:
    first = gallery.add_person("Ada", [some_print()])
    assert not gallery.name_is_free(name)
    assert gallery.name_is_free(name, but=first)
    with pytest.raises(GalleryError, match="taken"):
        gallery.add_person(name, [some_print()])
    other = gallery.add_person("Ben", [some_print()])
    with pytest.raises(GalleryError, match="taken"):
        gallery.rename(other, name)
    gallery.rename(first, "ADA")  # one's own name in another case
    assert [person.name for person in gallery.people()] == ["ADA", "Ben"]


@pytest.mark.parametrize("name", ["", "  \t", "x" * 61, "a\x00b", "a\x07"])
def test_a_name_of_no_use_is_refused(gallery: Gallery, name: str) -> None:
    with pytest.raises(GalleryError):
        gallery.add_person(name, [some_print()])
    assert gallery.people() == []


def test_nothing_is_kept_of_a_person_whose_fingerprints_are_wrong(gallery: Gallery) -> None:
    bad = Print(np.zeros(4, np.float32), 1.0, 0, NETWORK, 1)  # type: ignore[arg-type]
    with pytest.raises(GalleryError, match="float32"):
        gallery.add_person("Ada", [some_print(), bad])
    with pytest.raises(GalleryError, match="no fingerprint"):
        gallery.add_person("Ada", [])
    assert gallery.people() == []
    assert gallery.name_is_free("Ada")


def test_a_deleted_person_can_be_brought_back_until_the_gallery_is_closed(path: Path) -> None:
    gallery = Gallery(path)
    ada = gallery.add_person("Ada", [some_print()])
    gallery.log(some_event(ada))
    gallery.delete(ada)
    assert gallery.people() == []
    assert gallery.prints(NETWORK, 1) == {}
    with pytest.raises(GalleryError):
        gallery.delete(ada)
    with pytest.raises(GalleryError):
        gallery.rename(ada, "Eve")
    gallery.restore(ada)
    assert [person.id for person in gallery.people()] == [ada]
    gallery.delete(ada)
    twin = gallery.add_person("ada", [some_print()])
    with pytest.raises(GalleryError, match="taken"):
        gallery.restore(ada)
    gallery.close()
    gallery = Gallery(path)
    with pytest.raises(GalleryError, match="brought back"):
        gallery.restore(ada)
    assert [person.id for person in gallery.people()] == [twin]
    (event,) = gallery.events()
    assert (event.person_id, event.name) == (None, "Ada")  # the log outlives the person
    gallery.close()
    rows = sqlite3.connect(path).execute("SELECT count(*) FROM fingerprints").fetchone()
    assert rows == (1,)


def test_events_come_newest_first_and_page(gallery: Gallery) -> None:
    ada = gallery.add_person("Ada", [some_print()])
    logged = [gallery.log(some_event(ada, when)) for when in (1.0, 2.0, 3.0)]
    assert gallery.events() == logged[::-1]
    assert gallery.events(2) == logged[:0:-1]
    assert gallery.events(2, before_id=logged[1].id) == logged[:1]
    assert gallery.people()[0].last_seen == 3.0
    stranger = gallery.log(some_event(person_id=999))
    assert stranger.person_id is None


def test_a_damaged_file_is_put_aside_whole_and_a_new_one_begun(path: Path) -> None:
    first = Gallery(path)
    for number in range(40):
        first.add_person(f"Person {number}", [some_print(number)])
    first.close()
    spoiled = bytearray(path.read_bytes())
    spoiled[4096 : 4096 * 4] = b"\xa5" * (4096 * 3)
    path.write_bytes(spoiled)
    again = Gallery(path)
    try:
        assert "damaged" in again.notice
        (aside,) = [other for other in path.parent.iterdir() if "damaged" in other.name]
        assert aside.name in again.notice
        assert aside.read_bytes() == spoiled
        again.add_person("Ada", [some_print()])
    finally:
        again.close()


def test_a_file_that_is_no_database_is_put_aside_too(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database" * 100)
    gallery = Gallery(path)
    gallery.close()
    assert gallery.notice
    assert [p.read_bytes()[:14] for p in path.parent.iterdir() if "damaged" in p.name] == [b"not a database"]


def test_a_file_of_a_newer_version_is_refused_and_left_alone(path: Path) -> None:
    Gallery(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version={len(MIGRATIONS) + 1}")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(FileError, match="newer version"):
        Gallery(path)
    assert path.read_bytes() == before


def test_a_database_of_another_program_is_refused(path: Path) -> None:
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()
    with pytest.raises(FileError, match="another program"):
        Gallery(path)


def test_a_folder_that_cannot_be_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(FileError, match="cannot be opened"):
        Gallery(tmp_path / "data" / "gallery.sqlite")


def test_many_threads_write_and_read_at_once(gallery: Gallery) -> None:
    failures: list[Exception] = []

    def work(worker: int) -> None:
        try:
            for number in range(10):
                gallery.add_person(f"{worker}-{number}", [some_print(number)])
                gallery.log(some_event())
                gallery.people()
                gallery.events(5)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(gallery.people()) == 40
    assert len(gallery.events(1000)) == 40


_WRITER = """
import sys
from pathlib import Path
import numpy as np
from gui.gallery import Gallery, Print
from gui.records import Decision, Event
gallery = Gallery(Path(sys.argv[1]))
first = len(gallery.people())
print("ready", flush=True)
for number in range(first, first + 100_000):
    prints = [Print(np.full(1280, number % 100, np.int8), 0.02, 0, "ab" * 16, 1) for _ in range(8)]
    person = gallery.add_person(f"Person {number}", prints)
    print(f"person {number}", flush=True)
    gallery.log(Event(0, 1.0, person, f"Person {number}", Decision.ACCEPTED, 0.7, 0.4, "r", "host", 1.0))
    print(f"event {number}", flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_what_was_committed_survives_being_killed_at_any_moment(path: Path, root: Path) -> None:
    people: set[str] = set()
    events: set[str] = set()
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
                    (people if kind == "person" else events).add(f"Person {number}")
        gallery = Gallery(path)
        try:
            assert gallery.notice == ""
            prints = gallery.prints("ab" * 16, 1)
            here = {person.name: person for person in gallery.people()}
            assert people <= set(here)
            assert events <= {event.name for event in gallery.events(10**6)}
            assert all(len(prints[person.id]) == 8 for person in here.values())
        finally:
            gallery.close()
    assert people
