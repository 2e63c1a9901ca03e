"""Every change of the people can be taken back, the last one first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gui.gallery.database import GalleryError, Store
from gui.gallery.gallery import Gallery, PersonToImport
from gui.gallery.history import DEPTH, ChangeKind, PeopleChanges
from gui.panes.people import wording
from tests.gui.gallery.test_gallery import some_fingerprint

State = list[tuple[int, str, list[list[int]]]]


@pytest.fixture
def gallery(tmp_path: Path) -> Iterator[Gallery]:
    store = Store(tmp_path / "gallery.sqlite")
    yield Gallery(store)
    store.close()


def state(gallery: Gallery) -> State:
    """Everyone, with the numbers of their fingerprints in no particular order."""
    return [(person.id, person.name, sorted(one.data.tolist() for one in own)) for person, own in gallery.everything()]


def test_all_kinds_are_undone_one_by_one_to_the_state_before(gallery: Gallery) -> None:
    changes = PeopleChanges(gallery)
    states: list[State] = [state(gallery)]

    def did(kind: ChangeKind) -> None:
        assert changes.changes[-1].kind is kind
        states.append(state(gallery))
        assert states[-1] != states[-2]

    ada = changes.enrol("Ada", [some_fingerprint(1), some_fingerprint(2)])
    did(ChangeKind.ENROL)
    ben = changes.enrol("Ben", [some_fingerprint(3)])
    did(ChangeKind.ENROL)
    changes.add(ada, [some_fingerprint(4)])
    did(ChangeKind.ADD)
    changes.replace(ben, [some_fingerprint(5), some_fingerprint(6)])
    did(ChangeKind.REPLACE)
    changes.rename(ben, "Benjamin")
    did(ChangeKind.RENAME)
    changes.merge(ben, ada)
    did(ChangeKind.MERGE)
    changes.delete(ada)
    did(ChangeKind.DELETE)
    changes.import_people([PersonToImport("Cy", [some_fingerprint(7)]), PersonToImport("Di", [some_fingerprint(8)])])
    did(ChangeKind.IMPORT)
    told = [wording.undo_line(change) for change in changes.changes]
    assert told == [
        "Undo: enrol Ada",
        "Undo: enrol Ben",
        "Undo: more shots of Ada",
        "Undo: enrol Ben again",
        "Undo: rename Ben to Benjamin",
        "Undo: merge Benjamin with Ada",
        "Undo: delete Ada",
        "Undo: add 2 people",
    ]
    assert wording.change_done(changes.changes[-2]) == "Ada was deleted"
    while changes.changes:
        before = len(changes.changes)
        undone = changes.undo()
        assert undone is not None
        assert len(changes.changes) == before - 1
        assert state(gallery) == states[before - 1]
    assert changes.undo() is None


def test_a_refused_change_is_not_remembered_and_a_refused_undo_stays(gallery: Gallery) -> None:
    changes = PeopleChanges(gallery)
    ada = changes.enrol("Ada", [some_fingerprint(1)])
    with pytest.raises(GalleryError):
        changes.enrol("ada", [some_fingerprint(2)])
    changes.rename(ada, "Ada")  # changes nothing
    assert len(changes.changes) == 1
    changes.delete(ada)
    gallery.add_person("Ada", [some_fingerprint(3)])
    with pytest.raises(GalleryError, match="taken"):
        changes.undo()
    assert changes.changes[-1].kind is ChangeKind.DELETE


def test_only_the_last_changes_are_remembered(gallery: Gallery) -> None:
    changes = PeopleChanges(gallery)
    ada = changes.enrol("Ada", [some_fingerprint(1)])
    for number in range(DEPTH + 5):
        changes.rename(ada, f"Ada {number}")
    assert len(changes.changes) == DEPTH
    assert changes.changes[0].kind is ChangeKind.RENAME
