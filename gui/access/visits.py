"""A visit: one face in front of the door, known or not, from its first event until it has been away for a while. Pure.

Whoever has a name is known by it. Unknown people are told from each other by their embeddings: two of them within a few
seconds are two visits, and one who steps out of the frame and back is one.

A stay is a face before the camera about whom nothing was decided yet. When it is over and nothing was, it leaves an
event all the same: a door's log has to show who stood there.
"""

from __future__ import annotations

from dataclasses import dataclass

from gui.access.matcher import Floats
from gui.core.decisions import NO_TRACK, Decision, Match, Rule, Rules, Trace

LEAST_STAY_S = 1.0  # whoever passes by in less leaves nothing
MOST_STAYS = 32  # at once; the oldest is forgotten: more faces than fit a frame, and nobody asked who has gone


@dataclass(eq=False)
class Visit:
    """``person_id`` None: unknown. ``embedding`` (D,), of length 1, is the face's at the first event, or None."""

    person_id: int | None
    track_id: int
    embedding: Floats | None
    last_s: float


class Visits:
    """Those going on now."""

    def __init__(self) -> None:
        self._visits: list[Visit] = []

    def begin(self, person_id: int | None, track_id: int, embedding: Floats | None, at_s: float) -> Visit:
        """A new one."""
        self._visits.append(Visit(person_id, track_id, embedding, at_s))
        return self._visits[-1]

    def forget(self, at_s: float, gap_s: float) -> None:
        """Those that were not seen for ``gap_s`` are over."""
        self._visits = [visit for visit in self._visits if at_s - visit.last_s <= gap_s]

    def leave(self, track_id: int) -> None:
        """Somebody else stands where ``track_id`` is: the visits seen there go on only for faces that look alike."""
        for visit in self._visits:
            if visit.track_id == track_id:
                visit.track_id = NO_TRACK

    def of_person(self, person_id: int | None) -> Visit | None:
        """The visit of somebody with a name."""
        return next((visit for visit in self._visits if visit.person_id == person_id is not None), None)

    def of_unknown(self, track_id: int, own: Visit | None, embedding: Floats | None, rules: Rules) -> Visit | None:
        """The visit that a face without a name goes on with, perhaps that of a person who has turned away.

        ``own`` is the visit that this face took part in before. Without ``embedding`` only the track tells.
        """
        for visit in self._visits:
            followed = visit is own or visit.track_id == track_id
            if embedding is None or visit.embedding is None:
                alike = followed
            else:
                alike = float(embedding @ visit.embedding) >= (rules.same_track if followed else rules.same_face)
            if alike:
                return visit
        return None

    def has_seen(self, embedding: Floats, bound: float) -> bool:
        """Whether a visit that goes on is this face's: with less likeness it may be somebody else's."""
        return any(
            visit.embedding is not None and float(embedding @ visit.embedding) >= bound for visit in self._visits
        )


@dataclass(frozen=True, eq=False)
class Undecided:
    """One recognition that decided nothing. ``key`` numbers it, for whoever keeps its picture."""

    key: int
    at_s: float
    decision: Decision
    quality: float
    match: Match
    trace: Trace
    embedding: Floats | None

    @property
    def rank(self) -> tuple[int, float]:
        """The more telling decision is kept, and of one decision the best picture."""
        order = (Decision.SEEN, Decision.UNCERTAIN, Decision.LOCKED_OUT, Decision.CHALLENGED)
        return order.index(self.decision), self.quality


def is_worth_keeping(decision: Decision, rule: Rule) -> bool:
    """Whether a visit that ends so has to leave an event. Whose turn it never was, because somebody was nearer, was
    not judged; and where nobody is enrolled, nobody is."""
    if decision is Decision.SEEN:
        return rule in (Rule.BAD_PICTURE, Rule.FEW_VOTES)
    return decision in (Decision.UNCERTAIN, Decision.LOCKED_OUT, Decision.CHALLENGED)


@dataclass(eq=False)
class Stay:
    """One face's time before the camera. ``told``: an event was written about it, or about a visit that it is part
    of."""

    first_s: float
    last_s: float
    best: Undecided | None = None
    told: bool = False

    def add(self, one: Undecided) -> bool:
        """One more recognition; whether it is the one to show."""
        better = self.best is None or one.rank > self.best.rank
        if better:
            self.best = one
        return better

    def is_same(self, other: Stay, bound: float) -> bool:
        """Whether both are one face's."""
        if self.best is None or other.best is None or self.best.embedding is None or other.best.embedding is None:
            return False
        return float(self.best.embedding @ other.best.embedding) >= bound

    def join(self, other: Stay) -> None:
        """``other`` was the same face, lost and found again."""
        self.first_s, self.told = min(self.first_s, other.first_s), self.told or other.told
        if other.best is not None:
            self.add(other.best)


class Stays:
    """Those going on, by track."""

    def __init__(self) -> None:
        self._here: dict[int, Stay] = {}
        self._left: list[Stay] = []  # somebody else stands where they were

    @property
    def keys(self) -> set[int]:
        """Of the recognitions whose pictures are still wanted."""
        return {stay.best.key for stay in (*self._here.values(), *self._left) if stay.best and not stay.told}

    def be_there(self, track_id: int, at_s: float) -> None:
        """Vision sees this track, which was recognised before."""
        if (stay := self._here.get(track_id)) is not None:
            stay.last_s = max(stay.last_s, at_s)

    def recognised(self, track_id: int, at_s: float) -> Stay:
        """The stay of this track, which begins or goes on."""
        stay = self._here.setdefault(track_id, Stay(at_s, at_s))
        stay.last_s = max(stay.last_s, at_s)
        if len(self._here) > MOST_STAYS:
            del self._here[min(self._here, key=lambda track: self._here[track].last_s)]
        return stay

    def leave(self, track_id: int) -> None:
        """Somebody else stands where this track is."""
        if (stay := self._here.pop(track_id, None)) is not None:
            self._left = [*self._left, stay][-MOST_STAYS:]

    def rename(self, track_id: int, new: int) -> None:
        """The track has another number."""
        if (stay := self._here.pop(track_id, None)) is not None:
            self._here[new] = stay

    def over(self, at_s: float, gap_s: float, bound: float) -> list[Undecided]:
        """What is to be told of those who were not seen for ``gap_s``, once each."""
        gone = [stay for stay in (*self._left, *self._here.values()) if at_s - stay.last_s > gap_s]
        if not gone:
            return []
        self._left = [stay for stay in self._left if stay not in gone]
        self._here = {track: stay for track, stay in self._here.items() if stay not in gone}
        found = []
        while gone:
            stay = gone.pop(0)
            same = next((one for one in (*self._here.values(), *self._left, *gone) if stay.is_same(one, bound)), None)
            if same is not None:
                same.join(stay)
            elif stay.best is not None and not stay.told and stay.last_s - stay.first_s >= LEAST_STAY_S:
                found.append(stay.best)
        return found
