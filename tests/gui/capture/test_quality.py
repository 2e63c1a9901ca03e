"""Each verdict from a picture that deserves it and from its neighbour that does not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from device.vision.crop import TEMPLATE
from gui.capture.quality import judge, judge_picture, pose
from gui.core.frames import Quality, Verdict
from gui.panes.people.wording import ADVICE

SIZE = (640, 480)
BOX = (200.0, 100.0, 120.0, 150.0)


def face(
    scale: float = 1.0, shift: tuple[float, float] = (200.0, 100.0), nose: tuple[float, float] = (0.0, 0.0)
) -> NDArray[np.float32]:
    points = TEMPLATE.copy()
    points[2] += nose
    return (points * scale + shift).astype(np.float32)


def crop(light: float = 130.0, contrast: float = 40.0) -> NDArray[np.uint8]:
    """A drawing with edges at every size, as faces have."""
    noise = np.random.default_rng(3).normal(0, 1, (128, 128))
    mixed = sum(cv2.GaussianBlur(noise, (0, 0), s) * s for s in (1.0, 2.0, 4.0, 8.0))
    grey = np.clip(light + contrast * mixed / np.std(mixed), 0, 255).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)


def verdict(**changes: object) -> Verdict:
    given = {"frame_size": SIZE, "box": BOX, "landmarks": face(), "crop": crop()}
    return judge(**{**given, **changes}).verdict  # type: ignore[arg-type]


def test_a_face_that_looks_at_the_camera_is_good() -> None:
    quality = judge(frame_size=SIZE, box=BOX, landmarks=face(), crop=crop())
    assert quality.verdict is Verdict.GOOD
    assert 0.5 < quality.score <= 1.0
    yaw, pitch, size = pose(face())
    assert abs(yaw) < 0.03
    assert abs(pitch) < 0.03
    assert 40 < size < 50


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"box": (-10.0, 100.0, 120.0, 150.0)}, Verdict.CUT_OFF),
        ({"box": (-5.0, 100.0, 120.0, 150.0)}, Verdict.GOOD),
        ({"box": (600.0, 100.0, 120.0, 150.0)}, Verdict.CUT_OFF),
        ({"box": (200.0, 400.0, 120.0, 150.0)}, Verdict.CUT_OFF),
        ({"landmarks": face(0.5)}, Verdict.TOO_SMALL),
        ({"landmarks": face(0.6)}, Verdict.GOOD),
        ({"landmarks": face(nose=(16.0, 0.0))}, Verdict.TURNED),
        ({"landmarks": face(nose=(-16.0, 0.0))}, Verdict.TURNED),
        ({"landmarks": face(nose=(8.0, 0.0))}, Verdict.GOOD),
        ({"landmarks": face(nose=(0.0, 14.0))}, Verdict.TURNED),
        ({"landmarks": face(nose=(0.0, -14.0))}, Verdict.TURNED),
        ({"crop": crop(light=35.0, contrast=15.0)}, Verdict.TOO_DARK),
        ({"crop": crop(light=65.0, contrast=25.0)}, Verdict.GOOD),
        ({"crop": crop(light=245.0)}, Verdict.OVER_EXPOSED),
        ({"crop": cv2.GaussianBlur(crop(), (0, 0), 5.0)}, Verdict.BLURRED),
        ({"crop": cv2.blur(crop(), (25, 1))}, Verdict.BLURRED),
        ({"crop": cv2.blur(crop(), (1, 25))}, Verdict.BLURRED),
        ({"crop": np.full((128, 128, 3), 128, np.uint8)}, Verdict.BLURRED),
        ({"crop": None}, Verdict.GOOD),
    ],
)
def test_the_verdict(changes: dict[str, object], expected: Verdict) -> None:
    assert verdict(**changes) is expected


def test_leaning_the_head_sideways_is_no_turn() -> None:
    turn = cv2.getRotationMatrix2D((64, 80), 25, 1.0)
    leaning = (face(shift=(0, 0)) @ turn[:, :2].T + turn[:, 2]).astype(np.float32)
    assert pose(leaning) == pytest.approx(pose(face()), abs=1e-3)


def test_points_on_one_line_are_turned_and_no_crash() -> None:
    line = np.array([[n, n] for n in range(5)], np.float32) * 20
    assert verdict(landmarks=line) is Verdict.TURNED
    assert verdict(landmarks=np.zeros((5, 2), np.float32)) is Verdict.TOO_SMALL


def test_the_verdict_on_a_picture_counts_faces() -> None:
    good, dark = Quality(Verdict.GOOD, 0.9), Quality(Verdict.TOO_DARK)
    assert judge_picture([], []).verdict is Verdict.NO_FACE
    assert judge_picture([good, dark], [100.0, 90.0]).verdict is Verdict.TWO_FACES
    assert judge_picture([good, dark], [100.0, 20.0]) == good  # somebody far behind
    assert judge_picture([good, dark], [20.0, 100.0]) == dark
    assert set(ADVICE) == set(Verdict)
