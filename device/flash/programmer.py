"""Putting an image on a board: by copying it to the disk that an ST-LINK shows, or with a programmer that is installed.

Nothing in the project calls this by itself; it runs when a person says ``python -m device flash``, or so in the window.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import string
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from device.errors import DeviceError, FileError
from device.flash.images import FLASH_BYTES, split

FLASH_ADDRESS = "0x08000000"  # STM32F767 reference manual RM0410, 2.2.2: flash on the AXIM interface
FLASH_BASES = (0x0800_0000, 0x0020_0000)  # the second is the same flash on the ITCM interface
LABELS: dict[str, tuple[str, ...]] = {
    "nucleo_f767zi": ("NODE_F767ZI", "NOD_F767ZI"),
    "nucleo_h743zi": ("NODE_H743ZI", "NOD_H743ZI"),
}
OPENOCD_CONFIGS = {"nucleo_f767zi": "board/st_nucleo_f7.cfg", "nucleo_h743zi": "board/st_nucleo_h743zi.cfg"}
_HALF = "the board may hold half an image now: flash it again"
VERDICT_S = 3.0  # an ST-LINK that could not flash shows its disk again with FAIL.TXT

STOP_S = 5.0  # what a programmer that was told to stop may take
POLL_S = 0.1
PIECE_BYTES = 64 << 10

Which = Callable[[str], str | None]


class FlashError(DeviceError):
    """The image could not be put on the board."""


class FlashStopped(FlashError):
    """Somebody asked to stop before it was done."""


class FlashStep(StrEnum):
    """What is going on, in order; a programmer says nothing in between."""

    CHECK = "checking the image"
    COPY = "copying"
    WRITE = "the probe writes the flash"
    VERDICT = "waiting for the probe's word"
    PROGRAM = "the programmer is at work"


Progress = Callable[[FlashStep], None]
Stopped = Callable[[], bool]


def _quiet(step: FlashStep) -> None:
    """Nobody wants to know."""


def _never() -> bool:
    return False


@dataclass(frozen=True)
class FlashMethod:
    """A flash method: a disk to copy to, or a command to run."""

    name: str
    disk: Path | None = None
    command: tuple[str, ...] = ()


def mounted_disks() -> list[Path]:
    """Where volumes are mounted, on Linux, macOS and Windows."""
    if sys.platform == "win32":
        return [Path(f"{letter}:\\") for letter in string.ascii_uppercase if Path(f"{letter}:\\").exists()]
    if sys.platform == "darwin":
        return sorted(Path("/Volumes").iterdir())
    try:
        lines = Path("/proc/mounts").read_text("utf-8", "replace").splitlines()
    except OSError:
        return []
    return [Path(line.split()[1].replace("\\040", " ")) for line in lines if len(line.split()) > 1]


def disk_label(disk: Path) -> str:
    """A volume's name: its label on Windows, the name of its mount point elsewhere."""
    if sys.platform != "win32":
        return disk.name
    name = ctypes.create_unicode_buffer(261)
    ok = ctypes.windll.kernel32.GetVolumeInformationW(str(disk), name, len(name), None, None, None, None, 0)
    return name.value if ok else ""


def find_methods(
    board: str,
    image: Path,
    *,
    disks: Iterable[Path] | None = None,
    label: Callable[[Path], str] = disk_label,
    which: Which = shutil.which,
) -> list[FlashMethod]:
    """Every method that works here to put ``image`` on ``board``, the simplest first."""
    if board not in LABELS:
        raise FlashError(f"no method is known to flash board {board!r}", f"known: {', '.join(sorted(LABELS))}")
    found = [
        FlashMethod(f"the disk {disk}", disk=disk)
        for disk in (mounted_disks() if disks is None else disks)
        if label(disk).upper() in LABELS[board]
    ]
    tools: dict[str, tuple[str, ...]] = {
        "st-flash": ("--reset", "write", str(image), FLASH_ADDRESS),
        "openocd": ("-f", OPENOCD_CONFIGS[board], "-c", f"program {{{image}}} verify reset exit {FLASH_ADDRESS}"),
        "STM32_Programmer_CLI": ("-c", "port=SWD", "-w", str(image), FLASH_ADDRESS, "-v", "-rst"),
    }
    for tool, arguments in tools.items():
        if path := which(tool):
            found.append(FlashMethod(tool, command=(path, *arguments)))
    return found


