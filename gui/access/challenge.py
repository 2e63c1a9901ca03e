"""Turn your head, please: a face that was recognised has to turn as it is asked to, in an order nobody knows before.

Turns are read off the five landmarks by ``gui.capture.quality.pose``. Its yaw does not grow when something flat is
turned, so a photo that is swivelled does not pass; a film of somebody who turns the right way at the right moment
would.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from gui.core.decisions import Rule, Turn

# Yaw is the nose's way off the middle between the eyes in sizes of the face: with a nose half an eye distance in front
# of the eyes, 0.22 is a head turned by about 29 degrees, which the detector still follows well.
TURNED_YAW = 0.22
STRAIGHT_YAW = 0.12


@dataclass
class Challenge:
    """The turns that one face is asked for, one after another, straight ahead before each of them."""

    track_id: int
    person_id: int | None
    turns: tuple[Turn, ...]
    until_s: float
    turned: int = 0
    straight: bool = False  # looked ahead since the last turn
    failed: Rule | None = None
    done_s: float | None = None

    @classmethod
    def draw(cls, track_id: int, person_id: int | None, until_s: float, chance: random.Random) -> Challenge:
        """A new one: both sides in a random order."""
        return cls(track_id, person_id, tuple(chance.sample(list(Turn), len(Turn))), until_s)

    @property
    def asked(self) -> Turn | None:
        """The turn to make now; None when it is over."""
        return None if self.failed or self.done_s is not None else self.turns[self.turned]

    def observe(self, yaw: float, at_s: float) -> None:
        """The face shows this yaw now: positive where the person turned to their left."""
        asked = self.asked
        if asked is None:
            return
        if at_s > self.until_s:
            self.failed = Rule.TURN_LATE
        elif abs(yaw) <= STRAIGHT_YAW:
            self.straight = True
        elif abs(yaw) >= TURNED_YAW and self.straight:
            if (Turn.LEFT if yaw > 0 else Turn.RIGHT) is not asked:
                self.failed = Rule.TURN_WRONG
                return
            self.turned, self.straight = self.turned + 1, False
            if self.turned == len(self.turns):
                self.done_s = at_s

    def tick(self, at_s: float) -> None:
        """Time passes, whether the face is seen or not."""
        if self.asked is not None and at_s > self.until_s:
            self.failed = Rule.TURN_LATE
