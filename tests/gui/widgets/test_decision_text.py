"""A trace in words."""

from __future__ import annotations

import pytest

from gui.core.decisions import CastVote, Rule, Rules, Turn, Vote
from gui.widgets import decision_text
from tests.support.samples import trace

LOW = (CastVote(Vote.AGAINST, 0.8, 0.5, 0.0, "Ada", 0.2, "Bo", 0.1),)
CLOSE = (CastVote(Vote.NEAR, 0.8, 0.5, 0.0, "Ada", 0.6, "Bo", 0.02),)


@pytest.mark.parametrize(
    ("rule", "changes", "words"),
    [
        (Rule.VOTES_FOR, {}, "Ada: 2 of 2 votes, now Ada 0.71, needs 0.45"),
        (Rule.KEPT, {}, "Ada was accepted a moment ago; now Ada 0.71"),
        (
            Rule.VOTES_AGAINST,
            {"votes": LOW, "votes_against": 3.2},
            "nobody fits: best Ada 0.20, needs 0.45; 3.2 of 2.5 votes against",
        ),
        (Rule.FEW_VOTES, {"votes_for": 0.8}, "Ada 0.71 reaches 0.45; 0.8 of 2 votes"),
        (
            Rule.FEW_VOTES,
            {"votes": LOW, "votes_against": 0.8},
            "best Ada 0.20, needs 0.45; 0.8 of 2.5 votes to refuse",
        ),
        (Rule.BAND, {}, "best Ada 0.71 is less than 0.10 below 0.45: neither in nor out"),
        (Rule.MARGIN, {"votes": CLOSE}, "Ada 0.60 is only 0.02 ahead of Bo, needs 0.05"),
        (Rule.NOBODY_ENROLLED, {"votes": ()}, "nobody is enrolled for this network"),
        (Rule.TURN_ASKED, {"turns": (Turn.LEFT, Turn.RIGHT), "turned": 1}, "known; 1 of 2 turns of the head done"),
        (Rule.TURN_LATE, {"turns": (Turn.LEFT, Turn.RIGHT)}, "only 0 of 2 turns in 12 s"),
        (Rule.LOCKED_OUT, {"failures": 5}, "5 refusals in a row: faces are locked out for 30 s"),
    ],
)
def test_the_reason_in_one_sentence(rule: Rule, changes: dict[str, object], words: str) -> None:
    assert decision_text.reason(trace(rule, **changes)) == words


@pytest.mark.parametrize("rule", list(Rule))
def test_every_rule_has_words_even_with_nothing_to_say(rule: Rule) -> None:
    told = decision_text.reason(trace(rule, votes=(), person=None, rules=Rules()))
    assert told
    assert "{" not in told
    assert decision_text.short(rule.value)


def test_an_old_event_keeps_its_sentence() -> None:
    assert decision_text.short("Ada: 2 of 2 votes") == "Ada: 2 of 2 votes"


def test_the_numbers_say_where_the_threshold_comes_from() -> None:
    told = dict(decision_text.numbers(trace(turns=(Turn.LEFT,), failures=2)))
    assert told["Threshold"] == "0.450, for one false accept in 1,000 comparisons (from measured impostors)"
    assert told["Turns asked for"] == "to your left; 0 done"
    assert told["Refusals in a row"] == "2"
    guessed = dict(decision_text.numbers(trace(rules=Rules())))
    assert "a guess" in guessed["Threshold"]


def test_who_stays_accepted_is_not_told_with_somebody_elses_name() -> None:
    other = CastVote(Vote.AGAINST, 1.0, 0.8, 0.0, "Ben", 0.29, "Ada", 0.02)
    told = decision_text.reason(trace(Rule.KEPT, votes=(other,)))
    assert told == "Ada was accepted a moment ago; this picture alone would not do"
    assert "now Ada 0.71" in decision_text.reason(trace(Rule.KEPT))
