"""Faces followed from frame to frame, each track one face. Pure: the caller brings faces and time.

A jump of the box or of the landmarks, or a gap, ends a track, and so does whoever compares fingerprints (``end``). What
stands there now gets a number of its own. Somebody who takes another's place at one spot from one frame to the next
leaves no trace in boxes and landmarks: that is what fingerprints are for.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from device.vision.detector import Face
from gui.core.frames import KEEP_S, Box, Landmarks, Track

MIN_OVERLAP = 0.25
# The bounds of one face's movement from one frame to the next. Lengths are in sizes of the face, the longer of eye
# distance and eyes to mouth. `python -m tests.support.face_steps` measures what share of the demo clip's steps each of
# them ends, of 2,256 steps of people who walk in, stand, turn, nod and walk out.
# The box's middle from where it was, or from where it was heading for: none of the steps of 80 ms, 2.6 % of those of
# 160 ms, 9 % of 240 ms, all of people who walk in or out sideways, who have no votes to lose.
FARTHEST = 1.0
RESIZED = 1.42  # the larger size by the smaller: none, at most 1.20 in 640 ms
RESHAPED = 0.20  # RMS of the landmarks after the best turn, scale and shift: none, at most 0.11: no head flips sides
# Who takes another's place at one spot passes all three: of the clip's people, put in each other's place where they
# stand, none is told by them. That is left to the fingerprints.
# A face is missed in one frame now and then, by a blink or a blur; in two frames and for longer than this, somebody
# else may have stepped in. None of the clip's 396 frames with a face missed it.
GAP_S = 0.3
GAP_FRAMES = 2


def overlap(a: Box, b: Box) -> float:
    """Intersection over union of two boxes (x, y, width, height)."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    both = max(width, 0.0) * max(height, 0.0)
    union = a[2] * a[3] + b[2] * b[3] - both
    return both / union if union > 0 else 0.0


def size(landmarks: Landmarks) -> float:
    """Of a face (5, 2) in pixels: the longer of eye distance and eyes to mouth."""
    # Plain numbers: for five points that is several times quicker than arrays.
    (ax, ay), (bx, by), _, (cx, cy), (dx, dy) = landmarks.tolist()
    return max(1.0, math.hypot(bx - ax, by - ay), math.hypot(cx + dx - ax - bx, cy + dy - ay - by) / 2)


def reshaped(before: Landmarks, after: Landmarks) -> float:
    """How far the landmarks (5, 2) moved against each other, after the best turn, scale and shift: RMS in sizes."""
    # As complex numbers a turn and scale is one factor, and its least-squares fit one division.
    old, new = ([complex(x, y) for x, y in points.tolist()] for points in (before, after))
    old_middle, new_middle = sum(old) / len(old), sum(new) / len(new)
    pairs = [(a - old_middle, b - new_middle) for a, b in zip(old, new, strict=True)]
    factor = sum(a.conjugate() * b for a, b in pairs) / max(sum(abs(a) ** 2 for a, _ in pairs), 1e-9)
    return math.sqrt(sum(abs(b - factor * a) ** 2 for a, b in pairs) / len(pairs)) / size(after)


def is_one_face(track: Track, face: Face, at_s: float) -> bool:
    """Whether a face near a track can be the track's own: no gap, and no jump."""
    if track.missed >= GAP_FRAMES and at_s - track.seen_s > GAP_S:
        return False
    before, after = size(track.landmarks), size(face.landmarks)
    if max(before, after) > RESIZED * min(before, after):
        return False
    off = min(math.hypot(*_between(box, face.box)) for box in (track.box, track.expected(at_s)))
    return off <= FARTHEST * after and reshaped(track.landmarks, face.landmarks) <= RESHAPED


class Tracker:
    """Gives one face's detections the same number from frame to frame.

    Pure: the caller brings faces and time.
    """

    def __init__(self) -> None:
        self.tracks: list[Track] = []
        self._next_id = 1

    def update(self, faces: Sequence[Face], at_s: float) -> list[Track]:
        """The tracks seen in this frame; those of ``tracks`` that were not seen for ``KEEP_S`` are dropped."""
        pairs = [
            (max(overlap(track.box, face.box), overlap(track.expected(at_s), face.box)), t, f)
            for t, track in enumerate(self.tracks)
            for f, face in enumerate(faces)
        ]
        pairs.sort(key=lambda pair: -pair[0])
        of_face: dict[int, Track] = {}
        used: set[int] = set()
        over: set[int] = set()
        for part, t, f in pairs:
            if part < MIN_OVERLAP or t in used or f in of_face:
                continue
            if is_one_face(self.tracks[t], faces[f], at_s):
                used.add(t)
                of_face[f] = self.tracks[t]
            else:
                over.add(t)  # somebody else stands where this one was
        gone = {self.tracks[t].id for t in over - used}
        seen = []
        for f, face in enumerate(faces):
            if (old := of_face.get(f)) is not None:
                _move(old, face, at_s)
                seen.append(old)
            else:
                seen.append(Track(self._number(), face.box, face.landmarks, face.box, face.landmarks, at_s))
                self.tracks.append(seen[-1])
        self.tracks = [one for one in self.tracks if one.id not in gone and at_s - one.seen_s <= KEEP_S]
        for track in self.tracks:
            track.missed = 0 if track.seen_s == at_s else track.missed + 1
        return seen

    def end(self, track_ids: Iterable[int]) -> None:
        """Fingerprints say that somebody else stands where these tracks are: they go on with new numbers, and
        ``former`` tells the old ones. Tracks that are gone already are left alone."""
        ended = set(track_ids)
        for track in self.tracks:
            if track.id in ended:
                track.id, track.former = self._number(), track.id

    def _number(self) -> int:
        self._next_id += 1
        return self._next_id - 1


def _between(a: Box, b: Box) -> tuple[float, float]:
    return b[0] + b[2] / 2 - a[0] - a[2] / 2, b[1] + b[3] / 2 - a[1] - a[3] / 2


def _move(track: Track, face: Face, at_s: float) -> None:
    # A still face is smoothed strongly, a moving one hardly: trembling shows at rest, lag in movement.
    apart = max(1.0, math.dist(*face.landmarks[:2].tolist()))
    off = face.landmarks - track.shown_landmarks
    moved = float(np.abs(off).mean()) / apart
    new = min(0.25 + 6.0 * moved, 1.0)
    track.shown_landmarks = track.shown_landmarks + np.float32(new) * off
    x, y, width, height = (old + new * (now - old) for old, now in zip(track.shown_box, face.box, strict=True))
    track.shown_box = (x, y, width, height)
    passed_s = max(1e-3, at_s - track.seen_s)
    across, down = _between(track.box, face.box)
    track.speed = (track.speed[0] + across / passed_s) / 2, (track.speed[1] + down / passed_s) / 2
    track.box, track.landmarks, track.seen_s = face.box, face.landmarks, at_s


def next_to_send(tracks: Sequence[Track]) -> Track:
    """Whose crop the board gets: the nearest face, which decides about the door, every other time; the others in
    turns in between."""
    nearest = max(tracks, key=lambda track: track.box[2] * track.box[3])
    others = [track for track in tracks if track is not nearest]
    if not others or nearest.sent_s <= max(track.sent_s for track in others):
        return nearest
    return min(others, key=lambda track: track.sent_s)
