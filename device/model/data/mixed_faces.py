"""Mixed synthetic faces: two training crops warped and blended, for the teachers to say what they are.

A student of a few ten thousand crops learns them by heart before it has learnt what tells faces apart. The teachers can
be asked about any picture (function matching: Beyer et al., "Knowledge distillation: a good teacher is patient and
consistent", 2022), so each mixed face is one more at the price of asking.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from device.errors import FileError
from device.model.data.training_set import ARCHIVE_SIZE, Crops, TrainingSet, mixed_files, sources
from device.model.progress import SILENT, Monitor

Floats = NDArray[np.float32]

_WARP_GRID, _WARP_PIXELS = 4, 3.0  # control points a side, and how far one moves (standard deviation, of 144 pixels)
_MASK_GRID, _MASK_SHARPNESS = 3, 2.5
_CANDIDATES = 32
_SEED = 11


def _smooth(grid: NDArray[np.floating], side: int) -> Floats:
    """A coarse grid as a smooth field (side, side)."""
    return np.asarray(cv2.resize(grid.astype(np.float32), (side, side), interpolation=cv2.INTER_CUBIC), np.float32)


def _warped(crop: Crops, rng: np.random.Generator) -> Floats:
    """The crop with its features moved by a few pixels, differently in each place, and mirrored half of the time."""
    side = crop.shape[0]
    if rng.random() < 0.5:
        crop = np.ascontiguousarray(crop[:, ::-1])
    move = [_smooth(rng.normal(0, _WARP_PIXELS, (_WARP_GRID, _WARP_GRID)), side) for _ in range(2)]
    down, right = np.mgrid[:side, :side].astype(np.float32)
    return np.asarray(
        cv2.remap(crop, right + move[0], down + move[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT), np.float32
    )


def mix(first: Crops, second: Crops, rng: np.random.Generator) -> Crops:
    """A face between two aligned crops (S, S, 3): each part of it is more the one's or the other's.

    The second takes the first's mean and spread of each colour, so that no seam shows which part came from where.
    """
    one, two = _warped(first, rng), _warped(second, rng)
    axes = (0, 1)
    two = (two - two.mean(axes)) * (one.std(axes) + 1) / (two.std(axes) + 1) + one.mean(axes)
    field = _smooth(rng.normal(0, 1, (_MASK_GRID, _MASK_GRID)), first.shape[0])
    share = 1 / (1 + np.exp(-_MASK_SHARPNESS * field - rng.normal(0, 0.7)))
    mixed = one + (two - one) * share[:, :, None]
    return np.asarray(np.clip(np.rint(mixed), 0, 255), np.uint8)


class _Maker:
    """Makes mixed faces of one source's training crops, in any number of threads."""

    def __init__(self, data: TrainingSet, source: str) -> None:
        of_source = data.rows[sources(data.names[data.rows]) == source]
        if len(of_source) <= _CANDIDATES:
            raise FileError(f"{len(of_source)} training crops of {source}, {_CANDIDATES + 1} are needed",
                            "give a source that teachers.npz names, as celeba2")  # fmt: skip
        self._data, self._rows = data, of_source

    def make(self, seed: int) -> Crops:
        """One mixed face (144, 144, 3).

        The second crop is the one of some that the teachers find most like the first: two faces of a kind mix to a
        face, and those between people who look alike are what the student finds hard.
        """
        rng = np.random.default_rng([_SEED, seed])
        picked = rng.choice(self._rows, 1 + _CANDIDATES, replace=False)
        alike = self._data.targets[picked[1:]] @ self._data.targets[picked[0]]
        pair = self._data.crops[picked[[0, 1 + int(alike.argmax())]]]
        return mix(pair[0], pair[1], rng)


def make_mixed(data: TrainingSet, source: str, count: int, out: Path, monitor: Monitor = SILENT) -> None:
    """Write ``count`` mixed faces of the training crops of ``source`` to the folder ``out``; the teachers are to be
    asked about them next."""
    maker = _Maker(data, source)
    out.mkdir(parents=True, exist_ok=True)
    crops_path, targets_path = mixed_files(out)
    targets_path.unlink(missing_ok=True)
    beside = crops_path.with_suffix(".tmp")
    crops = np.lib.format.open_memmap(beside, "w+", np.uint8, (count, ARCHIVE_SIZE, ARCHIVE_SIZE, 3))
    with ThreadPoolExecutor() as pool:
        try:
            for index, crop in enumerate(pool.map(maker.make, range(count))):
                crops[index] = crop
                monitor.tick("mixing", index + 1, count)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    crops.flush()
    beside.replace(crops_path)
