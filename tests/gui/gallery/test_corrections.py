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
from gui.core.people import Print
from gui.gallery.corrections import Corrections
from gui.gallery.database import GalleryError, Store
from gui.gallery.event_log import EventLog
from gui.gallery.gallery import Gallery
from tests.support.samples import event

NETWORK = bytes(range(16))
FEATURE_MAP = Projection(mean=np.zeros(64, np.float32))


def face_of(person: int, seed: int = 0, spread: int = 30) -> Print:
    base = np.random.default_rng(person).integers(-80, 81, 64)
    noise = np.random.default_rng(1000 + seed).integers(-spread, spread + 1, 64)
    return Print((base + noise).astype(np.int8), 0.02, 0, NETWORK.hex(), 1, 0.7)


class Desk:
    """A gallery with Ada and Ben, and what the recogniser would compare with."""

    def __init__(self, store: Store) -> None:
        self.store, self.gallery = store, Gallery(store)
        self.log, self.corrections = EventLog(store), Corrections(store)
        self.ada = self.gallery.add_person("Ada", [face_of(1, seed) for seed in range(4)])
        self.ben = self.gallery.add_person("Ben", [face_of(2, seed) for seed in range(4)])

    @property
    def templates(self) -> Templates:
        people = [(person.id, person.name) for person in self.gallery.people()]
        prints = self.gallery.prints(NETWORK.hex(), 1)
        return build(people, prints, NETWORK, FEATURE_MAP, self.corrections.negatives(NETWORK.hex(), 1))

    def scores(self, kept: Print) -> list[float]:
        values = kept.data.astype(np.float32) * 0.02
        return [float(score) for score in self.templates.scores(values / np.linalg.norm(values))]

    def happened(self, kept: Print | None, person_id: int | None = None) -> int:
        decision = Decision.ACCEPTED if person_id else Decision.REFUSED
        return self.log.log(event(person_id=person_id, decision=decision), kept).id


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    store = Store(tmp_path / "gallery.sqlite")
    yield Desk(store)
    store.close()


def between(mine: Print, other: Print, part: float) -> Print:
    mixed = part * mine.data.astype(float) + (1 - part) * other.data
    return Print(mixed.astype(np.int8), 0.02, 0, NETWORK.hex(), 1, 0.7)


def test_that_was_me_adds_the_fingerprint_and_undo_takes_it_away(desk: Desk) -> None:
    refused = between(face_of(1, 50), face_of(3), 0.45)  # Ada in a light of her own
    before = desk.scores(refused)
    number = desk.happened(refused)
    desk.corrections.correct(number, desk.ada)
    after = desk.scores(refused)
    assert after[0] > before[0] + 0.05
    assert after[1] == pytest.approx(before[1])
    assert desk.gallery.people()[0].fingerprints == 5
    corrected = desk.log.event(number)
    assert corrected is not None
    assert corrected.correction == "Ada"
    desk.corrections.undo(number)
    assert desk.scores(refused) == before
    assert desk.gallery.people()[0].fingerprints == 4
    desk.corrections.undo(number)  # nothing left to take back


def test_a_fingerprint_that_somebody_vouched_for_is_not_trimmed_as_an_outlier(desk: Desk) -> None:
    desk.gallery.add_prints(desk.ada, [face_of(1, seed) for seed in range(20, 26)])
    strange = between(face_of(1, 50), face_of(3), 0.2)
    before = desk.scores(strange)[0]
    number = desk.happened(strange)
    desk.corrections.correct(number, desk.ada)
    raised = desk.scores(strange)[0]
    assert raised > before + 0.03
    desk.log.delete_all()  # the log may go; what was said stays
    assert desk.scores(strange)[0] == raised


def test_a_fingerprint_with_flip_averaging_is_corrected_whole(desk: Desk) -> None:
    both = replace(face_of(2, 9), data=np.stack([face_of(2, 9).data, face_of(2, 10).data]))
    desk.corrections.correct(desk.happened(both, desk.ada), desk.ben)
    network = NETWORK.hex()
    added, wrong = desk.gallery.prints(network, 1)[desk.ben][-1], desk.corrections.negatives(network, 1)[desk.ada][0]
    for one in (added, wrong):
        assert one.data.tolist() == both.data.tolist()
    assert len(desk.templates.negatives) == 1


def test_that_was_not_me_keeps_a_look_alike_out_and_the_person_in(desk: Desk) -> None:
    lookalike = between(face_of(1, 60), face_of(4), 0.62)
    again = Print(
        (lookalike.data + np.random.default_rng(5).integers(-4, 5, 64)).astype(np.int8), 0.02, 0, NETWORK.hex(), 1
    )
    genuine = [face_of(1, seed) for seed in range(70, 80)]
    before, mine = desk.scores(again)[0], [desk.scores(one)[0] for one in genuine]
    assert before > 0.7
    number = desk.happened(lookalike, desk.ada)
    desk.corrections.correct(number, None)
    assert desk.scores(again)[0] < before - 0.15
    assert [desk.scores(one)[0] for one in genuine] == pytest.approx(mine)
    assert desk.gallery.people()[0].fingerprints == 4
    corrected = desk.log.event(number)
    assert corrected is not None
    assert corrected.correction == ""
    desk.corrections.undo(number)
    assert desk.scores(again)[0] == pytest.approx(before)


