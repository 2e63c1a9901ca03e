"""Whether a face in a frame is good enough, in one verdict in words. Pure: points, a crop, limits in; words out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from gui.core.frames import Box, Landmarks, Picture, Quality, Verdict


@dataclass(frozen=True)
class Limits:
    """Where good ends. Lengths in pixels of the frame, brightness 0..255; measured on LFW crops and degraded copies."""

    face_px: float = 24.0  # the longer of eye to eye and eyes to mouth; a crop has 40 of it
    edge: float = 0.06  # part of the box's side that may lie outside
    yaw: float = 0.30  # nose off the middle between the eyes, in sizes of the face
    pitch: float = 0.27  # nose off the middle between eyes and mouth, in that distance
    dark: float = 70.0  # the brightest tenth of the face is darker than this
    bright: float = 250.0
    bright_part: float = 0.20  # part of the face at or above ``bright``
    sharpness: float = 0.0035


def judge(
    *,
    frame_size: tuple[int, int],
    box: Box,
    landmarks: Landmarks,
    crop: Picture | None,
    limits: Limits = Limits(),
) -> Quality:
    """The verdict on one face: ``frame_size`` (width, height), ``box`` (x, y, width, height), ``landmarks`` (5, 2).

    ``crop`` is its aligned crop (128, 128, 3); None judges by the geometry alone. How many faces there are is
    ``judge_picture``'s to say.
    """
    yaw, pitch, size = pose(landmarks)
    if _outside(box, frame_size) > limits.edge:
        return Quality(Verdict.CUT_OFF, 0.0, yaw, pitch)
    if size < limits.face_px:
        return Quality(Verdict.TOO_SMALL, 0.0, yaw, pitch)
    score = float(np.clip(1 - 0.5 * (abs(yaw) / limits.yaw + abs(pitch) / limits.pitch), 0.0, 1.0))
    if crop is not None:
        face = inner_face(crop)
        if float(np.percentile(face, 90)) < limits.dark:
            return Quality(Verdict.TOO_DARK, 0.0, yaw, pitch)
        if float(np.mean(face >= limits.bright)) > limits.bright_part:
            return Quality(Verdict.OVER_EXPOSED, 0.0, yaw, pitch)
        sharp = sharpness(face)
        if sharp < limits.sharpness:
            return Quality(Verdict.BLURRED, 0.0, yaw, pitch)
        score = float(np.clip(score * min(1.0, sharp / (4 * limits.sharpness)), 0.0, 1.0))
    turned = abs(yaw) > limits.yaw or abs(pitch) > limits.pitch
    return Quality(Verdict.TURNED if turned else Verdict.GOOD, score, yaw, pitch)


def judge_picture(faces: Sequence[Quality], areas: Sequence[float]) -> Quality:
    """The verdict on a frame where one person should be: the largest face's, unless there is none or a second.

    ``areas`` are the boxes' areas, in the order of ``faces``. A face less than a quarter of the largest is background.
    """
    if not faces:
        return Quality(Verdict.NO_FACE)
    largest = int(np.argmax(areas))
    if sum(area >= 0.25 * areas[largest] for area in areas) > 1:
        return Quality(Verdict.TWO_FACES)
    return faces[largest]


def pose(landmarks: Landmarks) -> tuple[float, float, float]:
    """Yaw, pitch and size of a face (5, 2): two numbers near 0 when it looks at the camera, and its size in pixels.

    The size is the longer of eye distance and eye-to-mouth distance. Yaw is the nose's distance from the middle of the
    eyes along the eye line, in sizes; pitch is the nose's place between eyes (-0.5) and mouth (0.5). Both do not change
    when the head leans sideways.
    """
    points = np.asarray(landmarks, np.float64)
    eyes, mouth = points[:2].mean(axis=0), points[3:].mean(axis=0)
    across, down = points[1] - points[0], mouth - eyes
    apart, height = float(np.hypot(*across)), float(np.hypot(*down))
    size = max(apart, height)
    if min(apart, height) < 1e-6 or abs(across[0] * down[1] - across[1] * down[0]) < 1e-6:
        return 1.0, 1.0, size  # three points on one line: seen from the side, or no face
    right, below = np.linalg.solve(np.stack([across, down], axis=1), points[2] - eyes)
    return float(right) * apart / size, float(below) - 0.5, size


def inner_face(crop: Picture) -> NDArray[np.uint8]:
    """The grey middle of an aligned crop, where only face is: from above the eyes to the chin's begin."""
    height, width = crop.shape[:2]
    middle = crop[round(0.34 * height) : round(0.90 * height), round(0.24 * width) : round(0.76 * width)]
    return np.asarray(cv2.cvtColor(middle, cv2.COLOR_RGB2GRAY), np.uint8)


def sharpness(face: NDArray[np.uint8]) -> float:
    """How much of the crop's variance is in its edges, along the direction that has fewer: no unit.

    A smear by movement leaves edges across it alone, so the weaker direction tells. The number does not depend on light
    and contrast. LFW crops: 0.0039 at the first percentile, 0.012 in the middle; smeared by 11 pixels: 0.002.
    """
    spread = float(face.var())
    if spread < 1.0:
        return 0.0
    # Sensor noise is sharp however blurred the face is: a little smoothing takes it away, and leaves edges.
    smooth = cv2.GaussianBlur(face, (3, 3), 0.8).astype(np.float32)
    second = np.array([[1, -2, 1]], np.float32)
    return min(float(cv2.filter2D(smooth, -1, kernel).var()) for kernel in (second, second.T)) / spread


def _outside(box: Box, size: tuple[int, int]) -> float:
    x, y, width, height = box
    over = max(-x / max(width, 1e-6), (x + width - size[0]) / max(width, 1e-6), -y / max(height, 1e-6))
    return max(over, (y + height - size[1]) / max(height, 1e-6), 0.0)
