"""A small video whose frames can be told apart."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

FRAMES = 10


def write_clip(path: Path) -> Path:
    """Ten frames of 64x48 at 20 a second, each as bright as 20 times its number."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 20.0, (64, 48))
    for number in range(FRAMES):
        writer.write(np.full((48, 64, 3), number * 20, np.uint8))
    writer.release()
    return path


def brightness(picture: np.ndarray) -> int:
    """The frame's number, from its picture."""
    return round(float(picture.mean()) / 20)
