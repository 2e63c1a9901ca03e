"""What a decision is made by and what is said of it: rules, votes, traces, outcomes. Frozen records."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any

# Used where the network's map brings no thresholds of its own: what MobileNet-class face networks of this size need for
# about one false accept in a thousand lies between 0.3 and 0.5, and a door had better err on the strict side.
DEFAULT_THRESHOLD = 0.45
# A picture of this quality or better counts as a whole vote, a worse one as its share of it, but never less than the
# least: else a dark hall would never decide anything. Good pictures of the demo clip have 0.2 to 1.0.
WHOLE_QUALITY = 0.3
LEAST_WEIGHT = 0.4
# However wide the band is set, faces less alike than this are different ones: 99.6 % of pictures of somebody else are
# below it and 18 % of other photos of the same person (frame-scores, as below).
LEAST_ALIKE = 0.40
# A picture less alike than this to the mean of its track's last four, and to the newest of them, shows another face.
# `python -m device.model frame-scores` on 400 people of celeba2 (PC, LiteRT, no flip averaging) compares with the mean:
# of 400 pictures altered as from one frame to the next (5 degrees, 5 %, 3 pixels, light, blur, noise) none is below it,
# the least being 0.84; of 400 blurred beyond use none is below half of it, the least being 0.35; of 159,600 pictures of
# somebody else 99.99 % are below it, and 96 % below half of it. Of 400 other photos of the same person, often years
# apart, 43 % are. In the demo clip, where heads turn and nod, any two good pictures of one person reach 0.63 at least
# (`python -m tests.support.face_steps`).
ONE_FACE = 0.55
NO_TRACK = 0  # tracks are numbered from 1


class FlipAveraging(StrEnum):
    """Whether the feature is the mean of a crop and of its mirror image, as the setting asks for."""

    AUTOMATIC = "automatic"
    OFF = "off"
    ON = "on"


_LOOKS = {"once": FlipAveraging.OFF, "twice": FlipAveraging.ON}  # what traces of version 0.1 called them


@dataclass(frozen=True)
class Rules:
    """The numbers of a decision; scores and margins are cosines, votes count pictures of full quality.

    ``far`` is the share of impostor pairs that one comparison may accept; ``threshold`` is the score that the network's
    measured impostors give for it, or a guess where none were measured (``measured`` False).
    """

    far: float = 1e-3
    threshold: float = DEFAULT_THRESHOLD
    measured: bool = False
    margin: float = 0.05  # the best must be this much better than the runner-up
    band: float = 0.10  # below the threshold by less than this: uncertain, not refused
    hysteresis: float = 0.05  # who was accepted stays so down to this much below the threshold
    accept_votes: float = 2.0
    refuse_votes: float = 2.5
    visit_gap_s: float = 6.0  # who was not seen for this long makes a new visit
    challenge: bool = False  # ask a known face to turn before the door opens
    challenge_s: float = 12.0
    lockout_failures: int = 5  # refusals in a row that lock the door's face recognition; 0: never
    lockout_s: float = 30.0
    failures_within_s: float = 120.0  # older refusals are forgotten
    flip: FlipAveraging = FlipAveraging.AUTOMATIC  # the threshold is the one measured so

    @property
    def window(self) -> int:
        """How many recognitions back votes are looked for: enough to decide by the poorest pictures too."""
        return max(8, math.ceil(max(self.accept_votes, self.refuse_votes) / LEAST_WEIGHT))

    @property
    def memory_s(self) -> float:
        """Older votes of the same face count no more: long enough for a board that answers every two seconds."""
        return max(15.0, 5.0 * max(self.accept_votes, self.refuse_votes))

    @property
    def same_face(self) -> float:
        """Two faces without a name are one person's from this cosine on. In the demo clip any two good pictures of one
        person reach 0.63, and 99 % of those of two people are below 0.41 (`python -m tests.support.face_steps`)."""
        return max(LEAST_ALIKE, self.threshold - self.band)

    @property
    def one_face(self) -> float:
        """A track ends with a usable picture that is less alike to its own than this: somebody else stands there. One
        too bad to judge by ends it below half of this: blur and a turned head cost likeness."""
        return max(ONE_FACE, self.threshold - self.band)

    @property
    def same_track(self) -> float:
        """The same for a face that was followed all the time: only a great difference tells that another one took its
        place."""
        return self.same_face / 2


def weight(quality: float) -> float:
    """What a picture of this quality (0..1) counts: 0.4 to 1."""
    return min(1.0, max(LEAST_WEIGHT, quality / WHOLE_QUALITY))


class Vote(StrEnum):
    """What one recognition says."""

    FOR = "for"
    NEAR = "near"
    AGAINST = "against"
    VOID = "void"  # nobody to compare with, or a picture too bad to judge


class Turn(StrEnum):
    """Which way the person is asked to turn the head, as the person sees it."""

    LEFT = "left"
    RIGHT = "right"


class Rule(StrEnum):
    """What decided. The window says it in words; the event keeps it."""

    VOTES_FOR = "votes for"
    KEPT = "accepted a moment ago"
    VOTES_AGAINST = "votes against"
    FEW_VOTES = "too few votes"
    BAND = "in the uncertain band"
    MARGIN = "runner-up too close"
    DISAGREE = "votes disagree"
    NEARER = "somebody is nearer"
    NOBODY_ENROLLED = "nobody enrolled"
    BAD_PICTURE = "bad picture"
    ENROLLING = "enrolment"
    TURN_ASKED = "asked to turn"
    TURN_WRONG = "turned the wrong way"
    TURN_LATE = "did not turn in time"
    LOCKED_OUT = "locked out"
    BY_HAND = "by hand"


class Effect(StrEnum):
    """What follows from a decision."""

    NONE = "none"
    EVENT = "event"
    OPEN = "open"  # an event and the door


@dataclass(frozen=True)
class CastVote:
    """One recognition and its vote. ``age_s`` is how long before the decision it was taken."""

    vote: Vote
    weight: float
    quality: float
    age_s: float
    person: str | None = None
    score: float | None = None
    second: str | None = None
    margin: float | None = None


@dataclass(frozen=True)
class Trace:
    """The rule that decided, with the numbers it saw.

    ``person`` is whom the rule speaks of. ``votes`` are the face's last ones, oldest first, ``votes_*`` sums of their
    weights. ``faces`` were in the picture. ``turns`` were asked for and ``turned`` of them done. ``failures`` is the
    number of refusals in a row so far, with this one.
    """

    rule: Rule
    rules: Rules = field(default_factory=Rules)
    person: str | None = None
    votes: tuple[CastVote, ...] = ()
    votes_for: float = 0.0
    votes_against: float = 0.0
    faces: int = 1
    turns: tuple[Turn, ...] = ()
    turned: int = 0
    failures: int = 0

    @property
    def newest(self) -> CastVote | None:
        """The recognition that brought the decision."""
        return self.votes[-1] if self.votes else None

    def dump(self) -> str:
        """As JSON, with cosines and weights to four places."""
        return json.dumps(_rounded(asdict(self)), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def load(cls, text: str) -> Trace | None:
        """What ``dump`` wrote, by this version or another; None where it cannot be read."""
        try:
            raw = json.loads(text)
            given = _known(cls, raw)
            given["rule"] = Rule(raw["rule"])
            given["rules"] = _rules(raw.get("rules", {}))
            cast = raw["votes"] if "votes" in raw else raw.get("ballots", ())  # what version 0.1 called them
            given["votes"] = tuple(CastVote(**{**_known(CastVote, one), "vote": Vote(one["vote"])}) for one in cast)
            given["turns"] = tuple(Turn(turn) for turn in raw.get("turns", ()))
            return cls(**given)
        except (ValueError, TypeError, KeyError, AttributeError):
            return None


def _rules(raw: dict[str, Any]) -> Rules:
    flip = raw.get("flip", raw.get("looks", FlipAveraging.AUTOMATIC))
    return Rules(**{**_known(Rules, raw), "flip": _LOOKS.get(flip) or FlipAveraging(flip)})


def _known(kind: type[Any], raw: dict[str, Any]) -> dict[str, Any]:
    names = {one.name for one in fields(kind)}
    return {key: value for key, value in raw.items() if key in names}


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    return [_rounded(one) for one in value] if isinstance(value, list | tuple) else value


@dataclass(frozen=True)
class Entrance:
    """How the entrance stands, for the window. Times are seconds of the one monotonic clock.

    ``asked`` is the turn to make now, None where none is asked; ``back`` asks to look straight ahead first.
    """

    locked_until_s: float = 0.0
    failures: int = 0
    failures_allowed: int = 0
    asked: Turn | None = None
    back: bool = False
    turned: int = 0
    turns: int = 0
    asked_until_s: float = 0.0
    faces: int = 0


class Decision(StrEnum):
    """What was decided about a face. BY_HAND stands only in events: the door was opened from the window.

    WAITING: somebody nearer is looked at first. CHALLENGED: known, and asked to turn the head. LOCKED_OUT: after too
    many refusals nobody is let in by their face for a while.
    """

    SEEN = "seen"
    UNCERTAIN = "uncertain"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WAITING = "waiting"
    CHALLENGED = "asked to turn"
    LOCKED_OUT = "locked out"
    BY_HAND = "opened by hand"


@dataclass(frozen=True)
class Match:
    """The best person and the runner-up. Everything None where nobody can be compared with; scores are cosines."""

    person_id: int | None = None
    name: str | None = None
    score: float | None = None
    second: str | None = None
    margin: float | None = None  # None with fewer than two people


@dataclass(frozen=True)
class Outcome:
    """The decision about a face after one more recognition, and what follows.

    ``match`` is what the decision rests on: of a person who was accepted a moment ago and stays so, the match of then.
    ``locks_out``: this refusal was one too many, and for a while nobody is let in by their face.
    ``at_s`` is when the picture was taken, ``track_id`` the number that its face has now. ``ends_track``: the picture
    contradicts those before it, so that from here on the track is somebody else's and needs another number.
    ``key`` numbers the recognition whose picture is to be kept, because the visit may end with it; 0: none.
    """

    decision: Decision
    person_id: int | None
    name: str | None
    trace: Trace
    effect: Effect = Effect.NONE
    locks_out: bool = False
    match: Match = field(default_factory=Match)
    at_s: float = 0.0
    track_id: int = NO_TRACK
    ends_track: bool = False
    key: int = 0
