"""The serial ports of a computer with one known board, and two that are none."""

from __future__ import annotations

from types import SimpleNamespace

import pytest


def usb(device: str, vid: int | None, pid: int | None) -> SimpleNamespace:
    return SimpleNamespace(device=device, description=None, vid=vid, pid=pid, serial_number=None)


@pytest.fixture
def plugged(monkeypatch: pytest.MonkeyPatch) -> list[SimpleNamespace]:
    found = [usb("/dev/ttyUSB0", 0x0403, 0x6001), usb("/dev/ttyS0", None, None), usb("/dev/ttyACM1", 0x0483, 0x374B)]
    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: found)
    return found
