"""Faces that nobody has: two training crops warped and blended, for the teacher network to say what they are.

A student of a few ten thousand crops learns them by heart before it has learnt what tells faces apart. The teacher can
be asked about any picture (function matching: Beyer et al., "Knowledge distillation: a good teacher is patient and
consistent", 2022), so each blend is one more face at the price of one inference of the teacher.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from device.errors import FileError
from device.model.data.teacher import Teacher, part_of
from device.model.data.training_set import (
    ARCHIVE_SIZE,
    Crops,
    TrainingSet,
    blend_files,
    load_training_set,
    sources,
    split_rows,
)
from device.model.progress import SILENT, Monitor

Floats = NDArray[np.float32]

_WARP_GRID, _WARP_PIXELS = 4, 3.0  # control points a side, and how far one moves (standard deviation, of 144 pixels)
_MASK_GRID, _MASK_SHARPNESS = 3, 2.5
_LOOKED_AT = 32
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


def blend(first: Crops, second: Crops, rng: np.random.Generator) -> Crops:
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
    """Makes blends of one source's training crops, in any number of threads."""

    def __init__(self, data: TrainingSet, source: str, teacher: Path) -> None:
        rows = split_rows(len(data.names))[1]
        of_source = rows[sources(data.names[rows]) == source]
        if len(of_source) <= _LOOKED_AT:
            raise FileError(f"{len(of_source)} training crops of {source}, {_LOOKED_AT + 1} are needed",
                            "give a source that teacher.npz names, as celeba")  # fmt: skip
        self.data, self.rows, self._path = data, of_source, teacher
        self._own = threading.local()
        some = self.rows[:: max(1, len(self.rows) // 16)]
        self.part = part_of(self._teacher().embed(data.crops[some]), data.targets[some], data.target_sizes)

    def _teacher(self) -> Teacher:
        if not hasattr(self._own, "teacher"):
            self._own.teacher = Teacher(self._path)
        made: Teacher = self._own.teacher
        return made

    def make(self, seed: int) -> tuple[Crops, Floats]:
        """One blend (144, 144, 3) and its target (D,), which is zero where another teacher's part would be.

        The second crop is the one of some that the teacher finds most like the first: two faces of a kind blend to a
        face, and those between people who look alike are what the student finds hard.
        """
        rng = np.random.default_rng([_SEED, seed])
        first, *others = rng.choice(self.rows, 1 + _LOOKED_AT, replace=False).tolist()
        alike = self.data.targets[others] @ self.data.targets[first]
        made = blend(self.data.crops[first], self.data.crops[others[int(alike.argmax())]], rng)
        target = np.zeros(self.data.targets.shape[1], np.float32)
        target[self.part] = self._teacher().embed(made[None])[0]
        return made, target


def make_blends(
    faces: Path, cache: Path, source: str, teacher: Path, count: int, out: Path, monitor: Monitor = SILENT
) -> None:
    """Write ``count`` blends of the training crops of ``source`` to the folder ``out`` for ``train --blends``."""
    maker = _Maker(load_training_set(faces, cache), source, teacher)
    out.mkdir(parents=True, exist_ok=True)
    crops_path, targets_path = blend_files(out)
    targets_path.unlink(missing_ok=True)  # a folder without it is not finished
    crops = np.lib.format.open_memmap(crops_path, "w+", np.uint8, (count, ARCHIVE_SIZE, ARCHIVE_SIZE, 3))
    targets = np.zeros((count, maker.data.targets.shape[1]), np.float32)
    with ThreadPoolExecutor() as pool:
        try:
            for index, (crop, target) in enumerate(pool.map(maker.make, range(count))):
                crops[index], targets[index] = crop, target
                monitor.tick("blending", index + 1, count)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    crops.flush()
    np.save(targets_path, targets)
