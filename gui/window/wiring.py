"""Connects the panes with the pipeline and the settings."""

from __future__ import annotations

from collections.abc import Callable

from gui.core.decisions import Looks, Rules
from gui.gallery.event_log import Keeping
from gui.panes.board.flash_dialog import FlashDialog
from gui.panes.board.panel import BoardPanel
from gui.panes.door.card import DoorCard
from gui.panes.door.decision_card import DecisionCard
from gui.panes.events.panel import EventsPanel
from gui.pipeline.pipeline import Pipeline
from gui.settings.store import SettingsStore


def wire_board(pipeline: Pipeline, board: BoardPanel, asked: str | None) -> None:
    """The pane asks the pipeline's desk and hears from it. ``asked`` is the board the program was started with."""
    desk = pipeline.desk
    desk.ports_changed.connect(board.set_ports)
    desk.action_changed.connect(board.set_action)
    desk.installed_changed.connect(board.set_installed)
    desk.stats_changed.connect(lambda stats: board.set_stats(stats, pipeline.flow()))
    board.stats_asked.connect(desk.refresh_stats)
    board.reset_asked.connect(desk.reset)
    board.flash_asked.connect(lambda: flash_board(pipeline, board))
    board.chooser.set_spec(asked)
    board.chooser.use_asked.connect(desk.use)
    board.checks.selftest_asked.connect(desk.selftest)
    board.checks.bench_asked.connect(desk.bench)
    board.checks.parity_asked.connect(desk.parity)
    board.checks.cancel_asked.connect(desk.cancel)


def flash_board(pipeline: Pipeline, board: BoardPanel) -> FlashDialog:
    """Open the dialog that puts an image on a board."""
    desk = pipeline.desk
    dialog = FlashDialog(board.kind, board.window())
    dialog.ways_asked.connect(desk.find_ways)
    dialog.flash_asked.connect(desk.flash)
    dialog.cancel_asked.connect(desk.cancel)
    desk.ways_found.connect(dialog.set_ways)
    desk.action_changed.connect(dialog.set_action)
    dialog.open_once()
    dialog.look()
    return dialog


def rules_from(value: Callable[[str], object]) -> Rules:
    """The rules that the settings say; ``value`` gives the one of a key of the settings' table."""

    def number(key: str) -> float:
        return float(str(value(key)))

    return Rules(
        far=1.0 / number("decision/far"),
        margin=number("decision/margin"),
        band=number("decision/band"),
        hysteresis=number("decision/hysteresis"),
        accept_votes=number("decision/accept_votes"),
        refuse_votes=number("decision/refuse_votes"),
        challenge=bool(value("door/challenge")),
        challenge_s=number("door/challenge_s"),
        lockout_failures=int(number("door/lockout_failures")),
        lockout_s=number("door/lockout_s"),
        looks=Looks(str(value("decision/looks"))),
    )


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
