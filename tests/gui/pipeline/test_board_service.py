"""The service between window and board: what it starts by itself, and answers that come on the window's thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, SignalInstance
from pytestqt.qtbot import QtBot

from device.flash import images
from device.flash.installed import Finding, Installed
from device.flash.programmer import FlashMethod
from device.link.ports import Port
from device.link.protocol import Capability
from device.link.replies import Hello
from gui.board.reports import ActionKind, ActionPhase, ActionReport, LinkStats
from gui.board.worker import BoardWorker
from gui.core.states import BoardPhase, BoardState, Problem, Where
from gui.pipeline import board_service
from gui.pipeline.board_service import BoardService
from gui.pipeline.mailbox import Mailbox
from tests.support.fake_board import CROP_SHAPE, HELLO, Peer, PeerBoard
from tests.support.samples import board, picture

PORT = Port("/dev/ttyACM7", "one", "0483:374b", "1", "ST-LINK")
PATIENCE_MS = 30_000


class Office(QObject):
    """A worker on a peer, a mailbox and a service, put together as the pipeline does."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.mailbox = Mailbox(self)
        self.reports: list[ActionReport] = []
        self.states: list[BoardState] = []
        self.threads: set[str] = set()
        self.worker = BoardWorker(
            url,
            on_hello=lambda hello: None,
            on_inference=lambda crop, inference: None,
            on_state=lambda state: self.mailbox.post(lambda: self.state(state)),
            on_door=lambda door: None,
            on_problem=lambda problem: None,
            on_action=lambda report: self.post(self.service.action_changed, report),
        )
        self.service = BoardService(self.worker, self.post, self, ports=lambda: [PORT])
        self.service.action_changed.connect(self.report)

    def post(self, signal: SignalInstance, *values: object) -> None:
        self.mailbox.post(lambda: signal.emit(*values))

    def state(self, state: BoardState) -> None:
        self.states.append(state)
        self.service.set_board(state)

    def report(self, report: ActionReport) -> None:
        self.threads.add(threading.current_thread().name)
        self.reports.append(report)

    def ready(self) -> bool:
        return any(state.phase is BoardPhase.READY for state in self.states)

    def over(self, kind: ActionKind) -> list[ActionReport]:
        return [report for report in self.reports if report.kind is kind and report.over]


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Peer(PeerBoard(replace(HELLO, board=b"nucleo_f767zi"))) as peer:
        yield peer


