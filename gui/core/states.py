"""How board, door and camera stand, and what the pipeline is started with: frozen records.

Times ending in ``_s`` are seconds of ``gui.core.frames.now_s``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from device.link.replies import Hello
from device.link.replies import Where as Where


class BoardPhase(StrEnum):
    """How far the connection to the board is."""

    CONNECTING = "connecting"
    READY = "ready"
    LOST = "lost"


@dataclass(frozen=True)
class BoardState:
    """What is known of the board. ``where`` is None until it answered."""

    phase: BoardPhase
    where: Where | None = None
    name: str = ""
    firmware: str = ""
    network_hash: str = ""
    clock_hz: int = 0
    url: str = ""
    message: str = ""
    baud: int = 0  # bits per second, 0 where the link has no rate
    hello: Hello | None = None  # everything the board said of itself, once it is ready


class DoorWord(StrEnum):
    """The door in a word; UNKNOWN until a board has said."""

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
    """Where frames come from."""

    WEBCAM = "webcam"
    FILE = "file"
    FOLDER = "folder"
    STREAM = "stream"
    DEMO = "demo"


class CameraPhase(StrEnum):
    """How far the camera is."""

    OPENING = "opening"
    LIVE = "live"
    LOST = "lost"


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


class Topic(StrEnum):
    """What a problem is about. The newest problem of a topic takes the place of the one before."""

    CAMERA = "camera"
    VISION = "vision"
    BOARD = "board"
    FAULT = "fault"  # the board restarted after one
    GALLERY = "gallery"
    EVENTS = "events"
    ENROLMENT = "enrolment"
    DECISION = "decision"
    SETTINGS = "settings"
    LOG = "log"
    PROGRAM = "program"


@dataclass(frozen=True)
class Problem:
    """Something went wrong that a person should know."""

    message: str
    hint: str
    topic: Topic


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
