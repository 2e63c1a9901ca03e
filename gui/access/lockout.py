"""Refusals in a row lock the faces out for a while; the lock releases itself. Pure."""

from __future__ import annotations

from collections import deque

from gui.core.decisions import Effect, Rules


class Lockout:
    """Counts refusals. Who is let in ends the row, and so does time."""

    def __init__(self) -> None:
        self._failures: deque[float] = deque()
        self._until_s = 0.0
        self._locked = False

    @property
    def failures(self) -> int:
        """Refusals in the row so far; while the lock lasts those that led to it."""
        return len(self._failures)

    def until_s(self, at_s: float) -> float | None:
        """When the lock releases itself; None where there is none at this instant."""
        if self._locked and at_s >= self._until_s:
            self._locked = False
            self._failures.clear()
        return self._until_s if self._locked else None

    def count(self, effect: Effect, at_s: float, rules: Rules) -> bool:
        """Something followed from a decision; whether it was the refusal that is one too many."""
        if effect is Effect.OPEN:
            self._failures.clear()
        if effect is not Effect.EVENT:
            return False
        while self._failures and at_s - self._failures[0] > rules.failures_within_s:
            self._failures.popleft()
        self._failures.append(at_s)
        if not 0 < rules.lockout_failures <= len(self._failures):
            return False
        self._until_s, self._locked = at_s + rules.lockout_s, True
        return True
