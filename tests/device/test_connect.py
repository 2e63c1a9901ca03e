"""Only known USB ids are boards, and nothing else is ever opened unasked."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

import device.emulator
from device import connect
from device.errors import LinkError
from device.link import ports
from tests.support.fake_board import Peer, PeerBoard


def usb(device: str, vid: int | None, pid: int | None) -> SimpleNamespace:
    return SimpleNamespace(device=device, description=None, vid=vid, pid=pid, serial_number=None)


@pytest.fixture
def plugged(monkeypatch: pytest.MonkeyPatch) -> list[SimpleNamespace]:
    found = [usb("/dev/ttyUSB0", 0x0403, 0x6001), usb("/dev/ttyS0", None, None), usb("/dev/ttyACM1", 0x0483, 0x374B)]
    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: found)
    return found


class FakeVirtual:
    """Stands where the emulator would; counts starts and stops."""

    log: list[str] = []  # noqa: RUF012
    end: str | None = None

    def __init__(self, image: object = None) -> None:
        self.peer = Peer(PeerBoard())

    def start(self) -> str:
        self.log.append("start")
        self.peer.__enter__()
        return self.peer.url

    def obituary(self, within_s: float) -> str | None:
        return self.end

    def stop(self) -> None:
        self.log.append("stop")
        self.peer.stop()


@pytest.fixture
def virtual(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(device.emulator, "VirtualBoard", FakeVirtual)
    FakeVirtual.log = []
    return FakeVirtual.log


def test_only_known_usb_ids_are_boards(plugged: list[SimpleNamespace]) -> None:
    assert [port.device for port in ports.list_ports()] == ["/dev/ttyACM1"]
    assert [(p.device, p.usb_id, p.board is not None) for p in ports.all_ports()] == [
        ("/dev/ttyACM1", "0483:374b", True),
        ("/dev/ttyS0", None, False),
        ("/dev/ttyUSB0", "0403:6001", False),
    ]


def test_choice(plugged: list[SimpleNamespace]) -> None:
    assert connect.choose(None) == "/dev/ttyACM1"
    assert connect.choose("/dev/ttyUSB0") == "/dev/ttyUSB0"
    plugged.pop()
    assert connect.choose(None) == "virtual"


def test_a_strangers_port_is_not_opened(
    plugged: list[SimpleNamespace], virtual: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plugged.pop()
    opened: list[str] = []
    real = connect.Board.connect
    monkeypatch.setattr(connect.Board, "connect", lambda url, **options: opened.append(url) or real(url, **options))
    with connect.open_board() as board:
        assert board.url in opened
        assert board.board.hello.board == "peer"
    assert all(url.startswith("/dev/pts/") for url in opened)
    assert virtual == ["start", "stop"]


def test_a_named_url_is_opened_without_a_virtual_board(virtual: list[str]) -> None:
    with Peer(PeerBoard()) as peer, connect.open_board(peer.url) as opened:
        assert opened.where == "host"
        assert peer.url in opened.description
        assert "this computer's timing" in opened.description
    assert virtual == []


def test_a_virtual_board_that_ended_says_why(virtual: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeVirtual, "end", "it did what the model does not know")
    error = LinkError("the port went away", "connect again")
    with pytest.raises(LinkError), connect.open_board("virtual"):
        raise error
    assert error.hint == "it did what the model does not know"
    assert virtual == ["start", "stop"]


def test_a_virtual_board_that_does_not_answer_is_stopped(virtual: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(url: str, **_: object) -> None:
        raise LinkError("nothing answers", "try something")

    monkeypatch.setattr(connect.Board, "connect", fail)
    with pytest.raises(LinkError, match="nothing answers"):
        connect.open_board("virtual")
    assert virtual == ["start", "stop"]


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
