"""The cable pulled and put back, a hundred times, with real ports: ptys that vanish and come back under one name."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from device.link.ports import Port
from gui.board import worker
from gui.board.session import Whereabouts, target
from gui.core.states import BoardPhase, Where
from tests.gui.board.test_worker import Listener, job
from tests.support.fake_board import Peer, PeerBoard

RESUMED_S = 2.0


class Socket:
    """A name that a board is plugged into and pulled out of."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.peer: Peer | None = None

    def plug(self) -> None:
        self.peer = Peer(PeerBoard())
        self.peer.__enter__()
        beside = self.path.with_suffix(".new")
        beside.symlink_to(self.peer.url)
        beside.replace(self.path)

    def pull(self) -> None:
        assert self.peer is not None
        self.path.unlink()
        self.peer.stop()
        self.peer = None


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Socket]:
    place = Socket(tmp_path / "ttyBOARD")
    yield place
    if place.peer is not None:
        place.pull()


@pytest.fixture
def listener(place: Socket) -> Iterator[Listener]:
    place.plug()
    listener = Listener(str(place.path))
    listener.worker.start()
    yield listener
    listener.worker.stop()


def resume(listener: Listener, number: int) -> float:
    """Offer crops as a camera does until one is answered; the seconds it took."""
    began = time.monotonic()
    while True:
        listener.worker.offer(job(number))
        with suppress(Exception):
            while listener.answers.get(timeout=0.02)[0].frame != number:
                pass
            return time.monotonic() - began


@pytest.mark.parametrize(("times", "retry_s"), [(100, 0.02), (3, worker.RETRY_S)])
def test_recognition_resumes_within_two_seconds_of_the_cable(
    place: Socket, listener: Listener, monkeypatch: pytest.MonkeyPatch, times: int, retry_s: float
) -> None:
    monkeypatch.setattr(worker, "RETRY_S", retry_s)  # a hundred times, and a few as it really is
    slowest = resume(listener, 0)
    for number in range(1, times + 1):
        listener.worker.offer(job(1_000 + number))  # in the midst of it
        place.pull()
        place.plug()
        slowest = max(slowest, resume(listener, number))
    assert listener.worker.counts.connected > times
    assert slowest < RESUMED_S


def test_a_board_that_stays_away_is_lost_and_told_once(place: Socket, listener: Listener) -> None:
    listener.until(BoardPhase.READY)
    place.pull()
    for _ in range(3):
        listener.until(BoardPhase.LOST)
    assert len(listener.problems) == 2  # that it went away, and that it is not there
    place.plug()
    listener.until(BoardPhase.READY)


def port(device: str, serial: str | None = "ABC", board: str | None = "ST-LINK") -> Port:
    return Port(device, device, "0483:374b", serial, board)


@pytest.mark.parametrize(
    ("asked", "last", "ports", "expected"),
    [
        ("/dev/ttyACM0", None, [], "/dev/ttyACM0"),
        (None, None, [], None),
        (None, Whereabouts(Where.VIRTUAL, "socket://127.0.0.1:9", None), [port("/dev/ttyACM0")], "virtual"),
        ("socket://127.0.0.1:9", Whereabouts(Where.HOST, "socket://127.0.0.1:9", None), [], "socket://127.0.0.1:9"),
        # Plugged in again it got another name.
        (None, Whereabouts(Where.BOARD, "/dev/ttyACM0", port("/dev/ttyACM0")), [port("/dev/ttyACM1")], "/dev/ttyACM1"),
        ("/dev/ttyACM0", Whereabouts(Where.BOARD, "/dev/ttyACM0", port("/dev/ttyACM0")), [port("/dev/ttyACM1")],
         "/dev/ttyACM1"),
        # Another board is not taken for the one that was named, but for one that the program chose.
        ("/dev/ttyACM0", Whereabouts(Where.BOARD, "/dev/ttyACM0", port("/dev/ttyACM0")), [port("/dev/ttyACM1", "XYZ")],
         "/dev/ttyACM0"),
        (None, Whereabouts(Where.BOARD, "/dev/ttyACM0", port("/dev/ttyACM0")), [port("/dev/ttyACM1", "XYZ")],
         "/dev/ttyACM1"),
        (None, Whereabouts(Where.BOARD, "/dev/ttyACM0", port("/dev/ttyACM0")), [port("/dev/ttyUSB0", None, None)],
         "/dev/ttyACM0"),
    ],
)  # fmt: skip
def test_where_a_lost_board_is_looked_for(
    asked: str | None, last: Whereabouts | None, ports: list[Port], expected: str | None
) -> None:
    assert target(asked, last, lambda: ports) == expected
