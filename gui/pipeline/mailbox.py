"""From worker threads to the window's thread: letters in their order, of frames the newest alone."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal, SignalInstance


class Mailbox(QObject):
    """Runs what any thread posts on the thread the mailbox lives in.

    However much is posted, at most one wake-up stands in the event queue, so a window that is busy is not flooded.
    """

    _rung = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._letters: deque[Callable[[], None]] = deque()
        self._newest: Callable[[], None] | None = None
        self._due = False
        self._closed = False
        self._rung.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def post(self, letter: Callable[[], None]) -> None:
        """Run ``letter`` soon, after those posted before it."""
        with self._lock:
            self._letters.append(letter)
        self._ring()

    def post_newest(self, letter: Callable[[], None]) -> None:
        """Run ``letter`` soon, unless another takes its place before."""
        with self._lock:
            self._newest = letter
        self._ring()

    def post_signal(self, signal: SignalInstance, *values: object) -> None:
        """Emit ``signal`` soon, in the same order."""
        self.post(lambda: signal.emit(*values))

    def close(self) -> None:
        """Run nothing any more."""
        self._closed = True

    def _ring(self) -> None:
        with self._lock:
            due, self._due = self._due, True
        if not due:
            self._rung.emit()

    def _deliver(self) -> None:
        with self._lock:
            self._due = False
            letters, self._letters = self._letters, deque()
            newest, self._newest = self._newest, None
        if newest is not None:
            letters.append(newest)
        for letter in letters:
            if self._closed:
                return
            letter()
