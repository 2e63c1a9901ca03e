"""Crops that are not live, such as photos: they take turns with the live ones, and wait while there is no board."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field

from device.errors import DeviceError
from gui.core.frames import Answer, Picture

TRIES = 3  # a crop that was under way so often when the board was lost is given up


@dataclass(eq=False)
class QuietCrop:
    """One crop and the promise of its fingerprint."""

    crop: Picture
    answer: Future[Answer] = field(default_factory=Future)
    tries: int = 0


class QuietCrops:
    """The queue. Asked from any thread, emptied by the board's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[QuietCrop] = deque()
        self._mine = True  # the next turn, where a live crop waits too
        self._closed = False

    @property
    def waiting(self) -> bool:
        """Whether there is one to send."""
        return bool(self._waiting)

    def ask(self, crop: Picture) -> Future[Answer]:
        """The fingerprint of ``crop`` and what the board said of itself, some time; cancel it to take it back."""
        quiet = QuietCrop(crop)
        with self._lock:
            if self._closed:
                quiet.answer.set_exception(DeviceError("the program ends"))
            else:
                self._waiting.append(quiet)
        return quiet.answer

    def take(self, live: bool) -> QuietCrop | None:
        """The next one, where it is its turn; ``live``: a live crop waits as well."""
        with self._lock:
            if live and not self._mine:
                self._mine = True
                return None
            while self._waiting:
                quiet = self._waiting.popleft()
                if quiet.answer.running() or quiet.answer.set_running_or_notify_cancel():
                    self._mine = False
                    return quiet
            return None

    def again(self, lost: Iterable[QuietCrop], error: DeviceError) -> None:
        """The board was lost while these were under way."""
        with self._lock:
            for quiet in reversed(list(lost)):
                quiet.tries += 1
                if quiet.tries >= TRIES:
                    quiet.answer.set_exception(error)
                else:
                    self._waiting.appendleft(quiet)

    def close(self) -> None:
        """The program ends: what waits fails."""
        with self._lock:
            self._closed = True
            while self._waiting:
                quiet = self._waiting.popleft()
                if quiet.answer.running() or quiet.answer.set_running_or_notify_cancel():
                    quiet.answer.set_exception(DeviceError("the program ends"))
