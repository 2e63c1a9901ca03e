"""People and their fingerprints as one file to carry to another computer.

A ZIP archive, version 3:

- ``gallery.json``, UTF-8: ``format`` ("face-gallery"), ``version`` (3), ``created`` (Unix seconds) and ``people``, a
  list of ``name``, ``created`` and ``fingerprints``. Each fingerprint has ``data`` (a member of the archive),
  ``length`` (its numbers), ``passes`` (1, or 2 where the second half of the numbers is the crop's mirror image's),
  ``scale`` and ``zero_point`` (a feature is scale * (number - zero_point)), ``network`` (the hash of the network that
  made it, 32 hexadecimal digits), ``crop_version`` (``device.vision.crop``), ``quality`` (0 to 1), ``time`` (Unix
  seconds), ``user_confirmed`` (true where somebody said of an event that this was the person) and ``picture`` (a member
  of the archive, or null). Version 2 calls ``passes`` ``looks``, version 1 has neither: there it is 1. Both call
  ``user_confirmed`` ``vouched``.
- ``fingerprints/000001.bin`` …: int8, as the board sent them.
- ``pictures/000001.png`` …: the crop that the board saw, PNG.

It is not encrypted, and what is in it tells people apart by their faces: whoever has it should be meant to. Nothing of
a file is used before all of it was read and found good.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import time
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from device.errors import DeviceError, FileError
from gui.core.people import Person, StoredFingerprint
from gui.gallery.gallery import LONGEST_NAME, PersonToImport, clean_name, numbers

ENDING = ".facegallery"
FORMAT, VERSION = "face-gallery", 3
EARLIER: Mapping[int, str | None] = {1: None, 2: "looks"}  # what these versions call ``passes``
INDEX = "gallery.json"
MOST_PEOPLE, MOST_FINGERPRINTS = 10_000, 200_000
MOST_PASSES = 2  # the crop and its mirror image
LARGEST_INDEX, LARGEST_PICTURE, LARGEST_FINGERPRINT = 256_000_000, 1_000_000, 65_536 * MOST_PASSES
PNG = b"\x89PNG\r\n\x1a\n"
HINT = "export it again with this program, or choose another file"


@dataclass(frozen=True, eq=False)
class FilePerson:
    """Somebody in a file."""

    name: str
    created: float
    fingerprints: tuple[StoredFingerprint, ...]


class Clash(StrEnum):
    """What to do with somebody whose name is taken."""

    RENAME = "rename"
    MERGE = "merge"
    LEAVE_OUT = "leave out"


def write(path: Path, people: Sequence[tuple[Person, Sequence[StoredFingerprint]]]) -> None:
    """Write ``people`` to ``path``, readable by its owner alone; a failed write leaves an earlier file whole."""
    beside = path.with_name(f"{path.name}.part")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(INDEX, json.dumps(_index(archive, people), ensure_ascii=False, indent=1))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise FileError(f"{path} cannot be written: {error.strerror or error}", "choose another folder") from error


def _index(archive: zipfile.ZipFile, people: Sequence[tuple[Person, Sequence[StoredFingerprint]]]) -> dict[str, Any]:
    listed, number = [], 0
    for person, fingerprints in people:
        own = []
        for one in fingerprints:
            number += 1
            data, picture = f"fingerprints/{number:06}.bin", f"pictures/{number:06}.png"
            archive.writestr(data, one.data.tobytes())
            if one.thumbnail:
                archive.writestr(picture, one.thumbnail, zipfile.ZIP_STORED)
            own.append(
                {
                    "data": data,
                    "length": int(one.data.size),
                    "passes": one.passes,
                    "scale": one.scale,
                    "zero_point": one.zero_point,
                    "network": one.network_hash,
                    "crop_version": one.crop_version,
                    "quality": one.quality,
                    "time": one.time,
                    "user_confirmed": bool(one.user_confirmed),  # SQLite has numbers alone
                    "picture": picture if one.thumbnail else None,
                }
            )
        listed.append({"name": person.name, "created": person.created, "fingerprints": own})
    return {"format": FORMAT, "version": VERSION, "created": time.time(), "people": listed}


def read(path: Path) -> list[FilePerson]:
    """Everybody in a file. Raises FileError that names the field and its value where anything is wrong."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _Reader(path, archive).people()
    except FileError:
        raise
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError) as error:
        raise FileError(f"{path.name} is no gallery file, or is damaged: {error}", HINT) from error


