"""Training crops: decoded once into a memory-mapped cache, augmented on the fly.

A crop archive is a zip of 144x144 RGB pictures; the 128x128 that the network sees is the middle, and the margin of
8 pixels on each side is room for jitter. ``teacher.npz`` names the members and gives two unit embeddings for each.
"""

from __future__ import annotations

import queue
import threading
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from device.errors import FileError

ARCHIVE_SIZE = 144
_CROP_SIZE = 128
_HALF = 72
_HELD_OUT = 1500
_READ_AT_ONCE = 256
_GIVE = "give the folder that holds teacher.npz and the crop archives"

Crops = NDArray[np.uint8]
Embeddings = NDArray[np.float32]


@dataclass(frozen=True)
class Blends:
    """``crops`` (M, 144, 144, 3) made by ``blend.py`` and unit ``targets`` (M, D), zero where no teacher was asked."""

    crops: Crops
    targets: Embeddings


@dataclass(frozen=True)
class TrainingSet:
    """``crops`` (N, 144, 144, 3) uint8 RGB, ``half`` the same at 72x72, ``targets`` (N, D) unit float32."""

    names: NDArray[np.str_]
    crops: Crops
    half: Crops
    targets: Embeddings
    target_sizes: tuple[int, ...]
    blends: Blends | None = None

    def view_source(self, row: int, size: int) -> Crops:
        """The picture that views of ``size`` pixels are cut from; rows from N on are the blends'."""
        if row < len(self.crops):
            return np.asarray((self.half if size <= _HALF else self.crops)[row])
        assert self.blends is not None
        return np.asarray(self.blends.crops[row - len(self.crops)])

    @property
    def blend_targets(self) -> Embeddings | None:
        return None if self.blends is None else self.blends.targets

    @property
    def blend_rows(self) -> NDArray[np.int64]:
        return len(self.crops) + np.arange(0 if self.blends is None else len(self.blends.crops))


def _decode(data: bytes, where: str) -> Crops:
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if picture is None or picture.shape != (ARCHIVE_SIZE, ARCHIVE_SIZE, 3):
        got = "no picture" if picture is None else f"{picture.shape[1]}x{picture.shape[0]}"
        wanted = f"{ARCHIVE_SIZE}x{ARCHIVE_SIZE}"
        raise FileError(f"{where}: {got} where a {wanted} crop was expected", "make the archive again")
    return np.ascontiguousarray(picture[:, :, ::-1])


