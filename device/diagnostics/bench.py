"""Timing a board: crop by crop, overlapped, layer by layer. The command line and the window word what is found."""

from __future__ import annotations

import contextlib
import statistics
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from device.errors import DeviceError
from device.link.board import Board
from device.link.framing import OVERHEAD_BYTES
from device.link.protocol import START_BAUD, Capability, StatsReply, Type
from device.link.replies import Hello, Inference, Layer, Where
from device.link.timing import Percentiles

BENCH_SEED = 1
BENCH_RUNS = 20  # where nobody says how many
BITS_PER_BYTE = 10  # on a UART: start, eight data, stop
LEAD_FRAMES = 3  # of an overlapped run, before the frames come at their own pace
_CROPS = 8
_NOISE = 0.6  # levels: so the crops take the bytes, coded, that those of photos do

Crops = Sequence[NDArray[np.uint8]]


class BenchCancelled(DeviceError):
    """Somebody asked to stop before it was done."""


@dataclass(frozen=True)
class Timing:
    """One measured quantity over all runs, in milliseconds, and whose clock measured it.

    ``name`` is receive, network or total (the board's clock), or send, round_trip or link (this computer's).
    """

    name: str
    clock: Literal["board", "host"]
    values: Percentiles


@dataclass(frozen=True)
class WirePath:
    """The whole path: what a crop takes on the wire and on the board, and frames a second with both at work.

    ``frames_per_second`` is at the board's clock. ``best_frames_per_second`` is 1 / max(wire, board), of which
    ``share_of_best`` was reached; ``link_share_of_baud`` is how full the wire is while a crop is on it.
    ``start_rate_frames_per_second`` is what is possible at the rate that every link starts with.
    """

    baud: int
    wire_ms: float
    board_ms: float
    best_frames_per_second: float
    frames_per_second: float
    share_of_best: float
    link_share_of_baud: float
    start_rate_frames_per_second: float


@dataclass(frozen=True)
class KindSum:
    """All layers of one kind together."""

    kind: str
    layers: int
    macs: int
    cycles: int
    instructions: int


@dataclass(frozen=True)
class BenchResult:
    """What a bench of ``runs`` crops found. ``timings`` has no row of the board's clock where the board has none.

    ``frames_per_second`` counts fingerprints with as many crops under way as the board takes, at this computer's clock.
    ``path`` is None where the link has no rate or the board no clock, ``layers`` is empty where it has no profile.
    ``retries`` are requests sent again. ``crop_bytes`` is a crop on the wire, in the middle: coded where the board can.
    """

    hello: Hello
    runs: int
    passes: int
    timings: tuple[Timing, ...]
    frames_per_second: float
    path: WirePath | None
    network_cycles: int | None
    network_instructions: int | None
    stack_bytes: int
    layers: tuple[Layer, ...]
    retries: int
    crop_bytes: int

    @property
    def where(self) -> Where:
        """What executes the firmware."""
        return self.hello.where

    @property
    def kinds(self) -> tuple[KindSum, ...]:
        """The layers summed by kind, in the order in which the kinds come."""
        found: dict[str, list[Layer]] = {}
        for layer in self.layers:
            found.setdefault(layer.kind, []).append(layer)
        return tuple(
            KindSum(
                kind,
                len(layers),
                sum(layer.macs for layer in layers),
                sum(layer.cycles for layer in layers),
                sum(layer.instructions or 0 for layer in layers),
            )
            for kind, layers in found.items()
        )

    @property
    def crop_share(self) -> float:
        """What a crop takes on the wire of its bytes as it is."""
        return self.crop_bytes / max(1, int(np.prod(self.hello.input_shape)))

    def values(self, name: str) -> Percentiles:
        """The figures of one timing; of nothing where it was not measured."""
        return next((one.values for one in self.timings if one.name == name), Percentiles.of(()))


Steps = Generator[tuple[int, int], None, BenchResult]


