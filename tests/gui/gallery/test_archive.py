"""A gallery file comes back number by number, and a file that is wrong anywhere is refused with the field."""

from __future__ import annotations

import json
import os
import random
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from device.errors import FileError
from gui.core.images import png
from gui.core.people import StoredFingerprint
from gui.gallery.archive import INDEX, PNG, Clash, people_to_import, read, write
from gui.gallery.database import Store
from gui.gallery.gallery import LONGEST_NAME, Gallery
from tests.gui.gallery.test_gallery import NETWORK, some_fingerprint

Index = dict[str, Any]


def with_picture(seed: int, network: str = NETWORK) -> StoredFingerprint:
    data = some_fingerprint(seed, network).data
    return StoredFingerprint(
        data.reshape(2, 16) if seed == 2 else data,
        0.02,
        -3,
        network,
        1,
        0.8,
        png(np.full((4, 4, 3), seed, np.uint8)),
        100.0 + seed,
        seed == 2,
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Ada with two fingerprints, the second with flip averaging and of another network, and Ben with one."""
    store = Store(tmp_path / "gallery.sqlite")
    gallery = Gallery(store)
    gallery.add_person("Ada Žů", [with_picture(1), with_picture(2, "cd" * 16)])
    gallery.add_person("Ben", [StoredFingerprint(some_fingerprint(3).data, 0.5, 7, NETWORK, 2, 0.25, None, 50.0)])
    write(tmp_path / "people.facegallery", gallery.everything())
    store.close()
    return tmp_path / "people.facegallery"


def rewrite(file: Path, change: Callable[[Index, dict[str, bytes]], object]) -> None:
    """The file again, with its index and members changed."""
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    index = json.loads(members.pop(INDEX))
    change(index, members)
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        archive.writestr(INDEX, json.dumps(index))


def test_everything_comes_back_number_by_number(file: Path) -> None:
    ada, ben = read(file)
    assert (ada.name, ben.name) == ("Ada Žů", "Ben")
    for found, made in zip(ada.fingerprints, (with_picture(1), with_picture(2, "cd" * 16)), strict=True):
        assert found.data.tolist() == made.data.tolist()
        for name in (
            "scale",
            "zero_point",
            "network_hash",
            "crop_version",
            "quality",
            "thumbnail",
            "time",
            "user_confirmed",
        ):
            assert getattr(found, name) == getattr(made, name)
    assert (ben.fingerprints[0].scale, ben.fingerprints[0].zero_point, ben.fingerprints[0].thumbnail) == (0.5, 7, None)


def test_a_file_of_the_first_version_is_of_one_pass_each(file: Path) -> None:
    def first(index: Index, _: dict[str, bytes]) -> None:
        index["version"] = 1
        for one in (one for person in index["people"] for one in person["fingerprints"]):
            del one["passes"]
            one["vouched"] = one.pop("user_confirmed")

    rewrite(file, first)
    ada, _ = read(file)
    assert [one.data.tolist() for one in ada.fingerprints] == [some_fingerprint(seed).data.tolist() for seed in (1, 2)]


def test_a_file_of_the_second_version_calls_the_passes_looks(file: Path) -> None:
    def second(index: Index, _: dict[str, bytes]) -> None:
        index["version"] = 2
        for one in (one for person in index["people"] for one in person["fingerprints"]):
            one["looks"] = one.pop("passes")
            one["vouched"] = one.pop("user_confirmed")

    def told() -> list[tuple[list[int], int, bool]]:
        people = read(file)
        return [(one.data.tolist(), one.passes, one.user_confirmed) for person in people for one in person.fingerprints]

    made = told()
    assert [passes for _, passes, _ in made] == [1, 2, 1]
    assert any(confirmed for _, _, confirmed in made)
    rewrite(file, second)
    assert told() == made
    rewrite(file, lambda index, _: index["people"][0]["fingerprints"][0].pop("looks"))
    with pytest.raises(FileError, match="looks"):
        read(file)


@pytest.mark.skipif(os.name != "posix", reason="this system has no file modes")
def test_only_the_owner_can_read_it(file: Path) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_failed_write_leaves_the_earlier_file(file: Path, tmp_path: Path) -> None:
    before = file.read_bytes()
    (tmp_path / "people.facegallery.part").mkdir()  # nothing can be written there
    with pytest.raises(FileError, match="cannot be written"):
        write(file, [])
    assert file.read_bytes() == before


def _first(index: Index) -> Index:
    return index["people"][0]["fingerprints"][0]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda i, m: i.update(format="other"), "format"),
        (lambda i, m: i.update(version=0), "version"),
        (lambda i, m: i.update(version=True), "version"),
        (lambda i, m: i.update(version=4), "version 4"),
        (lambda i, m: i.update(people={}), "people"),
        (lambda i, m: i["people"].append(7), r"people\[2\]"),
        (lambda i, m: i["people"][0].update(name=7), "name"),
        (lambda i, m: i["people"][0].update(name=""), "name"),
        (lambda i, m: i["people"][0].update(name="x" * 61), "name"),
        (lambda i, m: i["people"][0].update(name="BEN"), "name"),
        (lambda i, m: i["people"][0].update(created="now"), "created"),
        (lambda i, m: i["people"][0].update(fingerprints=[]), "fingerprints"),
        (lambda i, m: i["people"][0].update(fingerprints="none"), "fingerprints"),
        (lambda i, m: _first(i).update(data="gone.bin"), "data"),
        (lambda i, m: _first(i).update(data=None), "data"),
        (lambda i, m: _first(i).update(length=31), "data"),
        (lambda i, m: _first(i).update(length=True), "length"),
        (lambda i, m: _first(i).update(passes=0), "passes"),
        (lambda i, m: _first(i).update(passes=3), "passes"),
        (lambda i, m: _first(i).update(passes=True), "passes"),
        (lambda i, m: _first(i).update(passes="2"), "passes"),
        (lambda i, m: _first(i).pop("passes"), "passes"),
        (lambda i, m: (m.update({_first(i)["data"]: b"x" * 31}), _first(i).update(length=31, passes=2)), "passes"),
        (lambda i, m: _first(i).update(scale=float("nan")), "scale"),
        (lambda i, m: _first(i).update(scale=0), "scale"),
        (lambda i, m: _first(i).update(scale="1"), "scale"),
        (lambda i, m: _first(i).update(zero_point=200), "zero_point"),
        (lambda i, m: _first(i).update(zero_point=0.5), "zero_point"),
        (lambda i, m: _first(i).update(network="xyz"), "network"),
        (lambda i, m: _first(i).update(network=None), "network"),
        (lambda i, m: _first(i).update(crop_version=0), "crop_version"),
        (lambda i, m: _first(i).update(quality=1.5), "quality"),
        (lambda i, m: _first(i).update(time=-1), "time"),
        (lambda i, m: _first(i).update(user_confirmed=1), "user_confirmed"),
        (lambda i, m: _first(i).update(picture="fingerprints/000001.bin"), "picture"),
        (lambda i, m: m.update({"pictures/000001.png": PNG + b"x" * 2_000_000}), "picture"),
        (lambda i, m: m.update({"fingerprints/000001.bin": b"x" * 140_000}), "data is '140000 bytes'"),
    ],
)
def test_a_wrong_field_is_named(file: Path, change: Callable[[Index, dict[str, bytes]], object], field: str) -> None:
    rewrite(file, change)
    with pytest.raises(FileError, match=field):
        read(file)


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04" + b"\0" * 100])
def test_a_foreign_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "foreign.facegallery"
    path.write_bytes(content)
    with pytest.raises(FileError, match="no gallery file"):
        read(path)


def test_an_archive_without_an_index_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "photos.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.jpg", b"x")
    with pytest.raises(FileError, match=INDEX):
        read(path)
    with pytest.raises(FileError):
        read(tmp_path / "gone")


def test_bytes_that_were_damaged_are_refused_or_change_nothing(file: Path, tmp_path: Path) -> None:
    whole = file.read_bytes()
    chance = random.Random(1)
    refused = 0
    for _ in range(200):
        spoiled = bytearray(whole)
        spoiled[chance.randrange(len(spoiled))] ^= 1 << chance.randrange(8)
        path = tmp_path / "spoiled.facegallery"
        path.write_bytes(spoiled[: chance.choice([len(spoiled), chance.randrange(len(spoiled))])])
        try:
            people = read(path)
        except FileError:
            refused += 1
        else:
            assert [person.name for person in people] == ["Ada Žů", "Ben"]
    assert refused > 150


def test_a_clash_is_renamed_merged_or_left_out(file: Path) -> None:
    people = read(file)
    known = {"ben": 4, "ben (2)": 5}
    (ada, renamed) = people_to_import(people, known, {})
    assert (ada.name, ada.into, renamed.name, renamed.into) == ("Ada Žů", None, "Ben (3)", None)
    merged = people_to_import(people, known, {"Ben": Clash.MERGE})[1]
    assert merged.into == 4
    assert [one.name for one in people_to_import(people, known, {"Ben": Clash.LEAVE_OUT})] == ["Ada Žů"]


def test_a_long_name_still_fits_after_renaming(file: Path) -> None:
    long = "x" * LONGEST_NAME
    rewrite(file, lambda index, _: index["people"][1].update(name=long))
    renamed = people_to_import(read(file), {long: 1}, {})[1]
    assert len(renamed.name) == LONGEST_NAME
    assert renamed.name.endswith(" (2)")
