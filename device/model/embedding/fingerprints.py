"""Features of many crops: by LiteRT's reference kernels, which a board equals, and by NumPy."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device.model.data.training_set import Crops, chunks, middle, read_members
from device.model.export.export import convert
from device.model.graph.float_network import Layers, forward
from device.model.graph.litert import LiteRT
from device.model.progress import SILENT, Monitor
from device.network.file import Network
from device.vision.fingerprint import dequantise

_READ_AT_ONCE = 512
_RUN_AT_ONCE = 16

Floats = NDArray[np.float32]


def mirrored(crops: Crops) -> Crops:
    """The mirror images of crops (N, S, S, 3), as the board makes them for flip averaging."""
    return np.ascontiguousarray(crops[:, :, ::-1])


def fingerprints(
    content: bytes, where: str, crops: Crops, monitor: Monitor = SILENT, what: str = "int8, LiteRT"
) -> NDArray[np.int8]:
    """int8 fingerprints (N, F) of crops (N, S, S, 3) by LiteRT's reference kernels, on every core.

    The fast kernels answer forty times as quickly, but a fifth of their numbers is off by one or more.
    """
    threads = max(1, min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, 16))
    own = threading.local()  # an interpreter runs one crop at a time

    def run(start: int) -> tuple[int, NDArray[np.int8]]:
        if not hasattr(own, "oracle"):
            own.oracle = LiteRT(content, where)
        return start, np.stack([own.oracle.run(crop) for crop in crops[start : start + _RUN_AT_ONCE]])

    parts: dict[int, NDArray[np.int8]] = {}
    pool = ThreadPoolExecutor(threads, thread_name_prefix="litert")
    try:
        for task in as_completed([pool.submit(run, start) for start in range(0, len(crops), _RUN_AT_ONCE)]):
            start, part = task.result()
            parts[start] = part
            monitor.tick(what, min(len(parts) * _RUN_AT_ONCE, len(crops)), len(crops))
    finally:
        pool.shutdown(cancel_futures=True)
    return np.concatenate([parts[start] for start in sorted(parts)])


def both_fingerprints(content: bytes, where: str, crops: Crops, monitor: Monitor = SILENT) -> NDArray[np.int8]:
    """(N, 2, F): those of the crops, and those of their mirror images."""
    plain = fingerprints(content, where, crops, monitor)
    flipped = fingerprints(content, where, mirrored(crops), monitor, "mirrored, LiteRT")
    return np.stack([plain, flipped], axis=1)


def int8_features(content: bytes, where: str, crops: Crops, monitor: Monitor = SILENT) -> Floats:
    """Real features (N, F) of what :func:`fingerprints` gives."""
    header = convert(content, where, "").network.header
    raw = fingerprints(content, where, crops, monitor)
    return dequantise(raw, header.output_scale, header.output_zero_point)


def archived_features(
    content: bytes, network: Network, faces: Path, names: list[str], monitor: Monitor = SILENT
) -> Floats:
    """Real features (N, 2, F) of archived crops and of their mirror images, as a board answers: some fifty crops a
    second. LiteRT's fast kernels would be ten times as quick, but a projection fitted on their answers is a worse one.
    """
    found = []
    for start in range(0, len(names), _READ_AT_ONCE):
        crops = middle(read_members(faces, names[start : start + _READ_AT_ONCE]), network.input_shape[0])
        found.append(both_fingerprints(content, network.name, crops))
        monitor.tick("features", start + len(crops), len(names))
    return dequantise(np.concatenate(found), network.header.output_scale, network.header.output_zero_point)


def float_features(layers: Layers, crops: Crops) -> Floats:
    """Features (N, F) of crops (N, S, S, 3) by the float network."""
    return np.concatenate([forward(layers, chunk)[-1].reshape(len(chunk), -1) for chunk in chunks(crops)])