class _Reader:
    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self._path, self._archive = path, archive
        self._names = {info.filename: info for info in archive.infolist()}
        self._count = 0
        self._passes: str | None = "passes"  # what the file calls these fields
        self._user_confirmed = "user_confirmed"

    def people(self) -> list[FilePerson]:
        index = self._json()
        _same(self._path, "format", index.get("format"), FORMAT)
        version = index.get("version")
        if isinstance(version, int) and version > VERSION:
            raise FileError(
                f"{self._path.name} has version {version}", "it was written by a newer program: update this"
            )
        wanted = next((one for one in EARLIER if one == version), VERSION)
        _same(self._path, "version", version, wanted)
        if wanted in EARLIER:
            self._passes, self._user_confirmed = EARLIER[wanted], "vouched"
        listed = self._list(index, "people", MOST_PEOPLE)
        found, keys = [], set()
        for number, entry in enumerate(listed):
            person = self._person(f"people[{number}]", entry)
            key = person.name.casefold()
            if key in keys:
                raise self._bad(f"people[{number}].name", person.name, "a name of its own")
            keys.add(key)
            found.append(person)
        return found

    def _person(self, where: str, entry: object) -> FilePerson:
        fields = self._object(where, entry)
        name = fields.get("name")
        if not isinstance(name, str):
            raise self._bad(f"{where}.name", name, "a text")
        try:
            cleaned = clean_name(name)
        except DeviceError as error:
            raise self._bad(f"{where}.name", name, f"a name of up to {LONGEST_NAME} characters") from error
        created = self._number(f"{where}.created", fields.get("created"), 0.0, 1e12)
        fingerprints = self._list(fields, "fingerprints", MOST_FINGERPRINTS, where)
        if not fingerprints:
            raise self._bad(f"{where}.fingerprints", fingerprints, "at least one")
        own = tuple(
            self._fingerprint(f"{where}.fingerprints[{number}]", one) for number, one in enumerate(fingerprints)
        )
        return FilePerson(cleaned, created, own)

    def _fingerprint(self, where: str, entry: object) -> StoredFingerprint:
        self._count += 1
        if self._count > MOST_FINGERPRINTS:
            raise self._bad(where, self._count, f"at most {MOST_FINGERPRINTS} fingerprints")
        fields = self._object(where, entry)
        length = self._whole(f"{where}.length", fields.get("length"), 1, LARGEST_FINGERPRINT)
        data = self._member(f"{where}.data", fields.get("data"), LARGEST_FINGERPRINT)
        if len(data) != length:
            raise self._bad(f"{where}.data", f"{len(data)} bytes", f"{length}, as length says")
        passes, name = 1, self._passes
        if name is not None:
            passes = self._whole(f"{where}.{name}", fields.get(name), 1, MOST_PASSES)
            if length % passes:
                raise self._bad(f"{where}.{name}", passes, f"a divisor of {length}, the length")
        network = fields.get("network")
        if not isinstance(network, str) or len(network) != 32 or set(network) - set("0123456789abcdef"):
            raise self._bad(f"{where}.network", network, "32 hexadecimal digits")
        picture = None
        if fields.get("picture") is not None:
            picture = self._member(f"{where}.picture", fields["picture"], LARGEST_PICTURE)
            if not picture.startswith(PNG):
                raise self._bad(f"{where}.picture", fields["picture"], "a PNG picture")
        scale = self._number(f"{where}.scale", fields.get("scale"), 0.0, 1e6)
        if scale <= 0.0:
            raise self._bad(f"{where}.scale", scale, "more than 0")
        return StoredFingerprint(
            numbers(data, passes),
            scale,
            self._whole(f"{where}.zero_point", fields.get("zero_point"), -128, 127),
            network,
            self._whole(f"{where}.crop_version", fields.get("crop_version"), 1, 1_000_000),
            self._number(f"{where}.quality", fields.get("quality"), 0.0, 1.0),
            picture,
            self._number(f"{where}.time", fields.get("time"), 0.0, 1e12),
            self._flag(f"{where}.{self._user_confirmed}", fields.get(self._user_confirmed)),
        )

    def _json(self) -> dict[str, Any]:
        if INDEX not in self._names:
            raise FileError(f"{self._path.name} is no gallery file: it holds no {INDEX}", HINT)
        try:
            index = json.loads(self._member(INDEX, INDEX, LARGEST_INDEX).decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise FileError(f"{self._path.name}: {INDEX} cannot be read: {error}", HINT) from error
        return self._object(INDEX, index)

    def _member(self, where: str, name: object, largest: int) -> bytes:
        info = self._names.get(name) if isinstance(name, str) else None
        if info is None:
            raise self._bad(where, name, "a member of the archive")
        if info.file_size > largest:
            raise self._bad(where, f"{info.file_size} bytes", f"at most {largest}")
        with self._archive.open(info) as file:
            data = file.read(largest + 1)  # the size that an archive states need not be true
        if len(data) != info.file_size:
            raise self._bad(where, f"{len(data)} bytes", f"{info.file_size}")
        return data

    def _object(self, where: str, value: object) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self._bad(where, value, "an object")
        return value

    def _list(self, fields: Mapping[str, Any], name: str, most: int, where: str = "") -> list[Any]:
        value = fields.get(name)
        place = f"{where}.{name}" if where else name
        if not isinstance(value, list):
            raise self._bad(place, value, "a list")
        if len(value) > most:
            raise self._bad(place, f"{len(value)} entries", f"at most {most}")
        return value

    def _number(self, where: str, value: object, low: float, high: float) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise self._bad(where, value, f"a number from {low:g} to {high:g}")
        if not math.isfinite(value):
            raise self._bad(where, value, "a finite number")
        return float(value)

    def _flag(self, where: str, value: object) -> bool:
        if not isinstance(value, bool):
            raise self._bad(where, value, "true or false")
        return value

    def _whole(self, where: str, value: object, low: int, high: int) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self._bad(where, value, f"a whole number from {low} to {high}")
        return value

    def _bad(self, where: str, value: object, wanted: str) -> FileError:
        shown = repr(value)
        shown = shown if len(shown) <= 60 else f"{shown[:57]}…"
        return FileError(f"{self._path.name}: {where} is {shown}, not {wanted}", HINT)


def _same(path: Path, where: str, value: object, wanted: object) -> None:
    if value != wanted or isinstance(value, bool):
        raise FileError(f"{path.name}: {where} is {value!r}, not {wanted!r}", HINT)


def people_to_import(
    people: Sequence[FilePerson], known: Mapping[str, int], choices: Mapping[str, Clash]
) -> list[PersonToImport]:
    """What to add to a gallery. ``known``: ids by name in lower case; ``choices`` by the file's name for those that
    clash, RENAME where there is none."""
    taken = set(known) | {person.name.casefold() for person in people}
    found = []
    for person in people:
        person_id = known.get(person.name.casefold())
        choice = choices.get(person.name, Clash.RENAME)
        if person_id is None:
            found.append(PersonToImport(person.name, person.fingerprints, person.created))
        elif choice is Clash.MERGE:
            found.append(PersonToImport(person.name, person.fingerprints, person.created, into=person_id))
        elif choice is Clash.RENAME:
            name = next(name for name in _others(person.name) if name.casefold() not in taken)
            taken.add(name.casefold())
            found.append(PersonToImport(name, person.fingerprints, person.created))
    return found


def _others(name: str) -> Iterator[str]:
    number = 2
    while True:
        ending = f" ({number})"
        yield name[: LONGEST_NAME - len(ending)].rstrip() + ending
        number += 1
