"""Why something was decided: everything that went into it, to be shown, kept with the event and read again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from gui.core.decisions import Rule, Rules, Turn, Vote
from gui.core.looks import Looks


@dataclass(frozen=True)
class Ballot:
    """One recognition and its vote. ``age_s`` is how long before the decision it was taken."""

    vote: Vote
    weight: float
    quality: float
    age_s: float
    person: str | None = None
    score: float | None = None
    second: str | None = None
    margin: float | None = None


@dataclass(frozen=True)
class Trace:
    """The rule that decided, with the numbers it saw.

    ``person`` is whom the rule speaks of. ``ballots`` are the face's last ones, oldest first, ``votes_*`` sums of their
    weights. ``faces`` were in the picture. ``turns`` were asked for and ``turned`` of them done. ``failures`` is the
    number of refusals in a row so far, with this one.
    """

    rule: Rule
    rules: Rules = field(default_factory=Rules)
    person: str | None = None
    ballots: tuple[Ballot, ...] = ()
    votes_for: float = 0.0
    votes_against: float = 0.0
    faces: int = 1
    turns: tuple[Turn, ...] = ()
    turned: int = 0
    failures: int = 0

    @property
    def newest(self) -> Ballot | None:
        """The recognition that brought the decision."""
        return self.ballots[-1] if self.ballots else None

    def dump(self) -> str:
        """As JSON, with cosines and weights to four places."""
        return json.dumps(_rounded(asdict(self)), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def load(cls, text: str) -> Trace | None:
        """What ``dump`` wrote, by this version or another; None where it cannot be read."""
        try:
            raw = json.loads(text)
            given = _known(cls, raw)
            given["rule"] = Rule(raw["rule"])
            rules = _known(Rules, raw.get("rules", {}))
            given["rules"] = Rules(**{**rules, "looks": Looks(rules.get("looks", Looks.AUTOMATIC))})
            given["ballots"] = tuple(
                Ballot(**{**_known(Ballot, one), "vote": Vote(one["vote"])}) for one in raw.get("ballots", ())
            )
            given["turns"] = tuple(Turn(turn) for turn in raw.get("turns", ()))
            return cls(**given)
        except (ValueError, TypeError, KeyError, AttributeError):
            return None


def _known(kind: type[Any], raw: dict[str, Any]) -> dict[str, Any]:
    names = {one.name for one in fields(kind)}
    return {key: value for key, value in raw.items() if key in names}


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    return [_rounded(one) for one in value] if isinstance(value, list | tuple) else value


@dataclass(frozen=True)
class Entrance:
    """How the entrance stands, for the window. Times are seconds of the one monotonic clock.

    ``asked`` is the turn to make now, None where none is asked; ``back`` asks to look straight ahead first.
    """

    locked_until_s: float = 0.0
    failures: int = 0
    failures_allowed: int = 0
    asked: Turn | None = None
    back: bool = False
    turned: int = 0
    turns: int = 0
    asked_until_s: float = 0.0
    faces: int = 0
