"""Which board is opened: a known one, one that is named, else the virtual one."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

import device.emulator
from device import connect
from device.errors import LinkError
from tests.support.fake_board import Peer, PeerBoard


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

    def exit_reason(self, within_s: float) -> str | None:
        return self.end

    def stop(self) -> None:
        self.log.append("stop")
        self.peer.stop()


@pytest.fixture
def virtual(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(device.emulator, "VirtualBoard", FakeVirtual)
    FakeVirtual.log = []
    return FakeVirtual.log


def test_choice(plugged: list[SimpleNamespace]) -> None:
    assert connect.choose(None) == "/dev/ttyACM1"
    assert connect.choose("/dev/ttyUSB0") == "/dev/ttyUSB0"
    plugged.pop()
    assert connect.choose(None) == "virtual"


def test_an_unknown_port_is_not_opened(
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
