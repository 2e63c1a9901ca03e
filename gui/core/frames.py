"""What the live side hands to the window: frozen records, no Qt.

Times ending in ``_s`` are seconds of ``now_s()``, the one monotonic clock, unless a docstring says otherwise;
lengths end in ``_ms``.
Pictures are RGB uint8 arrays (height, width, 3) that nobody writes to after they were handed over.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device.link.replies import Hello, Inference
from device.link.timing import Stage as Stage
from device.link.timing import board_spans
from gui.core.trace import Trace

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

    def with_board(self, inference: Inference, crop_bytes: int) -> Timeline:
        """This timeline and the stages of one inference, none before its cause; see
        ``device.link.timing.board_spans``."""
        board = board_spans(inference, crop_bytes)
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
    def way_ms(self) -> float:
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
    """What is good or bad about a face in a picture; the value is the words to show."""

    GOOD = "good"
    NO_FACE = "no face"
    TWO_FACES = "two faces"
    CUT_OFF = "cut off by the edge"
    TOO_SMALL = "too small"
    TURNED = "turned too far"
    TOO_DARK = "too dark"
    OVER_EXPOSED = "over-exposed"
    BLURRED = "blurred"


class Decision(StrEnum):
    """What was decided about a face. BY_HAND stands only in events: the door was opened from the window.

    WAITING: somebody nearer is looked at first. CHALLENGED: known, and asked to turn the head. LOCKED_OUT: after too
    many refusals nobody is let in by their face for a while.
    """

    SEEN = "seen"
    UNCERTAIN = "uncertain"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WAITING = "waiting"
    CHALLENGED = "asked to turn"
    LOCKED_OUT = "locked out"
    BY_HAND = "opened by hand"


@dataclass(frozen=True, eq=False)
class TrackedFace:
    """A face followed through the frames. ``box`` is (x, y, width, height), ``landmarks`` (5, 2), in picture pixels.

    ``name`` is the best person so far, None for unknown or not yet recognised (``decision`` tells which).
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


@dataclass(frozen=True, eq=False)
class FrameView:
    """One camera picture to paint, with the newest known faces."""

    number: int
    picture: Picture
    faces: tuple[TrackedFace, ...]
    timeline: Timeline  # capture of this frame; detect and align of the newest frame that vision finished
    camera_fps: float
    shown_fps: float


@dataclass(frozen=True, eq=False)
class Recognition:
    """One fingerprint that came back, what it was compared with and what followed.

    ``person`` to ``margin``, ``decision`` and ``picture`` are of one decision: of who was accepted a moment ago and
    stays so, the match and the crop of then. The rest, ``crop`` too, is of this fingerprint.

    ``receive_ms``, ``network_ms`` and ``total_ms`` are at the board's clock (``clock_hz``); ``link_ms`` and
    ``latency_ms`` are the host's: round trip less the board's time, and capture to decision. The network's figures are
    of all ``looks`` together.
    """

    number: int
    timeline: Timeline
    crop: Picture
    track_id: int
    where: str
    clock_hz: int
    receive_cycles: int
    network_cycles: int
    total_cycles: int
    network_instructions: int | None
    receive_ms: float
    network_ms: float
    total_ms: float
    link_ms: float
    latency_ms: float
    person_id: int | None
    person: str | None
    score: float | None  # cosine with the best person, None where the gallery is empty
    second: str | None  # the runner-up
    margin: float | None  # best less second best, None with fewer than two people
    threshold: float
    decision: Decision
    trace: Trace
    picture: Picture
    verdict: Verdict = Verdict.GOOD
    looks: int = 1  # 2: at the crop and at its mirror image

    @property
    def way_ms(self) -> float:
        """Capture to decision: as measured on this computer, but with emulated stages as long as their clock says."""
        return self.timeline.way_ms if self.where == "virtual" else self.latency_ms


class BoardPhase(StrEnum):
    CONNECTING = "connecting"
    READY = "ready"
    LOST = "lost"


