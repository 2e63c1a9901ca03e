"""Pictures of named people to measure on: LFW's archive, or any folder with one folder per person."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from device.errors import FileError
from device.model.data.pairs import Pairs, make_pairs, read_pairs
from device.model.data.training_set import ARCHIVE_SIZE, decode_member, middle
from device.model.progress import SILENT, Monitor
from device.vision.crop import CROP_SIZE, CropError, align
from device.vision.detector import Detector

Crops = NDArray[np.uint8]


@dataclass(frozen=True)
class Skipped:
    """A file that is not measured, and why."""

    file: str
    why: str


@dataclass(frozen=True, eq=False)
class FaceSet:
    """``crops`` (N, S, S, 3) of ``names`` (``person/picture``), and the ``pairs`` to compare.

    ``wide`` gives the 144-pixel crops, 8 pixels wider on each side, of some names; None where there are none.
    ``digests`` are the SHA-256 of what was read.
    """

    title: str
    names: list[str]
    crops: Crops
    pairs: Pairs
    digests: dict[str, str]
    skipped: tuple[Skipped, ...] = ()
    wide: Callable[[list[str]], Crops] | None = field(default=None, repr=False)

    @property
    def people(self) -> list[str]:
        """Whose picture each is (N,)."""
        return [name.split("/", 1)[0] for name in self.names]


def sha256_of(path: Path) -> str:
    """Of a file, in hex; FileError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise FileError(f"{path}: {error.strerror or error}", "give the path of a file that can be read") from error


def thin(pairs: Pairs, count: int | None) -> Pairs:
    """About ``count`` pairs, at least 40, evenly from all folds and both kinds."""
    if count is None or count >= len(pairs.same):
        return pairs
    picked = np.linspace(0, len(pairs.same) - 1, max(count, 40)).astype(np.int64)
    first, second = ([names[index] for index in picked] for names in (pairs.first, pairs.second))
    return replace(pairs, first=tuple(first), second=tuple(second), same=pairs.same[picked], fold=pairs.fold[picked])


def read_lfw(faces: Path, size: int, count: int | None = None, monitor: Monitor = SILENT) -> FaceSet:
    """The pictures of ``pairs.txt`` from ``lfw.zip``, both in ``faces``; only about ``count`` pairs where given."""
    pairs = thin(read_pairs(faces / "pairs.txt"), count)
    path, names = faces / "lfw.zip", pairs.names

    def wide(wanted: list[str]) -> Crops:
        return np.concatenate([crops for _, crops in _members(path, wanted, monitor)])

    crops = np.empty((len(names), size, size, 3), np.uint8)
    for start, part in _members(path, names, monitor):
        crops[start : start + len(part)] = middle(part, size)
    digests = {file.name: sha256_of(file) for file in (path, faces / "pairs.txt")}
    return FaceSet("LFW", names, crops, pairs, digests, wide=wide)


def _members(path: Path, names: list[str], monitor: Monitor) -> Iterator[tuple[int, Crops]]:
    """Yields (position of the first, some crops (n, 144, 144, 3)) of an archive until all names are read."""
    try:
        with zipfile.ZipFile(path) as archive:
            for start in range(0, len(names), 256):
                some = names[start : start + 256]
                yield start, np.stack([decode_member(archive, f"{name}.webp", str(path)) for name in some])
                monitor.tick(f"reading {path.name}", start + len(some), len(names))
    except OSError as error:
        raise FileError(
            f"{path}: {error.strerror or error}", "give the folder that holds lfw.zip and pairs.txt"
        ) from error
    except (KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise FileError(f"{path}: {error}", "give the folder that holds lfw.zip and pairs.txt") from error


def read_people(folder: Path, size: int, monitor: Monitor = SILENT) -> FaceSet:
    """A folder with one folder per person. Pictures of 144x144 or 128x128 pixels count as aligned crops; in all others
    the largest face is found and aligned as the program does it. Files that cannot be used are skipped and named.

    Raises FileError where there are not at least two people, or nobody has two pictures.
    """
    try:
        folders = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError as error:
        raise FileError(f"{folder}: {error.strerror}", "give a folder that holds one folder per person") from error
    files = [(person.name, path) for person in folders for path in sorted(person.iterdir())
             if path.is_file() and not path.name.startswith(".")]  # fmt: skip
    reader = _Reader(size)
    for number, (person, path) in enumerate(files):
        reader.read(person, path)
        monitor.tick(f"reading {folder.name}", number + 1, len(files))
    for skip in reader.skipped:
        monitor.line(f"left out: {skip.file}: {skip.why}")
    people = {name.split("/", 1)[0] for name in reader.names}
    if len(people) < 2:
        found = f"only {next(iter(people))} has" if people else "nobody has"
        left_out = f"; {len(reader.skipped)} files were left out" if reader.skipped else ""
        raise FileError(
            f"{folder}: {found} pictures that can be used, of {len(folders)} folders{left_out}",
            "give a folder with at least two people, one folder each",
        )
    pairs = make_pairs(reader.names)
    if not pairs.same.any():
        raise FileError(f"{folder}: nobody has two pictures that can be used", "give two or more of some people")
    digest = hashlib.sha256("\n".join(f"{name} {reader.digests[name]}" for name in reader.names).encode()).hexdigest()
    wide = reader.wide_crops if len(reader.wide) == len(reader.names) else None
    return FaceSet(
        folder.name, reader.names, np.stack(reader.crops), pairs, {folder.name: digest}, tuple(reader.skipped), wide
    )


class _Reader:
    """Reads the files of a folder one by one; keeps what can be used and says why the rest cannot."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.names: list[str] = []
        self.crops: list[Crops] = []
        self.wide: dict[str, Crops] = {}
        self.digests: dict[str, str] = {}
        self.skipped: list[Skipped] = []
        self._seen: dict[str, str] = {}
        self._detector: Detector | None = None

    def wide_crops(self, names: list[str]) -> Crops:
        return np.stack([self.wide[name] for name in names])

    def read(self, person: str, path: Path) -> None:
        name = f"{person}/{path.name}"
        try:
            data = path.read_bytes()
            if not data:
                raise FileError("the file is empty")
            digest = hashlib.sha256(data).hexdigest()
            if digest in self._seen:
                raise FileError(f"the same file as {self._seen[digest]}")
            picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
            if picture is None:
                raise FileError("no picture that can be read")
            crop = self._crop(name, np.asarray(picture[:, :, ::-1], np.uint8))
        except OSError as error:
            self.skipped.append(Skipped(name, error.strerror or str(error)))
            return
        except (FileError, CropError) as error:
            self.skipped.append(Skipped(name, error.message))
            return
        self._seen[digest] = name
        self.digests[name] = digest
        self.names.append(name)
        self.crops.append(crop)

    def _crop(self, name: str, picture: Crops) -> Crops:
        if picture.shape[:2] == (ARCHIVE_SIZE, ARCHIVE_SIZE):
            self.wide[name] = np.ascontiguousarray(picture)
            return np.asarray(middle(picture[None], self.size)[0], np.uint8)
        if picture.shape[:2] == (CROP_SIZE, CROP_SIZE):
            if self.size == CROP_SIZE:
                return np.ascontiguousarray(picture)
            return np.asarray(cv2.resize(picture, (self.size, self.size), interpolation=cv2.INTER_AREA), np.uint8)
        if self._detector is None:
            self._detector = Detector()
        picture = np.ascontiguousarray(picture)
        faces = self._detector.detect(picture)
        if not faces:
            raise FileError("no face found")
        return align(picture, faces[0].landmarks, self.size)
