"""What follows from a decision: the board is asked to open the door, and the event is written. No Qt, no threads."""

from __future__ import annotations

import time
from collections.abc import Callable

from gui.decision import Outcome
from gui.events import EventLog
from gui.opencv import cv2
from gui.records import Decision, Event, Picture, PipelineOptions, Recognition

Work = Callable[[], None]


class Door:
    """``ask`` opens the door for so many milliseconds and calls back once the board has said so, ``write`` runs a change
    of the gallery's file where it may wait for the disk, ``tell`` gets every event written.
    """

    def __init__(
        self,
        events: EventLog,
        options: PipelineOptions,
        *,
        ask: Callable[[int, Work | None], None],
        write: Callable[[Work], None],
        tell: Callable[[Event], None],
    ) -> None:
        self._events, self._options = events, options
        self._ask, self._write, self._tell = ask, write, tell

    def decided(self, recognition: Recognition, outcome: Outcome) -> None:
        """Open the door for who was accepted, and write what is worth an event."""
        if not outcome.announce:
            return
        if outcome.decision is Decision.ACCEPTED:
            self._ask(self._options.door_open_ms, None)
        when = time.time()

        def write() -> None:
            event = Event(
                id=0,
                time=when,
                person_id=outcome.person_id,
                name=outcome.name,
                decision=outcome.decision,
                score=recognition.score,
                threshold=recognition.threshold,
                reason=outcome.reason,
                where=recognition.where,
                network_ms=recognition.network_ms,
                thumbnail=png(recognition.crop) if self._options.event_thumbnails else None,
            )
            self._tell(self._events.log(event))

        self._write(write)

    def open_by_hand(self, where: str) -> None:
        """Open the door for nobody in particular; an event once the board ``where`` has said that it is open."""

        def opened() -> None:
            event = Event(0, time.time(), None, None, Decision.BY_HAND, None, None, "by hand", where, None)
            self._write(lambda: self._tell(self._events.log(event)))

        self._ask(self._options.door_open_ms, opened)


def png(crop: Picture) -> bytes | None:
    """A crop as a PNG file; None where that fails."""
    good, data = cv2.imencode(".png", cv2.cvtColor(crop, cv2.COLOR_RGB2BGR))
    return data.tobytes() if good else None
