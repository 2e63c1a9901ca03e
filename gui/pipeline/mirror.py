"""The picture as in a mirror, faces included: only for showing. No Qt."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gui.core.frames import FrameView, TrackedFace
from gui.core.opencv import cv2


def mirrored(frame: FrameView) -> FrameView:
    """The frame with left and right exchanged: picture, boxes and landmarks."""
    width = frame.picture.shape[1]
    picture = np.asarray(cv2.flip(frame.picture, 1), np.uint8)
    return replace(frame, picture=picture, faces=tuple(_face(face, width) for face in frame.faces))


def _face(face: TrackedFace, width: int) -> TrackedFace:
    x, y, wide, high = face.box
    landmarks = face.landmarks.copy()
    landmarks[:, 0] = width - 1 - landmarks[:, 0]
    return replace(face, box=(width - x - wide, y, wide, high), landmarks=landmarks)
