"""Decisions that hang on more than one face's votes: who is nearest, the lock-out, and the challenge."""

from __future__ import annotations

import random

import pytest

from gui.access.decider import Decider, Observation, nearest
from gui.core.decisions import Decision, Effect, Match, Outcome, Rule, Rules, Turn
from tests.support.decision_cases import ADA, BEN, LOW, NEAR, RULES, events, face, run

# Several faces


@pytest.mark.parametrize(
    ("current", "areas", "expected"),
    [
        (None, {}, None),
        (7, {}, None),
        (None, {1: 100.0, 2: 400.0}, 2),
        (1, {1: 100.0, 2: 119.0}, 1),
        (1, {1: 100.0, 2: 121.0}, 2),
        (3, {1: 100.0, 2: 119.0}, 2),
    ],
)
def test_the_nearest_keeps_its_place_until_another_is_plainly_nearer(
    current: int | None, areas: dict[int, float], expected: int | None
) -> None:
    assert nearest(current, [Observation(track, area, 0.0) for track, area in areas.items()]) == expected


@pytest.mark.parametrize("match", [ADA, LOW])
def test_nothing_happens_for_who_stands_behind_until_they_are_nearest(match: Match) -> None:
    decider = Decider(RULES)
    decider.observe([Observation(1, 100.0, 0.0), Observation(2, 400.0, 0.0)], 0.0)
    behind = run(decider, *[match] * 6)
    assert events(behind) == []
    assert (behind[-1].decision, behind[-1].trace.rule, behind[-1].trace.faces) == (Decision.WAITING, Rule.NEARER, 2)
    decider.observe([Observation(1, 100.0, 0.0)], 2.0)
    assert len(events(run(decider, match, start=2.0))) == 1


def test_nobody_gets_in_while_the_nearest_face_is_missed_for_a_moment() -> None:
    decider = Decider(RULES)
    decider.observe([Observation(1, 100.0, 0.0), Observation(2, 400.0, 0.0)], 0.0)
    run(decider, ADA, ADA)
    decider.observe([Observation(1, 100.0, 0.0), Observation(2, 400.0, 0.0, fresh=False)], 0.6)
    assert run(decider, ADA, start=0.6)[-1].decision is Decision.WAITING


def test_who_was_let_in_stays_so_when_somebody_steps_in_front() -> None:
    decider = Decider(RULES)
    decider.observe([Observation(1, 100.0, 0.0)], 0.0)
    run(decider, ADA, ADA)
    decider.observe([Observation(1, 100.0, 0.0), Observation(2, 400.0, 0.0)], 0.6)
    assert run(decider, ADA, start=0.6)[-1].decision is Decision.ACCEPTED
    assert events(run(decider, BEN, BEN, track=2, start=0.9)) == [(Decision.ACCEPTED, "Ben")]


# Lock-out


def refuse(decider: Decider, times: int, start: float = 0.0) -> list[Outcome]:
    """So many unknown people, a second apart."""
    return [
        outcome
        for n in range(times)
        for outcome in run(
            decider, *[LOW] * 3, track=int(start) * 100 + n, start=start + n, embedding=face(int(start) + n)
        )
        if outcome.effect is not Effect.NONE
    ]


def test_too_many_refusals_lock_everybody_out_and_the_lock_releases_itself() -> None:
    rules = Rules(threshold=0.5, accept_votes=2, refuse_votes=3, lockout_failures=3, lockout_s=30.0)
    decider = Decider(rules)
    assert [outcome.locks_out for outcome in refuse(decider, 3)] == [False, False, True]
    last = decider.entrance(3.0)
    assert (last.failures, last.failures_allowed) == (3, 3)
    assert last.locked_until_s == pytest.approx(2.6 + 30.0)
    inside = run(decider, *[ADA] * 10, track=50, start=10.0)
    assert {outcome.decision for outcome in inside} == {Decision.LOCKED_OUT}
    assert inside[0].trace.rule is Rule.LOCKED_OUT
    assert inside[0].trace.failures == 3
    assert events(inside) == []
    # The votes that fell into the lock do not count; afterwards all is as before.
    assert [o.decision.value for o in run(decider, ADA, ADA, track=50, start=32.7)] == ["uncertain", "accepted"]
    assert decider.entrance(33.1).locked_until_s == 0.0
    assert decider.entrance(33.1).failures == 0


def test_who_is_let_in_and_time_end_the_row_of_refusals() -> None:
    rules = Rules(threshold=0.5, accept_votes=2, refuse_votes=3, lockout_failures=3, failures_within_s=20.0)
    decider = Decider(rules)
    refuse(decider, 2)
    run(decider, ADA, ADA, track=60, start=4.0)
    assert not any(outcome.locks_out for outcome in refuse(decider, 2, start=6.0))
    assert not any(outcome.locks_out for outcome in refuse(decider, 1, start=40.0))
    assert any(outcome.locks_out for outcome in refuse(decider, 2, start=43.0))


