"""Every row of the table, the votes, and one visit giving one event."""

from __future__ import annotations

import itertools

import pytest

from gui.decision import TABLE, Decider, Finding, Outcome, Rules, Vote, vote
from gui.match import Match
from gui.records import Decision

RULES = Rules(threshold=0.5, margin=0.05, band=0.1, hysteresis=0.04, accept_votes=2, refuse_votes=3)
ADA = Match(1, "Ada", 0.7, "Ben", 0.3)
BEN = Match(2, "Ben", 0.7, "Ada", 0.3)
CLOSE = Match(1, "Ada", 0.6, "Ben", 0.02)
NEAR = Match(1, "Ada", 0.45, "Ben", 0.2)
LOW = Match(1, "Ada", 0.2, "Ben", 0.1)
NOBODY = Match()


def run(decider: Decider, *matches: Match, track: int = 1, start: float = 0.0, usable: bool = True) -> list[Outcome]:
    return [decider.consider(track, start + 0.3 * n, match, usable) for n, match in enumerate(matches)]


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
    states = [Decision.SEEN, Decision.UNCERTAIN, Decision.ACCEPTED, Decision.REFUSED]
    assert set(TABLE) == set(itertools.product(states, Finding))
    assert {after for after, _ in TABLE.values()} == set(states)


@pytest.mark.parametrize(
    ("matches", "decisions"),
    [
        ([ADA, ADA], ["uncertain", "accepted"]),
        ([NEAR, NEAR, NEAR, NEAR], ["uncertain"] * 4),
        ([CLOSE, CLOSE, CLOSE], ["uncertain"] * 3),
        ([LOW, LOW, LOW], ["seen", "seen", "refused"]),
        ([LOW, LOW, LOW, ADA], ["seen", "seen", "refused", "refused"]),
        ([LOW, LOW, LOW, ADA, ADA], ["seen", "seen", "refused", "refused", "accepted"]),
        ([ADA, BEN, ADA, BEN], ["uncertain"] * 4),
        ([ADA, BEN, ADA, ADA], ["uncertain"] * 3 + ["accepted"]),
        ([ADA, LOW, LOW, LOW], ["uncertain"] * 4),
        ([NOBODY] * 5, ["seen"] * 5),
        ([ADA, ADA, LOW, NEAR, ADA], ["uncertain", "accepted", "accepted", "accepted", "accepted"]),
        ([ADA, ADA, *[LOW] * 5], ["uncertain", *["accepted"] * 5, "accepted"]),
        ([ADA, ADA, *[LOW] * 7], ["uncertain", *["accepted"] * 6, "uncertain", "refused"]),
    ],
)
def test_a_face_from_frame_to_frame(matches: list[Match], decisions: list[str]) -> None:
    assert [outcome.decision.value for outcome in run(Decider(RULES), *matches)] == decisions


def test_an_accepted_face_is_announced_once_however_long_it_stays() -> None:
    outcomes = run(Decider(RULES), *[ADA] * 100)
    assert [n for n, outcome in enumerate(outcomes) if outcome.announce] == [1]
    assert {outcome.name for outcome in outcomes[1:]} == {"Ada"}


def test_a_face_lost_and_found_again_is_the_same_visit() -> None:
    decider = Decider(RULES)
    assert any(outcome.announce for outcome in run(decider, ADA, ADA))
    again = run(decider, ADA, ADA, track=2, start=3.0)
    assert again[-1].decision is Decision.ACCEPTED
    assert not any(outcome.announce for outcome in again)
    later = run(decider, ADA, ADA, track=3, start=3.3 + RULES.visit_gap_s + 0.1)
    assert [outcome.announce for outcome in later] == [False, True]


def test_another_person_in_the_same_place_is_another_visit() -> None:
    outcomes = run(Decider(RULES), ADA, ADA, *[BEN] * 6)
    assert [(outcome.name, n) for n, outcome in enumerate(outcomes) if outcome.announce] == [("Ada", 1), ("Ben", 6)]


def test_a_stranger_is_refused_once_and_who_was_let_in_never() -> None:
    decider = Decider(RULES)
    outcomes = run(decider, *[LOW] * 20)
    assert sum(outcome.announce for outcome in outcomes) == 1
    assert outcomes[-1].decision is Decision.REFUSED
    assert outcomes[-1].name is None
    let_in = run(decider, ADA, ADA, *[LOW] * 20, track=5, start=100.0)
    assert [outcome.decision for outcome in let_in if outcome.announce] == [Decision.ACCEPTED]


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
    assert not any(outcome.announce for outcome in again)


@pytest.mark.parametrize(
    ("matches", "words"),
    [
        ([ADA, ADA], "Ada: 2 of 2 votes, now Ada 0.70, needs 0.50"),
        ([ADA, ADA, LOW], "Ada: 2 of 3 votes, now Ada 0.20, needs 0.50"),
        ([LOW] * 3, "nobody fits: best Ada 0.20, needs 0.50; 3 of 3 votes against"),
        ([CLOSE], "Ada 0.60 is only 0.02 ahead of Ben, needs 0.05"),
        ([ADA], "Ada 0.70 reaches 0.50; 2 votes are needed"),
        ([NEAR], "best Ada 0.45, needs 0.50; 0 of 3 votes to refuse"),
        ([NOBODY], "nobody is enrolled for this network"),
    ],
)
def test_the_reason_in_words(matches: list[Match], words: str) -> None:
    assert run(Decider(RULES), *matches)[-1].reason == words
