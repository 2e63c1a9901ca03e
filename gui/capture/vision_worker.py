"""Faces in the camera's frames, followed from frame to frame, and the crop of one of them; one worker thread.

A whole search of a frame costs tens of milliseconds, following a known face a few. So the worker searches seldom,
follows in between, and rests as long as it worked: board and window need the processor too.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from device.errors import DeviceError
from device.vision.crop import CROP_SIZE, CropError, align
from device.vision.detector import Detector, Face
from gui.capture.quality import judge, judge_picture
from gui.capture.tracker import Tracker, next_to_send
from gui.core.frames import (
    CropJob,
    Frame,
    Picture,
    Stage,
    Timeline,
    Track,
    Verdict,
    View,
    now_s,
)
from gui.core.opencv import cv2
from gui.core.states import Problem, Topic

SEARCH_S = 0.6  # a whole search at least this often
DUTY = 0.55  # part of the time that the worker may compute
# Crops that are worth the board's time: too small or cut off faces are not, other faults it may still show.
WORTH_SENDING = frozenset(Verdict) - {Verdict.CUT_OFF, Verdict.TOO_SMALL, Verdict.NO_FACE}


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
        self._ended: set[int] = set()
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

    def end_track(self, track_id: int) -> None:
        """A fingerprint says that somebody else stands where this track is: from the next frame on it has another
        number. From any thread."""
        with self._wake:
            self._ended.add(track_id)

    def _run(self) -> None:
        try:
            detector = self._make_detector()  # here, because it takes a moment
        except DeviceError as error:
            self._on_problem(Problem(error.message, error.hint, Topic.VISION))
            return
        while (frame := self._take()) is not None:
            began_s = now_s()
            try:
                self._look(detector, frame)
            except (DeviceError, cv2.error) as error:
                self._on_problem(Problem(f"a picture could not be searched: {error}", "", Topic.VISION))
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
        with self._wake:
            ended, self._ended = self._ended, set()
        self._tracker.end(ended)
        seen = self._tracker.update(faces, frame.taken_s)
        size = (frame.picture.shape[1], frame.picture.shape[0])
        crops: dict[int, Picture] = {}
        for track in seen:
            crop = self._crop(frame, track)
            if crop is not None:
                crops[track.id] = crop
            track.quality = judge(frame_size=size, box=track.box, landmarks=track.landmarks, crop=crop)
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
