"""Collecting crops: which are taken, which are not, and how it ends."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gui.enrolment import Enrolment, EnrolmentRules
from gui.gallery import Print
from gui.quality import Quality
from gui.records import EnrolmentPhase, Verdict

GOOD = Quality(Verdict.GOOD, 0.8)
RULES = EnrolmentRules(wanted=4, agree=0.35, interval_s=0.3, timeout_s=60.0)
CROP = np.zeros((128, 128, 3), np.uint8)
PRINT = Print(np.zeros(4, np.int8), 1.0, 0, "", 1)


def embedding(seed: int, person: int = 0) -> NDArray[np.float32]:
    vector = np.random.default_rng(100 + person).normal(0, 1, 32)
    vector += 0.3 * np.random.default_rng(seed).normal(0, 1, 32)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def offer(enrolment: Enrolment, at_s: float, person: int = 0, track: int = 1) -> bool:
    wanted = enrolment.wants(GOOD, True, at_s)
    return wanted and enrolment.take(CROP, PRINT, embedding(int(at_s * 1000), person), at_s, track)


def test_good_crops_of_different_moments_are_taken_until_there_are_enough() -> None:
    enrolment = Enrolment("Ada", RULES, 0.0)
    taken = [at_s for at_s in np.arange(0.0, 3.0, 0.1) if offer(enrolment, float(at_s))]
    assert len(taken) == 4
    assert np.diff(taken).min() >= RULES.interval_s - 1e-9
    assert enrolment.complete
    progress = enrolment.progress
    assert (progress.taken, progress.wanted, len(progress.crops)) == (4, 4, 4)
    enrolment.saved(3, None)
    assert (enrolment.progress.phase, enrolment.progress.person_id) == (EnrolmentPhase.SAVED, 3)


def test_bad_crops_and_company_are_not_wanted() -> None:
    enrolment = Enrolment("Ada", RULES, 0.0)
    for verdict in set(Verdict) - {Verdict.GOOD}:
        assert not enrolment.wants(Quality(verdict), True, 1.0)
    assert not enrolment.wants(GOOD, False, 1.0)
    assert enrolment.wants(GOOD, True, 1.0)


def test_the_words_follow_the_picture_and_say_what_to_do() -> None:
    enrolment = Enrolment("Ada", RULES, 0.0)
    assert enrolment.look(Quality(Verdict.TOO_DARK), 1.0)
    assert enrolment.verdict == "too dark: more light on the face, please"
    assert not enrolment.look(Quality(Verdict.TOO_DARK), 1.1)
    assert enrolment.look(GOOD, 1.2)
    assert enrolment.verdict.startswith("good")


def test_another_person_who_steps_in_is_not_mixed_in() -> None:
    enrolment = Enrolment("Ada", RULES, 0.0)
    assert all(offer(enrolment, at_s) for at_s in (0.0, 1.0, 2.0))
    assert not any(offer(enrolment, 3.0 + n, person=1) for n in range(10))
    assert enrolment.verdict == "this does not look like the same person"
    assert offer(enrolment, 20.0)
    assert enrolment.complete


def test_the_words_do_not_praise_a_face_that_was_just_turned_down() -> None:
    enrolment = Enrolment("Ada", RULES, 0.0)
    for at_s in (0.0, 0.4, 0.8):
        offer(enrolment, at_s)
    assert not offer(enrolment, 1.2, person=1)
    assert not enrolment.look(GOOD, 1.3)
    assert enrolment.verdict == "this does not look like the same person"
    enrolment.look(Quality(Verdict.NO_FACE), 1.4)
    enrolment.look(GOOD, 1.5)
    assert enrolment.verdict.startswith("good")


def test_a_face_that_was_lost_from_view_must_be_more_alike_than_one_that_was_followed() -> None:
    axes = np.eye(4, dtype=np.float32)
    likeness = 0.4 * axes[0] + np.sqrt(1 - 0.4**2, dtype=np.float32) * axes[1]  # between agree and same
    enrolment = Enrolment("Ada", RULES, 0.0)
    assert enrolment.take(CROP, PRINT, axes[0], 0.0, 1)
    assert not enrolment.take(CROP, PRINT, likeness, 1.0, 2)
    assert enrolment.take(CROP, PRINT, likeness, 2.0, 1)


def test_a_bad_beginning_is_dropped_when_the_rest_disagrees_with_it() -> None:
    enrolment = Enrolment("Ada", RULES, 0.0)
    assert offer(enrolment, 0.0, person=1)
    assert [offer(enrolment, 1.0 + n) for n in range(6)] == [False, False, True, True, True, True]
    assert all(float(take.embedding @ embedding(0)) > 0.5 for take in enrolment.takes)


def test_it_gives_up_in_words_when_the_time_is_over() -> None:
    enrolment = Enrolment("Ada", RULES, 0.0)
    offer(enrolment, 0.0)
    for tick in range(50):
        enrolment.look(Quality(Verdict.BLURRED), tick * 1.0)
    assert enrolment.look(GOOD, 60.1)
    assert enrolment.progress.phase is EnrolmentPhase.FAILED
    assert enrolment.verdict == "1 of 4 good crops in 60 s; mostly: blurred"
    assert not enrolment.wants(GOOD, True, 61.0)
    silent = Enrolment("Ada", RULES, 0.0)
    silent.look(GOOD, 1.0)
    silent.look(GOOD, 61.0)
    assert silent.verdict.endswith("the board gave no fingerprint")


def test_cancelling_drops_everything() -> None:
    enrolment = Enrolment("Ada", RULES, 0.0)
    offer(enrolment, 0.0)
    enrolment.cancel()
    assert enrolment.progress.phase is EnrolmentPhase.CANCELLED
    assert enrolment.progress.crops == ()
    assert not enrolment.wants(GOOD, True, 5.0)
    assert not enrolment.look(GOOD, 99.0)


def test_a_look_alike_is_named() -> None:
    enrolment = Enrolment("Ada", RULES, 0.0)
    enrolment.saved(1, "Ben")
    assert "looks like Ben" in enrolment.verdict
