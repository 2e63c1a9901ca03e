"""Somebody takes another's place at the same spot: votes, challenge and hysteresis do not pass on."""

from __future__ import annotations

import random

import pytest

from gui.access.decider import Decider, Observation
from gui.access.matcher import Floats
from gui.core.decisions import Decision, Effect, Match, Outcome, Rule, Rules
from tests.support.decision_cases import ADA, BEN, LOW, NEAR, RULES, events, face, run


def opened(outcomes: list[Outcome]) -> list[str | None]:
    return [outcome.name for outcome in outcomes if outcome.effect is Effect.OPEN]


def frames(
    decider: Decider, match: Match, embedding: Floats, count: int, start_s: float, **more: object
) -> list[Outcome]:
    return run(decider, *[match] * count, start=start_s, embedding=embedding, **more)  # type: ignore[arg-type]


def test_the_door_never_opens_on_a_picture_that_votes_against() -> None:
    # Two votes for Ada and four for Ben; the first of Ada's falls out of the window just when the unknown person comes.
    outcomes = run(Decider(RULES), ADA, ADA, BEN, BEN, BEN, BEN, NEAR, NEAR, LOW)
    assert opened(outcomes) == ["Ada"]


@pytest.mark.parametrize("newest", [LOW, NEAR])
def test_the_newest_counted_vote_has_to_be_for_the_person(newest: Match) -> None:
    decider = Decider(RULES)
    decider.observe([Observation(1, 100.0, 0.0), Observation(2, 400.0, 0.0)], 0.0)  # somebody nearer: no decision yet
    run(decider, ADA, ADA, ADA)
    decider.observe([Observation(1, 100.0, 0.0)], 0.9)
    (outcome,) = run(decider, newest, start=1.0)
    assert outcome.decision is Decision.UNCERTAIN
    assert outcome.effect is Effect.NONE
    (outcome,) = run(decider, ADA, start=1.3)
    assert outcome.effect is Effect.OPEN


def test_a_stranger_in_the_place_of_somebody_accepted_is_not_accepted_for_one_recognition() -> None:
    decider = Decider(RULES)
    assert opened(frames(decider, ADA, face(1), 4, 0.0)) == ["Ada"]
    after = frames(decider, LOW, face(2), 5, 1.3)
    assert [outcome.decision for outcome in after[:2]] == [Decision.SEEN, Decision.SEEN]
    assert all(outcome.name is None for outcome in after)
    assert events(after) == [(Decision.REFUSED, None)]


def test_votes_of_the_face_before_do_not_help_the_next_one() -> None:
    decider = Decider(RULES)
    assert opened(frames(decider, ADA, face(1), 1, 0.0)) == []
    assert opened(frames(decider, ADA, face(2), 1, 0.3)) == []  # Ada's twin has one vote of her own
    assert opened(frames(decider, ADA, face(2), 1, 0.6)) == ["Ada"]


def test_hysteresis_does_not_pass_on() -> None:
    decider = Decider(RULES)
    frames(decider, ADA, face(1), 3, 0.0)
    nearly = Match(1, "Ada", RULES.threshold - 0.01)
    assert {outcome.decision for outcome in frames(decider, nearly, face(1), 3, 0.9)} == {Decision.ACCEPTED}
    assert Decision.ACCEPTED not in {outcome.decision for outcome in frames(decider, nearly, face(2), 5, 1.8)}


def test_a_bad_picture_of_somebody_else_ends_it_too() -> None:
    decider = Decider(RULES)
    frames(decider, ADA, face(1), 3, 0.0)
    (outcome,) = frames(decider, LOW, face(2), 1, 0.9, usable=False)
    assert (outcome.decision, outcome.name) == (Decision.SEEN, None)


def test_one_persons_changing_face_goes_on() -> None:
    decider = Decider(RULES)
    frames(decider, ADA, face(1), 3, 0.0)
    alike = face(1, mixed=1.0)
    assert RULES.one_face < float(face(1) @ alike) < 0.8
    assert {outcome.decision for outcome in frames(decider, ADA, alike, 3, 0.9)} == {Decision.ACCEPTED}
    worse = face(1, mixed=3.0)
    assert RULES.one_face / 2 < float(face(1) @ worse) < RULES.one_face  # blurred, or turned away
    (outcome,) = frames(decider, LOW, worse, 1, 1.8, usable=False)
    assert outcome.decision is Decision.ACCEPTED


def test_a_challenge_is_not_passed_on() -> None:
    rules = Rules(threshold=0.5, challenge=True, accept_votes=2, refuse_votes=3)
    decider = Decider(rules, random.Random(1))
    asked = frames(decider, ADA, face(1), 2, 0.0)[-1]
    assert asked.decision is Decision.CHALLENGED
    first = asked.trace.turns
    turn = frames(decider, ADA, face(2), 2, 0.6)[-1]
    assert turn.decision is Decision.CHALLENGED
    assert turn.trace.turned == 0
    assert decider.entrance(1.0).turned == 0
    assert first
    assert turn.trace.rule is Rule.TURN_ASKED


def test_two_strangers_one_after_the_other_are_two_events() -> None:
    decider = Decider(RULES)
    first = frames(decider, LOW, face(1), 5, 0.0)
    # A little alike, as unknown people are: less than a face that was followed may change.
    second = frames(decider, LOW, face(2, mixed=1.0), 5, 1.5)
    assert events(first) == events(second) == [(Decision.REFUSED, None)]


def test_the_bound_is_never_below_what_the_rules_call_near() -> None:
    assert Rules(threshold=0.9).one_face == pytest.approx(0.8)
    assert Rules(threshold=0.33).one_face == 0.55


def test_what_is_said_of_a_kept_decision_is_the_match_it_rests_on() -> None:
    decider = Decider(RULES)
    accepted = frames(decider, ADA, face(1), 2, 0.0)[-1]
    kept = frames(decider, Match(2, "Ben", 0.41, "Ada", 0.02), face(1), 1, 0.6)[-1]
    assert kept.decision is accepted.decision is Decision.ACCEPTED
    assert kept.match == accepted.match == ADA
    assert kept.trace.rule is Rule.KEPT
    after = frames(decider, LOW, face(2), 1, 0.9)[-1]
    assert after.match == LOW
