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

import numpy as np
import pytest

from device.errors import FileError
from gui.gallery.corrections import Corrections
from gui.gallery.database import APPLICATION_ID, MIGRATIONS, Store
from gui.gallery.event_log import EventLog
from gui.gallery.gallery import Gallery
from tests.gui.gallery.test_gallery import NETWORK, some_fingerprint
from tests.support import killed_process
from tests.support.samples import event

KILLS = int(os.environ.get("GALLERY_KILLS", "4"))  # a thousand for the long run
KILLS_A_FILE = 40


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "gallery.sqlite"


def test_a_damaged_file_is_put_aside_whole_and_a_new_one_begun(path: Path) -> None:
    first = Store(path)
    for number in range(40):
        Gallery(first).add_person(f"Person {number}", [some_fingerprint(number)])
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
        Gallery(again).add_person("Ada", [some_fingerprint()])
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


def test_what_the_version_before_flip_averaging_wrote_is_of_one_pass(path: Path) -> None:
    """Also where an event of that time is corrected, whose fingerprint is copied."""
    path.parent.mkdir()
    old = sqlite3.connect(path)
    for statement in (statement for step in MIGRATIONS[:3] for statement in step):
        old.execute(statement)
    old.execute(f"PRAGMA application_id={APPLICATION_ID}")
    old.execute("PRAGMA user_version=3")
    kept = some_fingerprint()
    columns = "data, scale, zero_point, network_hash, crop_version"
    values = (kept.data.tobytes(), kept.scale, kept.zero_point, kept.network_hash, kept.crop_version)
    old.execute("INSERT INTO people (id, name, name_key, created) VALUES (1, 'Ada', 'ada', 0), (2, 'Ben', 'ben', 0)")
    for person in (1, 2):
        old.execute(
            f"INSERT INTO fingerprints (person_id, {columns}, quality, time) VALUES (?, ?, ?, ?, ?, ?, 0.8, 0)",
            (person, *values),
        )
    old.execute(f"INSERT INTO negatives (person_id, {columns}, time) VALUES (2, ?, ?, ?, ?, ?, 0)", values)
    old.execute(
        """INSERT INTO events (id, time, person_id, name, decision, reason, measured, network_ms)
        VALUES (7, 1.0, 1, 'Ada', 'accepted', 'votes for', 'virtual', 106.0)"""
    )
    old.execute(f"INSERT INTO event_details (event_id, {columns}, quality) VALUES (7, ?, ?, ?, ?, ?, 0.8)", values)
    old.commit()
    old.close()
    store = Store(path)
    try:
        corrections = Corrections(store)
        corrections.correct(7, 2)
        fingerprints, negatives = Gallery(store).fingerprints(NETWORK, 1), corrections.negatives(NETWORK, 1)
        assert {person: len(own) for person, own in fingerprints.items()} == {1: 1, 2: 2}
        assert {person: len(own) for person, own in negatives.items()} == {1: 1, 2: 1}
        for one in (one for own in (*fingerprints.values(), *negatives.values()) for one in own):
            assert one.data.tolist() == kept.data.tolist()
        (logged,) = EventLog(store).page()
        assert (logged.network_ms, logged.passes) == (106.0, 1)
    finally:
        store.close()