@dataclass(frozen=True)
class BoardState:
    """What is known of the board. ``where`` is board, virtual, qemu or host, empty until it answered."""

    phase: BoardPhase
    where: str = ""
    name: str = ""
    firmware: str = ""
    network_hash: str = ""
    clock_hz: int = 0
    url: str = ""
    message: str = ""
    baud: int = 0  # bits per second, 0 where the link has no rate
    hello: Hello | None = None  # everything the board said of itself, once it is ready


class DoorWord(StrEnum):
    OPEN = "open"
    LOCKED = "locked"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class DoorView:
    """The door as the board reported it at ``stamp_s``; ``remaining_ms`` was left then."""

    state: DoorWord
    remaining_ms: float = 0.0
    stamp_s: float = 0.0

    def remaining_at(self, now_s: float) -> float:
        """Milliseconds left at an instant of ``now_s()``, not below zero."""
        return max(0.0, self.remaining_ms - (now_s - self.stamp_s) * 1e3)


class CameraKind(StrEnum):
    WEBCAM = "webcam"
    FILE = "file"
    FOLDER = "folder"
    STREAM = "stream"
    DEMO = "demo"


class CameraPhase(StrEnum):
    OPENING = "opening"
    LIVE = "live"
    LOST = "lost"


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture as the camera gave it: ``number`` counts from 0; asked for at ``asked_s``, here at ``taken_s``."""

    number: int
    picture: Picture
    asked_s: float
    taken_s: float


@dataclass(frozen=True)
class CameraState:
    """The picture source: ``size`` is (width, height), ``fps`` what the source says of itself, 0 where it does not."""

    kind: CameraKind
    phase: CameraPhase
    description: str
    size: tuple[int, int] = (0, 0)
    fps: float = 0.0
    message: str = ""


@dataclass(frozen=True)
class Person:
    """One enrolled person. Times are seconds of the Unix clock."""

    id: int
    name: str
    created: float
    fingerprints: int
    usable: int  # of them, made by the network the board runs now
    thumbnail: bytes | None = None  # PNG
    last_seen: float | None = None


@dataclass(frozen=True)
class Event:
    """One line of the log. ``name`` is the person's name at that time; ``time`` is Unix seconds.

    ``reason`` is the rule that decided, in old files a sentence. ``thumbnail`` (JPEG or PNG) and ``trace`` are None in
    lists. ``correction`` says who it was according to a person: a name, empty for "not the person of the event".
    """

    id: int
    time: float
    person_id: int | None
    name: str | None
    decision: Decision
    score: float | None
    threshold: float | None
    reason: str
    where: str
    network_ms: float | None
    thumbnail: bytes | None = None
    trace: Trace | None = None
    correction: str | None = None
    looks: int = 1  # in ``network_ms``


@dataclass(frozen=True)
class Flow:
    """Frames and crops since the start, at ``at_s``. Newest wins everywhere: what is left out is dropped on purpose."""

    at_s: float
    taken: int  # frames the camera gave
    shown: int  # frames handed to the window
    looked: int  # frames searched for faces
    cut: int  # crops cut for the board
    dropped: int  # of them, replaced by a newer one before they were sent
    sent: int
    answered: int  # fingerprints that came back
    connected: int  # times a board was connected


@dataclass(frozen=True)
class Problem:
    """Something went wrong that a person should know; ``where`` is camera, vision, board, gallery or enrolment."""

    message: str
    hint: str = ""
    where: str = ""


@dataclass(frozen=True)
class PipelineOptions:
    """What the pipeline is started with.

    ``board`` None: the first known board, else the virtual one. ``camera`` None: the first webcam that delivers, else
    the demo clip.
    """

    data: Path
    board: str | None = None
    camera: str | None = None
    camera_size: tuple[int, int] | None = None  # asked of a webcam
    door_open_ms: int = 5_000
    enrolment_crops: int | None = None  # None: as the settings say
