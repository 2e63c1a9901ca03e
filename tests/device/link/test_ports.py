"""Serial ports: only known USB ids are boards, and a board is found again at another port."""

from __future__ import annotations

from types import SimpleNamespace

from device.link import ports


def test_only_known_usb_ids_are_boards(plugged: list[SimpleNamespace]) -> None:
    assert [port.device for port in ports.list_ports()] == ["/dev/ttyACM1"]
    assert [(p.device, p.usb_id, p.board is not None) for p in ports.all_ports()] == [
        ("/dev/ttyACM1", "0483:374b", True),
        ("/dev/ttyS0", None, False),
        ("/dev/ttyUSB0", "0403:6001", False),
    ]


def port(device: str, serial: str | None = "ABC", usb: str = "0483:374b") -> ports.Port:
    return ports.Port(device, device, usb, serial, "a board")


def test_a_board_plugged_in_again_is_known_by_its_serial_number() -> None:
    was = port("/dev/ttyACM0")
    assert ports.find_again(was, [port("/dev/ttyACM1"), port("/dev/ttyACM0", "XYZ")]) == "/dev/ttyACM1"
    assert ports.find_again(was, [port("/dev/ttyACM1", usb="0403:6001")]) == "/dev/ttyACM0"
    assert ports.find_again(was, []) == "/dev/ttyACM0"
    assert ports.find_again(port("/dev/ttyACM0", None), [port("/dev/ttyACM1", None)]) == "/dev/ttyACM0"
    assert ports.named([was], "/dev/ttyACM0") is was
    assert ports.named([was], "socket://127.0.0.1:1") is None