def flash(
    board: str,
    image: Path,
    method: FlashMethod,
    *,
    verdict_s: float = VERDICT_S,
    progress: Progress = _quiet,
    stopped: Stopped = _never,
) -> None:
    """Check ``image`` and put it on the board by ``method``; raises FlashError or FileError.

    ``progress`` hears of every step. ``stopped`` is asked now and then; once it says yes, FlashStopped is raised as
    soon as that is possible: a piece that the operating system is writing is written to its end.
    """
    progress(FlashStep.CHECK)
    check_image(board, image)
    if stopped():
        raise FlashStopped("stopped before anything was written")
    if method.disk is not None:
        _copy(image, method.disk, verdict_s, progress, stopped)
    else:
        progress(FlashStep.PROGRAM)
        _program(method, stopped)


def _program(method: FlashMethod, stopped: Stopped) -> None:
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
        try:
            run = subprocess.Popen(method.command, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT)
        except OSError as error:
            raise FlashError(
                f"{method.name} does not run: {error}", "install it again, or copy the image to the disk"
            ) from error
        with run:
            while run.poll() is None:
                if stopped():
                    _end(run)
                    raise FlashStopped(f"{method.name} was stopped", _HALF)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    run.wait(POLL_S)
        if run.returncode:
            said.seek(0)
            last = (said.read().strip() or "no word").splitlines()[-1]
            raise FlashError(
                f"{method.name} failed with status {run.returncode}: {last}",
                "is the board plugged in at its ST-LINK side?",
            )


def _end(run: subprocess.Popen[bytes]) -> None:
    run.terminate()
    try:
        run.wait(STOP_S)
    except subprocess.TimeoutExpired:
        run.kill()


def pick(found: list[FlashMethod], board: str) -> FlashMethod:
    """The first method; raises FlashError with what to do where there is none, or where two disks could be meant."""
    disks = [method for method in found if method.disk is not None]
    if len(disks) > 1:
        names = ", ".join(str(method.disk) for method in disks)
        raise FlashError(f"{len(disks)} boards show a disk: {names}", "leave only the one to be flashed plugged in")
    if not found:
        raise FlashError(
            f"no disk {LABELS[board][0]} is mounted and no programmer is installed",
            "plug the board in at its ST-LINK side and open its disk, or install stlink-tools or openocd",
        )
    return found[0]


def check_image(board: str, image: Path) -> None:
    """Raises FileError unless ``image`` starts in the board's flash, fits it, and holds a network."""
    try:
        data = image.read_bytes()
    except OSError as error:
        raise FileError(f"{image}: {error.strerror or error}", "build it with `make firmware`") from error
    split(data, str(image))
    entry = int.from_bytes(data[4:8], "little")
    if not any(base <= entry < base + FLASH_BYTES[board] for base in FLASH_BASES):
        raise FileError(f"{image} would start at {entry:#x}, no flash of the {board}", "another board's image?")
    if len(data) > FLASH_BYTES[board]:
        raise FileError(f"{image} has {len(data)} bytes, {board} has {FLASH_BYTES[board]} of flash", "another board's?")


def _copy(image: Path, disk: Path, verdict_s: float, progress: Progress, stopped: Stopped) -> None:
    progress(FlashStep.COPY)
    data, copy = image.read_bytes(), disk / image.name
    try:
        # In one go and in order: a probe programs what comes, and takes a pause for the end.
        with copy.open("wb") as target:
            for start in range(0, len(data), PIECE_BYTES):
                if stopped():
                    break
                target.write(data[start : start + PIECE_BYTES])
            else:
                progress(FlashStep.WRITE)
            target.flush()
            os.fsync(target.fileno())
    except OSError as error:
        raise FlashError(
            f"copying to {disk} failed: {error}", "unplug the board, plug it in again and repeat"
        ) from error
    if stopped():
        with contextlib.suppress(OSError):
            copy.unlink()
        raise FlashStopped(f"copying to {disk} was stopped", _HALF)
    progress(FlashStep.VERDICT)
    verdict = disk / "FAIL.TXT"
    end = time.monotonic() + verdict_s
    while time.monotonic() < end and not stopped():
        try:
            if verdict.exists():
                raise FlashError(f"the ST-LINK reports: {verdict.read_text('ascii', 'replace').strip()}", "try again")
        except OSError:
            pass  # the disk is away while the ST-LINK writes
        time.sleep(min(POLL_S, verdict_s))
