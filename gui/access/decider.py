"""Who is let in: votes over the last recognitions of one face, and one table of what follows from them. Pure.

A recognition votes for the best person when the score reaches the threshold and the runner-up is far enough behind;
it votes against when the score is below the uncertain band; between the two it counts for nobody. A vote weighs as much
as its picture is good. What the votes of a face's last recognitions amount to is the finding; ``TABLE`` says what a
finding does to the decision on the face, and what follows.

Of several faces the nearest one decides, which is the largest in the frame: the door never opens for anybody behind.
A track is one face: a frame that contradicts the ones before ends it, and nothing of it passes on to who stands there
now. The door opens for nobody whom the newest frame does not show.

A visit is one face in front of the door, known or not, seen with no gap longer than ``Rules.visit_gap_s``: it gives one
event and one opening, however often the face is lost and found again. A visit that ends and was not decided gives its
event then (``Decider.over``). Too many refusals in a row lock the faces out for a while.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np

from device.vision.fingerprint import unit
from gui.access.challenge import Challenge
from gui.access.lockout import Lockout
from gui.access.matcher import Floats
from gui.access.visits import Stays, Undecided, Visit, Visits, is_worth_keeping
from gui.core.decisions import (
    NO_TRACK,
    CastVote,
    Decision,
    Effect,
    Entrance,
    Match,
    Outcome,
    Rule,
    Rules,
    Trace,
    Vote,
    weight,
)

OWN_PICTURES = 4  # a face's newest good pictures, whose mean embedding it is known by
NEARER_BY = 1.2  # a face takes the first place over from another by so much more area: two alike would swap it for ever


class Finding(StrEnum):
    """What the last votes amount to."""

    EARLY = "early"
    MIXED = "mixed"
    UNKNOWN = "unknown"
    BEHIND = "behind"  # a person or an unknown one, but somebody is nearer
    UNPROVEN = "unproven"  # a person who has to turn the head first
    PERSON = "person"
    FAILED = "failed"  # turned the wrong way, or too late
    LOCKED = "locked"


_Cell = tuple[Decision, Effect]
_SEEN: _Cell = Decision.SEEN, Effect.NONE
_UNSURE: _Cell = Decision.UNCERTAIN, Effect.NONE
_WAIT: _Cell = Decision.WAITING, Effect.NONE
_TURN: _Cell = Decision.CHALLENGED, Effect.NONE
_STAY: _Cell = Decision.ACCEPTED, Effect.NONE
_OPEN: _Cell = Decision.ACCEPTED, Effect.OPEN
_OUT: _Cell = Decision.REFUSED, Effect.NONE
_REFUSE: _Cell = Decision.REFUSED, Effect.EVENT
_LOCK: _Cell = Decision.LOCKED_OUT, Effect.NONE

# For each decision about a face, what every finding makes of it and what follows; an opening or an event that would be
# the second one of a visit is dropped afterwards.
_ROWS: dict[Decision, tuple[_Cell, ...]] = {
    #                     EARLY    MIXED    UNKNOWN  BEHIND UNPROVEN PERSON FAILED   LOCKED
    Decision.SEEN:       (_SEEN,   _UNSURE, _REFUSE, _WAIT, _TURN,   _OPEN, _REFUSE, _LOCK),
    Decision.UNCERTAIN:  (_UNSURE, _UNSURE, _REFUSE, _WAIT, _TURN,   _OPEN, _REFUSE, _LOCK),
    Decision.WAITING:    (_SEEN,   _UNSURE, _REFUSE, _WAIT, _TURN,   _OPEN, _REFUSE, _LOCK),
    Decision.CHALLENGED: (_TURN,   _TURN,   _REFUSE, _TURN, _TURN,   _OPEN, _REFUSE, _LOCK),
    Decision.ACCEPTED:   (_STAY,   _STAY,   _UNSURE, _STAY, _TURN,   _OPEN, _REFUSE, _LOCK),
    Decision.REFUSED:    (_OUT,    _OUT,    _REFUSE, _OUT,  _TURN,   _OPEN, _REFUSE, _LOCK),
    Decision.LOCKED_OUT: (_SEEN,   _UNSURE, _REFUSE, _WAIT, _TURN,   _OPEN, _REFUSE, _LOCK),
}  # fmt: skip
TABLE: dict[tuple[Decision, Finding], _Cell] = {
    (decision, finding): cell for decision, row in _ROWS.items() for finding, cell in zip(Finding, row, strict=True)
}


@dataclass(frozen=True)
class Observation:
    """A face as vision sees it between two recognitions: the box's area in pixels, and the yaw of ``quality.pose``.

    ``fresh`` False: it was missed in this frame, but a moment ago it was there, and keeps its place. ``former`` is
    the number that the track had until a frame contradicted it.
    """

    track_id: int
    area: float
    yaw: float
    fresh: bool = True
    former: int = NO_TRACK


@dataclass(frozen=True, eq=False)
class _TimedVote:
    at_s: float
    vote: Vote
    match: Match
    quality: float
    embedding: Floats | None

    @property
    def weight(self) -> float:
        return 0.0 if self.vote is Vote.VOID else weight(self.quality)


@dataclass
class _Face:
    track_id: int
    decision: Decision = Decision.SEEN
    person_id: int | None = None
    name: str | None = None
    last_s: float = 0.0
    proven: int | None = None  # who passed the challenge
    challenge: Challenge | None = None
    visit: Visit | None = None
    accepted: Match | None = None  # what the acceptance rests on
    votes: deque[_TimedVote] = field(default_factory=deque)
    own: deque[Floats] = field(default_factory=lambda: deque(maxlen=OWN_PICTURES))

    def be_there(self, at_s: float) -> None:
        self.last_s = max(self.last_s, at_s)
        if self.visit is not None:
            self.visit.last_s = max(self.visit.last_s, at_s)

    @property
    def is_turning(self) -> bool:
        """Whether the head is turned because the challenge asks for it."""
        challenge = self.challenge
        return challenge is not None and challenge.asked is not None and not challenge.straight

    def weigh(self, kind: Vote, person_id: int | None = None) -> float:
        chosen = (one for one in self.votes if one.vote is kind)
        return sum(one.weight for one in chosen if person_id is None or one.match.person_id == person_id)

    def is_other(self, embedding: Floats | None, bound: float) -> bool:
        """Whether this picture shows somebody else than the face's own pictures so far: it is like neither their mean
        nor the newest of them, for a head may turn."""
        own = self.mean_embedding
        if embedding is None or own is None:
            return False
        return max(float(embedding @ own), float(embedding @ self.own[-1])) < bound

    @property
    def mean_embedding(self) -> Floats | None:
        """The mean of its last few good pictures' embeddings (D,), of length 1."""
        return unit(np.sum(self.own, axis=0)) if self.own else None