@pytest.fixture
def office(peer: Peer, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setattr(board_service, "PROFILE_AFTER_MS", 10)
    office = Office(peer.url)
    yield office
    office.mailbox.close()
    office.service.stop()
    office.worker.stop()


def test_a_board_that_comes_is_profiled_and_its_image_compared(office: Office, qtbot: QtBot) -> None:
    found: list[object] = []
    ports: list[object] = []
    office.service.installed_changed.connect(found.append)
    office.service.ports_changed.connect(ports.append)
    office.service.start()
    office.worker.start()
    qtbot.waitUntil(lambda: bool(office.over(ActionKind.PROFILE)) and bool(found), timeout=PATIENCE_MS)
    assert office.over(ActionKind.PROFILE)[0].phase is ActionPhase.DONE
    assert office.threads == {threading.current_thread().name}
    assert isinstance(found[0], Finding)
    assert found[0].verdict is Installed.OTHER_NETWORK  # the peer's hash is made up
    qtbot.waitUntil(lambda: ports == [(PORT,)], timeout=PATIENCE_MS)


def test_everything_asked_of_a_ready_board_is_answered(office: Office, qtbot: QtBot) -> None:
    stats: list[object] = []
    office.service.stats_changed.connect(stats.append)
    office.worker.start()
    qtbot.waitUntil(lambda: bool(office.over(ActionKind.PROFILE)), timeout=PATIENCE_MS)
    office.service.refresh_stats()
    qtbot.waitUntil(lambda: bool(stats), timeout=PATIENCE_MS)
    assert isinstance(stats[0], LinkStats)
    assert stats[0].board.frames > 0
    assert stats[0].host.replies > 0
    for kind, ask in (
        (ActionKind.SELFTEST, office.service.selftest),
        (ActionKind.BENCH, lambda: office.service.bench(2)),
        (ActionKind.RESET, office.service.reset),
        (ActionKind.PARITY, office.service.parity),
    ):
        ask()
        qtbot.waitUntil(lambda kind=kind: bool(office.over(kind)), timeout=PATIENCE_MS)  # type: ignore[misc]
    parity = office.over(ActionKind.PARITY)[0]
    assert parity.problem is not None  # no image holds the peer's network
    assert "holds the board's network" in parity.problem.message
    assert all(report.phase is ActionPhase.DONE for report in office.reports if report.over and report is not parity)


def test_without_a_board_it_is_said_at_once(office: Office) -> None:
    for kind, ask in ((ActionKind.SELFTEST, office.service.selftest), (ActionKind.PARITY, office.service.parity)):
        ask()
        report = office.over(kind)[0]
        assert report.phase is ActionPhase.FAILED
        assert report.problem is not None
        assert report.problem.message == "no board is connected"


def test_parity_takes_the_newest_crop_where_it_fits_the_network(
    office: Office, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    crops: list[object] = []
    real = board_service.actions.parity_of
    monkeypatch.setattr(board_service.actions, "parity_of", lambda crop: crops.append(crop) or real(crop))
    office.worker.start()
    qtbot.waitUntil(lambda: bool(office.over(ActionKind.PROFILE)), timeout=PATIENCE_MS)
    newest = picture(128, 128)
    for crop, number in ((picture(96, 96), 1), (newest, 2)):
        office.service.set_crop(crop)
        office.service.parity()
        qtbot.waitUntil(lambda number=number: len(office.over(ActionKind.PARITY)) == number, timeout=PATIENCE_MS)  # type: ignore[misc]
    assert getattr(crops[0], "shape", None) == CROP_SHAPE  # noise: that crop was cut for another network
    assert crops[1] is newest


def test_flash_methods_are_looked_for_and_a_missing_image_is_told(
    office: Office, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found: list[object] = []
    office.service.methods_found.connect(found.append)
    monkeypatch.setattr(
        board_service.programmer, "find_methods", lambda board, image: [FlashMethod(board, disk=tmp_path)]
    )
    office.service.find_methods("nucleo_f767zi")
    qtbot.waitUntil(lambda: len(found) == 1, timeout=PATIENCE_MS)
    assert found[0] == (images.find_image("nucleo_f767zi"), [FlashMethod("nucleo_f767zi", disk=tmp_path)])
    office.service.find_methods("uno")
    qtbot.waitUntil(lambda: len(found) == 2, timeout=PATIENCE_MS)
    assert isinstance(found[1], Problem)
    assert "no image for board 'uno'" in found[1].message
    office.worker.start()
    qtbot.waitUntil(office.ready, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: bool(office.over(ActionKind.PROFILE)), timeout=PATIENCE_MS)
    office.service.flash("nucleo_f767zi", images.find_image("nucleo_f767zi"), FlashMethod("disk", disk=tmp_path))
    qtbot.waitUntil(lambda: bool(office.over(ActionKind.FLASH)), timeout=PATIENCE_MS)
    assert office.over(ActionKind.FLASH)[0].phase is ActionPhase.DONE
    assert (tmp_path / "nucleo_f767zi.bin").stat().st_size > 500_000
    assert office.worker.asked == office.service.asked


def ready(where: str, fault: int = 0) -> BoardState:
    hello = replace(Hello.parse(HELLO.pack()), fault_status=fault, capabilities=Capability(0))
    return board(where=where, hello=hello)


def test_a_known_board_that_is_plugged_in_takes_the_virtual_ones_place(monkeypatch: pytest.MonkeyPatch) -> None:
    used: list[str | None] = []
    unknown = replace(PORT, device="/dev/ttyUSB0", board=None)
    for asked, where, first, then, expected in (
        (None, Where.VIRTUAL, (), (PORT,), [None]),
        (None, Where.VIRTUAL, (PORT,), (PORT, unknown), []),  # it was there before: it was tried
        (None, Where.VIRTUAL, (), (unknown,), []),
        ("virtual", Where.VIRTUAL, (), (PORT,), []),  # asked for by name
        (None, Where.BOARD, (), (PORT,), []),
    ):
        used.clear()
        office = Office("virtual")
        monkeypatch.setattr(office.worker, "use", used.append)
        office.service.asked = asked
        office.service.set_board(ready(where))
        office.service.ports_changed.emit(first)
        office.service.ports_changed.emit(then)
        office.service.stop()
        assert used == expected, (asked, where, first, then)


def test_a_board_that_crashed_is_told_of() -> None:
    office = Office("virtual")
    told: list[Problem] = []
    office.service.problem.connect(told.append)
    office.service.set_board(ready(Where.BOARD))
    assert told == []
    office.service.set_board(board(phase=BoardPhase.LOST))
    office.service.set_board(ready(Where.BOARD, 1 << 25))
    office.service.stop()
    assert "division by zero" in told[0].message
