"""Crops for the tests of their coding: what coders find easy, what they find hard, and what breaks them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Crop = NDArray[np.uint8]


def smooth(rng: np.random.Generator, height: int, width: int, noise: float) -> Crop:
    """Gradients and a soft edge, with Gaussian noise: about as hard as a face."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    angle, at = rng.uniform(0, 2 * np.pi), rng.uniform(0.2, 0.8)
    along = (np.cos(angle) * x / width + np.sin(angle) * y / height)[..., None]
    shade = 120 + 80 * along * rng.uniform(-1, 1, 3) + 40 * np.tanh(8 * (along - at)) * rng.uniform(-1, 1, 3)
    noisy = np.rint(shade + rng.normal(0, noise, (height, width, 3)))
    return np.asarray(np.clip(noisy, 0, 255), np.uint8)


def extremes(height: int, width: int) -> Iterator[Crop]:
    """All of one value, stripes and chequers of 0 and 255, saturated colours, and single pixels."""
    for value in (0, 1, 127, 128, 129, 254, 255):
        yield np.full((height, width, 3), value, np.uint8)
    y, x = np.mgrid[0:height, 0:width]
    for pattern in (x % 2, y % 2, (x + y) % 2, x // 3 % 2, x * 0 + (x == width // 2) * (y == height // 2)):
        yield np.repeat((pattern * 255).astype(np.uint8)[..., None], 3, axis=2)
        yield np.stack([pattern * 255, 255 - pattern * 255, pattern * 255], axis=2).astype(np.uint8)
    yield np.stack([x, y, x ^ y], axis=2).astype(np.uint8)
    yield np.stack([(3 * x) & 255, (255 - 5 * y) & 255, (x * y) & 255], axis=2).astype(np.uint8)


def any_crop(rng: np.random.Generator, height: int, width: int) -> Crop:
    """One of many kinds."""
    kind = int(rng.integers(4))
    if kind == 0:
        return rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    if kind == 1:
        return rng.choice(np.array([0, 1, 254, 255], np.uint8), (height, width, 3))
    if kind == 2:
        every = list(extremes(height, width))
        return every[int(rng.integers(len(every)))]
    return smooth(rng, height, width, float(rng.uniform(0, 6)))