def test_what_was_written_with_looks_is_found_under_passes(path: Path) -> None:
    """Version 4 called the column ``looks``; every table keeps its numbers."""
    path.parent.mkdir()
    old = sqlite3.connect(path)
    for statement in (statement for step in MIGRATIONS[:4] for statement in step):
        old.execute(statement)
    old.execute(f"PRAGMA application_id={APPLICATION_ID}")
    old.execute("PRAGMA user_version=4")
    kept = some_fingerprint()
    data = np.stack([kept.data, kept.data[::-1]])
    columns = "data, looks, scale, zero_point, network_hash, crop_version"
    values = (data.tobytes(), 2, kept.scale, kept.zero_point, kept.network_hash, kept.crop_version)
    old.execute("INSERT INTO people (id, name, name_key, created) VALUES (1, 'Ada', 'ada', 0), (2, 'Ben', 'ben', 0)")
    old.execute(
        f"INSERT INTO fingerprints (person_id, {columns}, quality, time) VALUES (1, ?, ?, ?, ?, ?, ?, 0.8, 0)", values
    )
    old.execute(f"INSERT INTO negatives (person_id, {columns}, time) VALUES (2, ?, ?, ?, ?, ?, ?, 0)", values)
    old.execute(
        """INSERT INTO events (id, time, person_id, name, decision, reason, measured, network_ms, looks)
        VALUES (7, 1.0, 1, 'Ada', 'accepted', 'votes for', 'board', 212.0, 2)"""
    )
    old.execute(f"INSERT INTO event_details (event_id, {columns}, quality) VALUES (7, ?, ?, ?, ?, ?, ?, 0.8)", values)
    old.commit()
    old.close()
    store = Store(path)
    try:
        with store.reading() as reader:
            assert reader.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        corrections = Corrections(store)
        corrections.correct(7, 2)  # copies the event's fingerprint
        fingerprints, negatives = Gallery(store).fingerprints(NETWORK, 1), corrections.negatives(NETWORK, 1)
        found = [one for own in (*fingerprints.values(), *negatives.values()) for one in own]
        assert [(one.passes, one.data.tolist()) for one in found] == [(2, data.tolist())] * 4
        (logged,) = EventLog(store).page()
        assert (logged.network_ms, logged.passes) == (212.0, 2)
    finally:
        store.close()


def test_what_was_written_with_vouched_is_found_under_user_confirmed(path: Path) -> None:
    """Version 5 called the column ``vouched``; every row keeps its answer."""
    path.parent.mkdir()
    old = sqlite3.connect(path)
    for statement in (statement for step in MIGRATIONS[:5] for statement in step):
        old.execute(statement)
    old.execute(f"PRAGMA application_id={APPLICATION_ID}")
    old.execute("PRAGMA user_version=5")
    old.execute("INSERT INTO people (id, name, name_key, created) VALUES (1, 'Ada', 'ada', 0)")
    for seed in range(3):
        kept = some_fingerprint(seed)
        values = (kept.data.tobytes(), kept.scale, kept.zero_point, kept.network_hash, kept.crop_version, seed == 1)
        old.execute(
            """INSERT INTO fingerprints
            (person_id, data, scale, zero_point, network_hash, crop_version, vouched, quality, thumbnail, time)
            VALUES (1, ?, ?, ?, ?, ?, ?, 0.8, x'01', 5.0)""",
            values,
        )
    old.commit()
    old.close()
    store = Store(path)
    try:
        (found,) = Gallery(store).fingerprints(NETWORK, 1).values()
        assert [one.user_confirmed for one in found] == [False, True, False]
        assert [one.data.tolist() for one in found] == [some_fingerprint(seed).data.tolist() for seed in range(3)]
        ((_, whole),) = Gallery(store).everything()
        assert [(one.user_confirmed, one.quality, one.thumbnail, one.time) for one in whole] == [
            (False, 0.8, b"\x01", 5.0),
            (True, 0.8, b"\x01", 5.0),
            (False, 0.8, b"\x01", 5.0),
        ]
    finally:
        store.close()


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
                gallery.add_person(f"{worker}-{number}", [some_fingerprint(number)])
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


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
@pytest.mark.timeout(max(300, 10 * KILLS))
def test_what_was_committed_survives_being_killed_at_any_moment(tmp_path: Path, root: Path) -> None:
    """After each kill the file holds exactly what was said to be done, or one change more that was not said yet."""
    chance = random.Random(1)
    most = 0
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.killed_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
    ) as forks:
        assert forks.stdin is not None
        assert forks.stdout is not None
        for kill in range(KILLS):
            if kill % KILLS_A_FILE == 0:
                path, count = tmp_path / f"{kill}.sqlite", 0
            forks.stdin.write(f"{path} {count}\n")
            forks.stdin.flush()
            word, pid = forks.stdout.readline().split()
            assert word == "ready"
            time.sleep(chance.uniform(0.0, 0.15))
            os.kill(int(pid), signal.SIGKILL)
            said = count
            while (line := forks.stdout.readline()) != "gone\n":
                said = int(line.removeprefix("done ")) + 1
            found, notice = killed_process.read(path)
            assert notice == ""
            assert found in (killed_process.expected(said), killed_process.expected(said + 1)), (
                f"kill {kill}, {said} changes were said"
            )
            count = said if found == killed_process.expected(said) else said + 1
            most = max(most, count)
        forks.stdin.close()
    assert most > 0
