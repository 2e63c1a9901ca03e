"""For whom a face opened the door last, and whether it has locked again since. Pure.

Somebody who was let in and still stands there stays accepted; beside a locked door that needs words.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from gui.core.age import seconds_ago
from gui.core.decisions import Decision, Effect, Outcome
from gui.core.states import DoorView, DoorWord

UNKNOWN_DOOR = DoorView(DoorWord.UNKNOWN)


@dataclass(frozen=True)
class Opening:
    """The door now, and who opened it by face last. ``opened_s`` is None until the board has said that it is open."""

    door: DoorView = UNKNOWN_DOOR
    name: str | None = None
    opened_s: float | None = None

    def after_door(self, door: DoorView) -> Opening:
        """The board reported the door."""
        if door.state is DoorWord.OPEN and self.name is not None and self.opened_s is None:
            return replace(self, door=door, opened_s=door.stamp_s)
        return replace(self, door=door)

    def after_outcome(self, outcome: Outcome) -> Opening:
        """Something was decided about a face: perhaps to open the door."""
        if outcome.effect is not Effect.OPEN:
            return self
        opened_s = outcome.at_s if self.door.state is DoorWord.OPEN else None
        return Opening(self.door, outcome.name, opened_s)

    def contradicts(self, decision: Decision) -> bool:
        """Whether "accepted" stands beside a locked door, so that it must not look like an open one."""
        return decision is Decision.ACCEPTED and self.door.state is DoorWord.LOCKED

    def opened_ago(self, name: str | None, at_s: float) -> int | None:
        """Whole seconds since the door was opened for this person; None where the last opening was not for them."""
        if name is None or name != self.name or self.opened_s is None:
            return None
        return seconds_ago(self.opened_s, at_s)


NO_OPENING = Opening()
