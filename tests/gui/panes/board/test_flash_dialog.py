"""Flashing from the window: asks first, tells how it gets on, and cannot be closed half-way."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from device.flash.programmer import FlashMethod, FlashStep
from gui.board.reports import ActionKind, ActionPhase, ActionReport
from gui.core.states import Problem, Topic
from gui.panes.board.flash_dialog import FlashDialog
from gui.widgets.theme import Theme

IMAGE = Path("firmware_bin/nucleo_f767zi.bin")
DISK = FlashMethod("the disk /media/NODE_F767ZI", disk=Path("/media/NODE_F767ZI"))
TOOL = FlashMethod("st-flash", command=("st-flash",))


@pytest.fixture
def dialog(qtbot: QtBot, theme: Theme) -> FlashDialog:
    dialog = FlashDialog("nucleo_h743zi")
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def flashing(phase: ActionPhase, step: FlashStep | None = None, problem: Problem | None = None) -> ActionReport:
    return ActionReport(ActionKind.FLASH, phase, step=step, problem=problem)


def test_it_looks_for_the_kind_of_board_that_is_there(dialog: FlashDialog, qtbot: QtBot) -> None:
    with qtbot.waitSignal(dialog.methods_asked) as asked:
        dialog.find_methods()
    assert asked.args == ["nucleo_h743zi"]
    assert not dialog.start.isEnabled()
    with qtbot.waitSignal(dialog.methods_asked) as asked:
        dialog.kind.setCurrentText("nucleo_f767zi")
    assert asked.args == ["nucleo_f767zi"]


def test_an_unknown_board_is_offered_the_usual_one(qtbot: QtBot, theme: Theme) -> None:
    dialog = FlashDialog("peer")
    qtbot.addWidget(dialog)
    assert dialog.kind.currentText() == "nucleo_f767zi"


def test_nothing_is_flashed_before_the_button(dialog: FlashDialog, qtbot: QtBot) -> None:
    asked: list[tuple[object, ...]] = []
    dialog.flash_asked.connect(lambda *what: asked.append(what))
    dialog.set_methods((IMAGE, [DISK, TOOL]))
    assert asked == []
    dialog.methods.setCurrentIndex(1)
    dialog.start.click()
    assert asked == [("nucleo_h743zi", IMAGE, TOOL)]


def test_no_method_says_what_to_do(dialog: FlashDialog) -> None:
    dialog.set_methods((IMAGE, []))
    assert "NODE_H743ZI" in dialog.said
    assert "look again" in dialog.said
    assert not dialog.start.isEnabled()
    dialog.set_methods(Problem("no image for board 'nucleo_h743zi'", "build it", Topic.BOARD))
    assert dialog.said == "no image for board 'nucleo_h743zi'\nbuild it"


def test_two_disks_are_pointed_out(dialog: FlashDialog) -> None:
    dialog.set_methods((IMAGE, [DISK, DISK]))
    assert "More than one board" in dialog.said


def test_it_stays_open_while_it_flashes(dialog: FlashDialog, qtbot: QtBot) -> None:
    dialog.set_methods((IMAGE, [DISK]))
    dialog.set_action(flashing(ActionPhase.RUNNING, FlashStep.WRITE))
    assert dialog.said == "Flash: the probe writes the flash"
    assert not dialog.start.isEnabled()
    dialog.reject()
    dialog.close()
    assert dialog.isVisible()
    with qtbot.waitSignal(dialog.cancel_asked):
        dialog.stop.click()
    dialog.set_action(flashing(ActionPhase.DONE))
    assert dialog.said.startswith("✓")
    dialog.reject()
    assert not dialog.isVisible()


def test_failure_is_told_with_its_hint_and_can_be_tried_again(dialog: FlashDialog) -> None:
    dialog.set_methods((IMAGE, [DISK]))
    dialog.set_action(flashing(ActionPhase.FAILED, problem=Problem("copying failed", "plug it in again", Topic.BOARD)))
    assert dialog.said == "✕ Flash failed: copying failed\nPlug it in again"
    assert dialog.start.isEnabled()


def test_other_actions_are_no_business_of_it(dialog: FlashDialog) -> None:
    dialog.set_action(ActionReport(ActionKind.BENCH, ActionPhase.RUNNING, 1, 2))
    assert dialog.leave.isEnabled()
