"""Which way a head is turned, from its five landmarks, and whether that is the way asked for. Pure.

``gui.capture.quality.pose`` gives the two numbers. Seen from far away, the nose stands a depth d before the plane of
eyes and mouth, whose distance is h. Turning the head by an angle a moves the nose sideways by d sin a, while h stays,
so yaw = d/h sin a. Nodding by b moves the nose to (p h cos b + d sin b) of h cos b, so pitch = p - 1/2 + d/h tan b,
where p is where this person's nose ends between eyes and mouth. With d/h = 0.41 (the head model of OpenCV's head pose
examples: eyes 170 above and mouth 150 below the tip of the nose, 130 behind it), 0.08 of yaw is 11 degrees and 0.04 of
pitch 6 degrees.

p differs between people more than a nod changes it: on 299 photos of adults looking ahead, pitch is -0.05 to 0.23 (5th
and 95th percentile), and the people of the demo clip rest between -0.02 and 0.24. So directions count from where this
person rests: the middle of the shots taken straight on. A resting face trembles by about 0.01 in both numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Pose(StrEnum):
    """Where the person looks; left and right are the person's own."""

    FRONT = "front"
    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    DOWN = "down"


POSES = tuple(Pose)
_OPPOSITE = {Pose.LEFT: Pose.RIGHT, Pose.RIGHT: Pose.LEFT, Pose.UP: Pose.DOWN, Pose.DOWN: Pose.UP}


class Fit(StrEnum):
    """How a head stands to the pose asked for."""

    FITS = "fits"
    MORE = "more"  # the right way, or not turned at all
    WRONG_WAY = "wrong way"
    AHEAD = "ahead"  # turned, where it should look ahead


@dataclass(frozen=True)
class PoseRules:
    """Where a pose begins, in the units of ``gui.capture.quality.pose``; lenient: a fair spread is all that is
    asked."""

    straight: float = 0.10  # yaw up to which a face looks ahead
    turned: float = 0.08  # yaw away from rest
    nodded: float = 0.04  # pitch away from rest
    too_far: float = 0.25  # pitch away from rest, beyond which the landmarks are no longer trusted


def fit(wanted: Pose, yaw: float, pitch: float, rest: tuple[float, float], rules: PoseRules) -> Fit:
    """Whether a head at ``yaw`` and ``pitch`` shows ``wanted``; ``rest`` is (yaw, pitch) of the same face at rest."""
    if wanted is Pose.FRONT:
        return Fit.FITS if abs(yaw) <= rules.straight else Fit.AHEAD
    if _shows(wanted, yaw, pitch, rest, rules):
        return Fit.FITS
    return Fit.WRONG_WAY if _shows(_OPPOSITE[wanted], yaw, pitch, rest, rules) else Fit.MORE


def _shows(pose: Pose, yaw: float, pitch: float, rest: tuple[float, float], rules: PoseRules) -> bool:
    # The nose of who turns to their own left goes to the right of the picture.
    aside, nod = yaw - rest[0], pitch - rest[1]
    return {
        Pose.LEFT: aside >= rules.turned,
        Pose.RIGHT: aside <= -rules.turned,
        Pose.UP: nod <= -rules.nodded,
        Pose.DOWN: nod >= rules.nodded,
    }[pose]


def shots_per_pose(wanted: int) -> dict[Pose, int]:
    """How many of ``wanted`` shots each pose gets: one each, and straight on all the rest; few are all straight on."""
    if wanted < len(POSES):
        return {pose: wanted if pose is Pose.FRONT else 0 for pose in POSES}
    return {pose: wanted - len(POSES) + 1 if pose is Pose.FRONT else 1 for pose in POSES}
