"""What "that was me" and "that was not me" do to the gallery, and that both are taken back whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from device.vision.fingerprint import Projection
from gui.access.matcher import Templates, build
from gui.core.decisions import Decision
from gui.core.people import StoredFingerprint
from gui.gallery.corrections import Corrections
from gui.gallery.database import GalleryError, Store
from gui.gallery.event_log import EventLog
from gui.gallery.gallery import Gallery
from tests.support.samples import event

NETWORK = bytes(range(16))
FEATURE_MAP = Projection(mean=np.zeros(64, np.float32))


def face_of(person: int, seed: int = 0, spread: int = 30) -> StoredFingerprint:
    base = np.random.default_rng(person).integers(-80, 81, 64)
    noise = np.random.default_rng(1000 + seed).integers(-spread, spread + 1, 64)
    return StoredFingerprint((base + noise).astype(np.int8), 0.02, 0, NETWORK.hex(), 1, 0.7)


class Enrolled:
    """A gallery with Ada and Ben, and what the recogniser would compare with."""

    def __init__(self, store: Store) -> None:
        self.store, self.gallery = store, Gallery(store)
        self.log, self.corrections = EventLog(store), Corrections(store)
        self.ada = self.gallery.add_person("Ada", [face_of(1, seed) for seed in range(4)])
        self.ben = self.gallery.add_person("Ben", [face_of(2, seed) for seed in range(4)])

    @property
    def templates(self) -> Templates:
        people = [(person.id, person.name) for person in self.gallery.people()]
        fingerprints = self.gallery.fingerprints(NETWORK.hex(), 1)
        return build(people, fingerprints, NETWORK, FEATURE_MAP, self.corrections.negatives(NETWORK.hex(), 1))

    def scores(self, kept: StoredFingerprint) -> list[float]:
        values = kept.data.astype(np.float32) * 0.02
        return [float(score) for score in self.templates.scores(values / np.linalg.norm(values))]

    def happened(self, kept: StoredFingerprint | None, person_id: int | None = None) -> int:
        decision = Decision.ACCEPTED if person_id else Decision.REFUSED
        return self.log.log(event(person_id=person_id, decision=decision), kept).id


@pytest.fixture
def enrolled(tmp_path: Path) -> Iterator[Enrolled]:
    store = Store(tmp_path / "gallery.sqlite")
    yield Enrolled(store)
    store.close()


def between(mine: StoredFingerprint, other: StoredFingerprint, part: float) -> StoredFingerprint:
    mixed = part * mine.data.astype(float) + (1 - part) * other.data
    return StoredFingerprint(mixed.astype(np.int8), 0.02, 0, NETWORK.hex(), 1, 0.7)


def test_that_was_me_adds_the_fingerprint_and_undo_takes_it_away(enrolled: Enrolled) -> None:
    refused = between(face_of(1, 50), face_of(3), 0.45)  # Ada in a light of her own
    before = enrolled.scores(refused)
    number = enrolled.happened(refused)
    enrolled.corrections.correct(number, enrolled.ada)
    after = enrolled.scores(refused)
    assert after[0] > before[0] + 0.05
    assert after[1] == pytest.approx(before[1])
    assert enrolled.gallery.people()[0].fingerprints == 5
    corrected = enrolled.log.event(number)
    assert corrected is not None
    assert corrected.correction == "Ada"
    enrolled.corrections.undo(number)
    assert enrolled.scores(refused) == before
    assert enrolled.gallery.people()[0].fingerprints == 4
    enrolled.corrections.undo(number)  # nothing left to take back


def test_a_user_confirmed_fingerprint_is_not_trimmed_as_an_outlier(enrolled: Enrolled) -> None:
    enrolled.gallery.add_fingerprints(enrolled.ada, [face_of(1, seed) for seed in range(20, 26)])
    strange = between(face_of(1, 50), face_of(3), 0.2)
    before = enrolled.scores(strange)[0]
    number = enrolled.happened(strange)
    enrolled.corrections.correct(number, enrolled.ada)
    raised = enrolled.scores(strange)[0]
    assert raised > before + 0.03
    enrolled.log.delete_all()  # the log may go; what was said stays
    assert enrolled.scores(strange)[0] == raised


def test_a_fingerprint_with_flip_averaging_is_corrected_whole(enrolled: Enrolled) -> None:
    both = replace(face_of(2, 9), data=np.stack([face_of(2, 9).data, face_of(2, 10).data]))
    enrolled.corrections.correct(enrolled.happened(both, enrolled.ada), enrolled.ben)
    network = NETWORK.hex()
    added, wrong = (
        enrolled.gallery.fingerprints(network, 1)[enrolled.ben][-1],
        enrolled.corrections.negatives(network, 1)[enrolled.ada][0],
    )
    for one in (added, wrong):
        assert one.data.tolist() == both.data.tolist()
    assert len(enrolled.templates.negatives) == 1


def test_that_was_not_me_keeps_a_look_alike_out_and_the_person_in(enrolled: Enrolled) -> None:
    lookalike = between(face_of(1, 60), face_of(4), 0.62)
    again = StoredFingerprint(
        (lookalike.data + np.random.default_rng(5).integers(-4, 5, 64)).astype(np.int8), 0.02, 0, NETWORK.hex(), 1
    )
    genuine = [face_of(1, seed) for seed in range(70, 80)]
    before, mine = enrolled.scores(again)[0], [enrolled.scores(one)[0] for one in genuine]
    assert before > 0.7
    number = enrolled.happened(lookalike, enrolled.ada)
    enrolled.corrections.correct(number, None)
    assert enrolled.scores(again)[0] < before - 0.15
    assert [enrolled.scores(one)[0] for one in genuine] == pytest.approx(mine)
    assert enrolled.gallery.people()[0].fingerprints == 4
    corrected = enrolled.log.event(number)
    assert corrected is not None
    assert corrected.correction == ""
    enrolled.corrections.undo(number)
    assert enrolled.scores(again)[0] == pytest.approx(before)


def test_that_was_somebody_else_does_both_at_once_and_can_be_said_again(enrolled: Enrolled) -> None:
    number = enrolled.happened(between(face_of(2, 9), face_of(1), 0.5), enrolled.ada)
    enrolled.corrections.correct(number, enrolled.ben)
    assert [person.fingerprints for person in enrolled.gallery.people()] == [4, 5]
    assert list(enrolled.corrections.negatives(NETWORK.hex(), 1)) == [enrolled.ada]
    enrolled.corrections.correct(number, None)
    assert [person.fingerprints for person in enrolled.gallery.people()] == [4, 4]
    assert [len(own) for own in enrolled.corrections.negatives(NETWORK.hex(), 1).values()] == [1]
    enrolled.corrections.undo(number)
    assert enrolled.corrections.negatives(NETWORK.hex(), 1) == {}


def test_what_cannot_be_corrected_is_refused_and_changes_nothing(enrolled: Enrolled) -> None:
    bare, known = enrolled.happened(None), enrolled.happened(face_of(1, 9), enrolled.ada)
    with pytest.raises(GalleryError, match="not kept"):
        enrolled.corrections.correct(bare, enrolled.ada)
    with pytest.raises(GalleryError, match="already"):
        enrolled.corrections.correct(known, enrolled.ada)
    with pytest.raises(GalleryError, match="not in the gallery"):
        enrolled.corrections.correct(known, 99)
    with pytest.raises(GalleryError, match="gone"):
        enrolled.corrections.correct(12345, enrolled.ada)
    with pytest.raises(GalleryError, match="already"):
        enrolled.corrections.correct(enrolled.happened(face_of(9)), None)
    assert [person.fingerprints for person in enrolled.gallery.people()] == [4, 4]
    assert enrolled.corrections.negatives(NETWORK.hex(), 1) == {}


def test_an_undo_never_takes_the_last_fingerprint(enrolled: Enrolled) -> None:
    number = enrolled.happened(face_of(1, 9))
    enrolled.corrections.correct(number, enrolled.ada)
    with enrolled.store.writing() as writer:
        writer.execute(
            "DELETE FROM fingerprints WHERE person_id = ? AND id NOT IN (SELECT fingerprint_id FROM corrections)",
            (enrolled.ada,),
        )
    with pytest.raises(GalleryError, match="only fingerprint of Ada"):
        enrolled.corrections.undo(number)
    assert enrolled.gallery.people()[0].fingerprints == 1


def test_corrections_outlive_the_event_and_go_with_the_person(enrolled: Enrolled) -> None:
    number = enrolled.happened(face_of(4), enrolled.ada)
    enrolled.corrections.correct(number, None)
    enrolled.log.delete_all()
    assert list(enrolled.corrections.negatives(NETWORK.hex(), 1)) == [enrolled.ada]
    enrolled.gallery.delete(enrolled.ada)
    assert enrolled.corrections.negatives(NETWORK.hex(), 1) == {}
    enrolled.gallery.restore(enrolled.ada)
    assert list(enrolled.corrections.negatives(NETWORK.hex(), 1)) == [enrolled.ada]
    enrolled.gallery.delete(enrolled.ada)
    enrolled.gallery.purge()
    with enrolled.store.reading() as reader:
        assert reader.execute("SELECT count(*) FROM negatives").fetchone() == (0,)


def test_merged_people_share_their_corrections_and_part_with_them_again(enrolled: Enrolled) -> None:
    enrolled.corrections.correct(enrolled.happened(face_of(4), enrolled.ada), None)
    said = enrolled.happened(face_of(1, 9))
    enrolled.corrections.correct(said, enrolled.ada)
    merge = enrolled.gallery.merge(enrolled.ada, enrolled.ben)
    assert list(enrolled.corrections.negatives(NETWORK.hex(), 1)) == [enrolled.ben]
    corrected = enrolled.log.event(said)
    assert corrected is not None
    assert corrected.correction == "Ben"
    enrolled.gallery.split(merge)
    assert list(enrolled.corrections.negatives(NETWORK.hex(), 1)) == [enrolled.ada]
    enrolled.corrections.undo(said)
    assert [person.fingerprints for person in enrolled.gallery.people()] == [4, 4]


def test_who_is_deleted_for_good_leaves_no_face_and_no_fingerprint_in_the_log(enrolled: Enrolled) -> None:
    mine, other = enrolled.happened(face_of(1), enrolled.ada), enrolled.happened(face_of(7))
    with enrolled.store.writing() as writer:
        writer.execute("UPDATE events SET thumbnail = x'01'")
    enrolled.gallery.delete(enrolled.ada)
    assert enrolled.log.has_fingerprint(mine)
    enrolled.gallery.purge()
    assert not enrolled.log.has_fingerprint(mine)
    assert enrolled.log.thumbnail(mine) is None
    assert enrolled.log.has_fingerprint(other)
    assert enrolled.log.thumbnail(other) == b"\x01"
