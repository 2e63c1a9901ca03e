"""Where frames come from: a webcam, a video file, a folder of images, a stream, or the demo clip. No Qt."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from device.errors import DeviceError
from device.paths import ASSETS
from gui.capture.webcams import webcams
from gui.core.frames import Picture
from gui.core.i18n import formatted, marked
from gui.core.opencv import cv2
from gui.core.states import CameraKind

DEMO_CLIP = ASSETS / "demo.mp4"
IMAGE_ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})
STREAM_TIMEOUT_MS = 4_000
IMAGE_S = 2.0  # each image of a folder is shown this long
IMAGE_FPS = 10.0
LONGEST_SIDE = 1_920  # larger frames are shrunk: nobody needs them, and they are copied several times


HINTS: dict[CameraKind, str] = {
    CameraKind.WEBCAM: marked("plug it in, close other programs that use it, or choose another"),
    CameraKind.FILE: marked("choose a video that OpenCV can read, such as MP4 or AVI"),
    CameraKind.FOLDER: marked("put JPEG or PNG photos there"),
    CameraKind.STREAM: marked("check the address, and that the sender is up"),
    CameraKind.DEMO: marked("assets/demo.mp4 belongs to the program: install it again"),
}


class CameraError(DeviceError):
    """The source is not there or gives no frame."""


@dataclass(frozen=True)
class CameraSpec:
    """What was asked for: ``value`` is an index, a path or a URL, as text; empty for the demo clip.

    ``size`` (width, height) is asked of a webcam, which may give another; None: as the webcam wants.
    """

    kind: CameraKind
    value: str = ""
    size: tuple[int, int] | None = None


def parse_spec(text: str, size: tuple[int, int] | None = None) -> CameraSpec:
    """``demo``, a webcam's index, a stream's URL, a folder or image, else a video, there or not."""
    text = text.strip()
    if text.lower() == "demo":
        return CameraSpec(CameraKind.DEMO)
    if text.isascii() and text.isdigit():
        return CameraSpec(CameraKind.WEBCAM, text, size)
    if "://" in text:
        return CameraSpec(CameraKind.STREAM, text)
    if Path(text).is_dir() or Path(text).suffix.lower() in IMAGE_ENDINGS:
        return CameraSpec(CameraKind.FOLDER, text)
    return CameraSpec(CameraKind.FILE, text)


class Source(Protocol):
    """An open source. ``fps`` 0: it sets the pace itself; else whoever reads keeps it."""

    size: tuple[int, int]
    fps: float

    def read(self, skip: int = 0) -> Picture | None:
        """The next frame after leaving out ``skip``; None where none came."""

    def close(self) -> None:
        """Let go of it."""


class VideoSource:
    """OpenCV's capture of a webcam, a stream or a file. Raises CameraError if not one frame comes."""

    _first: Picture | None

    def __init__(self, spec: CameraSpec) -> None:
        self._loops = spec.kind in (CameraKind.FILE, CameraKind.DEMO)
        self._capture = _capture(spec)
        first = self._next() if self._capture.isOpened() else None
        if first is None:
            self._capture.release()
            raise CameraError(formatted(marked("{camera} gives no picture"), camera=describe(spec)), HINTS[spec.kind])
        self._first = first
        self.size = (first.shape[1], first.shape[0])
        told = float(self._capture.get(cv2.CAP_PROP_FPS) or 0.0)
        told = told if 1.0 <= told <= 240.0 else 30.0
        self.fps = told if self._loops else 0.0
        self.told_fps = told

    def read(self, skip: int = 0) -> Picture | None:
        if self._first is not None:
            first, self._first = self._first, None
            if not skip:
                return first
            skip -= 1
        for _ in range(skip):
            if not self._capture.grab():
                break
        picture = self._next()
        if picture is None and self._loops:
            self._capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
            picture = self._next()
        return picture

    def close(self) -> None:
        self._capture.release()

    def _next(self) -> Picture | None:
        good, bgr = self._capture.read()
        return _rgb(np.asarray(bgr, np.uint8)) if good and bgr is not None and bgr.size else None


