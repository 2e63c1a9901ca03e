"""What follows from a decision: the board is asked to open the door, and the event is written. No Qt, no threads."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from gui.core.decisions import Decision, Effect, Rule, Trace
from gui.core.frames import Recognition
from gui.core.images import jpeg
from gui.core.people import Event, StoredFingerprint
from gui.core.states import Where
from gui.gallery.event_log import EventLog, Keeping

DAY_S = 86_400.0

Work = Callable[[], None]


class Door:
    """``ask`` opens the door for so many milliseconds and calls back once the board has said so, ``write`` runs a
    change of the gallery's file where it may wait for the disk, ``tell`` gets every event written."""

    def __init__(
        self,
        events: EventLog,
        open_ms: int,
        *,
        ask: Callable[[int, Work | None], None],
        write: Callable[[Work], None],
        tell: Callable[[Event], None],
    ) -> None:
        self.keeping = Keeping()
        self._events, self.open_ms = events, open_ms
        self._ask, self._write, self._tell = ask, write, tell

    def decided(self, recognition: Recognition, kept: Callable[[], StoredFingerprint]) -> None:
        """Open the door for who was accepted, and write what is worth an event; ``kept`` gives the fingerprint."""
        outcome = recognition.outcome
        if outcome.effect is Effect.NONE:
            return
        if outcome.effect is Effect.OPEN:
            self._ask(self.open_ms, None)
        picture = jpeg(recognition.decided_crop) if self.keeping.thumbnails else None
        event = Event(
            id=0,
            time=time.time(),
            person_id=outcome.person_id,
            name=outcome.name,
            decision=outcome.decision,
            score=outcome.match.score,
            threshold=outcome.trace.rules.threshold,
            reason=outcome.trace.rule.value,
            where=recognition.inference.where,
            network_ms=recognition.inference.network_ms,
            thumbnail=picture,
            trace=outcome.trace,
            passes=recognition.inference.passes,
        )
        self._log(event, kept() if self.keeping.fingerprints else None)
        if outcome.locks_out:
            trace = replace(outcome.trace, rule=Rule.LOCKED_OUT)
            locked = replace(event, decision=Decision.LOCKED_OUT, reason=trace.rule.value, trace=trace, thumbnail=None)
            self._log(locked, None)

    def open_by_hand(self, where: Where | None) -> None:
        """Open the door for nobody in particular; an event once the board ``where`` has said that it is open."""

        def opened() -> None:
            trace = Trace(Rule.BY_HAND)
            when, rule = time.time(), trace.rule.value
            self._log(Event(0, when, None, None, Decision.BY_HAND, None, None, rule, where, None, trace=trace), None)

        self._ask(self.open_ms, opened)

    def expire(self) -> int:
        """Delete the events that are older than they are to be kept; how many. May wait for the disk."""
        days = self.keeping.days
        return self._events.expire(time.time() - days * DAY_S) if days > 0 else 0

    def _log(self, event: Event, kept: StoredFingerprint | None) -> None:
        self._write(lambda: self._tell(self._events.log(event, kept)))
