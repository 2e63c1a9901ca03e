"""Which ports are boards, and opening one: a board that is plugged in, or the virtual one.

A port counts as a board only by its USB vendor and product id. Nothing is ever sent to any other port unless the user
named it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import serial
import serial.tools.list_ports

_SERIAL: Any = serial  # pyserial has no types
VIRTUAL = "virtual"

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
    """A serial port of this computer. ``board`` says what its USB id stands for, None for an unknown device."""

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


def _port(info: Any) -> Port:
    ids = None if info.vid is None or info.pid is None else (int(info.vid), int(info.pid))
    return Port(
        device=str(info.device),
        description=str(info.description or info.device),
        usb_id=None if ids is None else f"{ids[0]:04x}:{ids[1]:04x}",
        serial_number=None if info.serial_number is None else str(info.serial_number),
        board=None if ids is None else KNOWN_BOARDS.get(ids),
    )