def bench(
    board: Board,
    runs: int = BENCH_RUNS,
    on_progress: Callable[[int, int], None] = lambda done, of: None,
    cancelled: Callable[[], bool] = lambda: False,
    *,
    flip: bool = False,
) -> BenchResult:
    """Run ``bench_steps`` to its end. Raises BenchCancelled once ``cancelled`` says so."""
    steps = bench_steps(board, runs, flip=flip)
    with contextlib.closing(steps):
        while True:
            try:
                on_progress(*next(steps))
            except StopIteration as end:
                result: BenchResult = end.value
                return result
            if cancelled():
                raise BenchCancelled("the bench was stopped", "start it again")


def bench_steps(board: Board, runs: int = BENCH_RUNS, *, flip: bool = False) -> Steps:
    """Time ``runs`` crops that are made up one by one, then as many overlapped, then a profile, which is of one pass.

    Gives way after each crop with (crops measured, crops to measure); what is under way when it is closed is waited
    for. ``flip``: every crop with flip averaging, and the network's figures are of both passes.
    """
    crops = made_up_crops(board.hello.input_shape, min(runs, _CROPS))
    retries = board.link.counters.retries
    of = 2 * runs + 1
    yield 0, of
    board.infer(crops[0], flip=flip)  # the first one fills caches at both ends
    alone: list[Inference] = []
    for number in range(runs):
        alone.append(board.infer(crops[number % len(crops)], flip=flip))
        yield number + 1, of
    try:
        rate, path = yield from _overlapped(board, crops, runs, alone, flip)
    finally:  # stopped half-way: what is under way is nobody else's
        with contextlib.suppress(DeviceError):
            while board.link.outstanding:
                board.link.collect()
    profile = board.profile() if Capability.PROFILE in board.hello.capabilities else None
    return BenchResult(
        hello=board.hello,
        runs=runs,
        passes=alone[0].passes,
        timings=_timings(alone),
        frames_per_second=rate,
        path=path,
        network_cycles=_middle([run.network_cycles for run in alone]),
        network_instructions=_middle([run.network_instructions for run in alone]),
        stack_bytes=board.stats().stack_bytes,
        layers=profile.layers if profile is not None else (),
        retries=board.link.counters.retries - retries,
        crop_bytes=_middle([run.crop_bytes for run in alone]) or 0,
    )


def made_up_crops(shape: tuple[int, int, int], count: int) -> list[NDArray[np.uint8]]:
    """Shaded surfaces with a little noise: about as easy to code as photos. The same ones for the same shape."""
    rng = np.random.default_rng(BENCH_SEED)
    height, width, channels = shape
    y, x = np.mgrid[0:height, 0:width] / max(height, width)
    crops = []
    for _ in range(count):
        waves = sum(
            rng.uniform(5, 20) * np.sin(rng.uniform(2, 12) * (np.cos(turn) * x + np.sin(turn) * y) + rng.uniform(0, 6))
            for turn in rng.uniform(0, np.pi, 6)
        )
        shaded = 120 + np.asarray(waves)[..., None] * rng.uniform(0.8, 1.2, channels) + rng.normal(0, _NOISE, shape)
        crops.append(np.clip(np.rint(shaded), 0, 255).astype(np.uint8))
    return crops


