"""Training crops, the teachers' embeddings of them, whose they are where that is known, and who is held out.

A crop archive is a zip of 144x144 RGB pictures; the 128x128 that the network sees is the middle, and the margin of
8 pixels on each side is room for augmentation. ``teachers.npz`` names the members and gives one unit embedding for
each, ``identities.csv`` the people of some.
"""

from __future__ import annotations

import csv
import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from device.errors import FileError

ARCHIVE_SIZE = 144
CROP_SIZE = 128
TEACHERS, IDENTITIES = "teachers.npz", "identities.csv"
UNKNOWN = -1  # the identity of a crop of which nobody says whose it is
MIXED = "mixed"  # the source of mixed synthetic faces

_HELD_OUT_PEOPLE = 80  # of each source whose people are known, but at most a quarter of them
_HELD_OUT_SHARE = 0.02  # of the crops of nobody known
_READ_AT_ONCE = 256
_GIVE = f"give the folder that holds {TEACHERS} and the crop archives"

Crops = NDArray[np.uint8]
_CHUNK = 16
Embeddings = NDArray[np.float32]
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class TrainingSet:
    """``crops`` (N, 144, 144, 3) uint8 RGB, ``targets`` (N, D) unit float32, ``people`` (N,) with UNKNOWN where nobody
    says; ``held_out`` and ``rows`` are the rows to measure on and to train on. Mixed synthetic faces come last."""

    names: NDArray[np.str_]
    crops: Crops
    targets: Embeddings
    people: Rows
    held_out: Rows
    rows: Rows


def decode_crop(data: bytes, where: str) -> Crops:
    """(144, 144, 3) uint8 RGB of a packed picture; FileError if it is none of that size."""
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
        return {name: decode_crop(archive.read(name), f"{path}:{name}") for name in names}


def archive_names(faces: Path, archives: list[str]) -> NDArray[np.str_]:
    """The names of all crops of some archives in ``faces``, as ``utk/1.webp``."""
    found: list[str] = []
    for one in archives:
        path = faces / f"{one}.zip"
        try:
            with zipfile.ZipFile(path) as archive:
                found += sorted(name for name in archive.namelist() if not name.endswith("/"))
        except OSError as error:
            raise FileError(f"{path}: {error.strerror or error}", _GIVE) from error
        except zipfile.BadZipFile as error:
            raise FileError(f"{path}: {error}", _GIVE) from error
    return np.array(found)


def decode_member(archive: zipfile.ZipFile, name: str, where: str) -> Crops:
    """One crop (144, 144, 3) uint8 RGB of an open archive; KeyError if it is not in there."""
    return decode_crop(archive.read(name), f"{where}:{name}")


def read_teachers(faces: Path) -> tuple[NDArray[np.str_], Embeddings]:
    """(names (N,), unit embeddings (N, D)) of ``faces/teachers.npz``."""
    path = faces / TEACHERS
    try:
        # np.load leaves a file open when it cannot read what it opened itself.
        with path.open("rb") as file, np.load(file) as teachers:
            names: NDArray[np.str_] = teachers["names"].astype(str)
            targets: Embeddings = teachers["joint256"].astype(np.float32)
    except OSError as error:
        raise FileError(f"{path}: {error.strerror or error}", _GIVE) from error
    except (KeyError, ValueError, TypeError, EOFError, AttributeError, zipfile.BadZipFile, zlib.error) as error:
        raise FileError(f"{path}: no teachers' embeddings: {error}", _GIVE) from error
    if names.ndim != 1 or not len(names) or targets.ndim != 2 or len(targets) != len(names):
        raise FileError(f"{path}: {names.size} names, embeddings {targets.shape}", _GIVE)
    if twice := len(names) - len(set(names.tolist())):
        raise FileError(f"{path}: {twice} names come twice", "make the file again")
    lengths = np.linalg.norm(targets, axis=1)
    if not np.isfinite(lengths).all() or not lengths.all():
        raise FileError(f"{path}: an embedding is zero or not finite", "make the file again")
    return names, targets / lengths[:, None]


