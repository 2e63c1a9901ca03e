"""How a block's tables are stored: made for the firmware's fast paths, and back again.

device/firmware/block/block.h says what the numbers are, block/tile.c how weights are ordered.
"""

from __future__ import annotations

from dataclasses import replace
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from device.link.protocol import LayerKind
from device.network.format import FAST, STEM_ORDER, Int8, Int32, LayerRecord, Tables


def pack_quads(weights: Int8, layer: LayerRecord) -> Int8:
    """Weights [out][kernel_h][kernel_w][in] as [out / 4][in / 4][4 channels][4 inputs]; a stem's in STEM_ORDER."""
    rows: Int8 = weights.reshape(layer.out_channels, -1)
    if layer.is_stem:
        rows = np.concatenate([rows, np.zeros((len(rows), 1), np.int8)], axis=1)[:, STEM_ORDER]
    quads = rows.reshape(layer.out_channels // 4, 4, -1, 4).transpose(0, 2, 1, 3)
    return np.ascontiguousarray(quads).reshape(-1)


def unpack_quads(stored: Int8, layer: LayerRecord) -> Int8:
    """What :func:`pack_quads` was given, flat."""
    rows = stored.reshape(layer.out_channels // 4, -1, 4, 4).transpose(0, 2, 1, 3).reshape(layer.out_channels, -1)
    if layer.is_stem:
        rows = rows[:, np.argsort(STEM_ORDER)[:-1]]
    return np.ascontiguousarray(rows).reshape(-1)


class Role(IntEnum):
    """What a weighted layer does in a block; the value is the shift behind its product (block/block.h)."""

    PROJECT = 0
    DEPTHWISE = 10
    EXPAND = 16


def role_of(layer: LayerRecord, index_in_group: int, group_count: int) -> Role:
    """The role of a group's layer."""
    if layer.kind == LayerKind.DEPTHWISE:
        return Role.DEPTHWISE
    return Role.EXPAND if index_in_group == 0 and group_count > 1 else Role.PROJECT


def fast_numbers(tables: Tables, role: Role, fast: NDArray[np.bool_]) -> tuple[Int32, Int32]:
    """Bias and shift tables of a depthwise or projecting layer with the channels in ``fast`` (out,) as block/block.h
    wants them; an expanding layer's are expand_constants.py's."""
    exponent = -tables.shift.astype(np.int64)
    bias = tables.bias.astype(np.int64)
    if role == Role.PROJECT:
        made, kept = bias, exponent
    else:
        kept = np.asarray(int(role) + 1 - exponent, np.int64)
        made = np.asarray(bias << np.where(fast, kept, 0), np.int64)
    return (
        np.where(fast, made, bias).astype(np.int32),
        np.where(fast, FAST | kept, tables.shift).astype(np.int32),
    )


def plain_numbers(role: Role, tables: Tables) -> Tables:
    """The tables behind :func:`fast_numbers`; an expanding layer's stay as they are stored."""
    if role == Role.EXPAND:
        return tables
    fast = tables.shift >= FAST
    kept = np.where(fast, tables.shift & (FAST - 1), 0)
    if role == Role.PROJECT:
        bias, exponent = tables.bias.astype(np.int64), kept
    else:
        bias, exponent = tables.bias.astype(np.int64) >> kept, role + 1 - kept
    return replace(
        tables,
        bias=np.where(fast, bias, tables.bias).astype(np.int32),
        shift=np.where(fast, -exponent, tables.shift).astype(np.int32),
    )
