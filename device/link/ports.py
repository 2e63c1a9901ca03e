"""Which ports are boards, and opening one: a board that is plugged in, or the virtual one.

A port counts as a board only by its USB vendor and product id. Nothing is ever sent to any other port unless the user
named it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import serial
import serial.tools.list_ports

from device.errors import LinkError
from device.link.board import Board
from device.link.replies import WHERE_WORDS, Where

if TYPE_CHECKING:
    from device.emulator import VirtualBoard

_SERIAL: Any = serial  # pyserial has no types
VIRTUAL = "virtual"
LAST_WORDS_S = 0.5  # a process that dies closes its port a moment before it is gone

# USB ids of ST-LINK probes that have a serial port (STMicroelectronics, TN1235, table of product ids).
KNOWN_BOARDS: dict[tuple[int, int], str] = {
    (0x0483, 0x374B): "ST-LINK/V2-1 (Nucleo)",
    (0x0483, 0x3752): "ST-LINK/V2-1 without mass storage (Nucleo)",
    (0x0483, 0x374E): "STLINK-V3E (Nucleo)",
    (0x0483, 0x374F): "STLINK-V3",
    (0x0483, 0x3753): "STLINK-V3 with two serial ports",
    (0x0483, 0x3754): "STLINK-V3 without mass storage",
    (0x0483, 0x3757): "STLINK-V3PWR",
}


@dataclass(frozen=True)
class Port:
    """A serial port of this computer. ``board`` says what its USB id stands for, None for a stranger's device."""

    device: str
    description: str
    usb_id: str | None  # vendor:product in hex
    serial_number: str | None
    board: str | None


def all_ports() -> list[Port]:
    """Every serial port, known or not, by name. Nothing is opened."""
    return sorted((_port(info) for info in _SERIAL.tools.list_ports.comports()), key=lambda port: port.device)


def list_ports() -> list[Port]:
    """The ports whose USB ids belong to a known board."""
    return known(all_ports())


def known(ports: Iterable[Port]) -> list[Port]:
    """Those of ``ports`` that are boards."""
    return [port for port in ports if port.board is not None]


def named(ports: Iterable[Port], device: str) -> Port | None:
    """The port of ``ports`` with this name."""
    return next((port for port in ports if port.device == device), None)


def find_again(was: Port, ports: Iterable[Port]) -> str:
    """The name of ``was`` now: a board that is plugged in again may get another, its USB serial number stays.

    Its old name where nothing is known better, or the name belongs to no other device.
    """
    ports = list(ports)
    same = [port for port in ports if port.serial_number and port.serial_number == was.serial_number]
    same = [port for port in same if port.usb_id == was.usb_id]
    if len(same) == 1:
        return same[0].device
    return was.device


def choose(spec: str | None) -> str:
    """The port or URL that ``open_board(spec)`` would open, or ``virtual``."""
    if spec is not None:
        return spec
    boards = list_ports()
    return boards[0].device if boards else VIRTUAL


class OpenedBoard:
    """A connected board, with the virtual board's process where it has one; closing ends both."""

    def __init__(self, board: Board, url: str, virtual: VirtualBoard | None = None) -> None:
        self.board = board
        self.url = url
        self._virtual = virtual

    @property
    def where(self) -> Where:
        """What executes the firmware."""
        return self.board.where

    @property
    def description(self) -> str:
        """One line for a person: which board, at which port, and what its timing means."""
        hello = self.board.hello
        at = "" if self._virtual is not None else f" at {self.url}"
        return f"{hello.board}, firmware {hello.firmware}{at} ({WHERE_WORDS[self.where]})"

    def close(self) -> None:
        """Close the port and end the virtual board's process; further calls do nothing."""
        try:
            self.board.close()
        finally:
            virtual, self._virtual = self._virtual, None
            if virtual is not None:
                virtual.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and self._virtual is not None:
            _explain(error, self._virtual)
        self.close()


def open_board(
    spec: str | None = None,
    *,
    image: Path | None = None,
    fast: bool = True,
    network_hash: bytes | None = None,
) -> OpenedBoard:
    """Connect to ``spec``: a port, a URL, ``virtual``, or None for the first known board, else the virtual one.

    ``image`` is what the virtual board runs, by default the prebuilt ``nucleo_f767zi``; ``fast`` and ``network_hash``
    are those of ``Board.connect``. Raises LinkError, MismatchError or FileError; nothing is left running then.
    """
    url = choose(spec)
    if url != VIRTUAL:
        return OpenedBoard(Board.connect(url, fast=fast, network_hash=network_hash), url)
    from device.emulator import VirtualBoard  # only here: a real board needs no emulator

    virtual = VirtualBoard(image)
    try:
        url = virtual.start()
        return OpenedBoard(Board.connect(url, fast=fast, network_hash=network_hash), url, virtual)
    except BaseException as error:
        _explain(error, virtual)
        virtual.stop()
        raise


def _explain(error: BaseException, virtual: VirtualBoard) -> None:
    if isinstance(error, LinkError) and (end := virtual.obituary(LAST_WORDS_S)) is not None:
        error.hint = end  # "connect again" would not help


def _port(info: Any) -> Port:
    ids = None if info.vid is None or info.pid is None else (int(info.vid), int(info.pid))
    return Port(
        device=str(info.device),
        description=str(info.description or info.device),
        usb_id=None if ids is None else f"{ids[0]:04x}:{ids[1]:04x}",
        serial_number=None if info.serial_number is None else str(info.serial_number),
        board=None if ids is None else KNOWN_BOARDS.get(ids),
    )
