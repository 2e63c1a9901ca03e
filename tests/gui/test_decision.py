"""Every row of the table, the votes, one visit giving one event, several faces, and the challenge."""

from __future__ import annotations

import gc
import itertools
import random
import tracemalloc

import numpy as np
import pytest

from device.fingerprint import unit
from gui.decision import TABLE, Decider, Finding, Glance, Outcome, nearest, vote
from gui.match import Floats, Match
from gui.records import Decision
from gui.rules import Effect, Rule, Rules, Turn, Vote, weight

RULES = Rules(threshold=0.5, margin=0.05, band=0.1, hysteresis=0.04, accept_votes=2, refuse_votes=3)
ADA = Match(1, "Ada", 0.7, "Ben", 0.3)
BEN = Match(2, "Ben", 0.7, "Ada", 0.3)
CLOSE = Match(1, "Ada", 0.6, "Ben", 0.02)
NEAR = Match(1, "Ada", 0.45, "Ben", 0.2)
LOW = Match(1, "Ada", 0.2, "Ben", 0.1)
NOBODY = Match()


def run(
    decider: Decider,
    *matches: Match,
    track: int = 1,
    start: float = 0.0,
    usable: bool = True,
    quality: float = 1.0,
    looks: Floats | None = None,
) -> list[Outcome]:
    return [decider.consider(track, start + 0.3 * n, match, usable, quality, looks) for n, match in enumerate(matches)]


def events(outcomes: list[Outcome]) -> list[tuple[Decision, str | None]]:
    return [(outcome.decision, outcome.name) for outcome in outcomes if outcome.effect is not Effect.NONE]


def face(seed: int, mixed: float = 0.0) -> Floats:
    """Somebody's looks; ``mixed`` with a little of something else."""
    draw = np.random.default_rng(seed).normal(size=512)
    return unit(draw + mixed * np.random.default_rng(99).normal(size=512))


@pytest.mark.parametrize(
    ("match", "accepted", "usable", "expected"),
    [
        (ADA, None, True, Vote.FOR),
        (ADA, None, False, Vote.VOID),
        (NOBODY, None, True, Vote.VOID),
        (CLOSE, None, True, Vote.NEAR),
        (CLOSE, 1, True, Vote.FOR),
        (NEAR, None, True, Vote.NEAR),
        (Match(1, "Ada", 0.47), None, True, Vote.NEAR),
        (Match(1, "Ada", 0.47), 1, True, Vote.FOR),
        (Match(1, "Ada", 0.47), 2, True, Vote.NEAR),
        (Match(1, "Ada", 0.5), None, True, Vote.FOR),
        (Match(1, "Ada", 0.4), None, True, Vote.NEAR),
        (Match(1, "Ada", 0.3999), None, True, Vote.AGAINST),
        (LOW, None, True, Vote.AGAINST),
    ],
)
def test_what_one_recognition_says(match: Match, accepted: int | None, usable: bool, expected: Vote) -> None:
    assert vote(match, RULES, accepted, usable) is expected


def test_the_table_is_whole_and_only_reaches_decisions_it_knows() -> None:
    states = set(Decision) - {Decision.BY_HAND}
    assert set(TABLE) == set(itertools.product(states, Finding))
    assert {after for after, _ in TABLE.values()} == states


@pytest.mark.parametrize(("before", "finding"), list(TABLE))
def test_the_door_opens_for_a_person_alone_and_never_from_a_lock(before: Decision, finding: Finding) -> None:
    after, effect = TABLE[before, finding]
    assert (effect is Effect.OPEN) == (finding is Finding.PERSON)
    assert (effect is Effect.EVENT) == (after is Decision.REFUSED and finding in (Finding.STRANGER, Finding.FAILED))
    assert (finding is Finding.LOCKED) == (after is Decision.LOCKED_OUT)


