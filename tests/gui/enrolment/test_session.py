"""Collecting shots: which are taken for which pose, which are not, and how it ends."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from gui.core.frames import Quality, Verdict
from gui.core.people import StoredFingerprint
from gui.core.states import Problem, Topic
from gui.enrolment.poses import Pose
from gui.enrolment.progress import EnrolmentPhase, Hint, Review
from gui.enrolment.session import Enrolment, EnrolmentRules

GOOD = Quality(Verdict.GOOD, 0.8)
LEFT, RIGHT = Quality(Verdict.GOOD, 0.6, 0.15, 0.0), Quality(Verdict.GOOD, 0.6, -0.15, 0.0)
UP, DOWN = Quality(Verdict.GOOD, 0.6, 0.0, -0.08), Quality(Verdict.GOOD, 0.6, 0.0, 0.08)
FEW = EnrolmentRules(wanted=4, agree=0.35, interval_s=0.3, timeout_s=60.0)  # all straight on
RULES = EnrolmentRules(wanted=7, agree=0.35, interval_s=0.3, timeout_s=60.0, pose_timeout_s=5.0)
CROP = np.zeros((128, 128, 3), np.uint8)
STORED = StoredFingerprint(np.zeros(4, np.int8), 1.0, 0, "", 1)
REVIEW = Review(0.45)


def embedding(seed: int, person: int = 0) -> NDArray[np.float32]:
    vector = np.random.default_rng(100 + person).normal(0, 1, 32)
    vector += 0.3 * np.random.default_rng(seed).normal(0, 1, 32)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def offer(enrolment: Enrolment, at_s: float, person: int = 0, track: int = 1, quality: Quality = GOOD) -> bool:
    wanted = enrolment.wants(quality, True, at_s)
    return wanted and enrolment.take(CROP, STORED, embedding(int(at_s * 1000), person), at_s, track, quality)


def poses(enrolment: Enrolment) -> list[Pose]:
    return [take.pose for take in enrolment.takes]


def test_good_crops_of_different_moments_are_taken_until_there_are_enough() -> None:
    enrolment = Enrolment("Ada", FEW, 0.0)
    taken = [at_s for at_s in np.arange(0.0, 3.0, 0.1) if offer(enrolment, float(at_s))]
    assert len(taken) == 4
    assert np.diff(taken).min() >= FEW.interval_s - 1e-9
    assert enrolment.complete
    assert (enrolment.progress.taken, enrolment.progress.wanted) == (4, 4)
    enrolment.look_through(REVIEW)
    assert enrolment.saving()
    enrolment.saved(3)
    assert (enrolment.progress.phase, enrolment.progress.person_id) == (EnrolmentPhase.SAVED, 3)


def test_every_pose_is_asked_for_in_turn_and_taken_only_when_it_is_shown() -> None:
    enrolment = Enrolment("Ada", RULES, 0.0)
    at_s = 0.0
    for quality, pose in ((GOOD, Pose.FRONT),) * 3 + (
        (LEFT, Pose.LEFT),
        (RIGHT, Pose.RIGHT),
        (UP, Pose.UP),
        (DOWN, Pose.DOWN),
    ):
        assert enrolment.pose is pose
        other = LEFT if pose is Pose.FRONT else GOOD
        assert not offer(enrolment, at_s + 0.5, quality=other)
        assert offer(enrolment, at_s + 1.0, quality=quality)
        at_s += 1.0
    assert poses(enrolment)[3:] == [Pose.LEFT, Pose.RIGHT, Pose.UP, Pose.DOWN]
    assert enrolment.complete
    assert [(step.wanted, step.taken) for step in enrolment.progress.steps] == [(3, 3), (1, 1), (1, 1), (1, 1), (1, 1)]


def test_the_hint_says_how_to_get_into_the_pose() -> None:
    enrolment = Enrolment("Ada", RULES, 0.0)
    enrolment.observe(LEFT, 0.1)
    assert enrolment.progress.hint is Hint.AHEAD
    for at_s in (0.5, 1.0, 1.5):
        offer(enrolment, at_s)
    said = []
    for number, quality in enumerate((GOOD, RIGHT, LEFT, Quality(Verdict.TOO_DARK))):
        enrolment.observe(quality, 1.6 + number / 10)
        said.append(enrolment.progress.hint)
    assert said == [Hint.MORE, Hint.WRONG_WAY, Hint.HOLD, Hint.VERDICT]
    assert enrolment.progress.verdict is Verdict.TOO_DARK


def test_nods_count_from_where_this_face_rests_and_may_go_beyond_the_door_s_limit() -> None:
    low = Quality(Verdict.GOOD, 0.5, 0.0, 0.24)
    enrolment = Enrolment("Ada", RULES, 0.0)
    for at_s in (0.0, 1.0, 2.0):
        assert offer(enrolment, at_s, quality=low)
    enrolment.skip(2.1)
    enrolment.skip(2.2)
    assert enrolment.pose is Pose.UP
    assert offer(enrolment, 3.0, quality=Quality(Verdict.GOOD, 0.5, 0.0, 0.15))
    assert enrolment.pose is Pose.DOWN
    assert not offer(enrolment, 4.0, quality=Quality(Verdict.TURNED, 0.1, 0.0, 0.55))
    assert not offer(enrolment, 4.0, quality=Quality(Verdict.TURNED, 0.1, 0.4, 0.31))
    assert offer(enrolment, 4.0, quality=Quality(Verdict.TURNED, 0.1, 0.0, 0.31))


def test_a_pose_that_is_never_shown_is_skipped_and_does_not_stop_the_enrolment() -> None:
    enrolment = Enrolment("Ada", RULES, 0.0)
    at_s = 0.0
    while not enrolment.complete:
        at_s += 0.1
        enrolment.observe(GOOD, at_s)
        offer(enrolment, at_s)
        assert at_s < 4 * RULES.pose_timeout_s + 5
    assert poses(enrolment) == [Pose.FRONT] * 3
    assert [step.skipped for step in enrolment.progress.steps] == [False, True, True, True, True]
    assert enrolment.progress.wanted == 3


def test_patience_is_for_a_face_not_for_an_empty_picture() -> None:
    enrolment = Enrolment("Ada", RULES, 0.0)
    for at_s in (0.0, 1.0, 2.0):
        offer(enrolment, at_s)
    for tick in range(200):
        enrolment.observe(Quality(Verdict.NO_FACE), 2.0 + tick / 10)
    assert enrolment.pose is Pose.LEFT


def test_skipping_everything_leaves_a_sensible_minimum_straight_on() -> None:
    enrolment = Enrolment("Ada", EnrolmentRules(wanted=5, minimum=3), 0.0)
    assert not enrolment.skip(0.1)  # straight on cannot be skipped
    assert offer(enrolment, 0.5)
    assert all(enrolment.skip(1.0) for _ in range(4))
    assert enrolment.pose is Pose.FRONT
    assert (enrolment.progress.taken, enrolment.progress.wanted) == (1, 3)
    assert offer(enrolment, 2.0)
    assert offer(enrolment, 3.0)
    assert enrolment.complete


def test_bad_crops_and_company_are_not_wanted() -> None:
    enrolment = Enrolment("Ada", FEW, 0.0)
    for verdict in set(Verdict) - {Verdict.GOOD}:
        assert not enrolment.wants(Quality(verdict), True, 1.0)
    assert not enrolment.wants(GOOD, False, 1.0)
    assert enrolment.wants(GOOD, True, 1.0)


def test_another_person_who_steps_in_is_not_mixed_in() -> None:
    enrolment = Enrolment("Ada", FEW, 0.0)
    assert all(offer(enrolment, at_s) for at_s in (0.0, 1.0, 2.0))
    assert not any(offer(enrolment, 3.0 + n, person=1) for n in range(10))
    assert enrolment.progress.hint is Hint.OTHER_PERSON
    assert offer(enrolment, 20.0)
    assert enrolment.complete


def test_another_person_is_not_mixed_in_by_a_retake_or_another_pose_either() -> None:
    enrolment = Enrolment("Ada", RULES, 0.0)
    for at_s in (0.0, 1.0, 2.0):
        offer(enrolment, at_s)
    assert not offer(enrolment, 3.0, person=1, quality=LEFT)
    while not enrolment.complete:
        enrolment.skip(4.0)
    enrolment.look_through(REVIEW)
    assert enrolment.retake(1, 5.0)
    assert not any(offer(enrolment, 6.0 + n, person=1, track=2) for n in range(10))
    assert all(float(take.embedding @ embedding(0)) > 0.5 for take in enrolment.takes)


def test_the_words_do_not_praise_a_face_that_was_just_turned_down() -> None:
    enrolment = Enrolment("Ada", FEW, 0.0)
    for at_s in (0.0, 0.4, 0.8):
        offer(enrolment, at_s)
    assert not offer(enrolment, 1.2, person=1)
    enrolment.observe(GOOD, 1.3)
    assert enrolment.progress.hint is Hint.OTHER_PERSON
    enrolment.observe(Quality(Verdict.NO_FACE), 1.4)
    enrolment.observe(GOOD, 1.5)
    assert enrolment.progress.hint is Hint.HOLD


def test_a_face_that_was_lost_from_view_must_be_more_alike_than_one_that_was_followed() -> None:
    axes = np.eye(4, dtype=np.float32)
    likeness = 0.4 * axes[0] + np.sqrt(1 - 0.4**2, dtype=np.float32) * axes[1]  # between agree and same
    enrolment = Enrolment("Ada", FEW, 0.0)
    assert enrolment.take(CROP, STORED, axes[0], 0.0, 1, GOOD)
    assert not enrolment.take(CROP, STORED, likeness, 1.0, 2, GOOD)
    assert enrolment.take(CROP, STORED, likeness, 2.0, 1, GOOD)


def test_a_bad_beginning_is_dropped_when_the_rest_disagrees_with_it() -> None:
    enrolment = Enrolment("Ada", FEW, 0.0)
    assert offer(enrolment, 0.0, person=1)
    assert [offer(enrolment, 1.0 + n) for n in range(6)] == [False, False, True, True, True, True]
    assert all(float(take.embedding @ embedding(0)) > 0.5 for take in enrolment.takes)


def full(rules: EnrolmentRules = FEW) -> Enrolment:
    enrolment = Enrolment("Ada", rules, 0.0)
    for at_s in range(rules.wanted):
        assert offer(enrolment, float(at_s))
    enrolment.look_through(REVIEW)
    return enrolment


def test_a_shot_is_taken_again_and_the_others_stay() -> None:
    enrolment = full()
    kept = enrolment.takes[1:]
    assert enrolment.retake(0, 10.0)
    assert enrolment.progress.phase is EnrolmentPhase.COLLECTING
    assert enrolment.takes == kept
    assert not enrolment.retake(0, 10.0)  # only while they are looked through
    assert offer(enrolment, 11.0)
    assert enrolment.complete
    enrolment.look_through(REVIEW)
    assert not enrolment.retake(9, 12.0)


def test_skipped_poses_can_be_taken_at_the_end() -> None:
    enrolment = Enrolment("Ada", RULES, 0.0)
    for at_s in (0.0, 1.0, 2.0):
        offer(enrolment, at_s)
    while not enrolment.complete:
        enrolment.skip(3.0)
    enrolment.look_through(REVIEW)
    assert enrolment.take_missing(4.0)
    assert enrolment.pose is Pose.LEFT
    assert offer(enrolment, 5.0, quality=LEFT)


def test_a_shot_that_disagrees_is_named_and_the_leave_one_out_scores_are_right() -> None:
    axes = np.eye(4, dtype=np.float32)
    enrolment = Enrolment("Ada", EnrolmentRules(wanted=3, agree=0.1, same=0.1, threshold=0.45), 0.0)
    odd = 0.3 * axes[0] + np.sqrt(1 - 0.3**2, dtype=np.float32) * axes[1]
    for at_s, vector in enumerate((axes[0], axes[0], odd)):
        assert enrolment.take(CROP, STORED, vector, float(at_s), 1, GOOD)
    enrolment.look_through(REVIEW)
    progress = enrolment.progress
    assert [shot.odd for shot in progress.shots] == [False, False, True]
    assert progress.shots[2].agreement == pytest.approx(0.3, abs=1e-5)
    both = (1 + 0.3) / np.sqrt(2 + 2 * 0.3)  # axis 0 against the mean of axis 0 and the odd one
    assert progress.shots[0].agreement == pytest.approx(both, abs=1e-5)
    assert progress.review is not None
    assert progress.review.lowest == pytest.approx(0.3, abs=1e-5)
    assert progress.review.mean == pytest.approx((0.3 + 2 * both) / 3, abs=1e-5)


def test_one_shot_alone_has_no_agreement() -> None:
    enrolment = full(EnrolmentRules(wanted=1))
    assert enrolment.progress.review is not None
    assert enrolment.progress.review.lowest is None
    assert not enrolment.progress.shots[0].odd


def test_it_gives_up_with_the_reason_when_there_is_no_new_shot() -> None:
    enrolment = Enrolment("Ada", FEW, 0.0)
    offer(enrolment, 0.0)
    for tick in range(50):
        enrolment.observe(Quality(Verdict.BLURRED), tick * 1.0)
    assert enrolment.observe(GOOD, 60.1)
    failure = enrolment.progress.failure
    assert enrolment.progress.phase is EnrolmentPhase.FAILED
    assert failure is not None
    assert (failure.taken, failure.mostly) == (1, Verdict.BLURRED)
    assert not enrolment.wants(GOOD, True, 61.0)
    silent = Enrolment("Ada", FEW, 0.0)
    silent.observe(GOOD, 1.0)
    silent.observe(GOOD, 61.0)
    assert silent.progress.failure is not None
    assert silent.progress.failure.mostly is None


def test_cancelling_drops_everything() -> None:
    enrolment = Enrolment("Ada", FEW, 0.0)
    offer(enrolment, 0.0)
    enrolment.cancel()
    assert enrolment.progress.phase is EnrolmentPhase.CANCELLED
    assert enrolment.progress.shots == ()
    assert not enrolment.wants(GOOD, True, 5.0)
    assert not enrolment.observe(GOOD, 99.0)
    assert not enrolment.saving()


def test_a_failure_keeps_its_reason() -> None:
    enrolment = full()
    enrolment.saving()
    enrolment.fail(Problem("the disk is full", "make room", Topic.ENROLMENT))
    assert enrolment.progress.problem == Problem("the disk is full", "make room", Topic.ENROLMENT)
