"""Timing a board: crop by crop, overlapped, layer by layer; the comparison with the baseline, and the results file."""

from __future__ import annotations

import csv
import hashlib
import statistics
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.diagnostics import cmsis_nn
from device.errors import FileError
from device.link.board import Board
from device.link.framing import OVERHEAD_BYTES
from device.link.protocol import LayerKind, StatsReply, Type
from device.link.replies import Inference, Layer, Where
from device.link.timing import Percentiles
from device.paths import INSTALLED, ROOT

BENCH_SEED = 1
BITS_PER_BYTE = 10  # on a UART: start, eight data, stop
LEAD_FRAMES = 3  # of an overlapped run, before the frames come at their own pace
MEASURED = {
    Where.VIRTUAL: "virtual board: cycles estimated",
    Where.BOARD: "board: cycles counted",
    Where.QEMU: "QEMU: no cycles",
    Where.HOST: "host program: nanoseconds",
}
KINDS = tuple(kind.name.lower() for kind in LayerKind)
_OTHER_FILE = "name another file"
COLUMNS = (
    *("commit", "image_sha256", "network", "board", "measured", "instructions", "cycles"),
    *(f"{kind}_cycles" for kind in KINDS),
    *("arena_bytes", "stack_bytes", "flash_bytes"),
)


def bench(board: Board, n: int, progress: Callable[[int], None] = lambda done: None, *, mirror: bool = False) -> Report:
    """Time ``n`` crops one by one, then as many overlapped for the frame rate, and one profile, which is of one look.

    ``mirror``: the network looks at every crop twice, and its figures are of both looks.
    """
    rng = np.random.default_rng(BENCH_SEED)
    crops = [rng.integers(0, 256, board.hello.input_shape, dtype=np.uint8) for _ in range(min(n, 8))]
    board.infer(crops[0], mirror=mirror)  # the first one fills caches at both ends
    runs: list[Inference] = []
    for index in range(n):
        runs.append(board.infer(crops[index % len(crops)], mirror=mirror))
        progress(index + 1)
    frames_per_second, path = _overlapped(board, crops, n, runs, mirror)
    profile = board.profile()
    stats = board.stats()
    hello = board.hello
    layers = [_layer(layer) for layer in profile.layers]
    return {
        "where": hello.where,
        "board": hello.board,
        "firmware": hello.firmware,
        "network": hello.network,
        "n": n,
        "looks": runs[0].looks,
        "link_ms": Percentiles.of(run.link_ms for run in runs).as_dict(),
        "receive_ms": _board_ms(runs, "receive_ms"),
        "network_ms": _board_ms(runs, "network_ms"),
        "total_ms": _board_ms(runs, "total_ms"),
        "frames_per_second": round(frames_per_second, 3),
        "path": path,
        "network_cycles": _middle([run.network_cycles for run in runs]),
        "network_instructions": _middle([run.network_instructions for run in runs]),
        "arena_bytes": hello.arena_bytes,
        "stack_bytes": stats.stack_bytes,
        "flash_bytes": hello.flash_bytes,
        "layers": layers,
        "kinds": _kinds(layers),
    }


def _overlapped(
    board: Board, crops: Sequence[NDArray[np.uint8]], n: int, alone: Sequence[Inference], mirror: bool
) -> tuple[float, Report | None]:
    """Frames a second with as many crops under way as the board takes: at the host's clock, and at the board's.

    The second is the difference of two runs at the board's uptime, because nothing else on the wire tells when; it is
    None where the link has no rate or the board no clock, as then nothing is known to compare it with. On the virtual
    board it is what a real one would do, whatever this computer is busy with.
    """
    timed = board.hello.max_baud > 0 and all(run.total_cycles and run.receive_cycles for run in alone)
    short_ms = _uptime_of(board, crops, LEAD_FRAMES, mirror)[0] if timed else 0
    long_ms, runs = _uptime_of(board, crops, LEAD_FRAMES + n, mirror)
    stamps = [run.received_ns for run in runs]
    host_rate = (len(stamps) - 1) / max(1e-9, (stamps[-1] - stamps[0]) / 1e9)
    if not timed:
        return host_rate, None
    frame_bytes = OVERHEAD_BYTES + int(np.prod(board.hello.input_shape))
    wire_ms = frame_bytes * BITS_PER_BYTE * 1e3 / board.baud
    # A board may begin with a crop before it is there: then what comes after its last byte is only a part.
    board_ms = statistics.median(max(run.total_ms, run.network_ms) for run in alone)
    best = 1e3 / max(wire_ms, board_ms)
    rate = 1e3 * n / max(1, long_ms - short_ms)
    return host_rate, {
        "baud": board.baud,
        "wire_ms": round(wire_ms, 3),
        "board_ms": round(board_ms, 3),
        "best_frames_per_second": round(best, 3),
        "frames_per_second": round(rate, 3),
        "share_of_best": round(rate / best, 4),
        "link_share_of_baud": round(wire_ms / statistics.median(run.receive_ms for run in alone), 4),
    }


