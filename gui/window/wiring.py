"""Connects each pane with the pipeline and the settings: what the pane hears of, and what it asks for."""

from __future__ import annotations

from collections.abc import Callable

from gui.core.decisions import Decision, FlipAveraging, Rules
from gui.core.people import Event
from gui.core.states import BoardPhase, BoardState, CameraPhase, CameraState, Topic
from gui.gallery.event_log import Keeping
from gui.panes.board.flash_dialog import FlashDialog
from gui.panes.board.panel import BoardPanel
from gui.panes.door.card import DoorCard
from gui.panes.door.decision_card import DecisionCard
from gui.panes.door.kiosk import KioskView
from gui.panes.events.panel import EventsPanel
from gui.panes.timing.latency_plot import LatencyPlot
from gui.panes.timing.strip import TimingStrip
from gui.pipeline.pipeline import Pipeline
from gui.settings.schema import Group
from gui.settings.store import SettingsStore
from gui.widgets.language import translate
from gui.widgets.live_view import LiveView
from gui.widgets.overlay import Detail
from gui.window.header import Header
from gui.window.problem_bar import ProblemBar


def connect_header(pipeline: Pipeline, header: Header) -> None:
    """The head names the board and the camera."""
    pipeline.board_changed.connect(header.set_board)
    pipeline.camera_changed.connect(header.set_camera)


def connect_problems(pipeline: Pipeline, settings: SettingsStore, problems: ProblemBar) -> None:
    """The bar shows what went wrong until that part works again."""

    def board(state: BoardState) -> None:
        if state.phase is BoardPhase.READY:
            problems.settle(Topic.BOARD)

    def camera(state: CameraState) -> None:
        if state.phase is CameraPhase.LIVE:
            problems.settle(Topic.CAMERA)

    pipeline.problem.connect(problems.show_problem)
    pipeline.board_changed.connect(board)
    pipeline.camera_changed.connect(camera)
    settings.problem.connect(problems.show_problem)
    settings.on_any(("camera/source", "camera/resolution"), lambda: problems.settle(Topic.CAMERA))
    for problem in settings.refused:
        problems.show_problem(problem)


def connect_live(pipeline: Pipeline, settings: SettingsStore, live: LiveView) -> None:
    """The live frame shows what was decided, in as much detail as the settings say. The camera's controller brings it
    its frames."""

    def detail(chosen: str) -> None:
        live.set_detail(Detail(chosen))
        live.setToolTip(translate("Over the picture: {what} (D)").format(what=live.detail.wording))

    pipeline.recognised.connect(live.set_recognition)
    pipeline.door_changed.connect(live.set_door)
    pipeline.board_changed.connect(live.set_board)
    live.drawn.connect(pipeline.note_drawn)
    settings.on_text("timing/detail", detail)
    detail(settings.text("timing/detail"))


def connect_decision(pipeline: Pipeline, decision: DecisionCard) -> None:
    """The card explains the newest decision, and what is asked of the person."""
    pipeline.recognised.connect(decision.set_recognition)
    pipeline.door_changed.connect(decision.set_door)
    pipeline.board_changed.connect(decision.set_board)
    pipeline.frame_ready.connect(decision.set_frame)
    pipeline.entrance_changed.connect(decision.set_entrance)


def connect_timing(pipeline: Pipeline, strip: TimingStrip, plot: LatencyPlot) -> None:
    """Both draw the times of every decision."""
    pipeline.recognised.connect(strip.set_recognition)
    pipeline.recognised.connect(plot.add)


def connect_door(pipeline: Pipeline, door: DoorCard) -> None:
    """The card shows the door as the board reports it, for whom it opened, and when faces are locked out."""

    def name(event: Event) -> None:
        if event.decision is Decision.ACCEPTED:
            door.set_person(event.name)
        elif event.decision is Decision.BY_HAND:
            door.set_person("hand")

    pipeline.door_changed.connect(door.set_door)
    pipeline.recognised.connect(door.set_recognition)
    pipeline.frame_ready.connect(door.set_frame)
    pipeline.entrance_changed.connect(door.set_entrance)
    pipeline.event_logged.connect(name)
    door.open_asked.connect(pipeline.door.open)
    door.lock_asked.connect(pipeline.door.lock)