def _overlapped(
    board: Board, crops: Crops, runs: int, alone: Sequence[Inference], flip: bool
) -> Generator[tuple[int, int], None, tuple[float, WirePath | None]]:
    """Frames a second with as many crops under way as the board takes: at the host's clock, and at the board's.

    The second is the difference of two runs at the board's uptime, because nothing else on the wire tells when; it is
    None where the link has no rate or the board no clock, as then nothing is known to compare it with. On the virtual
    board it is what a real one would do, whatever this computer is busy with.
    """
    timed = board.hello.max_baud > 0 and all(run.total_cycles and run.receive_cycles for run in alone)
    of = 2 * runs + 1
    short_ms = 0
    if timed:
        leading = _uptime_of(board, crops, LEAD_FRAMES, flip)
        short_ms, _ = yield from _counted(leading, lambda received: (runs, of))
    measured = _uptime_of(board, crops, LEAD_FRAMES + runs, flip)
    long_ms, found = yield from _counted(measured, lambda received: (runs + max(0, received - LEAD_FRAMES + 1), of))
    stamps = [run.received_ns for run in found]
    host_rate = (len(stamps) - 1) / max(1e-9, (stamps[-1] - stamps[0]) / 1e9)
    if not timed:
        return host_rate, None
    frame_bytes = OVERHEAD_BYTES + statistics.mean(run.crop_bytes for run in alone)
    wire_ms = _wire_ms(frame_bytes, board.baud)
    # A board may begin with a crop before it is there: then what comes after its last byte is only a part.
    board_ms = statistics.median(max(run.total_ms, run.network_ms) for run in alone)
    best = 1e3 / max(wire_ms, board_ms)
    rate = 1e3 * runs / max(1, long_ms - short_ms)
    return host_rate, WirePath(
        baud=board.baud,
        wire_ms=wire_ms,
        board_ms=board_ms,
        best_frames_per_second=best,
        frames_per_second=rate,
        share_of_best=rate / best,
        link_share_of_baud=statistics.median(
            _wire_ms(OVERHEAD_BYTES + run.crop_bytes, board.baud) / run.receive_ms for run in alone
        ),
        start_rate_frames_per_second=1e3 / max(_wire_ms(frame_bytes, START_BAUD), board_ms),
    )


def _wire_ms(frame_bytes: float, baud: int) -> float:
    return frame_bytes * BITS_PER_BYTE * 1e3 / baud


Uptime = Generator[int, None, tuple[int, list[Inference]]]


def _counted(
    steps: Uptime, progress: Callable[[int], tuple[int, int]]
) -> Generator[tuple[int, int], None, tuple[int, list[Inference]]]:
    while True:
        try:
            received = next(steps)
        except StopIteration as end:
            found: tuple[int, list[Inference]] = end.value
            return found
        yield progress(received)


def _uptime_of(board: Board, crops: Crops, count: int, flip: bool) -> Uptime:
    """How far the board's uptime goes, in ms, while it computes ``count`` crops overlapped; and the inferences.

    The board is asked for its uptime right before the first crop and right behind the last, so that this computer's
    own delays do not count. Gives way after each fingerprint with how many have come.
    """
    room, ahead = board.in_flight, board.in_flight > 1
    board.link.submit(Type.STATS)
    before = None if ahead else _uptime_ms(board)
    runs: list[Inference] = []
    sent = 0
    while len(runs) < count:
        while sent < count and board.waiting < room:
            board.send_crop(crops[sent % len(crops)], flip=flip)
            sent += 1
        if before is None:
            before = _uptime_ms(board)
            continue
        if ahead and sent == count and len(runs) == count - 1:
            board.link.submit(Type.STATS)
        runs.append(board.receive())
        if len(runs) < count:  # behind the last the board is asked at once
            yield len(runs)
    if not ahead:
        board.link.submit(Type.STATS)
    after = _uptime_ms(board)
    yield count
    return (after - (before or 0)) & 0xFFFF_FFFF, runs


def _uptime_ms(board: Board) -> int:
    return StatsReply.parse(board.link.collect().frame.payload).uptime_ms


def _timings(runs: Sequence[Inference]) -> tuple[Timing, ...]:
    timed = [run for run in runs if run.timed]
    rows = []
    if timed:
        rows += [
            Timing("receive", "board", Percentiles.of(run.receive_ms for run in timed)),
            Timing("network", "board", Percentiles.of(run.network_ms for run in timed)),
            Timing("total", "board", Percentiles.of(run.total_ms for run in timed)),
        ]
    return (
        *rows,
        Timing("send", "host", Percentiles.of((run.written_ns - run.sent_ns) / 1e6 for run in runs)),
        Timing("round_trip", "host", Percentiles.of(run.round_trip_ms for run in runs)),
        Timing("link", "host", Percentiles.of(run.link_ms for run in runs)),
    )


def _middle(values: Sequence[int | None]) -> int | None:
    known = sorted(value for value in values if value)
    return known[len(known) // 2] if known else None
