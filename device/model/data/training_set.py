"""Training crops: decoded once into a memory-mapped cache, augmented on the fly.

A crop archive is a zip of 144x144 RGB pictures; the 128x128 that the network sees is the middle, and the margin of
8 pixels on each side is room for jitter. ``teacher.npz`` names the members and gives two unit embeddings for each.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

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
_CHUNK = 16
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
        """The embeddings of the mixed synthetic faces, where there are any."""
        return None if self.blends is None else self.blends.targets

    @property
    def blend_rows(self) -> NDArray[np.int64]:
        """Where the mixed synthetic faces stand, behind the crops."""
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


def chunks(crops: Crops) -> Iterator[Crops]:
    """A few crops at a time: all activations of a chunk are in memory at once."""
    for start in range(0, len(crops), _CHUNK):
        yield crops[start : start + _CHUNK]
