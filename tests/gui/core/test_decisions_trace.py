"""A trace is read back as it was written, also by other versions."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from gui.core.decisions import FlipAveraging, Rule, Rules, Trace, Turn
from tests.support.samples import trace


@pytest.mark.parametrize("rule", list(Rule))
def test_what_was_written_is_read_back(rule: Rule) -> None:
    one = trace(rule, turns=(Turn.RIGHT, Turn.LEFT), turned=1, failures=2, faces=3, votes_against=0.4)
    assert Trace.load(one.dump()) == one


def test_flip_averaging_is_read_back_as_what_it_is() -> None:
    read = Trace.load(trace(rules=Rules(flip=FlipAveraging.ON)).dump())
    assert read is not None
    assert read.rules.flip is FlipAveraging.ON


@pytest.mark.parametrize(
    ("former", "flip"),
    [("once", FlipAveraging.OFF), ("twice", FlipAveraging.ON), ("automatic", FlipAveraging.AUTOMATIC)],
)
def test_what_version_0_1_called_looks_is_read_as_flip_averaging(former: str, flip: FlipAveraging) -> None:
    raw = json.loads(trace().dump())
    del raw["rules"]["flip"]
    raw["rules"]["looks"] = former
    assert Trace.load(json.dumps(raw)) == trace(rules=replace(trace().rules, flip=flip))


def test_what_version_0_1_called_ballots_is_read_as_votes() -> None:
    raw = json.loads(trace().dump())
    raw["ballots"] = raw.pop("votes")
    assert trace().votes
    assert Trace.load(json.dumps(raw)) == trace()


def test_it_stays_small() -> None:
    assert len(trace().dump()) < 1_200


def test_fields_of_another_version_are_passed_over_and_missing_ones_have_their_defaults() -> None:
    raw = json.loads(trace().dump())
    raw["mood"] = "good"
    raw["rules"]["humour"] = 1
    raw["votes"][0]["colour"] = 3
    del raw["faces"], raw["rules"]["band"], raw["rules"]["flip"]
    read = Trace.load(json.dumps(raw))
    assert read is not None
    assert read.rules.band == Rules().band
    assert read.votes == trace().votes


@pytest.mark.parametrize(
    "text", ["", "nothing", "[]", "3", '{"rule": "who knows"}', '{"rule": "votes for", "votes": [{}]}', "{}"]
)
def test_what_is_no_trace_is_none(text: str) -> None:
    assert Trace.load(text) is None
