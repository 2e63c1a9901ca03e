"""The list of events."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gui.events_panel import KEPT, EventsPanel
from gui.records import Decision
from gui.theme import Theme
from tests.gui.samples import event


def panel_of(qtbot: QtBot, theme: Theme) -> EventsPanel:
    panel = EventsPanel(theme)
    qtbot.addWidget(panel)
    panel.resize(340, 300)
    panel.show()
    return panel


def test_empty_list_says_so(qtbot: QtBot, theme: Theme) -> None:
    panel = panel_of(qtbot, theme)
    assert not panel.view.isVisible()
    panel.add(event())
    assert panel.view.isVisible()


def test_newest_is_first(qtbot: QtBot, theme: Theme) -> None:
    panel = panel_of(qtbot, theme)
    panel.set_events([event(2), event(1)])
    panel.add(event(3))
    assert [shown.id for shown in panel.model.events] == [3, 2, 1]


def test_row_is_spoken_with_decision_reason_and_where(qtbot: QtBot, theme: Theme) -> None:
    panel = panel_of(qtbot, theme)
    panel.set_events([event(1, name=None, person_id=None, decision=Decision.REFUSED, score=0.1, reason="nobody fits")])
    told = panel.model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "Unknown, refused, score 0.10: nobody fits; network 246 ms, emulated" in told


def test_list_does_not_grow_for_ever(qtbot: QtBot, theme: Theme) -> None:
    panel = panel_of(qtbot, theme)
    for number in range(KEPT + 5):
        panel.add(event(number))
    assert len(panel.model.events) == panel.model.rowCount() == KEPT
    assert panel.model.events[0].id == KEPT + 4


def test_rows_paint_with_and_without_score(qtbot: QtBot, theme: Theme) -> None:
    panel = panel_of(qtbot, theme)
    panel.set_events([event(1), event(2, decision=Decision.BY_HAND, score=None, name=None, reason="by hand")])
    assert not panel.grab().isNull()
