"""The camera's thread: reads one source and hands its frames on, and changes over to another when asked.

It hands on each frame as it comes and keeps none: who is slow misses frames. Files and the demo clip play at their own
rate on the monotonic clock, skipping frames when late, and begin anew at their end.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from device.errors import DeviceError
from gui.capture.sources import HINTS, CameraError, CameraSpec, Source, describe, find_webcam, name_of, open_source
from gui.core.frames import Frame, now_s
from gui.core.i18n import formatted, marked
from gui.core.opencv import cv2
from gui.core.states import CameraKind, CameraPhase, CameraState, Problem, Topic

RETRY_S = 1.0
MISSES_UNTIL_LOST = 15


class CameraWorker:
    """Reads one source on a thread of its own and hands every frame to ``on_frame``, there.

    ``spec`` None: the first webcam that delivers, else the demo clip. A source that was asked for is never replaced by
    another: when it is not there or goes away, the worker says so and tries again every second. ``choose`` changes over
    to another source. ``paced`` False: files, folders and the demo clip come as fast as ``on_frame`` returns, no frame
    left out. ``size`` (width, height) is asked of a webcam.
    """

    def __init__(
        self,
        spec: CameraSpec | None,
        on_frame: Callable[[Frame], None],
        on_state: Callable[[CameraState], None],
        on_problem: Callable[[Problem], None],
        *,
        paced: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        self._spec, self._size, self._paced = spec, size, paced
        self._on_frame, self._on_state, self._on_problem = on_frame, on_state, on_problem
        self._lock = threading.Lock()  # guards what is wanted
        self._wake = threading.Event()  # something else is wanted, or the end
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="camera")
        self._times: deque[float] = deque(maxlen=31)
        self._number = 0
        self.skipped = 0  # frames of a file that were left out because the hands before were slow

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
        self._stopping = True
        self._wake.set()
        if self._thread.ident is not None:
            self._thread.join()

    def choose(self, spec: CameraSpec | None, size: tuple[int, int] | None = None) -> None:
        """Change over to another source, None for the first webcam or the demo clip. Returns at once."""
        with self._lock:
            self._spec, self._size = spec, size
            self._wake.set()

    def _run(self) -> None:
        while not self._stopping:
            with self._lock:
                self._wake.clear()
                spec, size = self._spec, self._size
            if self._stopping:
                break
            self._serve(spec, size)

    def _serve(self, wanted: CameraSpec | None, size: tuple[int, int] | None) -> None:
        """Show one source, again and again where it goes away, until something else is wanted."""
        source: Source | None = None
        spec = wanted
        if spec is None:
            spec, source = find_webcam(size) or (CameraSpec(CameraKind.DEMO), None)
        state = CameraState(spec.kind, CameraPhase.OPENING, name_of(spec))
        told = False
        self._times.clear()
        self._on_state(state)
        while not self._wake.is_set():
            try:
                source = source or open_source(spec)
                rate = getattr(source, "told_fps", source.fps)
                self._on_state(replace(state, phase=CameraPhase.LIVE, size=source.size, fps=rate))
                told = False
                self._play(source)
                raise CameraError(
                    formatted(marked("{camera} gives no more pictures"), camera=describe(spec)), HINTS[spec.kind]
                )
            except (DeviceError, OSError, cv2.error) as error:
                if self._wake.is_set():
                    break
                message = error.message if isinstance(error, DeviceError) else str(error)
                hint = error.hint if isinstance(error, DeviceError) else HINTS[spec.kind]
                self._on_state(replace(state, phase=CameraPhase.LOST, message=message))
                if not told:
                    self._on_problem(Problem(message, hint, Topic.CAMERA))
                told = True
            finally:
                if source is not None:
                    source.close()
                    source = None
            self._wake.wait(RETRY_S)

    def _play(self, source: Source) -> None:
        """Hand on frames until the source gives none any more or something else is wanted."""
        period_s = 1.0 / source.fps if source.fps and self._paced else 0.0
        due_s, misses = now_s(), 0
        while not self._wake.is_set():
            skip = 0
            if period_s:
                late = int((now_s() - due_s) / period_s)
                skip = max(0, late)
                self.skipped += skip
                due_s += skip * period_s
                if self._wake.wait(max(0.0, due_s - now_s())):
                    return
                due_s += period_s
            asked_s = now_s()
            picture = source.read(skip)
            if picture is None:
                misses += 1
                if source.fps or misses >= MISSES_UNTIL_LOST:
                    return
                self._wake.wait(0.02)
                continue
            misses = 0
            taken_s = now_s()
            self._times.append(taken_s)
            self._on_frame(Frame(self._number, picture, asked_s, taken_s))
            self._number += 1
