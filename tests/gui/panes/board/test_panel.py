"""The board's pane: what is known, what can be asked, and what came of it."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from device.diagnostics.bench import BenchResult, Timing
from device.diagnostics.parity import Parity
from device.flash.images import Image
from device.flash.installed import Finding, Installed
from device.flash.programmer import FlashStep
from device.link.link import LinkCounters
from device.link.ports import Port
from device.link.protocol import Capability, StatsReply
from device.link.replies import Hello, Selftest
from device.link.timing import Percentiles
from gui.board import faults
from gui.board.reports import (
    ActionKind,
    ActionPhase,
    ActionReport,
    LinkStats,
    ParityResult,
    SelftestResult,
)
from gui.core.states import BoardPhase, BoardState, Flow, Problem, Topic, Where
from gui.panes.board import wording
from gui.panes.board.panel import BoardPanel
from gui.widgets.palette import DARK
from gui.widgets.theme import Theme
from tests.support.fake_board import HELLO
from tests.support.samples import board, recognition, timeline

STATS = StatsReply(120, 1, 2, 3, 4, 5, 6, 7, 90_500, 1_440, 245_760, 15)
FLOW = Flow(0.0, 300, 290, 120, 100, 40, 60, 58, 2)


def hello(**changes: object) -> Hello:
    return replace(Hello.parse(HELLO.pack()), **changes)  # type: ignore[arg-type]


def bench(where: Where, rows: tuple[Timing, ...], rate: float, retries: int) -> BenchResult:
    return BenchResult(hello(where=where), 2, 1, rows, rate, None, None, None, 0, (), retries, 49_152)


def ready(**changes: object) -> BoardState:
    return replace(board(hello=hello(where=Where.VIRTUAL), baud=2_000_000), **changes)  # type: ignore[arg-type]


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme) -> BoardPanel:
    panel = BoardPanel(theme)
    qtbot.addWidget(panel)
    panel.resize(380, 600)
    panel.show()
    return panel


def test_unknown_is_a_dash_and_nothing_can_be_asked(panel: BoardPanel) -> None:
    assert panel.chooser.state.text() == "connecting"
    assert set(panel.figures.rows().values()) == {"–"}
    assert panel.information.rows() == panel.link.rows() == {}
    for button in (panel.checks.selftest, panel.checks.bench, panel.checks.parity, panel.reset):
        assert not button.isEnabled()
    assert panel.flash.isEnabled()  # a board without firmware does not answer


def test_board_says_everything_of_hello(panel: BoardPanel) -> None:
    panel.set_board(ready())
    rows = panel.information.rows()
    assert rows["Runs on"] == "virtual board, emulated timing"
    assert rows["Rate"] == "2,000,000 baud, emulated"
    assert rows["Network"] == "00010203 04050607 08090a0b 0c0d0e0f"
    assert rows["Crop"] == "128 × 128 pixels of 3 bytes"
    assert rows["Fingerprint"] == "1,280 numbers, scale 0.125, zero at -3"
    assert "receives while it computes" in rows["Can"]
    assert "counts cycles" not in rows["Can"]
    assert "flip averaging" not in rows["Can"]
    panel.set_board(ready(hello=hello(capabilities=Capability.FLIP)))
    assert panel.information.rows()["Can"] == "flip averaging"
    assert rows["Last fault"] == "none"
    assert panel.checks.selftest.isEnabled()


def test_a_fault_is_said_in_words_with_its_place() -> None:
    text = faults.fault(hello(fault_status=1 << 25 | 1 << 24, fault_address=0x0800_1234))
    assert text == "unaligned access, division by zero at 0x08001234 (CFSR 0x03000000)"


def test_every_figure_says_where_it_was_measured(panel: BoardPanel) -> None:
    panel.set_board(ready())
    panel.set_recognition(recognition())
    rows = panel.figures.rows()
    assert rows["Network time"] == "246 ms, emulated"
    assert rows["Cycles"] == "53,136,000, emulated"
    assert rows["Link, both ways"] == "29.2 ms, emulated"  # what a wire would take: receive and reply
    panel.set_recognition(recognition(where=Where.BOARD, passes=2))
    assert panel.figures.rows()["Network time"] == "246 ms, flip averaging, board"
    assert panel.figures.rows()["Link, both ways"] == "29.2 ms, board and PC"


def test_rate_is_over_the_last_fingerprints_and_goes_with_the_board(panel: BoardPanel) -> None:
    panel.set_board(ready())
    for number in range(5):
        panel.set_recognition(recognition(timeline=timeline(10.0 + number * 0.5)))
    assert panel.figures.rows()["Fingerprints"] == "2.0 a second, PC"
    panel.set_board(board(phase=BoardPhase.LOST, message="the port went away"))
    assert set(panel.figures.rows().values()) == {"–"}
    assert panel.chooser.state.text() == "lost, trying again by itself: the port went away"
    assert panel.information.rows() == {}


def test_counters_name_the_end_that_counted(panel: BoardPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.stats_asked, timeout=1000):
        panel.set_board(ready())
    panel.set_stats(LinkStats(STATS, LinkCounters(retries=8, replies=119, timeouts=9), Where.VIRTUAL), FLOW)
    rows = panel.link.rows()
    assert rows["Connected"] == "2 times"
    assert rows["Checksum errors, frame"] == "2 virtual board, 0 PC"
    assert rows["Overruns"] == "3, virtual board"
    assert rows["Duplicates, retries"] == "5 virtual board, 8 PC"
    assert rows["Timeouts"] == "9, PC"
    assert rows["Stack high-water mark"] == "1,440 bytes, virtual board"
    assert rows["Arena high-water mark"] == "245,760 bytes, virtual board"


def test_counters_are_not_asked_for_while_an_action_runs(panel: BoardPanel) -> None:
    asked: list[int] = []
    panel.stats_asked.connect(lambda: asked.append(1))
    panel.set_action(ActionReport(ActionKind.BENCH, ActionPhase.RUNNING, 1, 9))
    panel.set_board(ready())
    assert asked == []


def port(device: str, board: str | None = None) -> Port:
    return Port(device, "USB serial", "0483:374b", "1", board)


def test_ports_come_and_go_and_the_choice_stays(panel: BoardPanel, qtbot: QtBot) -> None:
    chooser = panel.chooser
    assert chooser.spec is None
    panel.set_ports([port("/dev/ttyUSB0"), port("/dev/ttyACM0", "ST-LINK")])
    assert [chooser.list.itemText(n).split(" · ")[0] for n in range(2, 4)] == ["/dev/ttyACM0", "/dev/ttyUSB0"]
    assert "no known board" in chooser.list.itemText(3)
    chooser.set_spec("/dev/ttyACM0")
    panel.set_ports([])
    assert chooser.spec == "/dev/ttyACM0"
    panel.set_ports([port("/dev/ttyACM0", "ST-LINK")])
    assert chooser.spec == "/dev/ttyACM0"
    line = chooser.list.lineEdit()
    assert line is not None
    line.setText("socket://127.0.0.1:5000 ")
    panel.set_ports([port("/dev/ttyACM1", "ST-LINK")])  # in the midst of typing
    with qtbot.waitSignal(chooser.use_asked) as asked:
        qtbot.keyClick(line, Qt.Key.Key_Return)
    assert asked.args == ["socket://127.0.0.1:5000"]
    chooser.set_spec(None)
    with qtbot.waitSignal(chooser.use_asked) as asked:
        chooser.connect_button.click()
    assert asked.args == [None]


def test_an_action_shows_how_far_it_is_and_can_be_stopped(panel: BoardPanel, qtbot: QtBot) -> None:
    panel.set_board(ready())
    with qtbot.waitSignal(panel.checks.bench_asked) as asked:
        panel.checks.bench.click()
    assert asked.args == [20]
    panel.set_action(ActionReport(ActionKind.BENCH, ActionPhase.RUNNING, 5, 41))
    assert "5 of 41" in panel.checks._going.text()
    assert not panel.checks.selftest.isEnabled()
    assert panel.checks.stop.isVisible()
    with qtbot.waitSignal(panel.checks.cancel_asked):
        panel.checks.stop.click()
    panel.set_action(ActionReport(ActionKind.BENCH, ActionPhase.STOPPED))
    assert panel.checks.result(ActionKind.BENCH) == "! Bench stopped"
    assert panel.checks.selftest.isEnabled()


def test_results_stay_and_say_good_or_bad_in_words_too(panel: BoardPanel) -> None:
    def done(result: object) -> ActionReport:
        kinds = {SelftestResult: ActionKind.SELFTEST, ParityResult: ActionKind.PARITY, BenchResult: ActionKind.BENCH}
        return ActionReport(kinds[type(result)], ActionPhase.DONE, result=result)  # type: ignore[arg-type, index]

    panel.set_action(done(SelftestResult(Where.VIRTUAL, 216_000_000, Selftest(0, 1280, 54_000_000, None))))
    text = panel.checks.result(ActionKind.SELFTEST)
    assert text == "✓ Self-test passed: all 1,280 numbers equal the golden vector; 250 ms, emulated"
    panel.set_action(done(SelftestResult(Where.BOARD, 0, Selftest(7, 1280, 0, None))))
    assert panel.checks.result(ActionKind.SELFTEST).startswith("✕ Self-test failed: 7 of 1,280")
    panel.set_action(done(ParityResult(Where.VIRTUAL, "ab", Parity(1280, 0, 0, None), 90.0)))
    assert "0 of 1,280 numbers differ" in panel.checks.result(ActionKind.PARITY)
    panel.set_action(done(ParityResult(Where.VIRTUAL, "ab", Parity(1280, 3, 17, 40), 90.0)))
    assert "3 of 1,280 numbers differ" in panel.checks.result(ActionKind.PARITY)
    assert "by up to 17, first at 40" in panel.checks.result(ActionKind.PARITY)
    rows = (
        Timing("network", "board", Percentiles.of([100.0, 100.0])),
        Timing("send", "host", Percentiles.of([1.0])),
    )
    panel.set_action(done(bench(Where.VIRTUAL, rows, 3.14159, 1)))
    lines = panel.checks.result(ActionKind.BENCH).splitlines()
    assert lines[1:] == [
        "Network: 100 · 100 · 100, emulated",
        "Send: 1.0 · 1.0 · 1.0, PC",
        "3.14 fingerprints a second, PC; retries 1",
    ]
    assert panel.checks.result(ActionKind.PARITY)  # still there
    failed = ActionReport(ActionKind.PARITY, ActionPhase.FAILED, problem=Problem("no image", "flash it", Topic.BOARD))
    panel.set_action(failed)
    assert panel.checks.result(ActionKind.PARITY) == "✕ Parity failed: no image\nFlash it"


def test_a_bench_without_a_board_clock_has_dashes() -> None:
    row = Timing("network", "board", Percentiles.of(()))
    assert math.isnan(row.values.median)
    assert "Network: – · – · –, QEMU" in wording.bench(bench(Where.QEMU, (row,), 1.0, 0))


def test_the_image_is_said_to_be_current_or_not(panel: BoardPanel) -> None:
    image = Image("peer", "peer.bin", "0123456789abcdef", "", 1, "", "", "", 0, 0, 0, 0, None, "")
    panel.set_board(ready())
    panel.set_installed(Finding(Installed.SAME, image))
    assert panel.installed.text().startswith("current")
    assert "commit 01234567" in panel.installed.text()
    panel.set_installed(Finding(Installed.OTHER_NETWORK, image))
    assert "another network" in panel.installed.text()
    panel.set_installed(Problem("manifest.json is damaged", "", Topic.BOARD))
    assert panel.installed.text() == "manifest.json is damaged"
    panel.set_board(board(phase=BoardPhase.LOST))
    assert panel.installed.text() == "–"


@pytest.mark.parametrize("step", list(FlashStep))
def test_every_flash_step_has_words(step: FlashStep) -> None:
    assert wording.progress(ActionReport(ActionKind.FLASH, ActionPhase.RUNNING, step=step)).startswith("Flash: ")


def test_it_fits_the_column_of_a_small_window(panel: BoardPanel) -> None:
    panel.set_board(ready(where=Where.VIRTUAL))
    panel.set_stats(LinkStats(STATS, LinkCounters(sent_bytes=10**10, received_bytes=10**10), Where.VIRTUAL), FLOW)
    content = panel.widget()
    assert content is not None
    assert content.minimumSizeHint().width() <= 330


def test_it_paints_in_both_colours(panel: BoardPanel, theme: Theme) -> None:
    panel.set_board(ready())
    light = panel.grab().toImage()
    theme.use(DARK)
    assert panel.grab().toImage() != light


def test_the_prebuilt_images_are_where_the_pane_looks(firmware_bin: Path) -> None:
    assert (firmware_bin / "manifest.json").is_file()
