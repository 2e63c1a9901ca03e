"""Faces in the camera's pictures, followed from frame to frame, and the crop of one of them; one worker thread.

A whole search of the picture costs tens of milliseconds, following a known face a few. So the worker searches seldom,
follows in between, and rests as long as it worked: board and window need the processor too.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from device.errors import DeviceError
from device.vision.crop import CROP_SIZE, CropError, align
from device.vision.detector import Detector, Face
from gui.capture.quality import Box, Quality, judge, judge_picture
from gui.core.frames import Frame, Landmarks, Picture, Problem, Stage, Timeline, Verdict, now_s
from gui.core.opencv import cv2

SEARCH_S = 0.6  # a whole search at least this often
KEEP_S = 0.7  # a face not found for this long is gone
MIN_OVERLAP = 0.25
DUTY = 0.55  # part of the time that the worker may compute
# Crops that are worth the board's time: too small or cut off faces are not, other faults it may still show.
WORTH_SENDING = frozenset(Verdict) - {Verdict.CUT_OFF, Verdict.TOO_SMALL, Verdict.NO_FACE}


@dataclass
class Track:
    """One face over time. ``landmarks`` and ``box`` are the newest detection's, ``shown_*`` smoothed for the eye.

    ``speed`` (2,) is how fast the box's middle moves, in pixels a second.
    """

    id: int
    box: Box
    landmarks: Landmarks
    shown_box: Box
    shown_landmarks: Landmarks
    seen_s: float
    quality: Quality = field(default_factory=lambda: Quality(Verdict.NO_FACE))
    sent_s: float = -1e9
    speed: tuple[float, float] = (0.0, 0.0)

    def expected(self, at_s: float) -> Box:
        """Where the box would be then if the face kept moving as it did."""
        ahead_s = min(at_s - self.seen_s, KEEP_S)
        return self.box[0] + self.speed[0] * ahead_s, self.box[1] + self.speed[1] * ahead_s, self.box[2], self.box[3]


@dataclass(frozen=True, eq=False)
class CropJob:
    """One crop for the board, with what is known of it. ``alone``: no other face of about its size is there."""

    frame: int
    track_id: int
    crop: Picture
    quality: Quality
    alone: bool
    taken_s: float
    timeline: Timeline


@dataclass(frozen=True, eq=False)
class View:
    """What vision knows after one frame: the faces in it and the verdict on the picture as a whole."""

    tracks: tuple[Track, ...] = ()
    quality: Quality = field(default_factory=lambda: Quality(Verdict.NO_FACE))
    taken_s: float = 0.0
    detect: tuple[float, float] | None = None
    align: tuple[float, float] | None = None


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


class VisionWorker:
    """Looks at the newest frame it was given, whenever it is free. Callbacks come on its thread.

    ``on_view`` after every frame looked at; ``on_crop`` when one of its faces is worth sending to the board.
    """

    def __init__(
        self,
        on_view: Callable[[View], None],
        on_crop: Callable[[CropJob], None],
        on_problem: Callable[[Problem], None],
        *,
        detector: Callable[[], Detector] = Detector,
    ) -> None:
        self._on_view, self._on_crop, self._on_problem = on_view, on_crop, on_problem
        self._make_detector = detector
        self.crop_size = CROP_SIZE
        self._tracker = Tracker()
        self._searched_s = -1e9
        self._wake = threading.Condition()
        self._frame: Frame | None = None
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="vision")

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Stop and join."""
        with self._wake:
            self._stopping = True
            self._wake.notify_all()
        if self._thread.ident is not None:
            self._thread.join()

    def offer(self, frame: Frame) -> None:
        """The newest frame; one that was not looked at yet is dropped. Never waits."""
        with self._wake:
            self._frame = frame
            self._wake.notify_all()

    def _run(self) -> None:
        try:
            detector = self._make_detector()  # here, because it takes a moment
        except DeviceError as error:
            self._on_problem(Problem(error.message, error.hint, "vision"))
            return
        while (frame := self._take()) is not None:
            began_s = now_s()
            try:
                self._look(detector, frame)
            except (DeviceError, cv2.error) as error:
                self._on_problem(Problem(f"a picture could not be searched: {error}", "", "vision"))
            self._rest((now_s() - began_s) * (1 / DUTY - 1))

    def _take(self) -> Frame | None:
        with self._wake:
            while self._frame is None and not self._stopping:
                self._wake.wait()
            frame, self._frame = self._frame, None
            return None if self._stopping else frame

    def _rest(self, seconds: float) -> None:
        end_s = now_s() + seconds
        with self._wake:
            while not self._stopping and (left_s := end_s - now_s()) > 0:
                self._wake.wait(left_s)

    def _look(self, detector: Detector, frame: Frame) -> None:
        start_s = now_s()
        faces = self._faces(detector, frame)
        found_s = now_s()
        seen = self._tracker.update(faces, frame.taken_s)
        size = (frame.picture.shape[1], frame.picture.shape[0])
        crops: dict[int, Picture] = {}
        for track in seen:
            crop = self._crop(frame, track)
            if crop is not None:
                crops[track.id] = crop
            track.quality = judge(picture_size=size, box=track.box, landmarks=track.landmarks, crop=crop)
        done_s = now_s()
        whole = judge_picture([track.quality for track in seen], [track.box[2] * track.box[3] for track in seen])
        steps = (start_s, found_s), (found_s, done_s) if seen else None
        self._on_view(View(tuple(replace(track) for track in self._tracker.tracks), whole, frame.taken_s, *steps))
        worth = [track for track in seen if track.id in crops and track.quality.verdict in WORTH_SENDING]
        if not worth:
            return
        chosen = next_to_send(worth)
        chosen.sent_s = frame.taken_s
        timeline = (
            Timeline(frame.asked_s)
            .with_span(Stage.CAPTURE, frame.asked_s, frame.taken_s)
            .with_span(Stage.DETECT, start_s, found_s)
            .with_span(Stage.ALIGN, found_s, done_s)
        )
        alone = whole.verdict is not Verdict.TWO_FACES
        crop = crops[chosen.id]
        self._on_crop(CropJob(frame.number, chosen.id, crop, chosen.quality, alone, frame.taken_s, timeline))

    def _faces(self, detector: Detector, frame: Frame) -> list[Face]:
        known = [track.box for track in self._tracker.tracks]
        if known and frame.taken_s - self._searched_s < SEARCH_S:
            faces = detector.follow(frame.picture, known)
            if len(faces) >= len(known):
                return faces
        self._searched_s = frame.taken_s
        return detector.detect(frame.picture)

    def _crop(self, frame: Frame, track: Track) -> Picture | None:
        try:
            return align(frame.picture, track.landmarks, self.crop_size)
        except CropError:
            return None
