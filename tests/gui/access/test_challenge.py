"""Turning the head as asked, read off the landmarks."""

from __future__ import annotations

import random

import numpy as np
import pytest

from gui.access.challenge import STRAIGHT_YAW, TURNED_YAW, Challenge
from gui.capture.quality import pose
from gui.core.decisions import Rule, Turn

# A head in eye distances: x to the right as the camera sees it, y down, z towards the camera.
HEAD = np.array([(-0.5, 0.0, 0.0), (0.5, 0.0, 0.0), (0.0, 0.55, 0.5), (-0.4, 1.1, 0.05), (0.4, 1.1, 0.05)])


def seen(points: np.ndarray, degrees: float) -> np.ndarray:
    """Turned about the upright axis and looked at from far away, 60 pixels an eye distance."""
    angle = np.deg2rad(degrees)
    turn = np.array([(np.cos(angle), 0, np.sin(angle)), (0, 1, 0), (-np.sin(angle), 0, np.cos(angle))])
    return np.asarray((points @ turn.T)[:, :2] * 60 + 100, np.float32)


def test_a_head_counts_as_turned_from_about_thirty_degrees_on_and_to_its_left_is_to_the_right_of_the_picture() -> None:
    yaws = {degrees: pose(seen(HEAD, degrees))[0] for degrees in (-40, -32, 0, 10, 20, 32, 40)}
    assert yaws[32] >= TURNED_YAW
    assert yaws[-32] <= -TURNED_YAW
    assert yaws[20] < TURNED_YAW
    assert abs(yaws[10]) <= STRAIGHT_YAW
    assert abs(yaws[0]) < 0.01


@pytest.mark.parametrize("photographed", [0.0, 8.0, -8.0])
def test_a_flat_photo_never_turns(photographed: float) -> None:
    flat = np.column_stack([seen(HEAD, photographed) / 60, np.zeros(5)])
    for degrees in range(-80, 81, 5):
        assert abs(pose(seen(flat, degrees))[0]) < TURNED_YAW


@pytest.mark.parametrize(
    ("yaws", "turned", "failed"),
    [
        ([0.0, 0.3], 1, None),
        ([0.3], 0, None),  # never looked ahead
        ([0.0, 0.3, 0.3, 0.3], 1, None),
        ([0.0, 0.3, -0.3], 1, None),  # not straight in between
        ([0.0, 0.3, 0.0, -0.3], 2, None),
        ([0.0, -0.3], 0, Rule.TURN_WRONG),
        ([0.0, 0.3, 0.0, 0.3], 1, Rule.TURN_WRONG),
        ([0.0, 0.2, 0.0, -0.2], 0, None),  # not far enough
    ],
)
def test_turns_are_made_in_order(yaws: list[float], turned: int, failed: Rule | None) -> None:
    challenge = Challenge(1, 1, (Turn.LEFT, Turn.RIGHT), until_s=100.0)
    for n, yaw in enumerate(yaws):
        challenge.observe(yaw, float(n))
    assert (challenge.turned, challenge.failed) == (turned, failed)
    assert (challenge.done_s is not None) == (turned == 2)


def test_time_is_up_seen_or_not() -> None:
    for late in (lambda c: c.tick(10.1), lambda c: c.observe(0.0, 10.1)):
        challenge = Challenge.draw(1, 1, 10.0, random.Random(1))
        challenge.tick(10.0)
        assert challenge.failed is None
        late(challenge)
        assert challenge.failed is Rule.TURN_LATE
        assert challenge.asked is None
