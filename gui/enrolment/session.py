"""Collecting good shots of one person, pose by pose, from the live picture. Pure: the caller brings fingerprints and
the time.

A pose that is not shown within ``pose_timeout_s`` of seeing a face is skipped, so an enrolment always gets on; shots
straight on take its place as far as ``minimum`` asks for them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from gui.access.matcher import Floats
from gui.access.template import agreement, template
from gui.capture.quality import Limits
from gui.core.frames import Picture, Quality, Verdict
from gui.core.people import StoredFingerprint
from gui.core.states import Problem
from gui.enrolment.poses import POSES, Fit, Pose, PoseRules, fit, shots_per_pose
from gui.enrolment.progress import EnrolmentPhase, EnrolmentProgress, Failure, Hint, Review, Shot, Step

_HINTS = {Fit.FITS: Hint.HOLD, Fit.MORE: Hint.MORE, Fit.WRONG_WAY: Hint.WRONG_WAY, Fit.AHEAD: Hint.AHEAD}


@dataclass(frozen=True)
class EnrolmentRules:
    """A crop whose cosine with those taken before is too low shows somebody else, or nothing of use.

    ``agree`` is asked of a face that was followed since the last crop taken, ``same`` of one that was lost from view;
    ``threshold`` is what the door asks for.
    """

    wanted: int = 8
    agree: float = 0.35
    same: float = 0.45
    threshold: float = 0.45
    interval_s: float = 0.3  # between two crops, so that they show different moments
    timeout_s: float = 90.0  # without a new shot
    pose_timeout_s: float = 10.0
    minimum: int = 3
    restart_after: int = 3  # crops that disagree with the first one or two: those were the bad ones
    poses: PoseRules = field(default_factory=PoseRules)
    yaw: float = Limits.yaw


@dataclass(frozen=True, eq=False)
class Take:
    """One crop taken, with its fingerprint as it will be kept."""

    crop: Picture
    stored: StoredFingerprint
    embedding: Floats
    at_s: float
    track_id: int
    pose: Pose
    yaw: float
    pitch: float


class Enrolment:
    """One person being enrolled; ``person_id`` of who is in the gallery and gets new fingerprints, None for a new one.

    ``progress`` is what to show now.
    """

    def __init__(self, name: str, rules: EnrolmentRules, now_s: float, person_id: int | None = None) -> None:
        self.name, self.rules, self.person_id = name, rules, person_id
        self.again = person_id is not None
        self.takes: list[Take] = []
        self.phase = EnrolmentPhase.COLLECTING
        self.review: Review | None = None
        self._per_pose = shots_per_pose(rules.wanted)
        self._skipped: set[Pose] = set()
        self._hint, self._verdict = Hint.LOOK, Verdict.NO_FACE
        self._failure: Failure | None = None
        self._problem: Problem | None = None
        self._moved_s = self._looked_s = now_s
        self._waited_s = 0.0  # for the pose asked for, with a face in view
        self._seen: Counter[Hint | Verdict] = Counter()
        self._others = 0
        self._settled = False  # a person has looked the shots through: the beginning was not bad
        self._other_person = False  # the last crop was not like the others

    @property
    def pose(self) -> Pose | None:
        """The pose to be shown now; None where there are shots enough."""
        taken = Counter(take.pose for take in self.takes)
        for pose in POSES:
            if pose not in self._skipped and taken[pose] < self._per_pose[pose]:
                return pose
        return Pose.FRONT if len(self.takes) < min(self.rules.minimum, self.rules.wanted) else None

    @property
    def complete(self) -> bool:
        """Whether there are shots enough to look them through."""
        return self.pose is None

    @property
    def template(self) -> Floats:
        """Of the crops taken so far, at least one."""
        qualities = np.array([take.stored.quality for take in self.takes], np.float32)
        return template(np.stack([take.embedding for take in self.takes]), qualities)

    @property
    def agreement(self) -> list[float]:
        """Of each shot with the template of the others; empty for fewer than two."""
        if len(self.takes) < 2:
            return []
        return [float(value) for value in agreement(np.stack([take.embedding for take in self.takes]))]

    @property
    def progress(self) -> EnrolmentProgress:
        """As the window shows it."""
        agreeing: list[float | None] = [*self.agreement] or [None] * len(self.takes)
        shots = tuple(
            Shot(take.crop, take.pose, take.stored.quality, value, value is not None and value < self.rules.threshold)
            for take, value in zip(self.takes, agreeing, strict=True)
        )
        taken = Counter(take.pose for take in self.takes)
        steps = tuple(
            Step(pose, self._per_pose[pose], taken[pose], pose in self._skipped)
            for pose in POSES
            if self._per_pose[pose]
        )
        return EnrolmentProgress(
            name=self.name,
            phase=self.phase,
            wanted=self._wanted(taken),
            shots=shots,
            pose=self.pose or Pose.FRONT,
            hint=self._hint,
            verdict=self._verdict,
            steps=steps,
            review=self.review,
            failure=self._failure,
            problem=self._problem,
            person_id=self.person_id,
            again=self.again,
        )

    def observe(self, quality: Quality, now_s: float) -> bool:
        """What the picture shows now; whether there is something new to show. Skips a pose that is not shown, and fails
        the enrolment when its time is over."""
        if self.phase is not EnrolmentPhase.COLLECTING or (pose := self.pose) is None:
            return False
        passed_s, self._looked_s = now_s - self._looked_s, now_s
        if quality.verdict is Verdict.NO_FACE:
            self._other_person = False  # whoever comes next is judged afresh
        else:
            self._waited_s += min(passed_s, 1.0)
        if now_s - self._moved_s > self.rules.timeout_s:
            self._give_up()
            return True
        hint = self._judge(quality, pose)
        self._seen[quality.verdict if hint is Hint.VERDICT else hint] += 1
        changed = (hint, quality.verdict) != (self._hint, self._verdict)
        self._hint, self._verdict = hint, quality.verdict
        if self._waited_s > self.rules.pose_timeout_s and pose is not Pose.FRONT:
            self.skip(now_s)
            return True
        return changed

    def wants(self, quality: Quality, alone: bool, taken_s: float) -> bool:
        """Whether a crop of this quality, taken then, is worth a fingerprint."""
        pose = self.pose
        if self.phase is not EnrolmentPhase.COLLECTING or pose is None or not alone:
            return False
        late = not self.takes or taken_s - self.takes[-1].at_s >= self.rules.interval_s
        return late and self._usable(quality) and self._fit(quality, pose) is Fit.FITS

    def take(
        self, crop: Picture, kept: StoredFingerprint, embedding: Floats, taken_s: float, track_id: int, quality: Quality
    ) -> bool:
        """Add one crop that ``wants`` approved of; False when it does not fit the others."""
        pose = self.pose
        if self.phase is not EnrolmentPhase.COLLECTING or pose is None:
            return False
        needed = self.rules.agree if self.takes and self.takes[-1].track_id == track_id else self.rules.same
        if self.takes and float(self.template @ embedding) < needed:
            self._others += 1
            self._hint, self._other_person = Hint.OTHER_PERSON, True
            self._seen[Hint.OTHER_PERSON] += 1
            if self._settled or len(self.takes) > 2 or self._others < self.rules.restart_after:
                return False
            self.takes.clear()
            self._skipped.clear()
            pose = Pose.FRONT
        self._others, self._other_person = 0, False
        if self._fit(quality, pose) is not Fit.FITS:  # a new beginning, but not straight on
            return False
        self.takes.append(Take(crop, kept, embedding, taken_s, track_id, pose, quality.yaw, quality.pitch))
        self._moved(taken_s)
        return True

    def skip(self, now_s: float) -> bool:
        """Do without the pose asked for; False for straight on, which cannot be done without."""
        pose = self.pose
        if self.phase is not EnrolmentPhase.COLLECTING or pose in (None, Pose.FRONT):
            return False
        self._skipped.add(pose)
        self._moved(now_s)
        return True

    def retake(self, number: int, now_s: float) -> bool:
        """Drop shot ``number`` and take another in its place; False where there is no such shot to look through."""
        if self.phase is not EnrolmentPhase.REVIEW or not 0 <= number < len(self.takes):
            return False
        pose = self.takes.pop(number).pose
        # Whatever else was skipped stays so, but this one is asked for until it is there again.
        self._skipped.discard(pose)
        self._per_pose[pose] = max(self._per_pose[pose], 1 + sum(take.pose is pose for take in self.takes))
        return self._collect_again(now_s)

    def take_missing(self, now_s: float) -> bool:
        """Ask again for the poses that were skipped; False where there are none."""
        if self.phase is not EnrolmentPhase.REVIEW or not self._skipped:
            return False
        self._skipped.clear()
        return self._collect_again(now_s)

    def look_through(self, review: Review) -> None:
        """All shots are taken: what they are worth, for a person to say yes to."""
        agreeing = self.agreement
        self.phase = EnrolmentPhase.REVIEW
        self.review = Review(
            review.threshold,
            min(agreeing, default=None),
            float(np.mean(agreeing)) if agreeing else None,
            review.twin,
            review.earlier,
        )

    def saving(self) -> bool:
        """A person said yes; False where there is nothing to save."""
        if self.phase is not EnrolmentPhase.REVIEW or not self.takes:
            return False
        self.phase = EnrolmentPhase.SAVING
        return True

    def cancel(self) -> None:
        """Drop everything."""
        self.phase = EnrolmentPhase.CANCELLED
        self.takes.clear()

    def fail(self, problem: Problem) -> None:
        """It did not work, and why."""
        self.phase, self._problem = EnrolmentPhase.FAILED, problem

    def saved(self, person_id: int) -> None:
        """It is in the gallery."""
        self.phase, self.person_id = EnrolmentPhase.SAVED, person_id

    def _wanted(self, taken: Counter[Pose]) -> int:
        wanted = sum(taken[pose] if pose in self._skipped else self._per_pose[pose] for pose in POSES)
        return max(wanted, len(self.takes), min(self.rules.minimum, self.rules.wanted))

    def _rest(self) -> tuple[float, float]:
        """Yaw and pitch of this person at rest."""
        ahead = [(take.yaw, take.pitch) for take in self.takes if take.pose is Pose.FRONT]
        yaw, pitch = np.median(np.array(ahead or [(0.0, 0.0)]), axis=0)
        return float(yaw), float(pitch)

    def _fit(self, quality: Quality, pose: Pose) -> Fit:
        return fit(pose, quality.yaw, quality.pitch, self._rest(), self.rules.poses)

    def _usable(self, quality: Quality) -> bool:
        if quality.verdict is Verdict.TURNED and self.takes:
            # Who rests with the nose low nods further than the door's limit soon: from where they rest it is not far.
            return (
                abs(quality.yaw) <= self.rules.yaw and abs(quality.pitch - self._rest()[1]) <= self.rules.poses.too_far
            )
        return quality.verdict is Verdict.GOOD

    def _judge(self, quality: Quality, pose: Pose) -> Hint:
        if not self._usable(quality):
            return Hint.VERDICT
        return Hint.OTHER_PERSON if self._other_person else _HINTS[self._fit(quality, pose)]

    def _moved(self, now_s: float) -> None:
        self._moved_s, self._waited_s = now_s, 0.0
        self._hint = Hint.HOLD

    def _collect_again(self, now_s: float) -> bool:
        self.phase, self.review, self._settled = EnrolmentPhase.COLLECTING, None, True
        self._looked_s = now_s
        self._moved(now_s)
        self._hint = Hint.LOOK
        return True

    def _give_up(self) -> None:
        bad = [(count, what) for what, count in self._seen.items() if what not in (Hint.HOLD, Verdict.GOOD)]
        mostly = max(bad, key=lambda entry: entry[0])[1] if bad else None
        self.phase = EnrolmentPhase.FAILED
        self._failure = Failure(len(self.takes), self.rules.timeout_s, mostly)
