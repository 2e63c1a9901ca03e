"""Connects the table of events and the cards with the decision, the log and the settings."""

from __future__ import annotations

from gui.access.door_control import Keeping
from gui.core.decisions import rules_from
from gui.panes.door.card import DoorCard
from gui.panes.door.decision_card import DecisionCard
from gui.panes.events.panel import EventsPanel
from gui.pipeline.pipeline import Pipeline
from gui.settings.store import SettingsStore


def wire_events(pipeline: Pipeline, events: EventsPanel) -> None:
    """The table reads the log and asks the event desk."""
    desk = pipeline.event_desk
    pipeline.event_logged.connect(events.add)
    pipeline.gallery_changed.connect(events.refresh_people)
    desk.changed.connect(events.reload)
    desk.exported.connect(events.told)
    desk.problem.connect(pipeline.problem)
    events.problem.connect(pipeline.problem)
    events.correct_asked.connect(desk.correct)
    events.undo_asked.connect(desk.undo_correction)
    events.delete_all_asked.connect(desk.delete_all)
    events.export_asked.connect(desk.export)
    events.set_log(desk.log)


def wire_entrance(pipeline: Pipeline, decision: DecisionCard, door: DoorCard) -> None:
    """The cards say what is asked of the person, and when faces are locked out."""
    pipeline.entrance_changed.connect(decision.set_entrance)
    pipeline.entrance_changed.connect(door.set_entrance)


def wire_rules(pipeline: Pipeline, settings: SettingsStore, events: EventsPanel) -> None:
    """The settings rule the decision, the door and the log: now, and whenever they are changed."""

    def apply(key: str) -> None:
        if key.startswith(("decision/", "door/")):
            pipeline.set_rules(rules_from(settings.value))
        if key == "door/open_s":
            pipeline.set_open_ms(round(settings.number(key) * 1e3))
        if key.startswith("events/"):
            pictures = settings.flag("events/thumbnails")
            pipeline.event_desk.keep(Keeping(pictures, settings.flag("events/prints"), settings.whole("events/days")))
            events.set_pictures(pictures)

    settings.changed.connect(apply)
    apply("decision/")
    apply("events/")
    if not settings.is_default("door/open_s"):
        apply("door/open_s")