@pytest.mark.parametrize(
    ("matches", "decisions"),
    [
        ([ADA, ADA], ["uncertain", "accepted"]),
        ([NEAR, NEAR, NEAR, NEAR], ["uncertain"] * 4),
        ([CLOSE, CLOSE, CLOSE], ["uncertain"] * 3),
        ([LOW, LOW, LOW], ["seen", "seen", "refused"]),
        ([LOW, LOW, LOW, ADA], ["seen", "seen", "refused", "refused"]),
        ([LOW, LOW, LOW, ADA, ADA, ADA], ["seen", "seen", "refused", "refused", "refused", "refused"]),
        ([LOW, LOW, LOW, ADA, ADA, ADA, ADA], ["seen", "seen", *["refused"] * 4, "accepted"]),
        ([ADA, BEN, ADA, BEN], ["uncertain"] * 4),
        ([ADA, BEN, ADA, ADA], ["uncertain"] * 3 + ["accepted"]),
        ([ADA, LOW, LOW, LOW], ["uncertain"] * 4),
        ([NOBODY] * 5, ["seen"] * 5),
        ([ADA, ADA, LOW, NEAR, ADA], ["uncertain", "accepted", "accepted", "accepted", "accepted"]),
        ([ADA, ADA, *[LOW] * 7], ["uncertain", *["accepted"] * 8]),
        ([ADA, ADA, *[LOW] * 9], ["uncertain", *["accepted"] * 8, "uncertain", "refused"]),
    ],
)
def test_a_face_from_frame_to_frame(matches: list[Match], decisions: list[str]) -> None:
    assert [outcome.decision.value for outcome in run(Decider(RULES), *matches)] == decisions


@pytest.mark.parametrize(("quality", "needed"), [(1.0, 2), (0.3, 2), (0.2, 3), (0.15, 4), (0.0, 5)])
def test_poor_pictures_count_less(quality: float, needed: int) -> None:
    assert weight(quality) == pytest.approx(max(0.4, min(1.0, quality / 0.3)))
    outcomes = run(Decider(RULES), *[ADA] * 6, quality=quality)
    assert [outcome.decision for outcome in outcomes].index(Decision.ACCEPTED) == needed - 1
    assert any(o.decision is Decision.REFUSED for o in run(Decider(RULES), *[LOW] * 8, quality=quality))


def test_one_vote_for_and_many_against_open_nothing() -> None:
    outcomes = run(Decider(RULES), ADA, LOW, LOW, LOW, ADA, LOW, LOW, LOW, ADA, LOW)
    assert Decision.ACCEPTED not in {outcome.decision for outcome in outcomes}


def test_an_accepted_face_is_announced_once_however_long_it_stays() -> None:
    outcomes = run(Decider(RULES), *[ADA] * 100)
    assert [n for n, outcome in enumerate(outcomes) if outcome.effect is Effect.OPEN] == [1]
    assert {outcome.name for outcome in outcomes[1:]} == {"Ada"}


def test_a_face_lost_and_found_again_is_the_same_visit() -> None:
    decider = Decider(RULES)
    assert events(run(decider, ADA, ADA)) == [(Decision.ACCEPTED, "Ada")]
    again = run(decider, ADA, ADA, track=2, start=3.0)
    assert again[-1].decision is Decision.ACCEPTED
    assert events(again) == []
    later = run(decider, ADA, ADA, track=3, start=3.3 + RULES.visit_gap_s + 0.1)
    assert [outcome.effect for outcome in later] == [Effect.NONE, Effect.OPEN]


def test_a_visit_goes_on_while_the_face_is_in_view_however_seldom_the_board_answers() -> None:
    decider = Decider(RULES)
    run(decider, ADA, ADA)
    for n in range(100):
        decider.look([Glance(1, 100.0, 0.0)], 0.5 + n * 0.2)
    assert events(run(decider, ADA, ADA, start=20.5)) == []
    for n in range(40):
        decider.look([], 21.0 + n * 0.2)
    assert len(events(run(decider, ADA, ADA, start=29.0))) == 1


def test_another_person_in_the_same_place_is_another_visit() -> None:
    outcomes = run(Decider(RULES), ADA, ADA, *[BEN] * 6)
    assert events(outcomes) == [(Decision.ACCEPTED, "Ada"), (Decision.ACCEPTED, "Ben")]


def test_a_stranger_is_refused_once_and_who_was_let_in_never() -> None:
    decider = Decider(RULES)
    outcomes = run(decider, *[LOW] * 20)
    assert events(outcomes) == [(Decision.REFUSED, None)]
    assert outcomes[-1].decision is Decision.REFUSED
    let_in = run(decider, ADA, ADA, *[LOW] * 20, track=5, start=100.0)
    assert events(let_in) == [(Decision.ACCEPTED, "Ada")]
    assert let_in[-1].decision is Decision.REFUSED


