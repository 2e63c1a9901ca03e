"""What the window asks of the log of events, and what people say of an event: on the window's thread, never waiting."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, SignalInstance

from device.errors import DeviceError
from gui.core.people import Event
from gui.core.states import Problem, Topic
from gui.gallery import event_csv
from gui.gallery.event_log import Keeping, Query
from gui.pipeline.engine import Engine

EXPIRE_EVERY_MS = 3_600_000  # retention counts days; an hour is soon enough, also for a program that runs for weeks

Work = Callable[[], None]


class _StoppedError(Exception):
    """The program ends in the midst of an export."""


class EventService(QObject):
    """Reads and corrects the engine's log; ``post`` emits a signal on this object's thread."""

    changed = Signal()  # events were deleted or corrected: read them again
    exported = Signal(object, int)  # Path, how many events
    problem = Signal(object)  # Problem

    def __init__(self, engine: Engine, post: Callable[..., None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.log = engine.log
        self._corrections, self._door, self._writer = engine.corrections, engine.door, engine.writer
        self._post = post
        self._exporting: threading.Thread | None = None
        self._is_exporting = False
        self._stopping = False
        self._timer = QTimer(self)
        self._timer.setInterval(EXPIRE_EVERY_MS)
        self._timer.timeout.connect(self.expire)

    def start(self) -> None:
        """Delete what is too old now, and again and again."""
        self.expire()
        self._timer.start()

    def stop(self) -> None:
        """No more of that; an export that is not done leaves no file."""
        self._timer.stop()
        self._stopping = True
        if self._exporting is not None:
            self._exporting.join()

    def newest(self, limit: int = 200) -> list[Event]:
        """The newest events, newest first, without their pictures; none once the program ends."""
        return [] if self._stopping else self.log.page(limit=limit)

    def keep(self, keeping: Keeping) -> None:
        """What is kept of events from now on, and how long those are kept that there are."""
        if keeping != self._door.keeping:
            self._door.keeping = keeping
            self.expire()

    def correct(self, event_id: int, person_id: int | None) -> None:
        """Somebody says who the face of an event was; None: not the person whom the event names."""
        self._correct(lambda: self._corrections.correct(event_id, person_id))

    def undo_correction(self, event_id: int) -> None:
        """Take back what was said of an event."""
        self._correct(lambda: self._corrections.undo(event_id))

    def delete_all(self) -> None:
        """Delete the whole log."""

        def delete() -> None:
            self.log.delete_all()
            self._post(self.changed)

        self._writer.write(delete)

    def export(self, path: Path, query: Query) -> None:
        """Write the events that fit as a CSV file, newest first; ``exported`` or ``problem`` tells how it went."""

        def export() -> None:
            try:
                count = event_csv.write(path, self._until_stopped(self.log.every(query)))
            except _StoppedError:
                return
            except DeviceError as error:
                self._export_ended(self.problem, Problem(error.message, error.hint, Topic.EVENTS))
            else:
                self._export_ended(self.exported, path, count)

        if self._is_exporting:
            return
        if self._exporting is not None:
            self._exporting.join()  # it has told how it went, and ends
        self._is_exporting = True
        self._exporting = threading.Thread(target=export, name="export")
        self._exporting.start()

    def _export_ended(self, signal: SignalInstance, *values: object) -> None:
        self._is_exporting = False  # first: who hears of it may ask for the next one
        self._post(signal, *values)

    def _until_stopped(self, events: Iterable[Event]) -> Iterator[Event]:
        for event in events:
            if self._stopping:
                raise _StoppedError
            yield event

    def expire(self) -> None:
        """Delete the events that are older than they are to be kept."""

        def expire() -> None:
            if self._door.expire():
                self._post(self.changed)

        self._writer.write(expire)

    def _correct(self, correct: Work) -> None:
        def change() -> None:
            correct()
            self._post(self.changed)

        self._writer.change(change)
