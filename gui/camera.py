"""Where pictures come from: a webcam, a video file, a folder of images, a stream, or the demo clip; one worker thread.

The worker hands on each frame as it comes and keeps none: who is slow misses frames. Files and the demo clip play at
their own rate on the monotonic clock, skipping frames when late, and begin anew at their end.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from device.errors import DeviceError
from gui.opencv import cv2
from gui.records import CameraKind, CameraPhase, CameraState, Frame, Picture, Problem, now_s

DEMO_CLIP = Path(__file__).resolve().parent.parent / "assets" / "demo.mp4"
IMAGE_ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})
FIRST_WEBCAMS = 4  # indices tried when none was asked for
RETRY_S = 1.0
MISSES_UNTIL_LOST = 15
STREAM_TIMEOUT_MS = 4_000
IMAGE_S = 2.0  # each image of a folder is shown this long
IMAGE_FPS = 10.0
LONGEST_SIDE = 1_920  # larger pictures are shrunk: nobody needs them, and they are copied several times


class CameraError(DeviceError):
    """The source is not there or gives no picture."""


@dataclass(frozen=True)
class CameraSpec:
    """What was asked for: ``value`` is an index, a path or a URL, as text; empty for the demo clip."""

    kind: CameraKind
    value: str = ""


def parse_spec(text: str) -> CameraSpec:
    """``demo``, a webcam's index, a stream's URL, a folder or image, else a video. Raises CameraError without them."""
    text = text.strip()
    if text.lower() == "demo":
        return CameraSpec(CameraKind.DEMO)
    if text.isascii() and text.isdigit():
        return CameraSpec(CameraKind.WEBCAM, text)
    if "://" in text:
        return CameraSpec(CameraKind.STREAM, text)
    if Path(text).is_dir() or (Path(text).suffix.lower() in IMAGE_ENDINGS and Path(text).is_file()):
        return CameraSpec(CameraKind.FOLDER, text)
    if Path(text).is_file():
        return CameraSpec(CameraKind.FILE, text)
    raise CameraError(f"there is no camera, file or folder {text!r}", "give an index, a file, a folder, a URL or demo")


class Source(Protocol):
    """An open source. ``fps`` 0: it sets the pace itself; else whoever reads keeps it."""

    size: tuple[int, int]
    fps: float

    def read(self, skip: int = 0) -> Picture | None:
        """The next picture after leaving out ``skip``; None where none came."""

    def close(self) -> None:
        """Let go of it."""


class VideoSource:
    """OpenCV's capture of a webcam, a stream or a file. Raises CameraError where not one picture comes."""

    _first: Picture | None

    def __init__(self, spec: CameraSpec) -> None:
        self._loops = spec.kind in (CameraKind.FILE, CameraKind.DEMO)
        self._capture = _capture(spec)
        first = self._next() if self._capture.isOpened() else None
        if first is None:
            self._capture.release()
            raise CameraError(f"{describe(spec)} gives no picture", _HINTS[spec.kind])
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
            what = f"the image {place.name} cannot be read"
            if place.is_dir():
                what = f"the folder {place.name or place} holds no image that can be read"
            raise CameraError(what, _HINTS[CameraKind.FOLDER])
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
        CameraKind.WEBCAM: f"webcam {spec.value}",
        CameraKind.FILE: f"file {Path(spec.value).name}",
        CameraKind.FOLDER: f"pictures {Path(spec.value).name}",
        CameraKind.STREAM: f"stream {spec.value.split('@')[-1]}",  # without user and password
        CameraKind.DEMO: "demo clip",
    }
    return names[spec.kind]


def open_source(spec: CameraSpec) -> Source:
    """Open it; raises CameraError with what to try."""
    return FolderSource(spec) if spec.kind is CameraKind.FOLDER else VideoSource(spec)


def find_webcam() -> tuple[CameraSpec, Source] | None:
    """The first webcam that delivers a picture, if any."""
    for index in _webcam_indices():
        spec = CameraSpec(CameraKind.WEBCAM, str(index))
        try:
            return spec, VideoSource(spec)
        except CameraError:
            continue
    return None