def test_two_strangers_within_seconds_are_two_events() -> None:
    decider = Decider(RULES)
    assert len(events(run(decider, *[LOW] * 4, track=1, looks=face(1)))) == 1
    assert len(events(run(decider, *[LOW] * 4, track=2, start=1.5, looks=face(2)))) == 1
    # The first one again, found anew: still the same visit.
    assert events(run(decider, *[LOW] * 4, track=3, start=3.0, looks=face(1, mixed=0.4))) == []


def test_another_stranger_in_the_same_place_is_noticed_and_a_turned_head_is_not_one() -> None:
    decider = Decider(RULES)
    assert len(events(run(decider, *[LOW] * 4, looks=face(1)))) == 1
    assert float(face(1) @ face(1, mixed=2.5)) < RULES.same_face
    assert events(run(decider, *[LOW] * 4, start=1.5, looks=face(1, mixed=2.5))) == []
    assert len(events(run(decider, *[LOW] * 8, start=3.0, looks=face(2)))) == 1
    # Who was let in and turns away is not refused; who takes their place before the camera is.
    decider = Decider(RULES)
    run(decider, ADA, ADA, looks=face(3))
    assert events(run(decider, *[LOW] * 20, start=1.0, looks=face(3, mixed=0.8))) == []
    assert events(run(decider, *[LOW] * 20, start=8.0, looks=face(4))) == [(Decision.REFUSED, None)]


def test_bad_pictures_and_old_votes_do_not_count() -> None:
    assert {outcome.decision for outcome in run(Decider(RULES), *[ADA] * 5, usable=False)} == {Decision.SEEN}
    decider = Decider(RULES)
    decider.consider(1, 0.0, ADA)
    assert decider.consider(1, RULES.memory_s + 0.1, ADA).decision is not Decision.ACCEPTED


def test_a_change_of_the_gallery_begins_anew_without_a_second_event() -> None:
    decider = Decider(RULES)
    run(decider, ADA, ADA)
    decider.forget_all()
    again = run(decider, ADA, ADA, start=1.0)
    assert [outcome.decision for outcome in again] == [Decision.UNCERTAIN, Decision.ACCEPTED]
    assert events(again) == []


@pytest.mark.parametrize(
    ("matches", "rule"),
    [
        ([ADA, ADA], Rule.VOTES_FOR),
        ([ADA, ADA, LOW], Rule.VOTES_FOR),
        ([ADA, ADA, *[LOW] * 3], Rule.KEPT),
        ([LOW] * 3, Rule.VOTES_AGAINST),
        ([LOW], Rule.FEW_VOTES),
        ([CLOSE], Rule.MARGIN),
        ([ADA], Rule.FEW_VOTES),
        ([NEAR], Rule.BAND),
        ([ADA, BEN], Rule.DISAGREE),
        ([NOBODY], Rule.NOBODY_ENROLLED),
    ],
)
def test_the_trace_names_the_rule_and_keeps_the_numbers(matches: list[Match], rule: Rule) -> None:
    trace = run(Decider(RULES), *matches)[-1].trace
    assert trace.rule is rule
    assert trace.rules == RULES
    assert [(one.person, one.score, one.second, one.margin) for one in trace.ballots] == [
        (match.name, match.score, match.second, match.margin) for match in matches
    ]
    assert trace.ballots[-1].age_s == 0.0
    assert trace.votes_against == sum(match is LOW for match in matches)


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
    assert nearest(current, [Glance(track, area, 0.0) for track, area in areas.items()]) == expected


@pytest.mark.parametrize("match", [ADA, LOW])
def test_nothing_happens_for_who_stands_behind_until_they_are_nearest(match: Match) -> None:
    decider = Decider(RULES)
    decider.look([Glance(1, 100.0, 0.0), Glance(2, 400.0, 0.0)], 0.0)
    behind = run(decider, *[match] * 6)
    assert events(behind) == []
    assert (behind[-1].decision, behind[-1].trace.rule, behind[-1].trace.faces) == (Decision.WAITING, Rule.NEARER, 2)
    decider.look([Glance(1, 100.0, 0.0)], 2.0)
    assert len(events(run(decider, match, start=2.0))) == 1


