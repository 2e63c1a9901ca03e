"""What the firmware runs in one go and where it works: decided here, executed by ``device/firmware/block/block.c``.

An inverted-residual block (expand or stem, depthwise, project, perhaps an addition) becomes one group whose inner
activations are only there a strip of rows at a time. Every block of four channels takes its layer's fast path where
the bounds it needs hold for any input, proven from the weights; else the firmware computes it by the definition.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from device.link.protocol import LayerKind
from device.model.export.arena import Buffer, constant, plan_arena
from device.model.export.operators import Step
from device.network.blocks import Role, fast_numbers, pack_quads, role_of
from device.network.expand_constants import TILE_SHIFTS, WEIGHT_SHIFTS, ExpandNumbers, expand_numbers, stored_numbers
from device.network.format import ARENA_ALIGNMENT, FAST, STEM_ORDER, Group, LayerFlag, LayerRecord, Tables

MEMORY_GOAL_BYTES = 60 * 1024  # strips grow as long as arena and work memory together stay below
WHOLE_WORK_BYTES = 41_040  # sizeof m7_work, for layers that run by themselves
ADD_TABLES_BYTES = 2048
NUMBERS_BYTES = 80  # struct block_numbers
MAX_K = 2048
MAX_WIDTH = 112  # of what a depthwise layer of a group reads


@dataclass(frozen=True)
class Planned:
    """One group before its place is known. ``why`` says why a layer runs by itself or slower than it could."""

    steps: tuple[Step, ...]
    fused: bool
    why: tuple[str, ...] = ()


def _up(value: int, step: int) -> int:
    return -(-value // step) * step


def _pitch(width: int) -> int:
    words = _up(width, 2) // 2 + 2
    return next(pitch for pitch in (10, 34, 58) if words <= pitch)


def scratch_bytes(records: Sequence[LayerRecord], rows: int) -> int:
    """The same sum as ``block_sizes`` in block/block.c: tables, tile, planes, carry, products, strip, crop rows."""
    if len(records) == 1:
        project = records[0]
        return _up(project.in_height * project.in_width, 2) * 2 * project.in_channels
    expand, depthwise, project = records[:3]
    stride, top = depthwise.stride_height, depthwise.pad_top
    in_rows = (rows - 1) * stride + 3
    in_width, out_width = _up(depthwise.in_width, 2), _up(project.out_width, 2)
    fresh = min(max(in_rows - top, rows * stride), depthwise.in_height)
    k = len(STEM_ORDER) if expand.is_stem else _up(expand.in_channels, 8)
    added = len(records) == 4
    staged = _up(rows * out_width * project.out_channels, 4) if added or project.out_width % 2 else 0
    window = _up(((fresh - 1) * expand.stride_height + 3) * expand.in_width * 3, 4) if expand.is_stem else 0
    carried = (3 - stride) * depthwise.in_channels * in_width * 2 if rows < depthwise.out_height else 0
    return (
        (ADD_TABLES_BYTES if added else 0)
        + fresh * in_width * 2 * k
        + in_rows * 4 * _pitch(depthwise.in_width) * 4
        + carried
        + rows * out_width * 2 * depthwise.out_channels
        + staged
        + window
    )


def _unfit_block(records: Sequence[LayerRecord]) -> str:
    """Why the engine cannot run these as one block, or nothing."""
    expand, depthwise, project = records[:3]
    stride = depthwise.stride_height
    same = (1, depthwise.in_width) if stride == 1 else (0, depthwise.in_width // 2)
    if expand.kind == LayerKind.CONV and not (expand.is_stem and expand.source == 0 and expand.stride_height <= 3):
        return "its convolution is no 3x3 over the crop's colours"
    if expand.kind == LayerKind.POINTWISE and (expand.in_channels % 8 or expand.in_channels > MAX_K):
        return f"{expand.in_channels} input channels"
    if depthwise.out_channels % 8 or depthwise.out_channels > MAX_K or project.out_channels % 4:
        return f"{depthwise.out_channels} and {project.out_channels} channels"
    if stride not in (1, 2) or depthwise.stride_width != stride or (stride == 2 and depthwise.in_width % 2):
        return f"a stride of {stride} on a width of {depthwise.in_width}"
    if (depthwise.pad_left, depthwise.out_width) != same or depthwise.pad_top > 1 or depthwise.in_width > MAX_WIDTH:
        return f"padding or width of {depthwise.label}"
    return ""


def find_groups(steps: Sequence[Step]) -> list[Planned]:
    """Blocks where there are some, the other layers by themselves."""
    readers: dict[int, int] = {}
    for step in steps:
        for tensor in step.inputs:
            readers[tensor] = readers.get(tensor, 0) + 1
    groups: list[Planned] = []
    at = 0
    while at < len(steps):
        count, why = _block_at(steps, at, readers)
        part = tuple(steps[at : at + count])
        if count > 1 or (steps[at].record.kind == LayerKind.POINTWISE and not _unfit_alone(steps[at].record)):
            groups.append(_with_numbers(part))
        else:
            groups.append(Planned(part, False, (why,) if why else ()))
        at += count
    return groups


def _unfit_alone(record: LayerRecord) -> bool:
    return bool(record.in_channels % 8 or record.in_channels > MAX_K or record.out_channels % 4)


def _block_at(steps: Sequence[Step], at: int, readers: dict[int, int]) -> tuple[int, str]:
    """Layers of the group that begins at ``at``, and why it is not a longer one."""
    part = steps[at : at + 3]
    kinds = [step.record.kind for step in part]
    if kinds[1:] != [LayerKind.DEPTHWISE, LayerKind.POINTWISE] or kinds[0] not in (LayerKind.CONV, LayerKind.POINTWISE):
        return 1, ""
    if any(one.output not in two.inputs or readers[one.output] != 1 for one, two in pairwise(part)):
        return 1, ""
    why = _unfit_block([step.record for step in part])
    if why:
        return 1, f"block at {part[0].record.label}: {why}; its layers run one by one"
    output = part[2].output
    if (
        at + 3 < len(steps)
        and steps[at + 3].record.kind == LayerKind.ADD
        and part[0].record.kind == LayerKind.POINTWISE
    ):
        added = steps[at + 3].inputs
        if readers[output] == 1 and set(added) == {output, part[0].inputs[0]} and output != part[0].inputs[0]:
            return 4, ""
    return 3, ""


def _sums(tables: Tables, kind: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(out,) the least and the greatest sum of each channel, its bias included, for any input."""
    wide = tables.weights.astype(np.int64)
    axes = (0, 1) if kind == LayerKind.DEPTHWISE else tuple(range(1, wide.ndim))
    bias = tables.bias.astype(np.int64)
    return (
        bias + np.minimum(wide * 127, wide * -128).sum(axis=axes),
        bias + np.maximum(wide * 127, wide * -128).sum(axis=axes),
    )


