"""Who stands before the door, case by case, with the rule that decides each: one face's votes are its own."""

from __future__ import annotations

import numpy as np
import pytest

from device.vision.fingerprint import unit
from gui.access.decider import OWN_PICTURES, Decider, Observation
from gui.access.matcher import Floats, Templates
from gui.core.decisions import Decision, Effect, Match, Rule, Rules, Vote
from tests.support.decision_cases import ADA, BEN, LOW, NEAR, NOBODY, RULES, events, face, run

NAMES = ("Ada", "Ben")


def mixed(first: Floats, second: Floats, share: float) -> Floats:
    """A face with a cosine of about ``share`` with the first."""
    other = unit(second - first * float(first @ second))
    return unit(share * first + np.sqrt(1 - share**2) * other)


def near(*tracks: int, largest: int, former: int = 0) -> list[Observation]:
    """These faces are in the picture, ``largest`` before the others."""
    return [Observation(n, 400.0 if n == largest else 100.0, 0.0, former=former if n == largest else 0) for n in tracks]


# Somebody takes another's place


def test_a_track_that_was_contradicted_says_so_and_begins_anew_under_its_new_number() -> None:
    decider = Decider(RULES)
    run(decider, ADA, ADA, embedding=face(1))
    (first,) = run(decider, BEN, start=0.6, embedding=face(2))
    assert (first.ends_track, first.track_id, first.name) == (True, 1, None)
    # Vision has not heard of it yet; then it gives the face its own number, and a crop is still on its way.
    decider.observe([Observation(7, 100.0, 0.0, former=1)], 0.8)
    (late,) = run(decider, BEN, start=0.9, embedding=face(2))
    assert (late.track_id, late.ends_track, late.effect, late.name) == (7, False, Effect.OPEN, "Ben")
    (now,) = run(decider, BEN, track=7, start=1.2, embedding=face(2))
    assert (now.decision, now.trace.votes_for) == (Decision.ACCEPTED, 3.0)