def test_that_was_somebody_else_does_both_at_once_and_can_be_said_again(desk: Desk) -> None:
    number = desk.happened(between(face_of(2, 9), face_of(1), 0.5), desk.ada)
    desk.corrections.correct(number, desk.ben)
    assert [person.fingerprints for person in desk.gallery.people()] == [4, 5]
    assert list(desk.corrections.negatives(NETWORK.hex(), 1)) == [desk.ada]
    desk.corrections.correct(number, None)
    assert [person.fingerprints for person in desk.gallery.people()] == [4, 4]
    assert [len(own) for own in desk.corrections.negatives(NETWORK.hex(), 1).values()] == [1]
    desk.corrections.undo(number)
    assert desk.corrections.negatives(NETWORK.hex(), 1) == {}


def test_what_cannot_be_corrected_is_refused_and_changes_nothing(desk: Desk) -> None:
    bare, known = desk.happened(None), desk.happened(face_of(1, 9), desk.ada)
    with pytest.raises(GalleryError, match="not kept"):
        desk.corrections.correct(bare, desk.ada)
    with pytest.raises(GalleryError, match="already"):
        desk.corrections.correct(known, desk.ada)
    with pytest.raises(GalleryError, match="not in the gallery"):
        desk.corrections.correct(known, 99)
    with pytest.raises(GalleryError, match="gone"):
        desk.corrections.correct(12345, desk.ada)
    with pytest.raises(GalleryError, match="already"):
        desk.corrections.correct(desk.happened(face_of(9)), None)
    assert [person.fingerprints for person in desk.gallery.people()] == [4, 4]
    assert desk.corrections.negatives(NETWORK.hex(), 1) == {}


def test_an_undo_never_takes_the_last_fingerprint(desk: Desk) -> None:
    number = desk.happened(face_of(1, 9))
    desk.corrections.correct(number, desk.ada)
    with desk.store.writing() as writer:
        writer.execute(
            "DELETE FROM fingerprints WHERE person_id = ? AND id NOT IN (SELECT fingerprint_id FROM corrections)",
            (desk.ada,),
        )
    with pytest.raises(GalleryError, match="only fingerprint of Ada"):
        desk.corrections.undo(number)
    assert desk.gallery.people()[0].fingerprints == 1


def test_corrections_outlive_the_event_and_go_with_the_person(desk: Desk) -> None:
    number = desk.happened(face_of(4), desk.ada)
    desk.corrections.correct(number, None)
    desk.log.delete_all()
    assert list(desk.corrections.negatives(NETWORK.hex(), 1)) == [desk.ada]
    desk.gallery.delete(desk.ada)
    assert desk.corrections.negatives(NETWORK.hex(), 1) == {}
    desk.gallery.restore(desk.ada)
    assert list(desk.corrections.negatives(NETWORK.hex(), 1)) == [desk.ada]
    desk.gallery.delete(desk.ada)
    desk.gallery.purge()
    with desk.store.reading() as reader:
        assert reader.execute("SELECT count(*) FROM negatives").fetchone() == (0,)


def test_merged_people_share_their_corrections_and_part_with_them_again(desk: Desk) -> None:
    desk.corrections.correct(desk.happened(face_of(4), desk.ada), None)
    said = desk.happened(face_of(1, 9))
    desk.corrections.correct(said, desk.ada)
    merge = desk.gallery.merge(desk.ada, desk.ben)
    assert list(desk.corrections.negatives(NETWORK.hex(), 1)) == [desk.ben]
    corrected = desk.log.event(said)
    assert corrected is not None
    assert corrected.correction == "Ben"
    desk.gallery.split(merge)
    assert list(desk.corrections.negatives(NETWORK.hex(), 1)) == [desk.ada]
    desk.corrections.undo(said)
    assert [person.fingerprints for person in desk.gallery.people()] == [4, 4]


def test_who_is_deleted_for_good_leaves_no_face_and_no_fingerprint_in_the_log(desk: Desk) -> None:
    mine, other = desk.happened(face_of(1), desk.ada), desk.happened(face_of(7))
    with desk.store.writing() as writer:
        writer.execute("UPDATE events SET thumbnail = x'01'")
    desk.gallery.delete(desk.ada)
    assert desk.log.has_print(mine)
    desk.gallery.purge()
    assert not desk.log.has_print(mine)
    assert desk.log.thumbnail(mine) is None
    assert desk.log.has_print(other)
    assert desk.log.thumbnail(other) == b"\x01"
