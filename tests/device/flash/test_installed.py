"""The board's image against the prebuilt one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from device.connect import open_board
from device.errors import FileError
from device.flash import images
from device.flash.images import load_manifest
from device.flash.installed import Finding, Installed, compare
from device.link.replies import Hello
from tests.device.flash.test_images import image, tiny_network
from tests.support.fake_board import HELLO

CODE = b"\x00\x20code" * 50 + b"\x000.1.7\x00end"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "nucleo_f767zi.bin").write_bytes(image(tiny_network(), CODE))
    images.write_manifest(tmp_path)
    return tmp_path


@pytest.fixture
def hello(folder: Path) -> Hello:
    entry = load_manifest(folder)[0]
    return replace(
        Hello.parse(HELLO.pack()),
        board="nucleo_f767zi",
        firmware="0.1.7",
        network_hash=bytes.fromhex(entry.network),
        flash_bytes=entry.code_bytes + entry.network_bytes,
    )


def test_what_differs_is_named(folder: Path, hello: Hello) -> None:
    def verdict(**changes: object) -> Installed:
        return compare(replace(hello, **changes), folder).verdict  # type: ignore[arg-type]

    assert verdict() is Installed.SAME
    assert verdict(network_hash=bytes(16)) is Installed.OTHER_NETWORK
    assert verdict(firmware="0.1") is Installed.OTHER_VERSION
    assert verdict(flash_bytes=7) is Installed.OTHER_SIZE
    assert compare(replace(hello, board="mine"), folder) == Finding(Installed.NO_IMAGE)


def test_a_folder_without_a_manifest_says_so(tmp_path: Path, hello: Hello) -> None:
    with pytest.raises(FileError, match=r"manifest\.json"):
        compare(hello, tmp_path / "empty")


def test_the_virtual_board_runs_the_prebuilt_image(firmware_bin: Path) -> None:
    with open_board("virtual") as opened:
        found = compare(opened.board.hello, firmware_bin)
    assert found.verdict is Installed.SAME
    assert found.image is not None
    assert found.image.board == opened.board.hello.board