def _by_blocks(good: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.repeat(good.reshape(-1, 4).all(axis=1), 4)


def expand_choice(record: LayerRecord, tables: Tables) -> tuple[LayerRecord, Tables, NDArray[np.bool_]]:
    """An expanding layer with the tile's factor that most channels are fast with, its stored numbers, and those
    channels. Blocks that do not bear the weights' first factor take the second."""
    lowest, highest = _sums(tables, record.kind)
    whole = (record.clamp_min, record.clamp_max) == (-128, 127) and record.out_zp == -128
    nothing = np.zeros(len(highest), np.bool_)
    numbers, fast, g = ExpandNumbers(highest, highest, nothing), nothing, np.zeros_like(highest)
    chosen, most = TILE_SHIFTS[0], (0, 0)
    tried: dict[int, ExpandNumbers] = {}  # by g: a tile's second factor is the first of the tile before

    def numbers_for(g: int) -> ExpandNumbers:
        if g not in tried:
            tried[g] = expand_numbers(tables, lowest, highest, record.out_zp, g)
        return tried[g]

    for tile_shift in TILE_SHIFTS if whole else ():
        found = [numbers_for(tile_shift + shift) for shift in WEIGHT_SHIFTS]
        first, second = (_by_blocks(one.good) for one in found)
        worth = (int((first | second).sum()), int(first.sum()))
        if worth > most:
            most, chosen, fast = worth, tile_shift, first | second
            numbers = found[0].where(first, found[1])
            g = tile_shift + np.where(first, *WEIGHT_SHIFTS)
        if first.all():  # no other factor can be better
            break
    bias, multiplier = stored_numbers(numbers, tables, g)
    made = Tables(
        tables.weights,
        np.where(fast, bias, tables.bias).astype(np.int32),
        np.where(fast, multiplier, tables.multiplier).astype(np.int32),
        np.where(fast, FAST | g, tables.shift).astype(np.int32),
    )
    return replace(record, left_shift=chosen), made, fast


def fast_channels(record: LayerRecord, tables: Tables, role: Role) -> NDArray[np.bool_]:
    """(out,) whether the path in block/depthwise.c or block/project.c is exact for the channel's block.

    Proven for every input: the exponent is one that the path bears, the clamp is the whole of int8 (with everything
    below the zero point cut off, where the rounding needs it), and the sum in the product's scale stays in int32.
    """
    lowest, highest = _sums(tables, record.kind)
    largest = np.maximum(highest, -lowest)
    exponent = -tables.shift.astype(np.int64)
    # The factor 2^8 is the most that a depthwise weight can take in an int16.
    low, high = (1, 22) if role == Role.PROJECT else (3, 9)
    good = (exponent >= low) & (exponent <= high) & (tables.multiplier > 0)
    factor = np.int64(1) << np.clip(role + 1 - exponent if role != Role.PROJECT else np.ones_like(exponent), 0, 31)
    good &= (largest * factor < 2**31) & (np.abs(tables.bias.astype(np.int64)) * factor < 2**31)
    good &= (record.clamp_min, record.clamp_max) == (-128, 127)
    if role != Role.PROJECT:
        good &= record.out_zp <= record.clamp_min
    return _by_blocks(good)


def _with_numbers(part: tuple[Step, ...]) -> Planned:
    """The group with its layers' tables made for the fast paths, as far as they are exact."""
    made, why = [], []
    for index, step in enumerate(part):
        record, tables = step.record, step.tables
        if record.kind == LayerKind.ADD:
            made.append(step)
            continue
        role = role_of(record, index, len(part))
        if role == Role.EXPAND:
            record, tables, fast = expand_choice(record, tables)
        else:
            fast = fast_channels(record, tables, role)
            bias, shift = fast_numbers(tables, role, fast)
            tables = replace(tables, bias=bias, shift=shift)
        if not fast.all():
            why.append(f"{record.label}: {int((~fast).sum())} of {len(fast)} channels by the reference")
        weights = tables.weights
        if role != Role.DEPTHWISE:
            weights = pack_quads(weights, record)
            record = replace(record, flags=record.flags | int(LayerFlag.QUADS))
        made.append(replace(step, record=record, tables=replace(tables, weights=weights)))
    return Planned(tuple(made), True, tuple(why))


def _may_overwrite(records: Sequence[LayerRecord], rows: int) -> bool:
    """Whether a block's output can lie over its input: no strip writes over rows that a later one reads."""
    if records[0].kind == LayerKind.CONV:
        return False
    first, depthwise, last = records[0], records[1], records[-1]
    for end in range(rows, last.out_height, rows):
        top = (
            end * depthwise.stride_height - depthwise.pad_top + 3 - depthwise.stride_height
        )  # expanded row, next to come
        if end * last.out_width * last.out_channels > max(top, 0) * first.in_width * first.in_channels:
            return False
    return True


def _row_choices(out_height: int) -> list[int]:
    even = list(range(2, out_height + 1, 2))
    return even if even and even[-1] == out_height else [*even, out_height]


@dataclass(frozen=True)
class Layout:
    """Where everything lies: a tensor's offset in the arena, and each group's rows and scratch."""

    offsets: dict[int, int]
    groups: list[Group]
    arena_bytes: int
    work_bytes: int


def lay_out(planned: Sequence[Planned], source: int, input_bytes: int) -> Layout:
    """Choose every block's strip, as long as the arena stays small, and place tensors and scratch."""
    records = [[step.record for step in group.steps] for group in planned]
    choices = [_row_choices(r[-1].out_height) if len(r) > 1 else [1] if g.fused else [0]
               for g, r in zip(planned, records, strict=True)]  # fmt: skip
    rows = [choice[0] for choice in choices]
    owners, tensors = _tensors(planned, rows, source, input_bytes)

    def needed(index: int, its_rows: int) -> int:
        live = sum(b.sizes[index - b.first] for b in tensors.values() if b.first <= index <= b.last)
        return live + (scratch_bytes(records[index], its_rows) if planned[index].fused else 0)

    goal = max(MEMORY_GOAL_BYTES - _work_bytes(planned), *(needed(index, rows[index]) for index in range(len(planned))))
    for index, choice in enumerate(choices):
        fitting = [r for r in choice if needed(index, r) <= goal and _same_place(records[index], r, choice[0])]
        rows[index] = max(fitting)
    scratch = [scratch_bytes(r, rows[index]) if planned[index].fused else 0 for index, r in enumerate(records)]
    working = [index for index, size in enumerate(scratch) if size]
    buffers = [*tensors.values(), *(constant(scratch[index], index, index) for index in working)]
    places, total = plan_arena(buffers, ARENA_ALIGNMENT)
    of_owner = dict(zip(tensors, places, strict=False))
    where = dict(zip(working, places[len(tensors) :], strict=True))
    groups, first = [], 0
    for index, group in enumerate(planned):
        groups.append(Group(first, len(group.steps), rows[index], 0, where.get(index, 0), scratch[index]))
        first += len(group.steps)
    offsets = {tensor: of_owner[owner] for tensor, owner in owners.items()}
    return Layout(offsets, groups, total, _work_bytes(planned))


def _same_place(records: Sequence[LayerRecord], rows: int, least: int) -> bool:
    """Longer strips must not need a place of their own for the output where the shortest ones do not."""
    return len(records) == 1 or _may_overwrite(records, rows) or not _may_overwrite(records, least)


def _work_bytes(planned: Sequence[Planned]) -> int:
    if any(not group.fused and group.steps[0].record.kind != LayerKind.MEAN for group in planned):
        return WHOLE_WORK_BYTES
    widest = max((_up(step.tables.weights.size // step.record.out_channels, 8)
                  for group in planned for step in group.steps if step.record.kind != LayerKind.DEPTHWISE
                  and step.tables.weights.size), default=0)  # fmt: skip
    return 8 * widest + NUMBERS_BYTES


def streams(planned: Sequence[Planned]) -> bool:
    """Whether the first group takes the crop row by row as it comes, so that it is never whole in the arena."""
    return planned[0].fused and planned[0].steps[0].record.is_stem


def _tensors(
    planned: Sequence[Planned], rows: list[int], source: int, input_bytes: int
) -> tuple[dict[int, int], dict[int, Buffer]]:
    """For each tensor that is whole in memory the first one at its place, and for those what is needed when."""
    last = {source: 0}
    for index, group in enumerate(planned):
        inner = {step.output for step in group.steps[:-1]}
        last |= {tensor: index for step in group.steps for tensor in step.inputs if tensor not in inner}
        last[group.steps[-1].output] = index
    owners: dict[int, int] = {}
    spans: dict[int, list[tuple[int, int, int]]] = {}
    if not streams(planned):
        owners[source], spans[source] = source, [(0, last[source], input_bytes)]
    for index, group in enumerate(planned):
        output, final, alone = group.steps[-1].output, group.steps[-1].record, len(group.steps) == 1
        size = final.out_bytes + (final.out_channels if group.fused and alone else 0)
        taken = group.steps[-1 if alone else 0].inputs
        dying = [tensor for tensor in taken if tensor in owners and last[tensor] == index]
        over = final.kind == LayerKind.ADD if alone else _may_overwrite([s.record for s in group.steps], rows[index])
        owners[output] = owners[dying[0]] if dying and over else output
        spans.setdefault(owners[output], []).append((index, last[output], size))
    tensors = {}
    for owner, mine in spans.items():
        begin, end = min(s[0] for s in mine), max(s[1] for s in mine)
        sizes = [max(size for first, until, size in mine if first <= step <= until) for step in range(begin, end + 1)]
        tensors[owner] = Buffer(begin, tuple(sizes))
    return owners, tensors
