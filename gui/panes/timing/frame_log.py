"""The newest frames' timings for a file: constant memory, each column with its unit and where it was measured."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np

from gui.core.frames import Clock, Recognition, Stage, now_s
from gui.core.states import Where

KEPT = 10_000  # frames; an hour at three a second
# The file is in English.
PLACES = {Where.BOARD: "board", Where.VIRTUAL: "emulated", Where.QEMU: "QEMU", Where.HOST: "host program"}
COUNTS = ("receive_cycles", "network_cycles", "total_cycles", "network_instructions")
PASSES = "passes"  # 2 with flip averaging; the network's figures are of both


class TimingLog:
    """A ring of frames. Columns of one place are named after it; where places are mixed, each line names its own."""

    def __init__(self, kept: int = KEPT) -> None:
        self._stages = tuple(Stage)
        self._values = np.full((kept, 2 + len(self._stages) + 2 + 1 + len(COUNTS) + 1), math.nan)
        self._where = [Where.BOARD] * kept
        self._board_stages: set[Stage] = set()
        self._count = 0
        self._epoch_s = time.time() - now_s()

    def __len__(self) -> int:
        return min(self._count, len(self._values))

    def add(self, recognition: Recognition) -> None:
        """One more frame; the oldest one leaves when the ring is full."""
        at = self._count % len(self._values)
        timeline = recognition.timeline
        stages = [timeline.ms(stage) for stage in self._stages]
        self._board_stages |= {span.stage for span in timeline.spans if span.clock is Clock.BOARD}
        counts = [getattr(recognition.inference, name) for name in COUNTS]
        row = (
            recognition.number,
            self._epoch_s + timeline.start_s,
            *stages,
            recognition.end_to_end_ms,
            recognition.latency_ms,
            recognition.clock_hz,
            *counts,
            recognition.inference.passes,
        )
        self._values[at] = [math.nan if value is None else value for value in row]
        self._where[at] = recognition.inference.where
        self._count += 1

    def rows(self) -> Iterator[list[str]]:
        """A header, then a line for every frame, the oldest first. Empty: not measured for this frame."""
        order = [number % len(self._values) for number in range(self._count - len(self), self._count)]
        places = {self._where[at] for at in order}
        place = PLACES[next(iter(places))] if len(places) == 1 else "board, see measured"
        emulated = Where.VIRTUAL in places
        stages = [f"{stage} [ms, {place if stage in self._board_stages else 'PC'}]" for stage in self._stages]
        whole = f"capture to decision [ms, PC and {place}]" if emulated else "capture to decision [ms, PC]"
        yield [
            "frame",
            "time [UTC]",
            "board figures measured",
            *stages,
            whole,
            "capture to decision on this computer [ms, PC]",
            "board clock [Hz]",
            *(f"{name.replace('_', ' ')} [{place}]" for name in COUNTS),
            PASSES,
        ]
        last_stage = 2 + len(self._stages) + 2
        for at in order:
            row = self._values[at]
            when = datetime.fromtimestamp(row[1], UTC).isoformat(timespec="milliseconds")
            lengths = [_text(value, 3) for value in row[2:last_stage]]
            where = PLACES[self._where[at]]
            yield [_text(row[0], 0), when, where, *lengths, *(_text(value, 0) for value in row[last_stage:])]


def _text(value: float, decimals: int) -> str:
    return "" if math.isnan(value) else f"{value:.{decimals}f}"
