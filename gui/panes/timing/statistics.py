"""Percentiles of every stage, over the newest frames and since the start, in constant memory. No Qt."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from gui.core.frames import Clock, Recognition, Stage
from gui.core.percentiles import Histogram, Percentiles, percentiles
from gui.core.states import Where

WINDOW = 200  # frames


@dataclass(frozen=True)
class Row:
    """A stage's figures. ``clock``: BOARD where the board's own clock measured, real or emulated."""

    stage: Stage | None  # None: end to end
    clock: Clock
    newest_ms: float | None
    window: Percentiles
    all: Percentiles


class TimingStats:
    """Fed with recognitions; starts anew when the place of measuring or flip averaging changes, because figures
    must not mix."""

    def __init__(self, window: int = WINDOW) -> None:
        self._window = window
        self.where: Where | None = None
        self.passes = 1
        self.frames = 0
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.frames = 0
        self._recent: dict[Stage | None, deque[float]] = {}
        self._all: dict[Stage | None, Histogram] = {}
        self._clocks: dict[Stage | None, Clock] = {}
        self._newest: dict[Stage | None, float] = {}

    def add(self, recognition: Recognition) -> None:
        """One more frame, from capture to decision."""
        inference = recognition.inference
        if (inference.where, inference.passes) != (self.where, self.passes):
            self.clear()
            self.where, self.passes = inference.where, inference.passes
        self.frames += 1
        self._newest = {}
        spans = [(span.stage, span.clock, span.length_ms) for span in recognition.timeline.spans]
        mixed = any(clock is Clock.BOARD for _, clock, _ in spans) and inference.where is Where.VIRTUAL
        values: list[tuple[Stage | None, Clock, float]] = [*spans]
        values.append((None, Clock.BOARD if mixed else Clock.HOST, recognition.end_to_end_ms))
        for stage, clock, value in values:
            self._clocks[stage] = clock
            self._newest[stage] = value
            self._recent.setdefault(stage, deque(maxlen=self._window)).append(value)
            self._all.setdefault(stage, Histogram()).add(value)

    def rows(self) -> tuple[Row, ...]:
        """Every stage in order, then end to end; stages that no frame went through have no values."""
        keys: Iterable[Stage | None] = (*Stage, None)
        return tuple(self._row(key) for key in keys)

    def _row(self, key: Stage | None) -> Row:
        recent = self._recent.get(key, ())
        window = percentiles(tuple(recent))
        # As long as the window holds everything, it is the exact answer for everything too.
        everything = window if self.frames <= self._window else self._all.get(key, Histogram()).percentiles()
        usual = Clock.BOARD if key in (Stage.RECEIVE, Stage.NETWORK) else Clock.HOST
        return Row(key, self._clocks.get(key, usual), self._newest.get(key), window, everything)
