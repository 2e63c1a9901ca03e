"""The images: what stands where, that they fit, and that the same sources give the same bytes."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from device.flash.images import load_manifest, split
from device.model.export.export import export
from device.network.file import Network
from tests.firmware.conftest import Build

NETWORK_OFFSET = 0x10000
BOARDS = {
    "nucleo_f767zi": (0x08000000, 2 << 20, 0x20000000, 128 << 10),
    "mps2_an500": (0, 4 << 20, 0x20000000, 4 << 20),
}


@pytest.fixture(scope="module", params=sorted(BOARDS))
def image(request: pytest.FixtureRequest, build: Build, network_path: Path) -> tuple[str, bytes]:
    board = str(request.param)
    return board, (build(board, NETWORK=str(network_path)) / f"{board}.bin").read_bytes()


def test_the_network_stands_at_its_place(image: tuple[str, bytes], network: Network) -> None:
    board, content = image
    assert content[NETWORK_OFFSET:] == network.data
    code, inside = split(content, board)
    assert inside.data == network.data
    assert 4096 < len(code) < NETWORK_OFFSET


def test_the_vectors_point_into_the_image(image: tuple[str, bytes]) -> None:
    board, content = image
    flash, flash_bytes, ram, ram_bytes = BOARDS[board]
    stack, *handlers = struct.unpack_from("<16I", content)
    assert len(content) <= flash_bytes
    assert ram < stack <= ram + ram_bytes
    assert stack % 8 == 0
    for handler in handlers[:6]:
        assert handler & 1, "Thumb"
        assert flash < handler < flash + NETWORK_OFFSET


def test_no_path_of_this_machine_is_in_it(image: tuple[str, bytes], root: Path) -> None:
    assert str(root).encode() not in image[1]


def test_the_same_sources_give_the_same_bytes(build: Build, network_path: Path, tmp_path: Path) -> None:
    first = build("nucleo_f767zi", NETWORK=str(network_path)) / "nucleo_f767zi.bin"
    again = build("nucleo_f767zi", NETWORK=str(network_path), BUILD=str(tmp_path / "elsewhere")) / "nucleo_f767zi.bin"
    assert again.read_bytes() == first.read_bytes()


def test_an_image_without_a_network_has_the_same_code(build: Build, network_path: Path, tmp_path: Path) -> None:
    folder = build("nucleo_f767zi", NETWORK=str(network_path))
    content = (folder / "nucleo_f767zi.bin").read_bytes()
    shutil.copytree(folder, tmp_path / "copy")  # only the network is exchanged
    without = (build("nucleo_f767zi", BUILD=str(tmp_path / "copy")) / "nucleo_f767zi.bin").read_bytes()
    assert without[NETWORK_OFFSET:] == b"\xff" * 4
    assert without[:NETWORK_OFFSET] == content[:NETWORK_OFFSET]


@pytest.mark.parametrize("board", ["nucleo_f767zi", "mps2_an500"])
def test_the_prebuilt_image_is_what_the_sources_give(
    board: str, build: Build, assets: Path, firmware_bin: Path, tmp_path: Path
) -> None:
    """The network's bytes always; the code's too where this is the compiler that the manifest names."""
    network = export(assets / "mobilenetv2_050_128.tflite")
    path = tmp_path / "network.bin"
    path.write_bytes(network.data)
    ours = (build(board, NETWORK=str(path)) / f"{board}.bin").read_bytes()
    entry = next(image for image in load_manifest(firmware_bin) if image.board == board)
    theirs = (firmware_bin / entry.file).read_bytes()
    assert split(theirs, entry.file)[1].data == network.data
    version = subprocess.run(["arm-none-eabi-gcc", "--version"], capture_output=True, text=True, check=True).stdout
    if version.splitlines()[0].endswith(entry.compiler or "no compiler"):
        assert ours == theirs
    else:
        assert len(ours) == len(theirs)