def read_archive(path: Path) -> dict[str, Crops]:
    """All crops of one zip: member name to (144, 144, 3) uint8 RGB."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        return {name: _decode(archive.read(name), f"{path}:{name}") for name in names}


def decode_member(archive: zipfile.ZipFile, name: str, where: str) -> Crops:
    """One crop (144, 144, 3) uint8 RGB of an open archive; KeyError where it is not in there."""
    return _decode(archive.read(name), f"{where}:{name}")


def read_teachers(faces: Path) -> tuple[NDArray[np.str_], Embeddings, tuple[int, ...]]:
    """(names (N,), unit embeddings (N, D), the size of each teacher's part) of ``faces/teacher.npz``."""
    path = faces / "teacher.npz"
    try:
        # np.load leaves a file open when it cannot read what it opened itself.
        with path.open("rb") as file, np.load(file) as teacher:
            names: NDArray[np.str_] = teacher["names"].astype(str)
            parts = [teacher[key].astype(np.float32) for key in ("mfn128", "mfn192")]
    except OSError as error:
        raise FileError(f"{path}: {error.strerror or error}", _GIVE) from error
    except (KeyError, ValueError, TypeError, EOFError, AttributeError, zipfile.BadZipFile, zlib.error) as error:
        raise FileError(f"{path}: no teachers' embeddings: {error}", _GIVE) from error
    if names.ndim != 1 or any(part.ndim != 2 or len(part) != len(names) for part in parts):
        raise FileError(f"{path}: {names.size} names, embeddings of {[part.shape for part in parts]}", _GIVE)
    if (twice := len(names) - len(set(names.tolist()))) or len(names) <= _HELD_OUT:
        what = f"{twice} names come twice" if twice else f"{len(names)} crops, of which {_HELD_OUT} are held out"
        raise FileError(f"{path}: {what}", "make the file again")
    lengths = [np.linalg.norm(part, axis=1) for part in parts]
    if any(not np.isfinite(length).all() or not length.all() for length in lengths):
        raise FileError(f"{path}: an embedding is zero or not finite", "make the file again")
    # Each teacher counts the same: unit vectors side by side, scaled so that the whole is a unit vector too.
    joined = [part / length[:, None] for part, length in zip(parts, lengths, strict=True)]
    targets = np.concatenate(joined, axis=1) / np.sqrt(len(joined))
    return names, targets.astype(np.float32), tuple(part.shape[1] for part in parts)


def load_training_set(faces: Path, cache: Path) -> TrainingSet:
    """Load the archives that ``faces/teacher.npz`` names; ``cache`` keeps the decoded crops for the next start."""
    names, targets, sizes = read_teachers(faces)
    cache.mkdir(parents=True, exist_ok=True)
    done, full, small = cache / "done", cache / "crops.npy", cache / "half.npy"
    if done.exists() and full.exists() and small.exists():
        data = TrainingSet(names, np.load(full, mmap_mode="r"), np.load(small, mmap_mode="r"), targets, sizes)
        if len(data.crops) != len(names):
            raise FileError(f"{cache}: {len(data.crops)} crops, {faces / 'teacher.npz'} names {len(names)}",
                            "the cache was made from other data: remove it, or give another folder")  # fmt: skip
        return data
    shape = (len(names), ARCHIVE_SIZE, ARCHIVE_SIZE, 3)
    crops = np.lib.format.open_memmap(full, "w+", np.uint8, shape)
    half = np.lib.format.open_memmap(small, "w+", np.uint8, (len(names), _HALF, _HALF, 3))
    for start in range(0, len(names), _READ_AT_ONCE):
        some = read_members(faces, [str(name) for name in names[start : start + _READ_AT_ONCE]])
        crops[start : start + len(some)] = some
        for index, crop in enumerate(some, start):
            half[index] = cv2.resize(crop, (_HALF, _HALF), interpolation=cv2.INTER_AREA)
    crops.flush()
    half.flush()
    done.touch()
    return TrainingSet(names, np.load(full, mmap_mode="r"), np.load(small, mmap_mode="r"), targets, sizes)


def blend_files(folder: Path) -> tuple[Path, Path]:
    """Where a folder of blends keeps its crops and, once it is finished, their targets."""
    return folder / "crops.npy", folder / "targets.npy"


def load_blends(folder: Path, data: TrainingSet) -> TrainingSet:
    """``data`` with the blends that ``make_blends`` wrote to ``folder``."""
    crops_path, targets_path = blend_files(folder)
    try:
        crops, targets = np.load(crops_path, mmap_mode="r"), np.load(targets_path)
    except (OSError, ValueError, EOFError) as error:
        raise FileError(f"{folder}: no blends: {error}", "make them with the command blend") from error
    if crops.shape[1:] != data.crops.shape[1:] or targets.shape != (len(crops), data.targets.shape[1]):
        raise FileError(f"{folder}: crops {crops.shape} and targets {targets.shape} are not of one set",
                        "make the blends again from the same faces")  # fmt: skip
    return replace(data, blends=Blends(crops, targets))


def split_rows(count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(held-out rows, training rows), sorted; the same for the same number of crops."""
    order = np.random.default_rng(7).permutation(count).astype(np.int64)
    return np.sort(order[:_HELD_OUT]), np.sort(order[_HELD_OUT:])


def sources(names: NDArray[np.str_]) -> NDArray[np.str_]:
    """Which archive each name is of: ``utk`` for ``utk/1.webp``."""
    return np.array([name.split("/", 1)[0] for name in names.tolist()])


def repeated(rows: NDArray[np.int64], names: NDArray[np.str_], repeat: Mapping[str, int]) -> NDArray[np.int64]:
    """``rows`` with those of some sources several times: ``repeat`` is a source, as ``celeba``, to how often.

    Raises FileError where a source has no crop among ``names``.
    """
    source = sources(names)
    there = set(source.tolist())
    if unknown := sorted(set(repeat) - there):
        raise FileError(f"no crops of {', '.join(unknown)}", f"the sources are {', '.join(sorted(there))}")
    times = np.array([repeat.get(one, 1) for one in source[rows].tolist()])
    return np.repeat(rows, times)


def load_shown(
    faces: Path, cache: Path, blends: Path | None = None, repeat: Mapping[str, int] | None = None
) -> tuple[TrainingSet, NDArray[np.int64], NDArray[np.int64]]:
    """(all crops, the rows of those to train on, the rows that a round shows: repeated, and those of ``blends``)."""
    data = load_training_set(faces, cache)
    if blends is not None:
        data = load_blends(blends, data)
    rows = split_rows(len(data.names))[1]
    return data, rows, np.concatenate([repeated(rows, data.names, repeat or {}), data.blend_rows])


def read_members(folder: Path, names: list[str]) -> Crops:
    """(N, 144, 144, 3) of names like ``utk/1.webp``, from ``utk.zip`` in ``folder``; FileError where one is missing."""
    archives: dict[str, zipfile.ZipFile] = {}
    path = folder
    try:
        crops = []
        for name in names:
            source = name.split("/", 1)[0]
            path = folder / f"{source}.zip"
            if source not in archives:
                archives[source] = zipfile.ZipFile(path)
            crops.append(_decode(archives[source].read(name), f"{path}:{name}"))
        return np.stack(crops)
    except OSError as error:
        raise FileError(f"{path}: {error.strerror or error}", _GIVE) from error
    except (KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise FileError(f"{path}: {error}", _GIVE) from error
    finally:
        for archive in archives.values():
            archive.close()


def middle(crops: Crops, size: int) -> Crops:
    """The crop without its margin, at ``size``: (N, 144, 144, 3) to (N, size, size, 3)."""
    margin = (ARCHIVE_SIZE - _CROP_SIZE) // 2
    cut = crops[:, margin:-margin, margin:-margin]
    if size == _CROP_SIZE:
        return np.ascontiguousarray(cut)
    return np.stack([cv2.resize(crop, (size, size), interpolation=cv2.INTER_AREA) for crop in cut])


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
