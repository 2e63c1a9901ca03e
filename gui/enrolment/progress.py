"""What an enrolment tells the window: frozen records, no Qt."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gui.core.frames import Picture, Verdict
from gui.core.states import Problem
from gui.enrolment.poses import Pose


class EnrolmentPhase(StrEnum):
    """COLLECTING takes shots, REVIEW waits for a person's yes, SAVING for the disk; the other three are ends."""

    COLLECTING = "collecting"
    REVIEW = "review"
    SAVING = "saving"
    SAVED = "saved"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Hint(StrEnum):
    """What there is to say about the picture beside its verdict."""

    LOOK = "look"  # nothing seen yet
    HOLD = "hold"  # the pose asked for, and good
    MORE = "more"  # turn further
    WRONG_WAY = "wrong way"
    AHEAD = "ahead"  # look ahead
    OTHER_PERSON = "other person"  # not the person of the shots before
    VERDICT = "verdict"  # the picture's verdict says it


@dataclass(frozen=True, eq=False)
class Shot:
    """One crop taken. ``agreement``: cosine with the template of the other shots, None where it is the only one.

    ``odd``: it agrees so little that the door would not take it for the same person.
    """

    crop: Picture
    pose: Pose
    quality: float
    agreement: float | None = None
    odd: bool = False


@dataclass(frozen=True)
class Step:
    """One pose: how many shots it should have and has; ``skipped`` by the person or because it was not shown."""

    pose: Pose
    wanted: int
    taken: int
    skipped: bool = False


@dataclass(frozen=True)
class Twin:
    """Somebody enrolled before who looks so much alike that the door would take one for the other."""

    person_id: int
    name: str
    score: float


@dataclass(frozen=True)
class Review:
    """What the shots are worth. ``lowest`` and ``mean`` are of each shot against the template of the others.

    ``earlier``: cosine with the person's earlier fingerprints, where there are comparable ones.
    """

    threshold: float
    lowest: float | None = None
    mean: float | None = None
    twin: Twin | None = None
    earlier: float | None = None


@dataclass(frozen=True)
class Failure:
    """Time was over with ``taken`` shots. What was mostly wrong: a hint or a verdict, None for no word of the board."""

    taken: int
    seconds: float
    mostly: Hint | Verdict | None


@dataclass(frozen=True, eq=False)
class EnrolmentProgress:
    """How an enrolment stands. ``verdict`` says more where ``hint`` is VERDICT.

    ``problem`` or ``failure`` tell why it failed; ``person_id`` is known once it is saved, and for who is enrolled
    again from the start.
    """

    name: str
    phase: EnrolmentPhase
    wanted: int
    shots: tuple[Shot, ...] = ()
    pose: Pose = Pose.FRONT
    hint: Hint = Hint.LOOK
    verdict: Verdict = Verdict.NO_FACE
    steps: tuple[Step, ...] = ()
    review: Review | None = None
    failure: Failure | None = None
    problem: Problem | None = None
    person_id: int | None = None
    again: bool = False  # enrols somebody again who is in the gallery

    @property
    def taken(self) -> int:
        """How many shots there are."""
        return len(self.shots)
