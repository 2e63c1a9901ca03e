"""Which photos are of whom: folders and file names to people. Pure but for reading folders; no Qt."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})
MOST = 5_000  # photos at a time
# What cameras and phones call their files says nothing of who is on them.
_CAMERAS = re.compile(r"(img|dsc|dscn|pxl|dcim|image|photo|picture|pict|p|foto|scan|screenshot|whatsapp image)?", re.I)
_NUMBER = re.compile(r"[\s_.\-]*(\(\d+\)|\d[\d_.\-]*)\s*$")


@dataclass(frozen=True)
class PhotoPerson:
    """Somebody to be enrolled from these photos."""

    name: str
    files: tuple[Path, ...]


@dataclass(frozen=True)
class PhotoGroups:
    """``left_out``: files that are no pictures, and pictures beyond ``MOST``."""

    people: tuple[PhotoPerson, ...] = ()
    left_out: tuple[Path, ...] = ()

    @property
    def photos(self) -> int:
        """How many photos there are."""
        return sum(len(person.files) for person in self.people)


def group_photos(paths: Sequence[Path]) -> PhotoGroups:
    """Who is on the photos of ``paths``, files and folders.

    A folder's subfolders are one person each, by the subfolder's name. Photos beside them, and single files, are named
    by their file names without the number at the end: ``Ada_1.jpg`` and ``Ada 2.jpg`` are Ada. A folder of photos whose
    names say nothing, such as ``IMG_0001.jpg``, is one person by the folder's name.
    """
    found: dict[str, list[Path]] = {}
    left: list[Path] = []
    for path in paths:
        if path.is_dir():
            _folder(path, found, left)
        else:
            _file(path, name_of(path) or path.stem, found, left)
    people, count = [], 0
    for name in sorted(found, key=str.casefold):
        files = list(dict.fromkeys(found[name]))
        room = max(0, MOST - count)
        left += files[room:]
        if files[:room]:
            people.append(PhotoPerson(name, tuple(files[:room])))
            count += len(files[:room])
    return PhotoGroups(tuple(people), tuple(left))


def name_of(path: Path) -> str:
    """The name in a file's name; empty where it says nothing."""
    name = path.stem
    while (shorter := _NUMBER.sub("", name)) != name:
        name = shorter
    name = " ".join(name.replace("_", " ").split())
    return "" if _CAMERAS.fullmatch(name) else name


def _folder(folder: Path, found: dict[str, list[Path]], left: list[Path]) -> None:
    entries = _entries(folder, left)
    for path in entries:
        if path.is_dir():
            for inner in _entries(path, left):
                if inner.is_file():
                    _file(inner, " ".join(path.name.replace("_", " ").split()), found, left)
    for path in entries:
        if path.is_file():
            _file(path, name_of(path) or " ".join(folder.resolve().name.replace("_", " ").split()), found, left)


def _entries(folder: Path, left: list[Path]) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError:
        left.append(folder)
        return []


def _file(path: Path, name: str, found: dict[str, list[Path]], left: list[Path]) -> None:
    if path.suffix.lower() not in ENDINGS:
        left.append(path)
        return
    known = next((key for key in found if key.casefold() == name.casefold()), name)
    found.setdefault(known, []).append(path)
