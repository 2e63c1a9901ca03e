"""The same crops through a board, real or virtual, and how many of its numbers are not LiteRT's."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device.connect import OpenedBoard, open_board
from device.flash.images import compose, find_image
from device.link.ports import VIRTUAL
from device.model.progress import Monitor
from device.network.file import Network


@dataclass(frozen=True)
class BoardCheck:
    """``different_numbers`` of ``crops`` times ``passes`` fingerprints of ``length`` numbers. ``network_ms`` is the
    median of the board's own count, all passes over a crop; ``where`` says whether a board or a virtual one counted."""

    where: str
    board: str
    crops: int
    passes: int = field(default=1, kw_only=True)
    length: int
    different_numbers: int
    network_ms: float | None
    seconds: float


@contextmanager
def open_with(spec: str, network: Network) -> Iterator[OpenedBoard]:
    """``spec`` as for ``open_board``; a virtual board gets the prebuilt image with ``network`` in it. A real one must
    run it already: MismatchError where it does not."""
    if spec != VIRTUAL:
        with open_board(spec, network_hash=network.header.hash) as opened:
            yield opened
        return
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder) / "image.bin"
        image.write_bytes(compose(find_image().read_bytes(), network.data))
        with open_board(spec, image=image, network_hash=network.header.hash) as opened:
            yield opened


def run_on_board(
    spec: str, network: Network, crops: NDArray[np.uint8], wanted: NDArray[np.int8], monitor: Monitor
) -> tuple[NDArray[np.int8], BoardCheck]:
    """The board's fingerprints (N, L, F) of ``crops``, and what differs from ``wanted`` (N, 2, F).

    L is 2 where the board can run on the mirror image, too, else 1.
    """
    started = time.monotonic()
    with open_with(spec, network) as opened:
        board = opened.board
        found: list[NDArray[np.int8]] = []
        times: list[float] = []
        sent = 0
        while len(found) < len(crops):
            while sent < len(crops) and board.waiting < board.in_flight:
                board.send_crop(crops[sent], flip=board.can_flip)
                sent += 1
            answer = board.receive()
            found.append(answer.fingerprint.reshape(answer.passes, -1))
            if answer.timed:
                times.append(answer.network_ms)
            monitor.tick(f"int8, {opened.where}", len(found), len(crops))
        got = np.stack(found)
        check = BoardCheck(
            where=opened.where,
            board=opened.description,
            crops=got.shape[0],
            passes=got.shape[1],
            length=got.shape[2],
            different_numbers=int(np.count_nonzero(got != wanted[:, : got.shape[1]])),
            network_ms=round(float(np.median(times)), 3) if times else None,
            seconds=round(time.monotonic() - started, 1),
        )
    return got, check
