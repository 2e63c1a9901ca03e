"""Where every activation lies: buffers that live at the same time share no byte of the arena."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

_TRIES = 100


@dataclass(frozen=True)
class Buffer:
    """``sizes`` bytes are needed at the steps from ``first`` on, one number a step; it always begins at one place."""

    first: int
    sizes: tuple[int, ...]

    @property
    def last(self) -> int:
        """The last step at which it is there."""
        return self.first + len(self.sizes) - 1

    @property
    def largest(self) -> int:
        """The most bytes that it has at any step."""
        return max(self.sizes)

    def shared_sizes(self, other: Buffer) -> list[tuple[int, int]]:
        """What both need at each step at which both are there."""
        steps = range(max(self.first, other.first), min(self.last, other.last) + 1)
        return [(self.sizes[step - self.first], other.sizes[step - other.first]) for step in steps]


def constant(size_bytes: int, first: int, last: int) -> Buffer:
    """A buffer of one size from step ``first`` to step ``last``, both counted in."""
    return Buffer(first, (size_bytes,) * (last - first + 1))


def lower_bound(buffers: Sequence[Buffer], alignment: int) -> int:
    """Bytes needed at the worst step: no arena can be smaller."""
    steps = {step for buffer in buffers for step in range(buffer.first, buffer.last + 1)}
    live = (
        sum(_aligned(b.sizes[step - b.first], alignment) for b in buffers if b.first <= step <= b.last)
        for step in steps
    )
    return max(live, default=0)


def plan_arena(buffers: Sequence[Buffer], alignment: int) -> tuple[list[int], int]:
    """Offsets of ``buffers`` and the arena's size, both in bytes; the same buffers always give the same plan.

    Largest first, each at the lowest free place: the greedy-by-size strategy of Pisarchyk and Lee, "Efficient memory
    management for deep neural net inference" (2020); or, where that is better, those that live longest first. Where
    both miss the lower bound, other orders are tried.
    """
    goal = lower_bound(buffers, alignment)
    orders = [
        sorted(range(len(buffers)), key=lambda i: (-buffers[i].largest, buffers[i].first)),
        sorted(range(len(buffers)), key=lambda i: (-len(buffers[i].sizes), -buffers[i].largest)),
    ]
    order = min(orders, key=lambda order: _place(buffers, order, alignment)[1])
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


def _free_offset(buffer: Buffer, others: Sequence[tuple[int, Buffer]], alignment: int) -> int:
    """The lowest offset where ``buffer`` meets none of ``others`` (offset, buffer) at any step."""
    shared = [(offset, buffer.shared_sizes(other)) for offset, other in others]
    shared = [(offset, sizes) for offset, sizes in shared if sizes]
    ends = {_aligned(offset + theirs, alignment) for offset, sizes in shared for _, theirs in sizes}
    for at in sorted({0, *ends}):
        if all(at + mine <= offset or offset + theirs <= at for offset, sizes in shared for mine, theirs in sizes):
            return at
    raise AssertionError("behind everything there is room")


def _place(buffers: Sequence[Buffer], order: list[int], alignment: int) -> tuple[list[int], int]:
    offsets = [0] * len(buffers)
    placed: list[int] = []
    for index in order:
        offsets[index] = _free_offset(buffers[index], [(offsets[i], buffers[i]) for i in placed], alignment)
        placed.append(index)
    total = max((offset + b.largest for offset, b in zip(offsets, buffers, strict=True)), default=0)
    return offsets, _aligned(total, alignment)