def test_nobody_gets_in_while_the_nearest_face_is_missed_for_a_moment() -> None:
    decider = Decider(RULES)
    decider.look([Glance(1, 100.0, 0.0), Glance(2, 400.0, 0.0)], 0.0)
    run(decider, ADA, ADA)
    decider.look([Glance(1, 100.0, 0.0), Glance(2, 400.0, 0.0, fresh=False)], 0.6)
    assert run(decider, ADA, start=0.6)[-1].decision is Decision.WAITING


def test_who_was_let_in_stays_so_when_somebody_steps_in_front() -> None:
    decider = Decider(RULES)
    decider.look([Glance(1, 100.0, 0.0)], 0.0)
    run(decider, ADA, ADA)
    decider.look([Glance(1, 100.0, 0.0), Glance(2, 400.0, 0.0)], 0.6)
    assert run(decider, ADA, start=0.6)[-1].decision is Decision.ACCEPTED
    assert events(run(decider, BEN, BEN, track=2, start=0.9)) == [(Decision.ACCEPTED, "Ben")]


# Lock-out


def refuse(decider: Decider, times: int, start: float = 0.0) -> list[Outcome]:
    """So many strangers, a second apart."""
    return [
        outcome
        for n in range(times)
        for outcome in run(decider, *[LOW] * 3, track=int(start) * 100 + n, start=start + n, looks=face(int(start) + n))
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
    decider.look([Glance(1, 100.0, 0.0)], 0.0)
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
            decider.look([Glance(track, 100.0, yaw)], at_s)
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
    decider.look([Glance(1, 100.0, 0.2)], 0.0)
    run(decider, ADA, ADA)
    for n in range(5):
        decider.look([Glance(1, 100.0, 0.3 if n % 2 else -0.3)], 1.0 + n)
    assert decider.entrance(6.0).turned == 0


def test_another_face_cannot_turn_for_the_one_that_was_asked() -> None:
    decider = asked_to_turn()
    # The track is lost and another one turns: nobody asked that one.
    for n, yaw in enumerate([0.0, 0.3, 0.0, -0.3] * 2):
        decider.look([Glance(2, 100.0, yaw)], 1.0 + 0.3 * n)
    assert decider.entrance(4.0).turned == 0
    assert run(decider, ADA, ADA, track=2, start=4.0)[-1].decision is Decision.CHALLENGED
    assert decider.entrance(4.5).turned == 0


def test_a_stranger_who_takes_over_during_the_challenge_is_refused() -> None:
    decider = asked_to_turn()
    for _ in range(2):
        decider.look([Glance(1, 100.0, 0.0)], 1.0)
    assert events(run(decider, *[LOW] * 30, start=1.0))[0] == (Decision.REFUSED, None)


def test_a_passed_challenge_is_not_asked_again_within_the_visit() -> None:
    decider = asked_to_turn()
    done = do_turns(decider)
    run(decider, ADA, ADA, start=done)
    decider.look([Glance(9, 100.0, 0.0)], done + 2.0)
    again = run(decider, ADA, ADA, track=9, start=done + 2.0)
    assert again[-1].decision is Decision.ACCEPTED
    assert events(again) == []


# Soak


def test_twenty_thousand_decisions_keep_memory_flat() -> None:
    decider = Decider(Rules(threshold=0.5, lockout_failures=5, challenge=True), random.Random(1))
    chance = random.Random(3)
    matches = [ADA, BEN, CLOSE, NEAR, LOW, NOBODY]
    looks = [face(seed) for seed in range(12)]

    def go(first: int, last: int) -> None:
        for n in range(first, last):
            at_s, track = n * 0.2, n // 25
            decider.look([Glance(track, 100.0, chance.uniform(-0.4, 0.4)), Glance(track + 1, 90.0, 0.0)], at_s)
            decider.consider(track, at_s, chance.choice(matches), n % 7 > 0, chance.random(), looks[track % 12])

    go(0, 2_000)
    tracemalloc.start()
    go(2_000, 4_000)
    gc.collect()  # empties Python's own free lists too
    before = tracemalloc.get_traced_memory()[0]
    go(4_000, 20_000)
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 20_000
