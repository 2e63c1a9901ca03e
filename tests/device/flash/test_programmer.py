"""Flashing finds the right disk or tool, checks the image first, and passes on what went wrong."""

from __future__ import annotations

import struct
import sys
from pathlib import Path

import pytest

from device.errors import FileError
from device.flash.programmer import (
    FlashError,
    FlashMethod,
    FlashStep,
    FlashStopped,
    check_image,
    disk_label,
    find_methods,
    flash,
    mounted_disks,
    pick,
)
from tests.device.flash.test_images import image, tiny_network

BOARD = "nucleo_f767zi"
VECTORS = struct.pack("<II", 0x2008_0000, 0x0800_0201) + b"code"


def test_an_image_of_another_board_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mps2_an500.bin"
    path.write_bytes(image(tiny_network(), struct.pack("<II", 0x2000_2000, 0x4081)))
    with pytest.raises(FileError, match="would start at 0x4081"):
        check_image(BOARD, path)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "image.bin"
    path.write_bytes(image(tiny_network(), VECTORS))
    return path


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    path = tmp_path / "NODE_F767ZI"
    path.mkdir()
    return path


def nothing(tool: str) -> str | None:
    return None


def test_copies_to_the_boards_disk_and_no_other(tmp_path: Path, disk: Path, good: Path) -> None:
    other = tmp_path / "NODE_F446RE"
    other.mkdir()
    method = pick(find_methods(BOARD, good, disks=[other, disk], label=lambda path: path.name, which=nothing), BOARD)
    flash(BOARD, good, method, verdict_s=0.0)
    assert (disk / "image.bin").read_bytes() == good.read_bytes()
    assert not list(other.iterdir())


def test_two_boards_are_one_too_many(disk: Path, good: Path) -> None:
    found = find_methods(
        BOARD, good, disks=[disk, disk.parent / "sub" / disk.name], label=lambda p: p.name, which=nothing
    )
    with pytest.raises(FlashError, match="2 boards show a disk"):
        pick(found, BOARD)


def test_nothing_to_flash_with(good: Path) -> None:
    with pytest.raises(FlashError, match="no disk NODE_F767ZI is mounted and no programmer") as caught:
        pick(find_methods(BOARD, good, disks=[], which=nothing), BOARD)
    assert "stlink-tools" in caught.value.hint


def test_unknown_board(good: Path) -> None:
    with pytest.raises(FlashError, match="'uno'"):
        find_methods("uno", good, disks=[], which=nothing)


def test_programmers_get_the_image_and_its_address(good: Path) -> None:
    found = find_methods(BOARD, good, disks=[], which=lambda tool: f"/usr/bin/{tool}")
    assert [method.name for method in found] == ["st-flash", "openocd", "STM32_Programmer_CLI"]
    for method in found:
        assert str(good) in " ".join(method.command)
        assert "0x08000000" in " ".join(method.command)


def test_a_failing_programmer_is_quoted(good: Path) -> None:
    method = FlashMethod("tool", command=(sys.executable, "-c", "import sys; sys.exit('no board found')"))
    with pytest.raises(FlashError, match="tool failed with status 1: no board found"):
        flash(BOARD, good, method)
    flash(BOARD, good, FlashMethod("tool", command=(sys.executable, "-c", "")))
    with pytest.raises(FlashError, match="does not run"):
        flash(BOARD, good, FlashMethod("tool", command=("/nowhere/tool",)))


def test_a_bad_image_is_never_copied(disk: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.bin"
    bad.write_bytes(b"something else")
    with pytest.raises(FileError):
        flash(BOARD, bad, FlashMethod("disk", disk=disk), verdict_s=0.0)
    with pytest.raises(FileError, match=r"missing\.bin"):
        flash(BOARD, tmp_path / "missing.bin", FlashMethod("disk", disk=disk), verdict_s=0.0)
    assert not list(disk.iterdir())


def test_the_probes_verdict_is_passed_on(disk: Path, good: Path) -> None:
    (disk / "FAIL.TXT").write_text("The interface firmware ABORTED programming.")
    with pytest.raises(FlashError, match="ABORTED"):
        flash(BOARD, good, FlashMethod("disk", disk=disk), verdict_s=0.5)


def test_a_disk_that_is_gone(tmp_path: Path, good: Path) -> None:
    with pytest.raises(FlashError, match="copying to"):
        flash(BOARD, good, FlashMethod("disk", disk=tmp_path / "gone"), verdict_s=0.0)


@pytest.mark.skipif(sys.platform == "win32", reason="labels come from the system there")
def test_mounted_disks_have_names() -> None:
    assert all(isinstance(disk_label(path), str) for path in mounted_disks())


def test_every_step_is_told(disk: Path, good: Path) -> None:
    told: list[FlashStep] = []
    flash(BOARD, good, FlashMethod("disk", disk=disk), verdict_s=0.0, progress=told.append)
    assert told == [FlashStep.CHECK, FlashStep.COPY, FlashStep.WRITE, FlashStep.VERDICT]
    told.clear()
    flash(BOARD, good, FlashMethod("tool", command=(sys.executable, "-c", "")), progress=told.append)
    assert told == [FlashStep.CHECK, FlashStep.PROGRAM]


def test_stopped_before_the_first_byte_leaves_the_board_alone(disk: Path, good: Path) -> None:
    with pytest.raises(FlashStopped, match="before anything"):
        flash(BOARD, good, FlashMethod("disk", disk=disk), stopped=lambda: True)
    assert not list(disk.iterdir())


def test_stopped_while_copying_takes_the_piece_away_and_says_so(disk: Path, good: Path) -> None:
    told: list[FlashStep] = []
    with pytest.raises(FlashStopped) as caught:
        flash(BOARD, good, FlashMethod("disk", disk=disk), progress=told.append, stopped=lambda: FlashStep.COPY in told)
    assert "half an image" in caught.value.hint
    assert not list(disk.iterdir())


def test_a_programmer_that_never_ends_can_be_stopped(good: Path) -> None:
    told: list[FlashStep] = []
    method = FlashMethod("tool", command=(sys.executable, "-c", "import time; time.sleep(600)"))
    with pytest.raises(FlashStopped, match="tool was stopped"):
        flash(BOARD, good, method, progress=told.append, stopped=lambda: FlashStep.PROGRAM in told)
