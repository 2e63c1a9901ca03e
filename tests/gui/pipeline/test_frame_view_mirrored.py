"""The mirror turns picture and faces alike."""

from __future__ import annotations

import numpy as np

from gui.pipeline.frame_view import mirrored
from tests.support.samples import face, frame, picture


def test_face_stands_over_the_same_pixels_in_the_mirror() -> None:
    shown = picture(160, 120)
    shown[30:90, 30:70] = 255  # where the face's box is
    shown[50, 40] = (9, 8, 7)  # its first landmark
    mirror = mirrored(frame(1, (face(box=(30.0, 30.0, 40.0, 60.0)),), shown))
    x, y, width, height = (round(value) for value in mirror.faces[0].box)
    assert (mirror.picture[y : y + height, x : x + width, 0] >= 9).all()
    assert mirror.picture[:, :x].max() < 255
    at = mirror.faces[0].landmarks[0]
    assert tuple(mirror.picture[round(float(at[1])), round(float(at[0]))]) == (9, 8, 7)
    assert np.array_equal(mirrored(mirror).picture, shown)
    assert mirrored(mirror).faces[0].box == (30.0, 30.0, 40.0, 60.0)


def test_the_original_is_left_alone() -> None:
    original = frame(1, (face(),))
    before = original.faces[0].landmarks.copy()
    mirrored(original)
    assert np.array_equal(original.faces[0].landmarks, before)
