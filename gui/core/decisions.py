"""The numbers a decision is made by, and the words it is made in. Pure data, no Qt."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from gui.core.looks import Looks

# Used where the network's map brings no thresholds of its own: what MobileNet-class face networks of this size need for
# about one false accept in a thousand lies between 0.3 and 0.5, and a door had better err on the strict side.
DEFAULT_THRESHOLD = 0.45
# A picture of this quality or better counts as a whole vote, a worse one as its share of it, but never less than the
# least: else a dark hall would never decide anything. Good pictures of the demo clip have 0.2 to 1.0.
WHOLE_QUALITY = 0.3
LEAST_WEIGHT = 0.4
LEAST_ALIKE = 0.25  # however wide the band is set, faces less alike than this are different ones
# A picture less alike to the mean of its track's last four than this shows another face. Measured on CelebA's test
# people (PC, LiteRT, one look): of 250 photos altered as from one frame to the next (5 degrees, 5 %, 3 pixels, light,
# blur, noise) none fell below it, the least being 0.87, and 0.55 when blurred beyond use; of 250 other photos of the
# same person, which is harsher than any next frame, 7 % did; of 124,500 pictures of somebody else 99.7 % did.
ONE_FACE = 0.45


@dataclass(frozen=True)
class Rules:
    """The numbers of a decision; scores and margins are cosines, votes count pictures of full quality.

    ``far`` is the share of strangers that one comparison may let pass; ``threshold`` is the score that the network's
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
    visit_gap_s: float = 6.0  # somebody not seen for this long comes anew
    challenge: bool = False  # ask a known face to turn before the door opens
    challenge_s: float = 12.0
    lockout_failures: int = 5  # refusals in a row that lock the door's face recognition; 0: never
    lockout_s: float = 30.0
    failures_within_s: float = 120.0  # older refusals are forgotten
    looks: Looks = Looks.AUTOMATIC  # at every crop; the threshold is the one measured so

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
        """Two faces without a name are one person's from this cosine on. In the demo clip one person's pictures reach
        0.85 at least, two people's 0.43 at most (LiteRT on a PC, 47 good crops of five people)."""
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


def rules_from(value: Callable[[str], object]) -> Rules:
    """The rules that the settings say; ``value`` gives the one of a key of the settings' table."""

    def number(key: str) -> float:
        return float(str(value(key)))

    return Rules(
        far=1.0 / number("decision/far"),
        margin=number("decision/margin"),
        band=number("decision/band"),
        hysteresis=number("decision/hysteresis"),
        accept_votes=number("decision/accept_votes"),
        refuse_votes=number("decision/refuse_votes"),
        challenge=bool(value("door/challenge")),
        challenge_s=number("door/challenge_s"),
        lockout_failures=int(number("door/lockout_failures")),
        lockout_s=number("door/lockout_s"),
        looks=Looks(str(value("decision/looks"))),
    )


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