def read_identities(faces: Path, names: NDArray[np.str_]) -> Rows:
    """Whose picture each of ``names`` (N,) is, by ``faces/identities.csv``: UNKNOWN if the file has no line of it, or
    if there is no such file."""
    path = faces / IDENTITIES
    if not path.exists():
        return np.full(len(names), UNKNOWN, np.int64)
    try:
        with path.open(newline="", encoding="utf-8") as file:
            known = {line["name"]: int(line["identity"]) for line in csv.DictReader(file)}
    except OSError as error:
        raise FileError(f"{path}: {error.strerror or error}", _GIVE) from error
    except (KeyError, ValueError, TypeError) as error:
        raise FileError(f"{path}: no table of name and identity: {error}", _GIVE) from error
    return np.array([known.get(name, UNKNOWN) for name in names.tolist()], np.int64)


def sources(names: NDArray[np.str_]) -> NDArray[np.str_]:
    """Which archive each name is of: ``utk`` for ``utk/1.webp``."""
    return np.array([name.split("/", 1)[0] for name in names.tolist()])


def split_rows(names: NDArray[np.str_], people: Rows) -> tuple[Rows, Rows]:
    """(held-out rows, training rows), sorted; the same for the same names and people.

    Where people are known, some of them are held out with all their crops: a network must not have met the face that it
    is judged by. Of the other sources single crops are.
    """
    rng = np.random.default_rng(7)
    source, known = sources(names), people != UNKNOWN
    held = np.zeros(len(names), bool)
    for one in sorted(set(source[known].tolist()), reverse=True):
        there = np.unique(people[known & (source == one)])
        count = min(_HELD_OUT_PEOPLE, -(-len(there) // 4))
        held |= np.isin(people, rng.permutation(there)[:count])
    held |= ~known & (rng.random(len(names)) < _HELD_OUT_SHARE)
    return np.flatnonzero(held), np.flatnonzero(~held)


def read_split(faces: Path) -> tuple[NDArray[np.str_], Embeddings, Rows, Rows]:
    """(names, teachers' embeddings, held-out rows, training rows) of the folder ``faces``."""
    names, targets = read_teachers(faces)
    held_out, rows = split_rows(names, read_identities(faces, names))
    if not len(held_out) or not len(rows):
        raise FileError(f"{faces / TEACHERS}: {len(names)} crops, of which {len(held_out)} are held out", _GIVE)
    return names, targets, held_out, rows


def load_training_set(faces: Path, cache: Path) -> TrainingSet:
    """Load the archives that ``faces/teachers.npz`` names; ``cache`` keeps the decoded crops for the next start."""
    names, targets, held_out, rows = read_split(faces)
    done, path = cache / "names.sha256", cache / "crops.npy"
    digest = hashlib.sha256("\n".join(names.tolist()).encode()).hexdigest()
    if not done.exists() or not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        _decode_all(faces, names, path)
        done.write_text(digest)
    if done.read_text() != digest:
        raise FileError(f"{cache}: not the crops that {faces / TEACHERS} names",
                        "the cache was made from other data: remove it, or give another folder")  # fmt: skip
    return TrainingSet(names, np.load(path, mmap_mode="r"), targets, read_identities(faces, names), held_out, rows)


def _decode_all(faces: Path, names: NDArray[np.str_], path: Path) -> None:
    beside = path.with_suffix(".tmp")
    crops = np.lib.format.open_memmap(beside, "w+", np.uint8, (len(names), ARCHIVE_SIZE, ARCHIVE_SIZE, 3))

    def read(start: int) -> None:
        some = read_members(faces, names[start : start + _READ_AT_ONCE].tolist())
        crops[start : start + len(some)] = some

    with ThreadPoolExecutor() as pool:
        for _ in pool.map(read, range(0, len(names), _READ_AT_ONCE)):
            pass
    crops.flush()
    beside.replace(path)


def mixed_files(folder: Path) -> tuple[Path, Path]:
    """Where a folder of mixed synthetic faces keeps its crops and, once the teachers were asked, their targets."""
    return folder / "crops.npy", folder / "targets.npy"


def add_mixed(data: TrainingSet, folder: Path) -> TrainingSet:
    """``data`` with the mixed synthetic faces of ``folder`` behind its crops, to train on."""
    crops_path, targets_path = mixed_files(folder)
    try:
        crops, targets = np.load(crops_path, mmap_mode="r"), np.load(targets_path).astype(np.float32)
    except (OSError, ValueError, EOFError) as error:
        hint = "make them with the command mix, then ask the teachers with --mixed"
        raise FileError(f"{folder}: no mixed faces with targets: {error}", hint) from error
    if crops.shape[1:] != data.crops.shape[1:] or targets.shape != (len(crops), data.targets.shape[1]):
        raise FileError(f"{folder}: crops {crops.shape} and targets {targets.shape} do not belong together",
                        "make the mixed faces again from the same faces")  # fmt: skip
    count, first = len(crops), len(data.names)
    names = np.array([f"{MIXED}/{index}" for index in range(count)])
    return replace(
        data,
        names=np.concatenate([data.names, names]),
        crops=Joined(data.crops, crops),  # type: ignore[arg-type]
        targets=np.concatenate([data.targets, targets / np.linalg.norm(targets, axis=1, keepdims=True)]),
        people=np.concatenate([data.people, np.full(count, UNKNOWN, np.int64)]),
        rows=np.concatenate([data.rows, first + np.arange(count)]),
    )


class Joined:
    """Two files of crops as one array that rows are taken from; they are too large to be copied together."""

    def __init__(self, first: Crops, second: Crops) -> None:
        self._first, self._second = first, second
        self.shape = (len(first) + len(second), *first.shape[1:])

    def __len__(self) -> int:
        return len(self._first) + len(self._second)

    def __getitem__(self, rows: Rows) -> Crops:
        """(n, 144, 144, 3) of the rows (n,)."""
        of_second = rows >= len(self._first)
        taken = np.empty((len(rows), *self.shape[1:]), np.uint8)
        taken[~of_second] = self._first[rows[~of_second]]
        taken[of_second] = self._second[rows[of_second] - len(self._first)]
        return taken


def read_members(folder: Path, names: list[str]) -> Crops:
    """(N, 144, 144, 3) of names like ``utk/1.webp``, from ``utk.zip`` in ``folder``; FileError if one is missing."""
    archives: dict[str, zipfile.ZipFile] = {}
    path = folder
    try:
        crops = []
        for name in names:
            source = name.split("/", 1)[0]
            path = folder / f"{source}.zip"
            if source not in archives:
                archives[source] = zipfile.ZipFile(path)
            crops.append(decode_crop(archives[source].read(name), f"{path}:{name}"))
        return np.stack(crops)
    except OSError as error:
        raise FileError(f"{path}: {error.strerror or error}", _GIVE) from error
    except (KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise FileError(f"{path}: {error}", _GIVE) from error
    finally:
        for archive in archives.values():
            archive.close()


def middle(crops: Crops, size: int) -> Crops:
    """The crops without their margin, at ``size``: (N, 144, 144, 3) to (N, size, size, 3)."""
    margin = (ARCHIVE_SIZE - CROP_SIZE) // 2
    cut = crops[:, margin:-margin, margin:-margin]
    if size == CROP_SIZE:
        return np.ascontiguousarray(cut)
    return np.stack([cv2.resize(crop, (size, size), interpolation=cv2.INTER_AREA) for crop in cut])


def chunks(crops: Crops) -> Iterator[Crops]:
    """A few crops at a time: all activations of a chunk are in memory at once."""
    for start in range(0, len(crops), _CHUNK):
        yield crops[start : start + _CHUNK]
