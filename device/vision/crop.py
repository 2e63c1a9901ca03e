"""What the network is fed: a face turned, scaled and shifted onto five template points, 128x128 RGB.

Training, evaluation, enrolment and the live picture all use this one definition. Everything that changes a pixel of
a crop raises ``CROP_VERSION``, because fingerprints of different crops must not be compared.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from device.errors import DeviceError

CROP_VERSION = 1
CROP_SIZE = 128

LANDMARKS = ("left eye", "right eye", "nose", "left mouth corner", "right mouth corner")
"""Order of the five points; left and right as seen in the picture."""

TEMPLATE: NDArray[np.float64] = np.array(
    [[43.77, 59.08], [84.04, 58.86], [64.03, 81.98], [47.48, 105.56], [80.84, 105.38]]
)
"""Where the five points lie in a crop of ``CROP_SIZE``: (5, 2), x and y in pixels, pixel centres at whole numbers."""
TEMPLATE.flags.writeable = False

_SMALLEST_FACE = 2.0


class CropError(DeviceError):
    """The photo or the landmarks cannot be turned into a crop."""


def template(size: int = CROP_SIZE) -> NDArray[np.float64]:
    """The template (5, 2) for a crop of ``size`` pixels, as if the 128-pixel crop had been resized."""
    return (TEMPLATE + 0.5) * (size / CROP_SIZE) - 0.5


def similarity(landmarks: ArrayLike, size: int = CROP_SIZE) -> NDArray[np.float64]:
    """The turn, scale and shift (2, 3) that takes photo pixels to crop pixels.

    ``landmarks`` is (5, 2), x and y in photo pixels, in the order of ``LANDMARKS``; points outside the photo are fine.
    A least-median-of-squares fit: one point that lies badly is left out. OpenCV seeds its sampling there anew on every
    call, so the same points give the same matrix. Raises CropError on another shape, on values that are not numbers
    and on points that lie on one spot.
    """
    points = np.asarray(landmarks, np.float64)
    if points.shape != (5, 2):
        raise CropError(f"landmarks have shape {points.shape}, not (5, 2)", f"give x and y of: {', '.join(LANDMARKS)}")
    if not np.isfinite(points).all():
        raise CropError("a landmark is not a finite number", "leave out faces whose landmarks are unknown")
    extent = float(np.ptp(points, axis=0).max())
    if extent < _SMALLEST_FACE:
        raise CropError(f"the five landmarks lie within {extent:.2f} pixels", "this is no face; use another detection")
    matrix, _ = cv2.estimateAffinePartial2D(points, template(size), method=cv2.LMEDS)
    # A detector's worst points can still fit only a crop that is blown up from next to nothing.
    if matrix is None or not np.isfinite(matrix).all() or not 1e-4 < np.hypot(*matrix[:, 0]) < size / _SMALLEST_FACE:
        raise CropError("no turn and scale takes these landmarks to a face", "the points may be in another order")
    return np.asarray(matrix, np.float64)


def align(photo: NDArray[np.uint8], landmarks: ArrayLike, size: int = CROP_SIZE) -> NDArray[np.uint8]:
    """The crop (size, size, 3) uint8 RGB of one face in ``photo`` (H, W, 3) uint8 RGB.

    Bilinear; black outside the photo. A face more than twice as large as the crop is averaged down first, because
    bilinear sampling would skip pixels. Raises CropError as ``similarity`` does, and on another kind of photo.
    """
    if not isinstance(photo, np.ndarray) or photo.dtype != np.uint8 or photo.ndim != 3 or photo.shape[2] != 3:
        got = f"{photo.dtype} {photo.shape}" if isinstance(photo, np.ndarray) else type(photo).__name__
        raise CropError(f"the photo is {got}, not uint8 (height, width, 3)", "give RGB, one byte a channel")
    if photo.size == 0 or size < 1:
        raise CropError(f"photo {photo.shape[1]}x{photo.shape[0]}, crop size {size}: both must be at least 1 pixel")
    matrix = similarity(landmarks, size)
    factor = int(1 / np.hypot(*matrix[:, 0]))
    if factor >= 2:
        height, width = (max(1, round(side / factor)) for side in photo.shape[:2])
        back_x, back_y = photo.shape[1] / width, photo.shape[0] / height
        grow = np.array([[back_x, 0, 0.5 * back_x - 0.5], [0, back_y, 0.5 * back_y - 0.5], [0, 0, 1]])
        matrix = matrix @ grow
        photo = np.asarray(cv2.resize(photo, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    crop = cv2.warpAffine(photo, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    return np.asarray(crop, np.uint8)
