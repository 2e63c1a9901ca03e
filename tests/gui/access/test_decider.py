"""Every row of the table, the votes, and one visit giving one event."""

from __future__ import annotations

import gc
import itertools
import random
import tracemalloc

import pytest

from gui.access.decider import TABLE, Decider, Finding, Observation, vote
from gui.core.decisions import Decision, Effect, Match, Rule, Rules, Vote, weight
from tests.support.decision_cases import ADA, BEN, CLOSE, LOW, NEAR, NOBODY, RULES, events, face, run


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
    assert (effect is Effect.EVENT) == (after is Decision.REFUSED and finding in (Finding.UNKNOWN, Finding.FAILED))
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
        decider.observe([Observation(1, 100.0, 0.0)], 0.5 + n * 0.2)
    assert events(run(decider, ADA, ADA, start=20.5)) == []
    for n in range(40):
        decider.observe([], 21.0 + n * 0.2)
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
    assert len(events(run(decider, *[LOW] * 4, track=1, embedding=face(1)))) == 1
    assert len(events(run(decider, *[LOW] * 4, track=2, start=1.5, embedding=face(2)))) == 1
    # The first one again, found anew: still the same visit.
    assert events(run(decider, *[LOW] * 4, track=3, start=3.0, embedding=face(1, mixed=0.4))) == []


def test_another_stranger_in_the_same_place_is_noticed_and_a_turned_head_is_not_one() -> None:
    decider = Decider(RULES)
    assert len(events(run(decider, *[LOW] * 4, embedding=face(1)))) == 1
    turned = face(1, mixed=2.0)  # so different that the track ends, and yet the same visit
    assert RULES.same_face < float(face(1) @ turned) < RULES.one_face
    assert events(run(decider, *[LOW] * 4, start=1.5, embedding=turned)) == []
    assert len(events(run(decider, *[LOW] * 8, start=3.0, embedding=face(2)))) == 1
    # Who was let in and turns away is not refused; who takes their place before the camera is.
    decider = Decider(RULES)
    run(decider, ADA, ADA, embedding=face(3))
    assert events(run(decider, *[LOW] * 20, start=1.0, embedding=face(3, mixed=0.8))) == []
    assert events(run(decider, *[LOW] * 20, start=8.0, embedding=face(4))) == [(Decision.REFUSED, None)]


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
        ([ADA, ADA, LOW], Rule.KEPT),
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
    assert [(one.person, one.score, one.second, one.margin) for one in trace.votes] == [
        (match.name, match.score, match.second, match.margin) for match in matches
    ]
    assert trace.votes[-1].age_s == 0.0
    assert trace.votes_against == sum(match is LOW for match in matches)


def test_twenty_thousand_decisions_keep_memory_flat() -> None:
    decider = Decider(Rules(threshold=0.5, lockout_failures=5, challenge=True), random.Random(1))
    chance = random.Random(3)
    matches = [ADA, BEN, CLOSE, NEAR, LOW, NOBODY]
    embeddings = [face(seed) for seed in range(12)]

    def go(first: int, last: int) -> None:
        for n in range(first, last):
            at_s, track = n * 0.2, n // 25
            decider.observe(
                [Observation(track, 100.0, chance.uniform(-0.4, 0.4)), Observation(track + 1, 90.0, 0.0)], at_s
            )
            decider.consider(track, at_s, chance.choice(matches), n % 7 > 0, chance.random(), embeddings[track % 12])

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