def connect_kiosk(pipeline: Pipeline, kiosk: KioskView) -> None:
    """The door display follows everything that its one state is decided from. The camera's controller brings it its
    frames."""

    def name(event: Event) -> None:
        if event.decision is Decision.ACCEPTED:
            kiosk.set_person(event.name)
        elif event.decision is Decision.BY_HAND:
            kiosk.set_person(None)

    pipeline.board_changed.connect(kiosk.set_board)
    pipeline.door_changed.connect(kiosk.set_door)
    pipeline.camera_changed.connect(kiosk.set_camera)
    pipeline.recognised.connect(kiosk.set_recognition)
    pipeline.entrance_changed.connect(kiosk.set_entrance)
    pipeline.event_logged.connect(name)
    kiosk.drawn.connect(pipeline.note_drawn)


def connect_board(pipeline: Pipeline, settings: SettingsStore, board: BoardPanel, asked: str | None) -> None:
    """The pane asks the pipeline's service and hears from it. ``asked`` is the board the program was started with."""
    service = pipeline.board

    def use(port: str) -> None:
        spec = port or None
        board.chooser.set_spec(spec)
        if spec != service.asked:
            service.use(spec)

    pipeline.board_changed.connect(board.set_board)
    pipeline.recognised.connect(board.set_recognition)
    service.ports_changed.connect(board.set_ports)
    service.action_changed.connect(board.set_action)
    service.installed_changed.connect(board.set_installed)
    service.stats_changed.connect(lambda stats: board.set_stats(stats, pipeline.flow()))
    board.stats_asked.connect(service.refresh_stats)
    board.reset_asked.connect(service.reset)
    board.flash_asked.connect(lambda: flash_board(pipeline, board))
    board.chooser.set_spec(asked)
    board.chooser.use_asked.connect(service.use)
    board.chooser.use_asked.connect(lambda spec: settings.set("board/port", spec or ""))
    settings.on_text("board/port", use)
    board.checks.selftest_asked.connect(service.selftest)
    board.checks.bench_asked.connect(service.bench)
    board.checks.parity_asked.connect(service.parity)
    board.checks.cancel_asked.connect(service.cancel)


def flash_board(pipeline: Pipeline, board: BoardPanel) -> FlashDialog:
    """Open the dialog that puts an image on a board."""
    service = pipeline.board
    dialog = FlashDialog(board.kind, board.window())
    dialog.methods_asked.connect(service.find_methods)
    dialog.flash_asked.connect(service.flash)
    dialog.cancel_asked.connect(service.cancel)
    service.methods_found.connect(dialog.set_methods)
    service.action_changed.connect(dialog.set_action)
    dialog.open_once()
    dialog.find_methods()
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
        flip=FlipAveraging(str(value("decision/flip"))),
    )


def connect_events(pipeline: Pipeline, settings: SettingsStore, events: EventsPanel) -> None:
    """The table reads the log and asks the service; the settings say what is kept of an event."""
    service = pipeline.events

    def keep() -> None:
        pictures = settings.flag("events/thumbnails")
        service.keep(Keeping(pictures, settings.flag("events/fingerprints"), settings.whole("events/days")))
        events.set_pictures(pictures)

    pipeline.event_logged.connect(events.add)
    pipeline.gallery_changed.connect(events.refresh_people)
    service.changed.connect(events.reload)
    service.exported.connect(events.told)
    events.problem.connect(pipeline.problem)
    events.correct_asked.connect(service.correct)
    events.undo_asked.connect(service.undo_correction)
    events.delete_all_asked.connect(service.delete_all)
    events.export_asked.connect(service.export)
    settings.on_any(settings.keys(Group.EVENTS), keep)
    keep()
    events.set_log(service.log)


def connect_rules(pipeline: Pipeline, settings: SettingsStore) -> None:
    """The settings rule the decision and the door: now, and whenever they are changed."""

    def apply() -> None:
        pipeline.door.set_rules(rules_from(settings.value))

    def open_for(seconds: float) -> None:
        pipeline.door.set_open_ms(round(seconds * 1e3))

    settings.on_any(settings.keys(Group.DECISION, Group.DOOR), apply)
    settings.on_number("door/open_s", open_for)
    apply()
    if not settings.is_default("door/open_s"):
        open_for(settings.number("door/open_s"))
