"""A whole training in the minutes that a large GPU can be had for.

Its input comes in pieces (``pieces.py``). A call before the last piece is there does nothing, so the call that brings
the last one trains. The schedule is as long as the GPU allows in the time given; a checkpoint is written every minute,
and another call goes on from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from device.model.data.pieces import missing_pieces, read_pieces
from device.model.graph.variant import Variant
from device.model.train.losses import LossWeights
from device.model.train.schedule import Schedule
from device.model.train.train import Engine, train

BATCH = 2048
_STEPS_GUESSED = 7_000  # until the rate has been measured
_SMALL_SHARE = 0.45  # of the samples at the first size
_REHEARSAL_BATCH, _REHEARSAL_STEPS = 16, 3
SHARES: Mapping[str, float] = {"celeba2": 0.40, "aaf": 0.15, "utk": 0.10, "celeba": 0.07}  # the small sources: the rest


def gpu_schedule(batch: int, steps: int, sizes: tuple[int, int], shares: Mapping[str, float]) -> Schedule:
    """Large batches want a higher learning rate, fewer steps a shorter average; all centres are held against each."""
    small = round(_SMALL_SHARE * steps) * batch
    return Schedule(
        ((sizes[0], small), (sizes[1], steps * batch - small)),
        batch=batch,
        peak_rate=3e-3,
        weight_decay=0.05,
        average_over=500_000,
        losses=LossWeights(negatives=1 << 20),
        shares=shares,
    )


def gpu_run(
    pieces: Path, out: Path, variant: Variant, minutes: float, start_from: Path | None = None, *,
    rehearse: bool = False, shares: Mapping[str, float] | None = None,
) -> Path | None:  # fmt: skip
    """Train on ``pieces``; gives the checkpoint, or None while pieces are missing. ``rehearse``: three small steps on
    the CPU, which show that everything fits together."""
    if missing_pieces(pieces):
        return None
    sizes = (variant.input_size * 3 // 4 // 32 * 32 or variant.input_size, variant.input_size)
    wanted = SHARES if shares is None else shares
    if rehearse:
        schedule = gpu_schedule(_REHEARSAL_BATCH, _REHEARSAL_STEPS, sizes, wanted)
        return train(variant, schedule, lambda: read_pieces(pieces), out, start_from=start_from)
    schedule = gpu_schedule(BATCH, _STEPS_GUESSED, sizes, wanted)
    engine = Engine("cuda", bfloat16=True, compiled=True)
    return train(variant, schedule, lambda: read_pieces(pieces), out, engine, finish_in=minutes * 60,
                 start_from=start_from)  # fmt: skip
