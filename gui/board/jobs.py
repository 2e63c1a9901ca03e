"""What the board is to do next. One queue in three ranks: commands, the newest live crop, background requests. No Qt.

A command is short and goes first. Of live crops only the newest waits. Background requests, such as the crops of
photos, take turns with live crops, so that neither waits for the other's end, and outlast a lost board.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field

from device.errors import DeviceError
from device.link.board import Board
from gui.core.frames import Answer, CropJob, Picture

TRIES = 3  # a background request that was under way so often when the board was lost is given up

Command = Callable[[Board], None]


@dataclass(eq=False)
class BackgroundRequest:
    """A crop that is not live and the promise of its fingerprint."""

    crop: Picture
    answer: Future[Answer] = field(default_factory=Future)
    tries: int = 0


Crop = CropJob | BackgroundRequest


class Jobs:
    """The queue. Filled from any thread, emptied by the board's."""

    def __init__(self) -> None:
        self._wake = threading.Condition()
        self._commands: deque[Command] = deque()
        self._live: CropJob | None = None
        self._background: deque[BackgroundRequest] = deque()
        self._background_is_next = True  # where a live crop waits, too
        self._closed = False

    # From any thread.

    def command(self, command: Command) -> None:
        """Run ``command`` before the next crop; dropped where no board is connected."""
        with self._wake:
            self._commands.append(command)
            self._wake.notify_all()

    def offer(self, job: CropJob) -> bool:
        """The newest live crop; whether one that still waited is dropped for it."""
        with self._wake:
            dropped, self._live = self._live is not None, job
            self._wake.notify_all()
        return dropped

    def request(self, crop: Picture) -> Future[Answer]:
        """The fingerprint of ``crop`` and what the board said of itself, some time; cancel it to take it back."""
        request = BackgroundRequest(crop)
        with self._wake:
            if self._closed:
                request.answer.set_exception(DeviceError("the program ends"))
            else:
                self._background.append(request)
            self._wake.notify_all()
        return request.answer

    def wake(self) -> None:
        """Something else than a job is wanted of the board's thread."""
        with self._wake:
            self._wake.notify_all()

    # From the board's thread.

    def take(self, *, crops: bool) -> Command | Crop | None:
        """The next job; a crop only where ``crops`` may be sent."""
        with self._wake:
            if self._commands:
                return self._commands.popleft()
            if not crops:
                return None
            if (self._live is None or self._background_is_next) and (request := self._next_request()) is not None:
                self._background_is_next = False
                return request
            live, self._live = self._live, None
            if live is not None:
                self._background_is_next = True
            return live

    def wait(self, seconds: float, interrupted: Callable[[], bool], *, for_jobs: bool = True) -> None:
        """Sleep at most so long, until ``interrupted`` or, with ``for_jobs``, until there is something to do."""
        with self._wake:
            self._wake.wait_for(lambda: interrupted() or (for_jobs and self._waiting), seconds)

    def connected(self) -> None:
        """Another board is there: commands and live crops from before are too old."""
        with self._wake:
            self._live = None
            self._commands.clear()

    def again(self, lost: Iterable[BackgroundRequest], error: DeviceError) -> None:
        """The board was lost while these were under way."""
        with self._wake:
            for request in reversed(list(lost)):
                request.tries += 1
                if request.tries >= TRIES:
                    request.answer.set_exception(error)
                else:
                    self._background.appendleft(request)

    def close(self) -> None:
        """The program ends: what waits fails."""
        with self._wake:
            self._closed = True
            while (request := self._next_request()) is not None:
                request.answer.set_exception(DeviceError("the program ends"))

    @property
    def _waiting(self) -> bool:
        return bool(self._commands or self._background) or self._live is not None

    def _next_request(self) -> BackgroundRequest | None:
        while self._background:
            request = self._background.popleft()
            if request.answer.running() or request.answer.set_running_or_notify_cancel():
                return request
        return None