def _uptime_of(
    board: Board, crops: Sequence[NDArray[np.uint8]], count: int, mirror: bool
) -> tuple[int, list[Inference]]:
    """How far the board's uptime goes, in ms, while it computes ``count`` crops overlapped; and the inferences.

    The board is asked for its uptime right before the first crop and right behind the last, so that this computer's
    own delays do not count.
    """
    room, ahead = board.in_flight, board.in_flight > 1
    board.link.submit(Type.STATS)
    before = None if ahead else _uptime_ms(board)
    runs: list[Inference] = []
    sent = 0
    while len(runs) < count:
        while sent < count and board.waiting < room:
            board.send_crop(crops[sent % len(crops)], mirror=mirror)
            sent += 1
        if before is None:
            before = _uptime_ms(board)
            continue
        if ahead and sent == count and len(runs) == count - 1:
            board.link.submit(Type.STATS)
        runs.append(board.receive())
    if not ahead:
        board.link.submit(Type.STATS)
    return (_uptime_ms(board) - (before or 0)) & 0xFFFF_FFFF, runs


def _uptime_ms(board: Board) -> int:
    return StatsReply.parse(board.link.collect().frame.payload).uptime_ms


def compare(report: Report) -> Report | None:
    """The bench against the baseline: layers and kinds with CMSIS-NN's instructions, and the level of each figure.

    None for another network than the baseline's, for two looks at a crop, and where nobody counted instructions.
    """
    layers = report["layers"]
    if (
        not report["network_instructions"]
        or report["looks"] > 1
        or not cmsis_nn.same_network(sum(layer["macs"] for layer in layers))
    ):
        return None
    against = {layer["name"]: cmsis_nn.instructions_of(layer["name"]) for layer in layers}
    kinds: dict[str, int] = dict.fromkeys((layer["kind"] for layer in layers), 0)
    for layer in layers:
        kinds[layer["kind"]] += against[layer["name"]] or 0
    figures = {"instructions": report["network_instructions"], "cycles": report["network_cycles"]}
    figures |= {name: report[name] for name in ("arena_bytes", "flash_bytes")}
    return {
        "source": cmsis_nn.CMSIS_NN_SOURCE,
        "layers": against,
        "kinds": kinds,
        "levels": {name: cmsis_nn.level(name, value) for name, value in figures.items()},
    }


def record(report: Report, path: Path, image: Path | None = None) -> None:
    """Append one line to the results file, with a heading where it is new. ``image``: what the virtual board ran.

    Raises FileError where the file is none that a bench wrote, or cannot be written.
    """
    kinds = {one["kind"]: one["cycles"] for one in report["kinds"]}
    row = {
        "commit": _commit(),
        "image_sha256": "" if image is None else hashlib.sha256(image.read_bytes()).hexdigest(),
        "network": report["network"],
        "board": report["board"],
        "measured": MEASURED[report["where"]],
        "instructions": report["network_instructions"],
        "cycles": report["network_cycles"],
        **{f"{kind}_cycles": kinds.get(kind, 0) for kind in KINDS},
        **{name: report[name] for name in ("arena_bytes", "stack_bytes", "flash_bytes")},
    }
    fresh = check_record(path)
    try:
        with path.open("a", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
            if fresh:
                writer.writeheader()
            writer.writerow(row)
    except OSError as error:
        raise FileError(f"cannot write to {path}: {error}", _OTHER_FILE) from error


def check_record(path: Path) -> bool:
    """Whether the results file is new or empty; raises FileError for one that a bench did not write."""
    try:
        if not path.is_file() and not path.parent.is_dir():
            raise FileError(f"there is no folder {path.parent}", _OTHER_FILE)
        heading = path.read_text("utf-8").splitlines()[:1] if path.exists() else []
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"cannot read {path}: {error}", _OTHER_FILE) from error
    if heading and heading[0].split(",") != list(COLUMNS):
        raise FileError(f"{path} has other columns than a bench writes", _OTHER_FILE)
    return not heading


def _commit() -> str:
    """The checkout's commit, with + where ``device/`` has been changed since; empty outside a checkout."""
    if INSTALLED:  # a repository around the environment would be another one
        return ""
    try:
        words = ["git", "-C", str(ROOT)]
        head = subprocess.run([*words, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
        changed = subprocess.run([*words, "status", "--porcelain", "--", "device"], capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return head + "+" * bool(changed.stdout.strip())


def _board_ms(runs: Sequence[Inference], name: str) -> dict[str, float | None]:
    return Percentiles.of(getattr(run, name) for run in runs if run.timed).as_dict()


def _middle(values: Sequence[int | None]) -> int | None:
    known = sorted(value for value in values if value)
    return known[len(known) // 2] if known else None


def _layer(layer: Layer) -> Report:
    names = ("name", "kind", "macs", "cycles", "instructions")
    return {name: getattr(layer, name) for name in names}


def _kinds(layers: Sequence[Report]) -> list[Report]:
    """Sums by kind of layer, in the order in which the kinds come."""
    kinds: dict[str, Report] = {}
    for layer in layers:
        one = kinds.setdefault(
            layer["kind"], {"kind": layer["kind"], "layers": 0, "macs": 0, "cycles": 0, "instructions": 0}
        )
        one["layers"] += 1
        for name in ("macs", "cycles", "instructions"):
            one[name] += layer[name] or 0
    return list(kinds.values())


Report = dict[str, Any]
