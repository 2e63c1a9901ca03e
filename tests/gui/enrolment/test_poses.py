"""Which way a head is turned: from a model of a head whose angles are known, and by the rules."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from gui.capture.quality import pose
from gui.enrolment.poses import POSES, Fit, Pose, PoseRules, fit, shots_per_pose

RULES = PoseRules()
# Eyes, nose, corners of the mouth of a head that looks at the camera: x to the right of the picture, y down, z away.
HEAD = np.array([(-150, -170, 135), (150, -170, 135), (0, 0, 0), (-120, 150, 125), (120, 150, 125)], np.float64)


def seen(yaw: float = 0.0, pitch: float = 0.0) -> NDArray[np.float32]:
    """The landmarks of the head turned to its own left and nodded down by so many degrees."""
    a, b = np.radians(yaw), np.radians(pitch)
    turn = np.array([[np.cos(a), 0, -np.sin(a)], [0, 1, 0], [np.sin(a), 0, np.cos(a)]])
    nod = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    return (HEAD @ (turn @ nod).T)[:, :2].astype(np.float32) / 5 + 300


def shown(wanted: Pose, yaw: float = 0.0, nod: float = 0.0, rest: tuple[float, float] = (0.0, 0.0)) -> Fit:
    first, second, _ = pose(seen(yaw, nod))
    return fit(wanted, first, second, rest, RULES)


REST = pose(seen())[:2]


@pytest.mark.parametrize("degrees", [10, 20, 30])
def test_the_two_numbers_follow_the_angles_as_the_module_says(degrees: float) -> None:
    depth = 130 / 320
    yaw = pose(seen(yaw=degrees))[0]
    assert yaw == pytest.approx(depth * np.sin(np.radians(degrees)), abs=0.02)
    nodded = pose(seen(pitch=degrees))[1]
    assert nodded - REST[1] == pytest.approx(depth * np.tan(np.radians(degrees)), abs=0.03)


@pytest.mark.parametrize(
    ("wanted", "yaw", "nod", "expected"),
    [
        (Pose.FRONT, 0, 0, Fit.FITS),
        (Pose.FRONT, 25, 0, Fit.AHEAD),
        (Pose.LEFT, 15, 0, Fit.FITS),
        (Pose.LEFT, 5, 0, Fit.MORE),
        (Pose.LEFT, -15, 0, Fit.WRONG_WAY),
        (Pose.RIGHT, -15, 0, Fit.FITS),
        (Pose.RIGHT, 15, 0, Fit.WRONG_WAY),
        (Pose.UP, 0, -10, Fit.FITS),
        (Pose.UP, 0, 0, Fit.MORE),
        (Pose.UP, 0, 10, Fit.WRONG_WAY),
        (Pose.DOWN, 0, 10, Fit.FITS),
        (Pose.DOWN, 0, -10, Fit.WRONG_WAY),
    ],
)
def test_what_a_head_shows(wanted: Pose, yaw: float, nod: float, expected: Fit) -> None:
    assert shown(wanted, yaw, nod, REST) is expected


def test_directions_count_from_where_this_face_rests() -> None:
    assert fit(Pose.DOWN, 0.0, 0.24, (0.0, 0.24), RULES) is Fit.MORE
    assert fit(Pose.DOWN, 0.0, 0.24, (0.0, 0.0), RULES) is Fit.FITS


@pytest.mark.parametrize("wanted", range(1, 13))
def test_the_plan_gives_out_every_shot_and_no_pose_is_left_out_where_there_are_enough(wanted: int) -> None:
    wanted_shots = shots_per_pose(wanted)
    assert sum(wanted_shots.values()) == wanted
    assert set(wanted_shots) == set(POSES)
    assert all(wanted_shots.values()) == (wanted >= len(POSES))
    assert wanted_shots[Pose.FRONT] >= 1
