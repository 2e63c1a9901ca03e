"""Where every activation lies: buffers that live at the same time share no byte of the arena."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

_TRIES = 300


@dataclass(frozen=True)
class Buffer:
    """``size_bytes`` needed from step ``first`` to step ``last``, both counted in."""

    size_bytes: int
    first: int
    last: int

    def meets(self, other: Buffer) -> bool:
        """True where both are needed at some step."""
        return self.first <= other.last and other.first <= self.last


def lower_bound(buffers: Sequence[Buffer], alignment: int) -> int:
    """Bytes needed at the worst step: no arena can be smaller."""
    steps = {buffer.first for buffer in buffers}
    live = (sum(_aligned(b.size_bytes, alignment) for b in buffers if b.first <= step <= b.last) for step in steps)
    return max(live, default=0)


def plan_arena(buffers: Sequence[Buffer], alignment: int) -> tuple[list[int], int]:
    """Offsets of ``buffers`` and the arena's size, both in bytes; the same buffers always give the same plan.

    Largest first, each at the lowest free place: the greedy-by-size strategy of Pisarchyk and Lee, "Efficient memory
    management for deep neural net inference" (2020). Where that misses the lower bound, other orders are tried.
    """
    goal = lower_bound(buffers, alignment)
    order = sorted(range(len(buffers)), key=lambda i: (-buffers[i].size_bytes, buffers[i].first))
    offsets, total = _place(buffers, order, alignment)
    rng = random.Random(1)
    for _ in range(_TRIES):
        if total <= goal:
            break
        changed = order.copy()
        moved = changed.pop(rng.randrange(len(changed)))
        changed.insert(rng.randrange(len(changed) + 1), moved)
        new_offsets, new_total = _place(buffers, changed, alignment)
        if new_total <= total:
            order, offsets, total = changed, new_offsets, new_total
    return offsets, total


def _aligned(size: int, alignment: int) -> int:
    return -(-size // alignment) * alignment


def _place(buffers: Sequence[Buffer], order: list[int], alignment: int) -> tuple[list[int], int]:
    offsets = [0] * len(buffers)
    placed: list[int] = []
    for index in order:
        buffer = buffers[index]
        offset = 0
        for other in sorted((i for i in placed if buffers[i].meets(buffer)), key=lambda i: offsets[i]):
            if offset + buffer.size_bytes <= offsets[other]:
                break
            offset = max(offset, _aligned(offsets[other] + buffers[other].size_bytes, alignment))
        offsets[index] = offset
        placed.append(index)
    total = max((offset + b.size_bytes for offset, b in zip(offsets, buffers, strict=True)), default=0)
    return offsets, _aligned(total, alignment)
