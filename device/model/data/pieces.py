"""A training set as a few files of bounded size, to be carried to a machine that trains.

Each piece is a zip of packed crops, and of a table with their names, targets, people and whether they are held out.
Pieces say how many there are: a training begins once the last one has come.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from device.errors import FileError
from device.model.data.training_set import ARCHIVE_SIZE, Crops, TrainingSet, decode_crop
from device.model.progress import SILENT, Monitor

MIB = 1 << 20
_TABLE = "table.npz"
_TABLE_BYTES_A_CROP = 700  # name, 256 float16, person, with room to spare
_QUALITY = 70
_MAKE = "make the pieces with the command pack, and copy all of them"


def _pack(crop: Crops, quality: int) -> bytes:
    good, packed = cv2.imencode(".webp", np.ascontiguousarray(crop[:, :, ::-1]), (cv2.IMWRITE_WEBP_QUALITY, quality))
    if not good:
        raise FileError("a crop cannot be packed as WebP", "OpenCV was built without it")
    return packed.tobytes()


def write_pieces(
    data: TrainingSet, out: Path, largest_bytes: int = 60 * MIB, quality: int = _QUALITY, monitor: Monitor = SILENT
) -> list[Path]:
    """Write ``piece_1_of_3.zip`` and so on to the folder ``out``, none larger than ``largest_bytes``."""
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("piece_*.zip"):
        old.unlink()
    held_out = np.isin(np.arange(len(data.names)), data.held_out)
    groups: list[list[tuple[int, bytes]]] = [[]]
    size = 0
    with ThreadPoolExecutor() as pool:
        packed = pool.map(lambda row: _pack(data.crops[np.array([row])][0], quality), range(len(data.names)))
        for row, content in enumerate(packed):
            needed = len(content) + _TABLE_BYTES_A_CROP + 200  # two headers a zip member
            if size + needed > largest_bytes and groups[-1]:
                groups.append([])
                size = 0
            groups[-1].append((row, content))
            size += needed
            monitor.tick("packing", row + 1, len(data.names))
    written = []
    for number, group in enumerate(groups, 1):
        rows = np.array([row for row, _ in group])
        path = out / f"piece_{number}_of_{len(groups)}.zip"
        table = io.BytesIO()
        np.savez(table, names=data.names[rows], targets=data.targets[rows].astype(np.float16),
                 people=data.people[rows], held_out=held_out[rows], pieces=len(groups))  # fmt: skip
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(_TABLE, table.getvalue(), zipfile.ZIP_DEFLATED)
            for index, (_, content) in enumerate(group):
                archive.writestr(f"{index}.webp", content)
        written.append(path)
    return written


def missing_pieces(folder: Path) -> list[str]:
    """Names of the pieces that have not come yet; FileError if there is none at all."""
    there = {path.name for path in folder.glob("piece_*_of_*.zip")}
    counts = {int(name.removesuffix(".zip").rsplit("_", 1)[1]) for name in there}
    if len(counts) != 1:
        raise FileError(f"{folder}: pieces of {len(counts)} sets" if counts else f"{folder}: no pieces", _MAKE)
    count = counts.pop()
    return [name for number in range(1, count + 1) if (name := f"piece_{number}_of_{count}.zip") not in there]


def read_pieces(folder: Path) -> TrainingSet:
    """The training set in memory; FileError if a piece is missing or damaged."""
    if missing := missing_pieces(folder):
        raise FileError(f"{folder}: {', '.join(missing)} missing", _MAKE)
    paths = sorted(folder.glob("piece_*.zip"), key=lambda path: int(path.name.split("_")[1]))
    tables = [_read_table(path) for path in paths]
    keys = ("names", "targets", "people", "held_out")
    whole = {key: np.concatenate([table[key] for table in tables]) for key in keys}
    crops = np.empty((len(whole["names"]), ARCHIVE_SIZE, ARCHIVE_SIZE, 3), np.uint8)
    start = 0
    for path, table in zip(paths, tables, strict=True):
        end = start + len(table["names"])
        _decode(path, crops[start:end])
        start = end
    targets, held_out = whole["targets"].astype(np.float32), whole["held_out"]
    return TrainingSet(
        whole["names"],
        crops,
        targets / np.linalg.norm(targets, axis=1, keepdims=True),
        whole["people"],
        np.flatnonzero(held_out),
        np.flatnonzero(~held_out),
    )


def _read_table(path: Path) -> dict[str, NDArray[Any]]:
    try:
        with zipfile.ZipFile(path) as archive:
            return dict(np.load(io.BytesIO(archive.read(_TABLE))))
    except OSError as error:
        raise FileError(f"{path}: {error.strerror or error}", _MAKE) from error
    except (KeyError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise FileError(f"{path}: {error}", _MAKE) from error


def _decode(path: Path, crops: Crops) -> None:
    """Fill ``crops`` with those of a piece, on every core."""
    try:
        with zipfile.ZipFile(path) as archive:
            packed = [archive.read(f"{index}.webp") for index in range(len(crops))]
    except OSError as error:
        raise FileError(f"{path}: {error.strerror or error}", _MAKE) from error
    except (KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise FileError(f"{path}: {error}", _MAKE) from error

    def decode(index: int) -> None:
        crops[index] = decode_crop(packed[index], f"{path}:{index}.webp")

    with ThreadPoolExecutor() as pool:
        for _ in pool.map(decode, range(len(packed))):
            pass
