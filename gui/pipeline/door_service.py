"""The door for the window: opened and locked by hand, and the rules that it opens by. No Qt, never waiting."""

from __future__ import annotations

from gui.core.decisions import Rules
from gui.core.i18n import marked
from gui.core.states import Problem, Topic
from gui.pipeline.engine import Engine


class DoorService:
    """Asks ``engine``; what comes of it the engine's events tell."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open(self) -> None:
        """Ask the board to open the door for the usual time; logged as opened by hand once the board has said so."""
        self._engine.door.open_by_hand(self._engine.recogniser.where)

    def lock(self) -> None:
        """Ask the board to lock the door now."""
        self._engine.board.lock_door()

    def set_open_ms(self, open_ms: int) -> None:
        """How long the door stays open from the next opening on, 1..60,000."""
        self._engine.door.open_ms = open_ms

    def set_rules(self, rules: Rules) -> None:
        """Decide by these from now on; the threshold is the one of the board's network for their false-accept rate."""
        if warning := self._engine.recogniser.set_rules(rules):
            hint = marked("choose another false-accept rate in the settings")
            self._engine.events.on_problem(Problem(warning, hint, Topic.DECISION))
