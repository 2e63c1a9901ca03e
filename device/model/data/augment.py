"""Training views: crops altered as a camera would, in batches."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from device.model.data.training_set import _CROP_SIZE, ARCHIVE_SIZE, Crops, TrainingSet


def augment(crop: Crops, size: int, rng: np.random.Generator, strength: float = 1.0) -> Crops:
    """One training view of one archived crop (S, S, 3): what a detector, a camera and a room do to a face.

    ``strength`` 0..1 scales how often and how far a view departs from the crop; at 0 it is only mirrored at times.
    """

    def happens(chance: float) -> bool:
        return bool(rng.random() < chance * strength)

    side = crop.shape[0]
    # The margin is part of the archive, so the scale that keeps the middle 128 of 144 pixels is size/side * 144/128.
    scale = size / side * ARCHIVE_SIZE / _CROP_SIZE * (1 + strength * rng.uniform(-0.07, 0.08))
    angle = np.deg2rad(rng.normal(0, 3.5 * strength))
    cos, sin = scale * np.cos(angle), scale * np.sin(angle)
    shift = rng.normal(0, 0.018 * strength, 2) * size
    flip = -1.0 if rng.random() < 0.5 else 1.0
    linear = np.array([[cos * flip, -sin], [sin * flip, cos]])
    centre = linear @ np.full(2, (side - 1) / 2)
    matrix = np.column_stack([linear, (size - 1) / 2 + shift - centre])
    view = cv2.warpAffine(crop, matrix, (size, size), flags=cv2.INTER_LINEAR)
    if happens(0.7):
        gain, offset, gamma = rng.uniform(0.65, 1.35), rng.uniform(-25, 25), np.exp(rng.normal(0, 0.25))
        ramp = 255 * (np.arange(256) / 255) ** gamma * gain + offset
        view = cv2.LUT(view, np.clip(ramp, 0, 255).astype(np.uint8))
    if happens(0.3):
        tint = np.clip(view * rng.uniform(0.8, 1.2, 3), 0, 255)
        view = tint.astype(np.uint8)
    if happens(0.12):
        view = cv2.cvtColor(cv2.cvtColor(view, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    if happens(0.36):
        view = _degrade(np.asarray(view, np.uint8), rng)
    if happens(0.15):
        height, width = rng.integers(size // 8, size // 3, 2)
        top, left = rng.integers(0, size - height), rng.integers(0, size - width)
        view = view.copy()
        view[top : top + height, left : left + width] = rng.integers(0, 256, 3)
    return np.asarray(view, np.uint8)


def _degrade(view: Crops, rng: np.random.Generator) -> Crops:
    """Out of focus, too small, noisy or packed too hard."""
    size, kind = view.shape[0], rng.random()
    worse: Any
    if kind < 0.33:
        worse = cv2.GaussianBlur(view, (0, 0), rng.uniform(0.3, 1.6) * size / _CROP_SIZE)
    elif kind < 0.56:
        small = int(size * rng.uniform(0.3, 0.8))
        worse = cv2.resize(cv2.resize(view, (small, small), interpolation=cv2.INTER_AREA), (size, size))
    elif kind < 0.83:
        worse = np.clip(view + rng.normal(0, rng.uniform(2, 14), view.shape), 0, 255)
    else:
        _, packed = cv2.imencode(".jpg", view, (cv2.IMWRITE_JPEG_QUALITY, int(rng.uniform(25, 80))))
        worse = cv2.imdecode(packed, cv2.IMREAD_COLOR)
    return np.asarray(worse, np.uint8)


def batches(
    data: TrainingSet, rows: NDArray[np.int64], size: int, batch: int, seed: int, strength: float = 1.0
) -> Iterator[tuple[Crops, NDArray[np.int64]]]:
    """Endless shuffled (views (batch, size, size, 3), row numbers (batch,)), made ahead by one thread."""
    ready: queue.Queue[tuple[Crops, NDArray[np.int64]]] = queue.Queue(maxsize=4)
    stop = threading.Event()

    def produce() -> None:
        rng = np.random.default_rng(seed)
        while not stop.is_set():
            order = rng.permutation(rows)
            for start in range(0, len(order) - batch + 1, batch):
                picked = np.sort(order[start : start + batch])
                item = (
                    np.stack([augment(data.view_source(row, size), size, rng, strength) for row in picked.tolist()]),
                    picked,
                )
                while not stop.is_set():
                    try:
                        ready.put(item, timeout=0.5)
                        break
                    except queue.Full:
                        continue
                if stop.is_set():
                    return

    producer = threading.Thread(target=produce, name="augment", daemon=True)
    producer.start()
    try:
        while True:
            yield ready.get()
    finally:
        stop.set()
        producer.join()
