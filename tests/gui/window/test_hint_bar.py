"""Hints go on with what was done, and stay away once dismissed."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from gui.widgets.theme import Theme
from gui.window.hint_bar import HintBar, Step, next_step


@pytest.mark.parametrize(
    ("people", "let_in", "step"),
    [
        (0, False, Step.ENROL),
        (0, True, Step.ENROL),
        (1, False, Step.COME_BACK),
        (3, True, Step.LOOK_AROUND),
    ],
)
def test_next_step_follows_what_was_done(people: int, let_in: bool, step: Step) -> None:
    assert next_step(people, let_in) is step


def test_bar_shows_the_step_and_can_be_dismissed(theme: Theme, qtbot: QtBot) -> None:
    bar = HintBar(theme)
    qtbot.addWidget(bar)
    assert bar.isHidden()
    bar.show_step(Step.ENROL)
    assert not bar.isHidden()
    assert "Press E" in bar.text.text() == bar.accessibleDescription()
    with qtbot.waitSignal(bar.dismissed, timeout=1000):
        bar.close_button.click()
    bar.show_step(None)
    assert bar.isHidden()
