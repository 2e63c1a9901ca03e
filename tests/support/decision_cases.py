"""People at the door and what a decider says of them, for the tests of decisions."""

from __future__ import annotations

import numpy as np

from device.vision.fingerprint import unit
from gui.access.decider import Decider
from gui.access.matcher import Floats
from gui.core.decisions import Decision, Effect, Match, Outcome, Rules

RULES = Rules(threshold=0.5, margin=0.05, band=0.1, hysteresis=0.04, accept_votes=2, refuse_votes=3)
ADA = Match(1, "Ada", 0.7, "Ben", 0.3)
BEN = Match(2, "Ben", 0.7, "Ada", 0.3)
CLOSE = Match(1, "Ada", 0.6, "Ben", 0.02)
NEAR = Match(1, "Ada", 0.45, "Ben", 0.2)
LOW = Match(1, "Ada", 0.2, "Ben", 0.1)
NOBODY = Match()


def run(
    decider: Decider,
    *matches: Match,
    track: int = 1,
    start: float = 0.0,
    usable: bool = True,
    quality: float = 1.0,
    embedding: Floats | None = None,
) -> list[Outcome]:
    return [
        decider.consider(track, start + 0.3 * n, match, usable, quality, embedding) for n, match in enumerate(matches)
    ]


def events(outcomes: list[Outcome]) -> list[tuple[Decision, str | None]]:
    return [(outcome.decision, outcome.name) for outcome in outcomes if outcome.effect is not Effect.NONE]


def face(seed: int, mixed: float = 0.0) -> Floats:
    """Somebody's embedding; ``mixed`` with a little of something else."""
    draw = np.random.default_rng(seed).normal(size=512)
    return unit(draw + mixed * np.random.default_rng(99).normal(size=512))
