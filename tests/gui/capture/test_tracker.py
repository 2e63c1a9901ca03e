"""A track is one face: jumps, gaps and fingerprints end it; walking, trembling and a missed frame do not."""

from __future__ import annotations

import math

import numpy as np
import pytest

from device.vision.crop import TEMPLATE
from device.vision.detector import Face
from gui.capture.tracker import FARTHEST, GAP_S, RESHAPED, RESIZED, Tracker, reshaped, size
from gui.core.frames import KEEP_S

STEP_S = 0.1


def face(x: float = 100.0, y: float = 50.0, scale: float = 1.0, yaw: float = 0.0) -> Face:
    """``yaw`` moves the nose, in sizes of the face."""
    landmarks = (TEMPLATE - 64) * scale + np.array([x, y])
    landmarks[2, 0] += yaw * 46.4 * scale
    side = 110.0 * scale
    return Face((x - side / 2, y - side / 2, side, side), landmarks.astype(np.float32), 0.99)


def test_the_size_is_the_longer_of_eye_distance_and_eyes_to_mouth() -> None:
    points = np.array([[0, 0], [30, 0], [15, 20], [5, 40], [25, 40]], np.float32)
    assert size(points) == pytest.approx(40.0)
    assert size(points * np.array([2, 1], np.float32)) == pytest.approx(60.0)


def test_turn_scale_and_shift_do_not_reshape_a_face_and_a_turned_head_does() -> None:
    turn = np.array([[math.cos(0.4), -math.sin(0.4)], [math.sin(0.4), math.cos(0.4)]])
    moved = (TEMPLATE @ turn.T * 1.7 + 20).astype(np.float32)
    assert reshaped(TEMPLATE.astype(np.float32), moved) == pytest.approx(0.0, abs=1e-5)
    assert 0.1 < reshaped(face(yaw=-0.2).landmarks, face(yaw=0.2).landmarks) < RESHAPED
    assert reshaped(face(yaw=-0.4).landmarks, face(yaw=0.4).landmarks) > RESHAPED


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (face(104.0, 52.0), True),
        (face(scale=RESIZED - 0.05), True),
        (face(scale=RESIZED + 0.05), False),
        (face(scale=1 / (RESIZED + 0.05)), False),
        (face(x=100.0 + 46.4 * (FARTHEST - 0.1)), True),
        (face(x=100.0 + 46.4 * (FARTHEST + 0.1)), False),  # the boxes overlap by more than a quarter
        (face(yaw=0.2), True),
    ],
)
def test_a_jump_of_the_box_ends_a_track(other: Face, same: bool) -> None:
    tracker = Tracker()
    (first,) = tracker.update([face()], 0.0)
    number = first.id
    (second,) = tracker.update([other], STEP_S)
    assert (second.id == number) is same
    assert [track.id for track in tracker.tracks] == [second.id]  # nothing is left of who was there


def test_a_head_that_flips_sides_is_another_head() -> None:
    tracker = Tracker()
    (first,) = tracker.update([face(yaw=0.4)], 0.0)
    number = first.id
    assert tracker.update([face(yaw=-0.4)], STEP_S)[0].id != number
    tracker = Tracker()  # one that turns from side to side passes through the middle
    yaws = [0.4, 0.3, 0.15, 0.0, -0.15, -0.3, -0.4]
    assert {tracker.update([face(yaw=yaw)], n * STEP_S)[0].id for n, yaw in enumerate(yaws)} == {1}


def test_one_missed_frame_is_no_gap_however_seldom_vision_looks() -> None:
    for step_s in (0.05, 0.15, 0.3):
        tracker = Tracker()
        tracker.update([face()], 0.0)
        tracker.update([], step_s)
        assert tracker.update([face()], 2 * step_s)[0].id == 1


def test_a_gap_of_two_frames_and_more_than_its_bound_ends_a_track() -> None:
    tracker = Tracker()
    tracker.update([face()], 0.0)
    tracker.update([], GAP_S / 3)
    tracker.update([], GAP_S * 2 / 3)
    assert tracker.update([face()], GAP_S)[0].id == 1  # not longer than the bound
    for n in (1, 2, 3):
        tracker.update([], GAP_S * (1 + n / 3))
    assert [track.id for track in tracker.tracks] == [1]  # it keeps its place while it may be missed only
    assert tracker.update([face()], GAP_S * 2 + 0.05)[0].id == 2
    assert [track.id for track in tracker.tracks] == [2]


def test_a_missed_face_keeps_its_place_for_a_while() -> None:
    tracker = Tracker()
    tracker.update([face(), face(400)], 0.0)
    tracker.update([face(400)], KEEP_S)
    assert [(track.id, track.missed) for track in tracker.tracks] == [(1, 1), (2, 0)]
    tracker.update([face(400)], KEEP_S + 0.1)
    assert [track.id for track in tracker.tracks] == [2]


def test_a_face_that_passes_in_front_takes_nobodys_number() -> None:
    tracker = Tracker()
    tracker.update([face(100), face(400, scale=1.6)], 0.0)
    for n in range(1, 12):  # a large one walks past a small one and hides it
        x = 400 - 55 * n
        hidden = abs(x - 100) < 60
        seen = tracker.update([face(x, scale=1.6), *([] if hidden else [face(100)])], n * STEP_S)
        assert seen[0].id == 2
        assert hidden or seen[1].id in (1, 3)
        assert hidden or len({track.id for track in seen}) == 2


def test_who_is_told_by_a_fingerprint_gets_a_number_of_their_own() -> None:
    tracker = Tracker()
    tracker.update([face(), face(400)], 0.0)
    tracker.end({1, 77})  # 77 is long gone
    assert [(track.id, track.former) for track in tracker.tracks] == [(3, 1), (2, 0)]
    assert [track.id for track in tracker.update([face(), face(400)], STEP_S)] == [3, 2]
    tracker.end({1})  # told twice, because a crop was on its way
    assert [track.id for track in tracker.tracks] == [3, 2]