class FolderSource:
    """The images of a folder in the order of their names, or one image, round and round; no unreadable ones."""

    fps = IMAGE_FPS

    def __init__(self, spec: CameraSpec, repeat: int = round(IMAGE_S * IMAGE_FPS)) -> None:
        place = Path(spec.value)
        every = [place] if place.is_file() else sorted(place.iterdir())
        self._paths = [path for path in every if path.suffix.lower() in IMAGE_ENDINGS]
        self._repeat = repeat
        self._pictures = self._endless()
        first = next(self._pictures, None)
        if first is None:
            what = formatted(marked("the image {name} cannot be read"), name=place.name)
            if place.is_dir():
                what = formatted(marked("the folder {name} holds no image that can be read"), name=place.name or place)
            raise CameraError(what, HINTS[CameraKind.FOLDER])
        self.size = (first.shape[1], first.shape[0])
        self._pictures = self._endless()

    def read(self, skip: int = 0) -> Picture | None:
        for _ in range(skip):
            next(self._pictures, None)
        return next(self._pictures, None)

    def close(self) -> None:
        self._pictures.close()

    def _endless(self) -> Generator[Picture, None, None]:
        while True:
            found = False
            for path in self._paths:
                try:
                    bgr = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)
                except (OSError, cv2.error):
                    continue
                if bgr is None:
                    continue
                found, picture = True, _rgb(np.asarray(bgr, np.uint8))
                for _ in range(self._repeat):
                    yield picture
            if not found:
                return


def describe(spec: CameraSpec) -> str:
    """The source in words for the window."""
    names = {
        CameraKind.WEBCAM: formatted(marked("webcam {index}"), index=spec.value),
        CameraKind.FILE: formatted(marked("file {name}"), name=Path(spec.value).name),
        CameraKind.FOLDER: formatted(marked("pictures {name}"), name=Path(spec.value).name),
        # without user and password
        CameraKind.STREAM: formatted(marked("stream {address}"), address=spec.value.split("@")[-1]),
        CameraKind.DEMO: "demo clip",
    }
    return names[spec.kind]


def name_of(spec: CameraSpec) -> str:
    """The source's own name: the maker's for a webcam, the file's, the stream's address; empty for the demo clip."""
    if spec.kind is CameraKind.WEBCAM:
        names = {str(webcam.index): webcam.name for webcam in webcams()}
        return names.get(spec.value) or spec.value
    if spec.kind in (CameraKind.FILE, CameraKind.FOLDER):
        return Path(spec.value).name or spec.value
    return spec.value.split("@")[-1]


def open_source(spec: CameraSpec) -> Source:
    """Open it; raises CameraError with what to try."""
    if spec.kind in (CameraKind.FILE, CameraKind.FOLDER) and not Path(spec.value).exists():
        text = formatted(marked("there is no camera, file or folder “{name}”"), name=spec.value)
        raise CameraError(text, marked("choose a camera, a file, a folder or the demo clip"))
    return FolderSource(spec) if spec.kind is CameraKind.FOLDER else VideoSource(spec)


def find_webcam(size: tuple[int, int] | None = None) -> tuple[CameraSpec, Source] | None:
    """The first webcam that delivers a frame, if any."""
    for webcam in webcams():
        spec = CameraSpec(CameraKind.WEBCAM, str(webcam.index), size)
        try:
            return spec, VideoSource(spec)
        except CameraError:
            continue
    return None


def _capture(spec: CameraSpec) -> cv2.VideoCapture:
    if spec.kind is CameraKind.WEBCAM:
        if Path("/sys/class").is_dir() and not Path(f"/dev/video{spec.value}").exists():
            there = ", ".join(f"{webcam.index} {webcam.name}".strip() for webcam in webcams()) or "–"
            text = formatted(
                marked("there is no webcam {index} (webcams here: {there})"), index=spec.value, there=there
            )
            raise CameraError(text, HINTS[spec.kind])
        capture = cv2.VideoCapture(int(spec.value))
        if spec.size is not None:
            capture.set(cv2.CAP_PROP_FRAME_WIDTH, spec.size[0])
            capture.set(cv2.CAP_PROP_FRAME_HEIGHT, spec.size[1])
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        return capture
    if spec.kind is CameraKind.STREAM:
        limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, STREAM_TIMEOUT_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, STREAM_TIMEOUT_MS]
        return cv2.VideoCapture(spec.value, cv2.CAP_FFMPEG, limits)
    return cv2.VideoCapture(str(DEMO_CLIP if spec.kind is CameraKind.DEMO else spec.value))


def _rgb(bgr: Picture) -> Picture:
    longest = max(bgr.shape[:2])
    if longest > LONGEST_SIDE:
        scale = LONGEST_SIDE / longest
        size = (round(bgr.shape[1] * scale), round(bgr.shape[0] * scale))
        bgr = np.asarray(cv2.resize(bgr, size, interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
