"""What a known face is asked to do."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from gui.core.decisions import Entrance, Turn
from gui.core.frames import now_s
from gui.panes.door.challenge_prompt import PromptView
from gui.widgets.theme import Theme


def test_it_says_each_turn_draws_it_and_hides_when_nothing_is_asked(qtbot: QtBot, theme: Theme) -> None:
    view = PromptView(theme)
    qtbot.addWidget(view)
    view.resize(200, 80)
    assert view.isHidden()
    pictures, texts = [], []
    until_s = now_s() + 60
    for asked in (
        Entrance(asked=Turn.LEFT, back=True, turns=2, asked_until_s=until_s),
        Entrance(asked=Turn.LEFT, turns=2, asked_until_s=until_s),
        Entrance(asked=Turn.RIGHT, turned=1, turns=2, asked_until_s=until_s),
    ):
        view.set_entrance(asked)
        assert not view.isHidden()
        pictures.append(view.grab().toImage())
        texts.append(view.accessibleName())
    assert texts == ["look straight at the camera", "turn your head to your left", "turn your head to your right"]
    assert pictures[0] != pictures[1] != pictures[2] != pictures[0]
    view.set_entrance(Entrance())
    assert view.isHidden()


def test_it_hides_by_itself_when_the_time_is_over(qtbot: QtBot, theme: Theme) -> None:
    view = PromptView(theme)
    qtbot.addWidget(view)
    view.set_entrance(Entrance(asked=Turn.LEFT, turns=2, asked_until_s=now_s() + 0.3))
    assert not view.isHidden()
    qtbot.waitUntil(view.isHidden, timeout=3000)
