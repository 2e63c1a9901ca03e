"""What the gallery keeps, refuses and survives."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gui.core.people import StoredFingerprint
from gui.gallery.database import GalleryError, Store
from gui.gallery.event_log import EventLog
from gui.gallery.gallery import Gallery, PersonToImport
from tests.support.samples import event

NETWORK = "ab" * 16


def some_fingerprint(seed: int = 0, network: str = NETWORK, crop_version: int = 1) -> StoredFingerprint:
    data = np.random.default_rng(seed).integers(-128, 128, 32).astype(np.int8)
    return StoredFingerprint(data, 0.02, -3, network, crop_version, 0.8, b"png")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "gallery.sqlite"


@pytest.fixture
def gallery(path: Path) -> Iterator[Gallery]:
    store = Store(path)
    yield Gallery(store)
    store.close()


def test_a_person_comes_back_number_by_number_after_a_restart(path: Path) -> None:
    store = Store(path)
    person_id = Gallery(store).add_person("  Ada   Lovelace ", [some_fingerprint(1), some_fingerprint(2)])
    store.close()
    store = Store(path)
    again = Gallery(store)
    try:
        (person,) = again.people(NETWORK)
        assert (person.id, person.name, person.fingerprints, person.usable) == (person_id, "Ada Lovelace", 2, 2)
        assert person.thumbnail == b"png"
        kept = again.fingerprints(NETWORK, 1)[person_id]
        assert [one.data.tolist() for one in kept] == [some_fingerprint(n).data.tolist() for n in (1, 2)]
        assert (kept[0].scale, kept[0].zero_point, kept[0].quality) == (0.02, -3, 0.8)
        assert kept[0].time == pytest.approx(time.time(), abs=60)
    finally:
        store.close()


def test_fingerprints_of_another_network_or_crop_are_kept_but_not_given_out(gallery: Gallery) -> None:
    gallery.add_person(
        "Ada", [some_fingerprint(1), some_fingerprint(2, "cd" * 16), some_fingerprint(3, crop_version=2)]
    )
    assert [len(own) for own in gallery.fingerprints(NETWORK, 1).values()] == [1]
    (person,) = gallery.people(NETWORK)
    assert (person.fingerprints, person.usable) == (3, 2)
    assert gallery.fingerprints("00" * 16, 1) == {}


def test_both_passes_come_back_and_are_known_again(gallery: Gallery) -> None:
    both = replace(some_fingerprint(1), data=some_fingerprint(1).data.reshape(2, 16))
    ada = gallery.add_person("Ada", [some_fingerprint(2)])
    for _ in range(2):
        gallery.import_people([PersonToImport("Ada", [both], into=ada)])
    found = gallery.fingerprints(NETWORK, 1)[ada]
    assert [(one.passes, one.length) for one in found] == [(1, 32), (2, 16)]
    assert [one.data.tolist() for one in found] == [some_fingerprint(2).data.tolist(), both.data.tolist()]
    ((_, every),) = gallery.everything()
    assert every[1].data.tolist() == both.data.tolist()
    with pytest.raises(GalleryError, match=r"\(2, 4, 4\)"):
        gallery.add_fingerprints(ada, [replace(both, data=both.data.reshape(2, 4, 4))])


@pytest.mark.parametrize("name", ["ada", " ADA ", "Ada"])
def test_a_name_is_taken_in_upper_and_lower_case(gallery: Gallery, name: str) -> None:
    first = gallery.add_person("Ada", [some_fingerprint()])
    assert not gallery.name_is_free(name)
    assert gallery.name_is_free(name, but=first)
    with pytest.raises(GalleryError, match="taken"):
        gallery.add_person(name, [some_fingerprint()])
    other = gallery.add_person("Ben", [some_fingerprint()])
    with pytest.raises(GalleryError, match="taken"):
        gallery.rename(other, name)
    gallery.rename(first, "ADA")  # one's own name in another case
    assert [person.name for person in gallery.people()] == ["ADA", "Ben"]


@pytest.mark.parametrize("name", ["", "  \t", "x" * 61, "a\x00b", "a\x07"])
def test_a_name_of_no_use_is_refused(gallery: Gallery, name: str) -> None:
    with pytest.raises(GalleryError):
        gallery.add_person(name, [some_fingerprint()])
    assert gallery.people() == []


def test_nothing_is_kept_of_a_person_whose_fingerprints_are_wrong(gallery: Gallery) -> None:
    bad = StoredFingerprint(np.zeros(4, np.float32), 1.0, 0, NETWORK, 1)  # type: ignore[arg-type]
    with pytest.raises(GalleryError, match="float32"):
        gallery.add_person("Ada", [some_fingerprint(), bad])
    with pytest.raises(GalleryError, match="no fingerprint"):
        gallery.add_person("Ada", [])
    assert gallery.people() == []
    assert gallery.name_is_free("Ada")


def test_a_deleted_person_can_be_brought_back_until_the_gallery_is_closed(path: Path) -> None:
    store = Store(path)
    gallery = Gallery(store)
    ada = gallery.add_person("Ada", [some_fingerprint()])
    EventLog(store).log(event(person_id=ada))
    gallery.delete(ada)
    assert gallery.people() == []
    assert gallery.fingerprints(NETWORK, 1) == {}
    with pytest.raises(GalleryError):
        gallery.delete(ada)
    with pytest.raises(GalleryError):
        gallery.rename(ada, "Eve")
    gallery.restore(ada)
    assert [person.id for person in gallery.people()] == [ada]
    gallery.delete(ada)
    twin = gallery.add_person("ada", [some_fingerprint()])
    with pytest.raises(GalleryError, match="taken"):
        gallery.restore(ada)
    gallery.close()
    store.close()
    store = Store(path)
    gallery = Gallery(store)
    with pytest.raises(GalleryError, match="brought back"):
        gallery.restore(ada)
    assert [person.id for person in gallery.people()] == [twin]
    (logged,) = EventLog(store).page()
    assert (logged.person_id, logged.name) == (None, "Ada")  # the log outlives the person
    store.close()
    rows = sqlite3.connect(path).execute("SELECT count(*) FROM fingerprints").fetchone()
    assert rows == (1,)


def counts(gallery: Gallery) -> dict[str, int]:
    return {person.name: person.fingerprints for person in gallery.people()}


def test_two_people_become_one_and_two_again(gallery: Gallery) -> None:
    log = EventLog(gallery._store)
    ada = gallery.add_person("Ada", [some_fingerprint(1), some_fingerprint(2)])
    twin = gallery.add_person("Ada L.", [some_fingerprint(3)])
    seen = log.log(event(person_id=twin, name="Ada L."))
    merged = gallery.merge(twin, ada)
    assert counts(gallery) == {"Ada": 3}
    assert gallery.people()[0].last_seen == seen.time
    assert len(gallery.fingerprints(NETWORK, 1)[ada]) == 3
    with pytest.raises(GalleryError):
        gallery.merge(twin, ada)
    gallery.split(merged)
    assert counts(gallery) == {"Ada": 2, "Ada L.": 1}
    assert [person.last_seen for person in gallery.people()] == [None, seen.time]
    with pytest.raises(GalleryError, match="themselves"):
        gallery.merge(ada, ada)


def test_a_merge_is_not_taken_back_over_somebody_who_has_the_name_now(gallery: Gallery) -> None:
    ada, ben = gallery.add_person("Ada", [some_fingerprint(1)]), gallery.add_person("Ben", [some_fingerprint(2)])
    merged = gallery.merge(ada, ben)
    gallery.rename(ben, "Ada")
    with pytest.raises(GalleryError, match="taken"):
        gallery.split(merged)
    assert counts(gallery) == {"Ada": 2}
    gallery.rename(ben, "Ben")
    gallery.split(merged)
    assert counts(gallery) == {"Ada": 1, "Ben": 1}


def test_new_fingerprints_take_the_place_of_the_old_ones_and_these_can_come_back(path: Path) -> None:
    store = Store(path)
    gallery = Gallery(store)
    ada = gallery.add_person("Ada", [some_fingerprint(1, "cd" * 16), some_fingerprint(2, "cd" * 16)])
    assert gallery.people(NETWORK)[0].usable == 0
    keeper = gallery.replace_fingerprints(ada, [some_fingerprint(3)])
    assert (gallery.people(NETWORK)[0].usable, counts(gallery)) == (1, {"Ada": 1})
    gallery.restore_fingerprints(ada, keeper)
    assert (gallery.people(NETWORK)[0].usable, counts(gallery)) == (0, {"Ada": 2})
    with pytest.raises(GalleryError):
        gallery.restore_fingerprints(ada, keeper)
    bad = StoredFingerprint(np.zeros(4, np.float32), 1.0, 0, NETWORK, 1)  # type: ignore[arg-type]
    for wrong in ([], [some_fingerprint(4), bad]):
        with pytest.raises(GalleryError):
            gallery.replace_fingerprints(ada, wrong)
    assert counts(gallery) == {"Ada": 2}  # a failed change keeps the old ones
    gallery.replace_fingerprints(ada, [some_fingerprint(5)])
    gallery.close()
    store.close()
    rows = sqlite3.connect(path).execute("SELECT count(*) FROM fingerprints").fetchone()
    assert rows == (1,)  # what was replaced is gone for good


def test_many_arrive_together_or_not_at_all(gallery: Gallery) -> None:
    ada = gallery.add_person("Ada", [some_fingerprint(1)])
    people = [
        PersonToImport("Ben", [some_fingerprint(2)], created=5.0),
        PersonToImport("Ada", [some_fingerprint(1), some_fingerprint(3)], into=ada),  # the first of them she has
    ]
    with pytest.raises(GalleryError, match="taken"):
        gallery.import_people([*people, PersonToImport("ben", [some_fingerprint(4)])])
    with pytest.raises(GalleryError, match="no fingerprint"):
        gallery.import_people([*people, PersonToImport("Cy", [])])
    assert counts(gallery) == {"Ada": 1}
    imported = gallery.import_people(people)
    assert counts(gallery) == {"Ada": 2, "Ben": 1}
    assert gallery.people()[1].created == 5.0
    gallery.undo_import(imported)
    assert counts(gallery) == {"Ada": 1}


def test_everything_is_read_with_pictures_and_prints_of_every_network(gallery: Gallery) -> None:
    gallery.add_person("Ben", [some_fingerprint(2, "cd" * 16)])
    ada = gallery.add_person("Ada", [some_fingerprint(1)])
    gone = gallery.add_person("Gone", [some_fingerprint(3)])
    gallery.delete(gone)
    read = gallery.everything()
    assert [(person.name, len(own)) for person, own in read] == [("Ada", 1), ("Ben", 1)]
    assert read[0][0].id == ada
    assert read[0][1][0].thumbnail == b"png"
    assert read[1][1][0].network_hash == "cd" * 16
