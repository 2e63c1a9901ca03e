"""Steps of the window's thread that take too long are found."""

from __future__ import annotations

import time

from pytestqt.qtbot import QtBot

from gui.core.frames import now_s
from gui.panes.timing.event_loop_monitor import EVERY_MS, LIMIT_MS, LoopWatch


def test_a_long_step_is_measured_and_counted(qtbot: QtBot) -> None:
    watch = LoopWatch()
    watch.start()
    qtbot.waitUntil(lambda: watch.figures().turns > 2, timeout=5_000)
    watch.clear()
    time.sleep(0.08)
    qtbot.waitUntil(lambda: watch.figures().longest_ms >= 80.0, timeout=5_000)
    assert watch.figures().over_limit >= 1
    watch.stop()
    assert watch.figures().recent_busy_ms < 80.0  # it slept


def test_the_recent_figure_forgets_and_the_limit_leaves_room_for_the_timer() -> None:
    watch = LoopWatch()
    at_s = now_s()
    watch.note(at_s - 60.0, 500.0, 40.0)
    watch.note(at_s, LIMIT_MS + EVERY_MS, 2.0)
    watch.note(at_s, 7.0, 6.0)
    figures = watch.figures()
    assert (figures.longest_ms, figures.recent_ms, figures.over_limit, figures.turns) == (500.0, 21.0, 1, 3)
    assert (figures.longest_busy_ms, figures.recent_busy_ms, figures.over_busy) == (40.0, 6.0, 1)
    watch.clear()
    assert watch.figures().longest_ms == 0.0
