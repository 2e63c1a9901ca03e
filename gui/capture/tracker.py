"""Faces followed from frame to frame. Pure: the caller brings faces and time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from device.vision.detector import Face
from gui.core.frames import (
    KEEP_S,
    Box,
    Track,
)

MIN_OVERLAP = 0.25


def overlap(a: Box, b: Box) -> float:
    """Intersection over union of two boxes (x, y, width, height)."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    both = max(width, 0.0) * max(height, 0.0)
    union = a[2] * a[3] + b[2] * b[3] - both
    return both / union if union > 0 else 0.0


class Tracker:
    """Gives faces that overlap from frame to frame the same number, where they were or where they were heading for.

    Pure: the caller brings faces and time.
    """

    def __init__(self) -> None:
        self.tracks: list[Track] = []
        self._next_id = 1

    def update(self, faces: Sequence[Face], at_s: float) -> list[Track]:
        """The tracks seen in this frame; those of ``tracks`` that were not seen for ``KEEP_S`` are dropped."""
        known = list(enumerate(self.tracks))
        pairs = [
            (max(overlap(track.box, face.box), overlap(track.expected(at_s), face.box)), t, f)
            for t, track in known
            for f, face in enumerate(faces)
        ]
        pairs.sort(key=lambda pair: -pair[0])
        of_face: dict[int, Track] = {}
        used: set[int] = set()
        for part, t, f in pairs:
            if part >= MIN_OVERLAP and t not in used and f not in of_face:
                used.add(t)
                of_face[f] = self.tracks[t]
        seen = []
        for f, face in enumerate(faces):
            if (old := of_face.get(f)) is not None:
                _move(old, face, at_s)
                seen.append(old)
            else:
                seen.append(Track(self._next_id, face.box, face.landmarks, face.box, face.landmarks, at_s))
                self.tracks.append(seen[-1])
                self._next_id += 1
        self.tracks = [track for track in self.tracks if at_s - track.seen_s <= KEEP_S]
        return seen


def _move(track: Track, face: Face, at_s: float) -> None:
    # A still face is smoothed strongly, a moving one hardly: trembling shows at rest, lag in movement.
    size = max(1.0, float(np.hypot(*(face.landmarks[1] - face.landmarks[0]))))
    moved = float(np.abs(face.landmarks - track.shown_landmarks).mean()) / size
    new = float(np.clip(0.25 + 6.0 * moved, 0.0, 1.0))
    track.shown_landmarks = track.shown_landmarks + np.float32(new) * (face.landmarks - track.shown_landmarks)
    x, y, width, height = (old + new * (now - old) for old, now in zip(track.shown_box, face.box, strict=True))
    track.shown_box = (x, y, width, height)
    passed_s = max(1e-3, at_s - track.seen_s)
    moves = [(face.box[n] + face.box[n + 2] / 2 - track.box[n] - track.box[n + 2] / 2) / passed_s for n in (0, 1)]
    track.speed = (track.speed[0] + moves[0]) / 2, (track.speed[1] + moves[1]) / 2
    track.box, track.landmarks, track.seen_s = face.box, face.landmarks, at_s


def next_to_send(tracks: Sequence[Track]) -> Track:
    """Whose crop the board gets: the nearest face, which decides about the door, every other time; the others in
    turns in between."""
    nearest = max(tracks, key=lambda track: track.box[2] * track.box[3])
    others = [track for track in tracks if track is not nearest]
    if not others or nearest.sent_s <= max(track.sent_s for track in others):
        return nearest
    return min(others, key=lambda track: track.sent_s)