@dataclass(frozen=True)
class _Found:
    finding: Finding
    rule: Rule
    best: Match | None = None


def vote(match: Match, rules: Rules, accepted: int | None = None, usable: bool = True) -> Vote:
    """What one recognition says; ``accepted`` is the person this face was accepted as, for the hysteresis."""
    if not usable or match.score is None:
        return Vote.VOID
    kept = accepted is not None and match.person_id == accepted
    needed = rules.threshold - (rules.hysteresis if kept else 0.0)
    if match.score >= needed:
        return Vote.FOR if kept or match.margin is None or match.margin >= rules.margin else Vote.NEAR
    return Vote.NEAR if match.score >= rules.threshold - rules.band else Vote.AGAINST


def nearest(current: int | None, faces: Sequence[Observation]) -> int | None:
    """Whose turn it is: the largest face, but ``current`` keeps the place until another one is plainly larger."""
    if not faces:
        return None
    largest = max(faces, key=lambda face: face.area)
    held = next((face for face in faces if face.track_id == current), None)
    return held.track_id if held is not None and largest.area < NEARER_BY * held.area else largest.track_id


class Decider:
    """Remembers the votes of every face in view, the visits and the refusals. Not for several threads at once.

    The caller brings the time: any monotonic seconds. ``chance`` draws the order of the turns.
    """

    def __init__(self, rules: Rules, chance: random.Random | None = None) -> None:
        self.rules = rules
        self._chance = chance or random.SystemRandom()
        self._faces: dict[int, _Face] = {}
        self._visits = Visits()
        self._stays = Stays()
        self._renamed: dict[int, int] = {}  # tracks whose crops may still be on their way to and from the board
        self._keys = 0
        self._lockout = Lockout()
        self._nearest: int | None = None
        self._in_view = 1

    def observe(self, faces: Sequence[Observation], at_s: float) -> None:
        """Vision saw these faces: who is nearest, whose visits go on, and how the challenge goes."""
        self._nearest, self._in_view = nearest(self._nearest, faces), len(faces)
        for face in faces:
            if face.former and face.track_id not in self._renamed.values():
                self._rename(face.former, face.track_id)
        seen = {face.track_id: face for face in faces if face.fresh}
        for track_id in seen:
            self._stays.be_there(track_id, at_s)
        for known in self._faces.values():
            if known.track_id in seen:
                known.be_there(at_s)  # a slow board recognises seldom; the visit goes on while the face is in view
            if known.challenge is None:
                continue
            if known.track_id in seen:
                known.challenge.observe(seen[known.track_id].yaw, at_s)
            known.challenge.tick(at_s)

    def consider(
        self,
        track_id: int,
        at_s: float,
        match: Match,
        usable: bool = True,
        quality: float = 1.0,
        embedding: Floats | None = None,
    ) -> Outcome:
        """One more recognition of the face ``track_id``; ``usable`` False when the picture is too bad to judge by.

        ``quality`` (0..1) weighs the vote; by ``embedding`` (D,), of length 1, unknown people are told from each other.
        """
        self._forget(at_s)
        track_id = self._renamed.get(track_id, track_id)
        face = self._faces.setdefault(track_id, _Face(track_id))
        bound = self.rules.one_face if usable and not face.is_turning else self.rules.one_face / 2
        if ends_track := face.is_other(embedding, bound):
            self._visits.leave(track_id)
            self._stays.leave(track_id)
            face = self._faces[track_id] = _Face(track_id)
        face.be_there(at_s)
        if self._lockout.until_s(at_s) is not None:
            found = _Found(Finding.LOCKED, Rule.LOCKED_OUT)
        else:
            self._take(face, at_s, match, usable, quality, embedding)
            found = self._find(face, at_s, match, usable)
        if embedding is not None and usable and not face.is_turning:  # also where nobody is enrolled: a face is a face
            face.own.append(embedding)
        outcome = replace(self._decide(face, found, at_s, match), ends_track=ends_track)
        return replace(outcome, key=self._keep(face, outcome, quality, embedding))

    def over(self, at_s: float) -> list[Outcome]:
        """The visits that are over by now and were not decided: an event for each, once."""
        rules = self.rules
        return [
            Outcome(one.decision, None, None, one.trace, Effect.EVENT, match=one.match, at_s=one.at_s, key=one.key)
            for one in self._stays.over(at_s, rules.visit_gap_s, rules.one_face)
        ]

    @property
    def keys(self) -> set[int]:
        """Of the recognitions whose pictures ``over`` may still ask for."""
        return self._stays.keys

    def forget_all(self) -> None:
        """The gallery, the network or the rules changed: start over, but keep the visits and the refusals."""
        self._faces.clear()

    def entrance(self, at_s: float) -> Entrance:
        """How the entrance stands at an instant."""
        asking = [face for face in self._faces.values() if face.decision is Decision.CHALLENGED and face.challenge]
        face = next((one for one in asking if one.track_id == self._nearest), asking[0] if asking else None)
        challenge = face.challenge if face is not None else None
        return Entrance(
            locked_until_s=self._lockout.until_s(at_s) or 0.0,
            failures=self._lockout.failures,
            failures_allowed=self.rules.lockout_failures,
            asked=challenge.asked if challenge else None,
            back=challenge is not None and not challenge.straight,
            turned=challenge.turned if challenge else 0,
            turns=len(challenge.turns) if challenge else 0,
            asked_until_s=challenge.until_s if challenge and challenge.asked else 0.0,
            faces=self._in_view,
        )

    def _rename(self, track_id: int, new: int) -> None:
        """The track that a frame contradicted has its own number now; what was seen since then is its."""
        self._renamed = {old: new if now == track_id else now for old, now in self._renamed.items()} | {track_id: new}
        if (face := self._faces.pop(track_id, None)) is not None:
            face.track_id = new
            self._faces[new] = face
        self._stays.rename(track_id, new)

    def _keep(self, face: _Face, outcome: Outcome, quality: float, embedding: Floats | None) -> int:
        """Note what a visit may end with; the key of this recognition, 0 where it is not the one to show."""
        stay = self._stays.recognised(face.track_id, outcome.at_s)
        if outcome.effect is not Effect.NONE or face.visit is not None:
            stay.told = True
        if embedding is not None and self._visits.has_seen(embedding, self.rules.one_face):
            stay.told = True  # somebody who was let in or refused a moment ago, lost and found again
        if stay.told or self._is_behind(face) or not is_worth_keeping(outcome.decision, outcome.trace.rule):
            return 0
        self._keys += 1
        one = Undecided(self._keys, outcome.at_s, outcome.decision, quality, outcome.match, outcome.trace, embedding)
        return one.key if stay.add(one) else 0

    def _take(
        self, face: _Face, at_s: float, match: Match, usable: bool, quality: float, embedding: Floats | None
    ) -> None:
        rules = self.rules
        accepted = face.person_id if face.decision is Decision.ACCEPTED else None
        said = vote(match, rules, accepted, usable and not face.is_turning)
        face.votes.append(_TimedVote(at_s, said, match, quality, embedding))
        while len(face.votes) > rules.window or at_s - face.votes[0].at_s > rules.memory_s:
            face.votes.popleft()

    def _find(self, face: _Face, at_s: float, match: Match, usable: bool) -> _Found:
        rules = self.rules
        if face.challenge is not None:
            face.challenge.tick(at_s)
            if face.challenge.failed is not None:
                return _Found(Finding.FAILED, face.challenge.failed)
        counted = [one for one in face.votes if one.vote is not Vote.VOID]
        if not counted:
            return _Found(Finding.EARLY, _nothing(match, usable))
        against = face.weigh(Vote.AGAINST)
        mine = {one.match.person_id: face.weigh(Vote.FOR, one.match.person_id) for one in counted}
        leader = max(mine, key=lambda person: mine[person])
        others = sum(mine.values()) - mine[leader]
        behind = self._is_behind(face)
        newest = counted[-1]
        # Whatever the frames before said, the door opens for nobody whom the newest one does not show.
        shown = newest.vote is Vote.FOR and newest.match.person_id == leader
        if shown and mine[leader] >= rules.accept_votes - 1e-9 and mine[leader] > max(2 * others, against):
            best = newest.match
            if behind:
                return _Found(Finding.BEHIND, Rule.NEARER, best)
            proven = self._is_proven(face, leader, at_s)
            rule = Rule.VOTES_FOR if proven else Rule.TURN_ASKED
            return _Found(Finding.PERSON if proven else Finding.UNPROVEN, rule, best)
        if (
            against >= rules.refuse_votes - 1e-9
            and not any(mine.values())
            and 2 * against > sum(one.weight for one in counted)
        ):
            return _Found(*(Finding.BEHIND, Rule.NEARER) if behind else (Finding.UNKNOWN, Rule.VOTES_AGAINST))
        if all(one.vote is Vote.AGAINST for one in counted):  # not enough to refuse, nothing that speaks for anybody
            return _Found(Finding.EARLY, _nothing(match, usable))
        return _Found(
            Finding.MIXED, _why_mixed(newest, any(mine.values()), others, rules) if usable else Rule.BAD_PICTURE
        )

    def _is_behind(self, face: _Face) -> bool:
        return self._nearest is not None and self._nearest != face.track_id

    def _is_proven(self, face: _Face, person_id: int | None, at_s: float) -> bool:
        """Whether nobody asks this person to turn: they did, or the visit has opened the door already."""
        challenge = face.challenge
        if not self.rules.challenge or face.proven == person_id or self._visits.of_person(person_id) is not None:
            return True
        if challenge is None or challenge.person_id != person_id:
            until_s = at_s + self.rules.challenge_s
            face.challenge = Challenge.draw(face.track_id, person_id, until_s, self._chance)
            return False
        done_s = challenge.done_s
        # Once more after the last turn: else somebody could turn for a photo.
        again = done_s is not None and any(
            one.vote is Vote.FOR and one.match.person_id == person_id and one.at_s > done_s for one in face.votes
        )
        if again:
            face.proven, face.challenge = person_id, None
        return again

    def _decide(self, face: _Face, found: _Found, at_s: float, match: Match) -> Outcome:
        face.decision, effect = TABLE[face.decision, found.finding]
        if found.finding is Finding.PERSON and found.best is not None:
            face.person_id, face.name, face.accepted = found.best.person_id, found.best.name, found.best
        elif face.decision is not Decision.ACCEPTED:
            face.person_id = face.name = face.accepted = None
        if face.decision is not Decision.CHALLENGED and found.finding is not Finding.FAILED:
            face.challenge = None
        if effect is not Effect.NONE and not self._is_news(face, found.finding, at_s):
            effect = Effect.NONE
        locks_out = self._lockout.count(effect, at_s, self.rules)
        trace = self._trace(face, found, at_s)
        if found.finding is Finding.FAILED:
            face.challenge = None
            face.votes.clear()  # who wants another try starts over
        if locks_out or found.finding is Finding.LOCKED:
            face.votes.clear()
        rests_on = face.accepted or found.best or match
        return Outcome(
            face.decision, face.person_id, face.name, trace, effect, locks_out, rests_on, at_s, face.track_id
        )

    def _is_news(self, face: _Face, finding: Finding, at_s: float) -> bool:
        """Whether this is the first event of a visit; the visit begins or goes on."""
        if face.decision is Decision.ACCEPTED:
            who, visit = face.person_id, self._visits.of_person(face.person_id)
        else:
            who, visit = None, self._visits.of_unknown(face.track_id, face.visit, face.mean_embedding, self.rules)
        if visit is None:
            face.visit = self._visits.begin(who, face.track_id, face.mean_embedding, at_s)
            return True
        visit.last_s, visit.track_id, face.visit = at_s, face.track_id, visit
        return finding is Finding.FAILED

    def _forget(self, at_s: float) -> None:
        gap_s = self.rules.visit_gap_s
        self._faces = {key: face for key, face in self._faces.items() if at_s - face.last_s <= gap_s}
        self._visits.forget(at_s, gap_s)
        self._renamed = {old: new for old, new in self._renamed.items() if new in self._faces}

    def _trace(self, face: _Face, found: _Found, at_s: float) -> Trace:
        rule = found.rule
        if face.decision is Decision.ACCEPTED and found.finding is not Finding.PERSON:
            rule = Rule.KEPT
        newest = face.votes[-1].match if face.votes else Match()
        person = face.name or (found.best.name if found.best else newest.name)
        about = face.person_id if face.person_id is not None else (found.best or newest).person_id
        challenge = face.challenge
        return Trace(
            rule=rule,
            rules=self.rules,
            person=person,
            votes=tuple(_cast_vote(one, at_s) for one in face.votes),
            votes_for=face.weigh(Vote.FOR, about),
            votes_against=face.weigh(Vote.AGAINST),
            faces=max(1, self._in_view),
            turns=challenge.turns if challenge else (),
            turned=challenge.turned if challenge else 0,
            failures=self._lockout.failures,
        )


def _nothing(match: Match, usable: bool) -> Rule:
    if match.score is None:
        return Rule.NOBODY_ENROLLED
    return Rule.FEW_VOTES if usable else Rule.BAD_PICTURE


def _why_mixed(newest: _TimedVote, for_anybody: bool, others: float, rules: Rules) -> Rule:
    if others > 0 or (for_anybody and newest.vote is Vote.AGAINST):
        return Rule.DISAGREE
    if newest.vote is not Vote.NEAR:
        return Rule.FEW_VOTES
    return Rule.MARGIN if (newest.match.score or 0.0) >= rules.threshold else Rule.BAND


def _cast_vote(one: _TimedVote, at_s: float) -> CastVote:
    match = one.match
    return CastVote(
        one.vote,
        one.weight,
        one.quality,
        max(0.0, at_s - one.at_s),
        match.name,
        match.score,
        match.second,
        match.margin,
    )
