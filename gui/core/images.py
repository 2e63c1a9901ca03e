"""Crops as picture files."""

from __future__ import annotations

from gui.core.frames import Picture
from gui.core.opencv import cv2

JPEG_QUALITY = 88  # a crop takes about 5 KB, a tenth of a PNG


def jpeg(crop: Picture) -> bytes | None:
    """A crop as a JPEG file; None where that fails."""
    bgr = cv2.cvtColor(crop, cv2.COLOR_RGB2BGR)
    good, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return data.tobytes() if good else None


def png(crop: Picture) -> bytes | None:
    """A crop as a PNG file; None where that fails."""
    good, data = cv2.imencode(".png", cv2.cvtColor(crop, cv2.COLOR_RGB2BGR))
    return data.tobytes() if good else None
