"""What the live side hands to the window: frozen records, no Qt.

Times ending in ``_s`` are seconds of ``now_s()``, the one monotonic clock, unless a docstring says otherwise;
lengths end in ``_ms``.
Pictures are RGB uint8 arrays (height, width, 3) that nobody writes to after they were handed over.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from device.link.replies import Hello, Inference, Where
from device.link.timing import Stage as Stage
from device.link.timing import board_spans
from gui.core.decisions import Decision, Outcome

Picture = NDArray[np.uint8]
Landmarks = NDArray[np.float32]


def now_s() -> float:
    """The one clock of all stages: monotonic seconds, the same that ``device.link.link`` stamps its replies with."""
    return time.perf_counter()


class Clock(StrEnum):
    """Whose clock measured a span."""

    HOST = "host"
    BOARD = "board"


@dataclass(frozen=True)
class Span:
    """One stage of one frame. ``start_ms`` counts from the moment the frame was asked of the camera."""

    stage: Stage
    start_ms: float
    length_ms: float
    clock: Clock = Clock.HOST


@dataclass(frozen=True)
class Timeline:
    """The stages one frame went through so far. Board spans come from the board's own clock.

    ``shift_ms``: how much later than on this computer the stages after the board stand, because emulated stages last
    longer (or shorter) at their own clock than they took to emulate. 0 for a real board.
    """

    start_s: float
    spans: tuple[Span, ...] = ()
    shift_ms: float = 0.0

    def with_span(self, stage: Stage, start_s: float, end_s: float) -> Timeline:
        """This timeline and one more stage, measured by the host between two monotonic instants."""
        span = Span(stage, (start_s - self.start_s) * 1e3 + self.shift_ms, (end_s - start_s) * 1e3)
        return replace(self, spans=(*self.spans, span))

    def with_board(self, inference: Inference) -> Timeline:
        """This timeline and the stages of one inference, none before its cause; see
        ``device.link.timing.board_spans``."""
        board = board_spans(inference)
        spans = tuple(
            Span(span.stage, span.start_ns / 1e6 - self.start_s * 1e3, span.ms, Clock(span.clock)) for span in board
        )
        return Timeline(self.start_s, self.spans + spans, (board[-1].end_ns - inference.received_ns) / 1e6)

    @property
    def end_s(self) -> float:
        """When the last stage so far ended."""
        return self.start_s + self.length_ms / 1e3

    @property
    def length_ms(self) -> float:
        """From the start to the end of the last stage so far."""
        return max((span.start_ms + span.length_ms for span in self.spans), default=0.0)

    @property
    def end_to_end_ms(self) -> float:
        """From the start to the end of the last stage before DRAW, which belongs to another frame."""
        ends = (span.start_ms + span.length_ms for span in self.spans if span.stage is not Stage.DRAW)
        return max(ends, default=0.0)

    def ms(self, stage: Stage) -> float | None:
        """Length of a stage, None where the frame did not go through it."""
        for span in self.spans:
            if span.stage is stage:
                return span.length_ms
        return None


class Verdict(StrEnum):
    """What is good or bad about a face in a frame; the value is the words to show."""

    GOOD = "good"
    NO_FACE = "no face"
    TWO_FACES = "two faces"
    CUT_OFF = "cut off by the edge"
    TOO_SMALL = "too small"
    TURNED = "turned too far"
    TOO_DARK = "too dark"
    OVER_EXPOSED = "over-exposed"
    BLURRED = "blurred"


@dataclass(frozen=True, eq=False)
class TrackedFace:
    """A face followed through frames. ``box`` is (x, y, width, height), ``landmarks`` (5, 2), in pixels.

    ``name`` is the best person so far, None for unknown or not yet recognised (``decision`` tells which).
    ``decided_s`` is when the picture was taken that says so, None where nothing was decided.
    """

    track_id: int
    box: tuple[float, float, float, float]
    landmarks: Landmarks
    verdict: Verdict
    name: str | None = None
    score: float | None = None
    decision: Decision = Decision.SEEN
    age_ms: float = 0.0  # since the detection that the box comes from
    quality: float = 0.0  # 0..1, 1 best
    decided_s: float | None = None


@dataclass(frozen=True, eq=False)
class FrameView:
    """One frame to paint, with the newest known faces."""

    number: int
    picture: Picture
    faces: tuple[TrackedFace, ...]
    timeline: Timeline  # capture of this frame; detect and align of the newest frame that vision finished
    camera_fps: float
    shown_fps: float


@dataclass(frozen=True, eq=False)
class Recognition:
    """One fingerprint that came back and what followed.

    ``crop`` and ``inference`` are of this fingerprint, the latter's times in the board at its own clock (``clock_hz``).
    ``outcome`` and ``decided_crop``, which it rests on, are of one decision: of who was accepted a moment ago and
    stays so, the match and the crop of then. ``latency_ms`` is from capture to decision on this computer.
    """

    number: int
    track_id: int
    crop: Picture
    verdict: Verdict
    inference: Inference
    clock_hz: int
    outcome: Outcome
    decided_crop: Picture
    timeline: Timeline
    latency_ms: float

    @property
    def end_to_end_ms(self) -> float:
        """Capture to decision: as measured on this computer, but with emulated stages as long as their clock says."""
        return self.timeline.end_to_end_ms if self.inference.where is Where.VIRTUAL else self.latency_ms


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture of the camera: ``number`` counts from 0; asked for at ``asked_s``, here at ``taken_s``."""

    number: int
    picture: Picture
    asked_s: float
    taken_s: float


Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Quality:
    """The first thing that is wrong, and a number 0..1 to order faces by (1 best).

    ``yaw`` and ``pitch`` as ``pose`` gives them. A face that is turned too far has no other fault.
    """

    verdict: Verdict
    score: float = 0.0
    yaw: float = 0.0
    pitch: float = 0.0


Answer = tuple[Hello, Inference]


KEEP_S = 0.7  # a face not found for this long is gone


@dataclass
class Track:
    """One face over time. ``landmarks`` and ``box`` are the newest detection's, ``shown_*`` smoothed for the eye.

    ``speed`` (2,) is how fast the box's middle moves, in pixels a second. ``missed`` counts the frames since it was
    seen last. ``former`` is the number that the face had while a fingerprint had not yet told that another one stands
    there now; 0 where there was none.
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
    missed: int = 0
    former: int = 0

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
    """What vision knows after one frame: the faces in it and the verdict on the frame as a whole."""

    tracks: tuple[Track, ...] = ()
    quality: Quality = field(default_factory=lambda: Quality(Verdict.NO_FACE))
    taken_s: float = 0.0
    detect: tuple[float, float] | None = None
    align: tuple[float, float] | None = None
