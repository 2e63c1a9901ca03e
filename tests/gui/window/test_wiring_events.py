"""The settings rule the decision and the log at once, and what is said of an event reaches the templates."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from gui.core.decisions import Decision, Entrance, FlipAveraging, Rules
from gui.core.frames import now_s
from gui.core.states import DoorView, DoorWord, PipelineOptions
from gui.panes.door.card import DoorCard
from gui.panes.door.decision_card import DecisionCard
from gui.panes.events.panel import EventsPanel
from gui.pipeline.pipeline import Pipeline
from gui.settings.store import SettingsStore
from gui.widgets.theme import Theme
from gui.window.wiring import connect_decision, connect_door, connect_events, connect_rules
from tests.gui.gallery.test_gallery import some_fingerprint
from tests.support.samples import event


@pytest.fixture
def pipeline(qtbot: QtBot, tmp_path: Path) -> Iterator[Pipeline]:
    cv2.imwrite(str(tmp_path / "grey.png"), np.full((60, 80, 3), 99, np.uint8))
    made = Pipeline(PipelineOptions(tmp_path / "data", board="virtual", camera=str(tmp_path)))
    yield made
    made.stop()


def test_settings_count_at_once(qtbot: QtBot, theme: Theme, pipeline: Pipeline) -> None:
    settings, panel = SettingsStore(None), EventsPanel(theme)
    qtbot.addWidget(panel)
    connect_rules(pipeline, settings)
    connect_events(pipeline, settings, panel)
    rules = pipeline.engine.recogniser
    assert rules.rules == Rules()
    settings.set("decision/far", 100)
    settings.set("decision/margin", 0.2)
    settings.set("door/challenge", True)
    settings.set("decision/flip", "on")
    settings.set("door/lockout_failures", 3)
    assert rules.rules == Rules(far=0.01, margin=0.2, challenge=True, lockout_failures=3, flip=FlipAveraging.ON)
    assert pipeline.engine.door.open_ms == 5_000
    settings.set("door/open_s", 2.5)
    assert pipeline.engine.door.open_ms == 2_500
    settings.set("events/thumbnails", False)
    settings.set("events/fingerprints", False)
    settings.set("events/days", 7)
    keeping = pipeline.engine.door.keeping
    assert (keeping.thumbnails, keeping.fingerprints, keeping.days) == (False, False, 7)
    assert not panel.model.show_pictures


def test_the_entrance_is_told_on_the_cards(qtbot: QtBot, theme: Theme, pipeline: Pipeline) -> None:
    decision, door = DecisionCard(theme), DoorCard(theme)
    for card in (decision, door):
        qtbot.addWidget(card)
    connect_decision(pipeline, decision)
    connect_door(pipeline, door)
    door.set_door(DoorView(DoorWord.LOCKED))
    pipeline.entrance_changed.emit(Entrance(locked_until_s=now_s() + 9.0))
    assert door.title == "LOCKED OUT"


def test_what_is_said_of_an_event_reaches_the_table_and_the_templates(
    qtbot: QtBot, theme: Theme, pipeline: Pipeline
) -> None:
    ada = pipeline.engine.gallery.add_person("Ada", [some_fingerprint()])
    logged = pipeline.engine.log.log(event(person_id=ada), some_fingerprint(2))
    panel = EventsPanel(theme)
    qtbot.addWidget(panel)
    connect_events(pipeline, SettingsStore(None), panel)
    assert [one.id for one in panel.model.events] == [logged.id]
    panel.correct_asked.emit(logged.id, None)
    qtbot.waitUntil(lambda: panel.model.events[0].correction == "")
    assert pipeline.engine._stale  # the board's thread builds the templates anew before it matches again
    panel.undo_asked.emit(logged.id)
    qtbot.waitUntil(lambda: panel.model.events[0].correction is None)
    with qtbot.waitSignal(pipeline.problem) as told:
        panel.correct_asked.emit(logged.id, ada)
    assert told.args[0].message == "the event says so already"
    pipeline.event_logged.emit(event(99, decision=Decision.REFUSED, name=None, person_id=None))
    assert panel.model.rowCount() == 2
    panel.delete_all_asked.emit()
    qtbot.waitUntil(lambda: panel.model.rowCount() == 0)