def test_without_a_limit_nobody_is_locked_out() -> None:
    decider = Decider(Rules(threshold=0.5, refuse_votes=3, lockout_failures=0))
    assert len(refuse(decider, 20)) == 20
    assert decider.entrance(21.0).locked_until_s == 0.0


# Challenge

TURNING = Rules(threshold=0.5, accept_votes=2, refuse_votes=3, challenge=True, challenge_s=10.0)


def asked_to_turn() -> Decider:
    decider = Decider(TURNING, random.Random(2))
    decider.observe([Observation(1, 100.0, 0.0)], 0.0)
    outcomes = run(decider, ADA, ADA)
    assert outcomes[-1].decision is Decision.CHALLENGED
    assert events(outcomes) == []
    return decider


def do_turns(decider: Decider, *, wrong: bool = False, track: int = 1, start: float = 1.0) -> float:
    """Turn as asked, straight ahead before each turn; the instant it ended."""
    at_s = start
    while (turn := decider.entrance(at_s).asked) is not None:
        side = 1.0 if (turn is Turn.LEFT) != wrong else -1.0
        for yaw in (0.02, 0.15 * side, 0.26 * side, 0.15 * side):
            decider.observe([Observation(track, 100.0, yaw)], at_s)
            at_s += 0.3
    return at_s


def test_a_known_face_gets_in_after_turning_both_ways_and_looking_again() -> None:
    decider = asked_to_turn()
    stands = decider.entrance(0.5)
    assert (stands.turns, stands.turned, stands.back) == (2, 0, True)
    assert stands.asked_until_s == pytest.approx(0.3 + 10.0)
    done = do_turns(decider)
    assert decider.entrance(done).asked is None
    # Votes from before the turns do not open the door; those after them do.
    turned = run(decider, NEAR, start=done)
    assert turned[-1].decision is Decision.CHALLENGED
    after = run(decider, ADA, ADA, start=done + 0.3)
    assert events(after) == [(Decision.ACCEPTED, "Ada")]
    assert events(run(decider, *[ADA] * 10, start=done + 1.0)) == []


def test_both_orders_are_drawn() -> None:
    orders = set()
    for seed in range(20):
        decider = Decider(TURNING, random.Random(seed))
        orders.add(run(decider, ADA, ADA)[-1].trace.turns)
    assert orders == {(Turn.LEFT, Turn.RIGHT), (Turn.RIGHT, Turn.LEFT)}


def test_the_wrong_way_and_too_late_are_refusals_that_count() -> None:
    decider = asked_to_turn()
    end = do_turns(decider, wrong=True)
    (refused,) = [o for o in run(decider, ADA, start=end) if o.effect is Effect.EVENT]
    assert (refused.decision, refused.trace.rule, refused.trace.turned) == (Decision.REFUSED, Rule.TURN_WRONG, 0)
    assert refused.trace.failures == 1
    # Another try is another challenge.
    assert run(decider, ADA, ADA, start=end + 0.3)[-1].decision is Decision.CHALLENGED
    late = run(decider, *[NEAR] * 40, start=end + 0.9)
    assert [o.trace.rule for o in late if o.effect is Effect.EVENT] == [Rule.TURN_LATE]


def test_turning_without_looking_ahead_first_is_no_turn() -> None:
    decider = Decider(TURNING, random.Random(2))
    decider.observe([Observation(1, 100.0, 0.2)], 0.0)
    run(decider, ADA, ADA)
    for n in range(5):
        decider.observe([Observation(1, 100.0, 0.3 if n % 2 else -0.3)], 1.0 + n)
    assert decider.entrance(6.0).turned == 0


def test_another_face_cannot_turn_for_the_one_that_was_asked() -> None:
    decider = asked_to_turn()
    # The track is lost and another one turns: nobody asked that one.
    for n, yaw in enumerate([0.0, 0.3, 0.0, -0.3] * 2):
        decider.observe([Observation(2, 100.0, yaw)], 1.0 + 0.3 * n)
    assert decider.entrance(4.0).turned == 0
    assert run(decider, ADA, ADA, track=2, start=4.0)[-1].decision is Decision.CHALLENGED
    assert decider.entrance(4.5).turned == 0


def test_a_stranger_who_takes_over_during_the_challenge_is_refused() -> None:
    decider = asked_to_turn()
    for _ in range(2):
        decider.observe([Observation(1, 100.0, 0.0)], 1.0)
    assert events(run(decider, *[LOW] * 30, start=1.0))[0] == (Decision.REFUSED, None)


def test_a_passed_challenge_is_not_asked_again_within_the_visit() -> None:
    decider = asked_to_turn()
    done = do_turns(decider)
    run(decider, ADA, ADA, start=done)
    decider.observe([Observation(9, 100.0, 0.0)], done + 2.0)
    again = run(decider, ADA, ADA, track=9, start=done + 2.0)
    assert again[-1].decision is Decision.ACCEPTED
    assert events(again) == []
