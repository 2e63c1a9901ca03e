"""Who is let in: votes over the last recognitions of one face, one table of transitions, the reason in words. Pure.

A recognition votes for the best person when the score reaches the threshold and the runner-up is far enough behind;
it votes against when the score is below the uncertain band; between the two it counts for nobody. What the votes of a
face's last few recognitions amount to is the finding; ``TABLE`` says what a finding does to the decision on the face.

A visit is one person in front of the door, seen with no gap longer than ``Rules.visit_gap_s``: it gives one event and
one opening, however often the face is lost and found again.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum

from gui.match import Match
from gui.records import Decision

# Used where the network's map brings no threshold of its own: what MobileNet-class face networks of this size need for
# about one false accept in a thousand lies between 0.3 and 0.5, and a door had better err on the strict side.
DEFAULT_THRESHOLD = 0.45


@dataclass(frozen=True)
class Rules:
    """The numbers of a decision; scores and margins are cosines."""

    threshold: float = DEFAULT_THRESHOLD
    margin: float = 0.05  # the best must be this much better than the runner-up
    band: float = 0.10  # below the threshold by less than this: uncertain, not refused
    hysteresis: float = 0.05  # who was accepted stays so down to this much below the threshold
    window: int = 6  # the last recognitions that are looked at
    accept_votes: int = 2
    refuse_votes: int = 4
    memory_s: float = 5.0  # older votes of the same face count no more
    visit_gap_s: float = 6.0


class Vote(StrEnum):
    """What one recognition says."""

    FOR = "for"
    NEAR = "near"
    AGAINST = "against"
    VOID = "void"  # nobody to compare with, or a picture too bad to judge


class Finding(StrEnum):
    """What the last votes amount to."""

    EARLY = "early"
    PERSON = "person"
    MIXED = "mixed"
    STRANGER = "stranger"


# (decision about the face, finding) → (next decision, whether it is worth an event)
TABLE: dict[tuple[Decision, Finding], tuple[Decision, bool]] = {
    (Decision.SEEN, Finding.EARLY): (Decision.SEEN, False),
    (Decision.SEEN, Finding.MIXED): (Decision.UNCERTAIN, False),
    (Decision.SEEN, Finding.PERSON): (Decision.ACCEPTED, True),
    (Decision.SEEN, Finding.STRANGER): (Decision.REFUSED, True),
    (Decision.UNCERTAIN, Finding.EARLY): (Decision.UNCERTAIN, False),
    (Decision.UNCERTAIN, Finding.MIXED): (Decision.UNCERTAIN, False),
    (Decision.UNCERTAIN, Finding.PERSON): (Decision.ACCEPTED, True),
    (Decision.UNCERTAIN, Finding.STRANGER): (Decision.REFUSED, True),
    (Decision.ACCEPTED, Finding.EARLY): (Decision.ACCEPTED, False),
    (Decision.ACCEPTED, Finding.MIXED): (Decision.ACCEPTED, False),
    (Decision.ACCEPTED, Finding.PERSON): (Decision.ACCEPTED, True),  # the visit rule drops it, unless it is another one
    (Decision.ACCEPTED, Finding.STRANGER): (Decision.UNCERTAIN, False),
    (Decision.REFUSED, Finding.EARLY): (Decision.REFUSED, False),
    (Decision.REFUSED, Finding.MIXED): (Decision.REFUSED, False),
    (Decision.REFUSED, Finding.PERSON): (Decision.ACCEPTED, True),
    (Decision.REFUSED, Finding.STRANGER): (Decision.REFUSED, False),
}


@dataclass(frozen=True)
class Outcome:
    """The decision about a face after one more recognition.

    ``announce``: log an event and, if accepted, open the door.
    """

    decision: Decision
    person_id: int | None
    name: str | None
    reason: str
    announce: bool = False


@dataclass(frozen=True)
class _Ballot:
    at_s: float
    vote: Vote
    match: Match


@dataclass
class _Face:
    decision: Decision = Decision.SEEN
    person_id: int | None = None
    name: str | None = None
    last_s: float = 0.0
    accepted_once: bool = False
    ballots: deque[_Ballot] = field(default_factory=deque)


def vote(match: Match, rules: Rules, accepted: int | None = None, usable: bool = True) -> Vote:
    """What one recognition says; ``accepted`` is the person this face was accepted as, for the hysteresis."""
    if not usable or match.score is None:
        return Vote.VOID
    kept = accepted is not None and match.person_id == accepted
    needed = rules.threshold - (rules.hysteresis if kept else 0.0)
    if match.score >= needed:
        return Vote.FOR if kept or match.margin is None or match.margin >= rules.margin else Vote.NEAR
    return Vote.NEAR if match.score >= rules.threshold - rules.band else Vote.AGAINST


class Decider:
    """Remembers the votes of every face in view and the visits. The caller brings the time: any monotonic seconds."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._faces: dict[int, _Face] = {}
        self._visits: dict[int | None, float] = {}  # person, None for a stranger → last seen

    def consider(self, track_id: int, at_s: float, match: Match, usable: bool = True) -> Outcome:
        """One more recognition of the face ``track_id``; ``usable`` False when the picture is too bad to judge by."""
        rules = self.rules
        self._forget(at_s)
        face = self._faces.setdefault(track_id, _Face())
        face.last_s = at_s
        accepted = face.person_id if face.decision is Decision.ACCEPTED else None
        face.ballots.append(_Ballot(at_s, vote(match, rules, accepted, usable), match))
        while len(face.ballots) > rules.window or at_s - face.ballots[0].at_s > rules.memory_s:
            face.ballots.popleft()
        finding, best = self._find(face)
        face.decision, worth = TABLE[face.decision, finding]
        if finding is Finding.PERSON and best is not None:
            face.person_id, face.name = best.person_id, best.name
        elif face.decision is not Decision.ACCEPTED:
            face.person_id = face.name = None
        announce = worth and self._is_news(face, at_s)
        self._note_visit(face, at_s)
        return Outcome(face.decision, face.person_id, face.name, self._reason(face, finding, match, usable), announce)

    def forget_all(self) -> None:
        """The gallery, the network or the rules changed: begin anew, but keep the visits."""
        self._faces.clear()

    def _find(self, face: _Face) -> tuple[Finding, Match | None]:
        counted = [ballot for ballot in face.ballots if ballot.vote is not Vote.VOID]
        if not counted:
            return Finding.EARLY, None
        votes: dict[int | None, list[Match]] = {}
        for ballot in counted:
            if ballot.vote is Vote.FOR:
                votes.setdefault(ballot.match.person_id, []).append(ballot.match)
        against = sum(ballot.vote is Vote.AGAINST for ballot in counted)
        leader = max(votes.values(), key=len, default=[])
        others = sum(map(len, votes.values())) - len(leader)
        if len(leader) >= self.rules.accept_votes and len(leader) > 2 * others:
            return Finding.PERSON, leader[-1]
        if against >= self.rules.refuse_votes and not votes and 2 * against > len(counted):
            return Finding.STRANGER, None
        if against == len(counted):
            return Finding.EARLY, None  # not enough to refuse, and nothing that speaks for anybody
        return Finding.MIXED, None

    def _is_news(self, face: _Face, at_s: float) -> bool:
        if face.decision is Decision.REFUSED and face.accepted_once:
            return False  # somebody let in who turns away has not become a stranger
        who = face.person_id if face.decision is Decision.ACCEPTED else None
        last_s = self._visits.get(who)
        return last_s is None or at_s - last_s > self.rules.visit_gap_s

    def _note_visit(self, face: _Face, at_s: float) -> None:
        if face.decision is Decision.ACCEPTED:
            self._visits[face.person_id] = at_s
            face.accepted_once = True
        elif face.decision is Decision.REFUSED:
            self._visits[None] = at_s

    def _forget(self, at_s: float) -> None:
        gap_s = self.rules.visit_gap_s
        self._faces = {key: face for key, face in self._faces.items() if at_s - face.last_s <= gap_s}
        self._visits = {key: last_s for key, last_s in self._visits.items() if at_s - last_s <= gap_s}

    def _reason(self, face: _Face, finding: Finding, match: Match, usable: bool) -> str:
        rules, counted = self.rules, [ballot for ballot in face.ballots if ballot.vote is not Vote.VOID]
        if match.score is None:
            return "nobody is enrolled for this network"
        if not usable:
            return "the picture is too bad to judge by"
        best = f"{match.name} {match.score:.2f}"
        if face.decision is Decision.ACCEPTED:
            if finding is Finding.PERSON:
                mine = sum(ballot.vote is Vote.FOR and ballot.match.person_id == face.person_id for ballot in counted)
                return f"{face.name}: {mine} of {len(counted)} votes, now {best}, needs {rules.threshold:.2f}"
            return f"{face.name} was accepted a moment ago; now {best}"
        against = sum(ballot.vote is Vote.AGAINST for ballot in counted)
        if face.decision is Decision.REFUSED:
            return f"nobody fits: best {best}, needs {rules.threshold:.2f}; {against} of {len(counted)} votes against"
        if match.score >= rules.threshold and match.margin is not None and match.margin < rules.margin:
            return f"{best} is only {match.margin:.2f} ahead of {match.second}, needs {rules.margin:.2f}"
        if match.score >= rules.threshold:
            return f"{best} reaches {rules.threshold:.2f}; {rules.accept_votes} votes are needed"
        return f"best {best}, needs {rules.threshold:.2f}; {against} of {rules.refuse_votes} votes to refuse"