class CameraWorker:
    """Reads one source on a thread of its own and hands every frame to ``on_frame``, there.

    ``spec`` None: the first webcam that delivers, else the demo clip. A source that was asked for is never replaced by
    another: when it is not there or goes away, the worker says so and tries again every second.
    ``paced`` False: files, folders and the demo clip come as fast as ``on_frame`` returns, no frame left out.
    """

    def __init__(
        self,
        spec: CameraSpec | None,
        on_frame: Callable[[Frame], None],
        on_state: Callable[[CameraState], None],
        on_problem: Callable[[Problem], None],
        *,
        paced: bool = True,
    ) -> None:
        self._spec, self._paced = spec, paced
        self._on_frame, self._on_state, self._on_problem = on_frame, on_state, on_problem
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="camera")
        self._times: deque[float] = deque(maxlen=31)
        self._number = 0

    @property
    def fps(self) -> float:
        """Frames a second over the last second or so."""
        times = tuple(self._times)
        return (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 and times[-1] > times[0] else 0.0

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Stop and join. A stream that hangs is waited for until its timeout."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        source: Source | None = None
        spec = self._spec
        if spec is None:
            found = find_webcam()
            spec, source = found or (CameraSpec(CameraKind.DEMO), None)
        state = CameraState(spec.kind, CameraPhase.OPENING, describe(spec))
        told = False
        while not self._stopping.is_set():
            try:
                source = source or open_source(spec)
                rate = getattr(source, "told_fps", source.fps)
                self._on_state(replace(state, phase=CameraPhase.LIVE, size=source.size, fps=rate))
                told = False
                self._play(source)
                raise CameraError(f"{describe(spec)} gives no more pictures", _HINTS[spec.kind])
            except (DeviceError, OSError, cv2.error) as error:
                if self._stopping.is_set():
                    break
                message = error.message if isinstance(error, DeviceError) else str(error)
                self._on_state(replace(state, phase=CameraPhase.LOST, message=message))
                if not told:
                    self._on_problem(Problem(message, f"{_HINTS[spec.kind]} (trying again by itself)", "camera"))
                told = True
            finally:
                if source is not None:
                    source.close()
                    source = None
            self._stopping.wait(RETRY_S)

    def _play(self, source: Source) -> None:
        """Hand on pictures until the source gives none any more or the worker stops."""
        period_s = 1.0 / source.fps if source.fps and self._paced else 0.0
        due_s, misses = now_s(), 0
        while not self._stopping.is_set():
            skip = 0
            if period_s:
                late = int((now_s() - due_s) / period_s)
                skip = max(0, late)
                due_s += skip * period_s
                if self._stopping.wait(max(0.0, due_s - now_s())):
                    return
                due_s += period_s
            asked_s = now_s()
            picture = source.read(skip)
            if picture is None:
                misses += 1
                if source.fps or misses >= MISSES_UNTIL_LOST:
                    return
                self._stopping.wait(0.02)
                continue
            misses = 0
            taken_s = now_s()
            self._times.append(taken_s)
            self._on_frame(Frame(self._number, picture, asked_s, taken_s))
            self._number += 1


_HINTS: dict[CameraKind, str] = {
    CameraKind.WEBCAM: "plug it in, close other programs that use it, or choose another with --camera",
    CameraKind.FILE: "choose a video that OpenCV can read, such as MP4 or AVI",
    CameraKind.FOLDER: "put JPEG or PNG photos there",
    CameraKind.STREAM: "check the address, and that the sender is up",
    CameraKind.DEMO: "assets/demo.mp4 belongs to the program: install it again",
}


def _webcam_indices() -> list[int]:
    if Path("/sys/class").is_dir():  # Linux names them
        return [index for index in range(FIRST_WEBCAMS) if Path(f"/dev/video{index}").exists()]
    return list(range(FIRST_WEBCAMS))


def _capture(spec: CameraSpec) -> cv2.VideoCapture:
    if spec.kind is CameraKind.WEBCAM:
        if Path("/sys/class").is_dir() and not Path(f"/dev/video{spec.value}").exists():
            there = ", ".join(map(str, _webcam_indices())) or "none"
            raise CameraError(f"there is no webcam {spec.value} (webcams here: {there})", _HINTS[spec.kind])
        capture = cv2.VideoCapture(int(spec.value))
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