def test_a_track_is_one_face_where_nobody_is_enrolled_too() -> None:
    decider = Decider(RULES)
    outcomes = [run(decider, NOBODY, start=0.3 * n, embedding=face(n // 2))[0] for n in range(4)]
    assert [outcome.ends_track for outcome in outcomes] == [False, False, True, False]
    assert {outcome.trace.rule for outcome in outcomes} == {Rule.NOBODY_ENROLLED}


def test_what_was_renamed_once_stays_renamed() -> None:
    decider = Decider(RULES)
    run(decider, ADA, ADA, embedding=face(1))
    run(decider, BEN, start=0.6, embedding=face(2))
    for n in range(5):
        decider.observe([Observation(7, 100.0, 0.0, former=1)], 0.8 + n / 10)
    run(decider, BEN, BEN, track=7, start=1.3, embedding=face(2))
    (again,) = run(decider, ADA, track=7, start=2.0, embedding=face(1))
    assert again.ends_track
    decider.observe([Observation(9, 100.0, 0.0, former=7)], 2.1)
    assert [outcome.track_id for outcome in run(decider, ADA, ADA, track=1, start=2.2, embedding=face(1))] == [9, 9]


def test_a_head_may_turn_slowly_but_not_become_another() -> None:
    decider = Decider(RULES)
    first, last = face(1), face(2)
    way = [unit((1 - part) * first + part * last) for part in np.linspace(0, 1, 12)]
    assert float(way[0] @ way[-1]) < RULES.one_face  # in the end not at all like the beginning
    ended = [run(decider, ADA, start=0.3 * n, embedding=embedding)[0].ends_track for n, embedding in enumerate(way)]
    assert not any(ended)
    decider = Decider(RULES)
    assert [run(decider, ADA, start=0.3 * n, embedding=way[at])[0].ends_track for n, at in enumerate((0, 11))] == [0, 1]


def test_the_bound_holds_on_both_sides() -> None:
    decider = Decider(RULES)
    run(decider, *[ADA] * OWN_PICTURES, embedding=face(1))
    for share, ends in ((RULES.one_face + 0.01, False), (RULES.one_face - 0.01, True)):
        decider = Decider(RULES)
        run(decider, *[ADA] * OWN_PICTURES, embedding=face(1))
        assert run(decider, ADA, start=2.0, embedding=mixed(face(1), face(2), share))[0].ends_track is ends


# Several people, and somebody behind


def test_of_several_people_only_the_nearest_is_let_in_by_the_votes_of_their_own_track() -> None:
    decider = Decider(RULES)
    decider.observe(near(1, 2, 3, largest=2), 0.0)
    for n in range(3):  # the board looks at them in turns
        behind = run(decider, ADA, track=1, start=0.9 * n, embedding=face(1))
        front = run(decider, LOW, track=2, start=0.9 * n + 0.3, embedding=face(2))
        other = run(decider, BEN, track=3, start=0.9 * n + 0.6, embedding=face(3))
    assert {outcome.trace.rule for outcome in (*behind, *other)} == {Rule.NEARER}
    assert events(front) == [(Decision.REFUSED, None)]
    assert all(len(outcome.trace.votes) == 3 for outcome in (*behind, *front, *other))


def test_somebody_who_passes_behind_neither_helps_nor_disturbs() -> None:
    decider = Decider(RULES)
    decider.observe(near(1, largest=1), 0.0)
    assert events(run(decider, NEAR, NEAR, embedding=face(1))) == []
    decider.observe(near(1, 2, largest=1), 0.7)
    passing = run(decider, ADA, ADA, track=2, start=0.7, embedding=face(2))
    assert passing[-1].decision is Decision.WAITING
    (still,) = run(decider, NEAR, start=1.3, embedding=face(1))
    assert (still.decision, still.trace.votes_for) == (Decision.UNCERTAIN, 0.0)
    decider.observe(near(1, largest=1), 1.5)
    assert run(decider, NEAR, start=1.6, embedding=face(1))[0].decision is Decision.UNCERTAIN


# Two alike


def matches(*embeddings: Floats) -> list[Match]:
    """What the gallery says when twins are enrolled: a cosine of 0.5 between Ada and Ben."""
    ada = face(1)
    templates = Templates((1, 2), NAMES, np.stack([ada, mixed(ada, face(2), 0.5)]))
    return [templates.match(one) for one in embeddings]


def test_a_twin_who_takes_the_place_is_told_apart_by_the_bound_and_let_in_by_name() -> None:
    ada = face(1)
    ben = mixed(ada, face(2), 0.5)
    rules = Rules(threshold=0.42)
    decider = Decider(rules)
    assert events(run(decider, *matches(ada, ada), embedding=ada)) == [(Decision.ACCEPTED, "Ada")]
    after = run(decider, *matches(ben, ben), start=0.6, embedding=ben)
    assert [outcome.name for outcome in after] == [None, "Ben"]
    assert after[0].ends_track


def test_between_two_alike_the_margin_decides() -> None:
    ada = face(1)
    ben = mixed(ada, face(2), 0.5)
    between = unit(ada + ben)  # as like the one as the other
    (said, *_) = matches(between)
    assert said.score is not None
    assert said.score > 0.8
    outcomes = run(Decider(Rules(threshold=0.42)), *matches(between) * 6, embedding=between)
    assert events(outcomes) == []
    assert outcomes[-1].trace.rule is Rule.MARGIN
    assert {one.vote for one in outcomes[-1].trace.votes} == {Vote.NEAR}


# A face that turns away and another that turns in


@pytest.mark.parametrize("usable", [True, False])
def test_who_turns_in_where_another_turned_away_begins_with_no_vote(usable: bool) -> None:
    decider = Decider(RULES)
    run(decider, ADA, embedding=face(1))
    turned = mixed(face(1), face(3), 0.35)
    (away,) = run(decider, NEAR, start=0.3, usable=False, embedding=turned)
    assert not away.ends_track  # the same head, turned too far to judge by
    turning_in, ahead = mixed(face(2), face(4), 0.5), face(2)
    first = run(decider, ADA, start=0.6, usable=usable, embedding=turning_in)
    after = run(decider, ADA, start=0.9, embedding=ahead)
    assert first[0].ends_track
    assert events(first + after) == []
    assert after[0].trace.votes_for == 1.0 + usable * (not after[0].ends_track)


# A mirror, and a photo beside the face


def test_who_stands_beside_a_mirror_gets_in_once_and_the_image_waits() -> None:
    decider = Decider(RULES)
    image = mixed(face(1), face(5), 0.9)
    outcomes = []
    for n in range(4):
        decider.observe(near(1, 2, largest=1), 0.6 * n)
        outcomes += run(decider, ADA, track=1, start=0.6 * n, embedding=face(1))
        outcomes += run(decider, ADA, track=2, start=0.6 * n + 0.3, embedding=image)
    assert events(outcomes) == [(Decision.ACCEPTED, "Ada")]
    assert outcomes[-1].decision is Decision.WAITING
    # Even when the image is the nearer one for a moment, it is the same visit.
    decider.observe(near(1, 2, largest=2), 2.5)
    assert events(run(decider, ADA, ADA, track=2, start=2.5, embedding=image)) == []


def test_a_photo_held_beside_the_face_opens_nothing_while_the_face_is_nearer() -> None:
    decider = Decider(RULES)
    outcomes = []
    for n in range(8):
        decider.observe(near(1, 2, largest=1), 0.6 * n)
        outcomes += run(decider, LOW, track=1, start=0.6 * n, embedding=face(2))
        outcomes += run(decider, ADA, track=2, start=0.6 * n + 0.3, embedding=face(1))
    assert events(outcomes) == [(Decision.REFUSED, None)]
    # Put before the face it takes its place, and begins with no vote of its own there.
    decider.observe(near(1, largest=1), 5.0)
    (hidden,) = run(decider, ADA, track=1, start=5.0, embedding=face(1))
    assert hidden.ends_track
    assert hidden.effect is Effect.NONE
