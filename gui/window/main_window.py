"""The window: lays the panes out and wires them to the pipeline."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QByteArray, QSize, Qt, QUrl
from PySide6.QtGui import QAction, QCloseEvent, QDesktopServices, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

from gui.core.decisions import Decision
from gui.core.frames import FrameView, Recognition
from gui.core.i18n import mark
from gui.core.people import Event
from gui.core.states import BoardPhase, BoardState, CameraPhase, CameraState, DoorView, PipelineOptions, Problem, Topic
from gui.panes.board.panel import BoardPanel
from gui.panes.door.card import DoorCard
from gui.panes.door.decision_card import DecisionCard
from gui.panes.door.kiosk import KioskView
from gui.panes.events.panel import EventsPanel
from gui.panes.people.enrol_dialog import EnrolDialog
from gui.panes.people.panel import PeoplePanel
from gui.panes.timing.latency_plot import LatencyPlot
from gui.panes.timing.strip import TimingStrip
from gui.pipeline.frame_view import mirrored
from gui.pipeline.pipeline import Pipeline
from gui.settings.store import SettingsStore
from gui.settings.table import size_of
from gui.widgets import formatting
from gui.widgets.language import say
from gui.widgets.live_view import LiveView
from gui.widgets.overlay import Detail
from gui.widgets.stylesheet import set_style_class
from gui.widgets.theme import Theme
from gui.window.camera_dialog import CameraDialog
from gui.window.commands import make_acts, make_menu
from gui.window.header import Header
from gui.window.hint_bar import HintBar, next_step
from gui.window.layout import arrange
from gui.window.people_controller import PeopleDesk
from gui.window.problem_bar import ProblemBar
from gui.window.settings_dialog import SettingsDialog
from gui.window.shortcuts_dialog import ShortcutsDialog
from gui.window.timing_controller import TimingDesk
from gui.window.wiring import wire_board, wire_entrance, wire_events, wire_rules


class Window(QMainWindow):
    """Everything a person sees. Owns no worker: it shows what the pipeline says and asks it for things."""

    def __init__(
        self,
        pipeline: Pipeline,
        options: PipelineOptions,
        theme: Theme,
        settings: SettingsStore | None = None,
        log_folder: Path | None = None,
    ) -> None:
        super().__init__()
        self._pipeline = pipeline
        self._options = options
        self._theme = theme
        self._log_folder = log_folder
        self.settings = settings or SettingsStore(None)
        self._people = 0
        self._let_in = False  # somebody was, today or before
        self.camera_dialog: CameraDialog | None = None
        self._camera: CameraState | None = None
        self.setWindowTitle(self.tr("Face door"))
        self.header = Header(theme)
        self.problems = ProblemBar(theme)
        self.hints = HintBar(theme)
        self.live = LiveView(theme)
        self.decision = DecisionCard(theme)
        self.strip = TimingStrip(theme)
        self.plot = LatencyPlot(theme)
        self.door = DoorCard(theme)
        self.people = PeoplePanel(theme)
        self.events = EventsPanel(theme)
        self.board = BoardPanel(theme)
        self.timing = TimingDesk(pipeline, theme, self.settings, self)
        self._arranged = arrange(
            theme,
            header=self.header,
            bars=(self.problems, self.hints),
            live=self.live,
            decision=self.decision,
            timing=((self.strip, 0), (self.plot, 1)),
            door=self.door,
            lists=(
                (self.people, self.tr("People")),
                (self.events, self.tr("Events")),
                (self.board, self.tr("Board")),
            ),
        )
        set_style_class(self.people, "")  # the tabs are the card
        for named in (self._arranged.tabs, self._arranged.tabs.tabBar()):
            named.setAccessibleName(self.tr("People, events and board"))
        self.kiosk = KioskView(theme)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._arranged.page)
        self._pages.addWidget(self.kiosk)
        self.setCentralWidget(self._pages)
        self._geometry: QByteArray | None = None  # of the window while the door display fills the screen
        self.desk = PeopleDesk(pipeline, options, self.settings, theme, self.people, self.problems, self)
        self.acts = make_acts(self, self._calls())
        self.header.menu.setMenu(make_menu(self, self.acts))
        self._leave_kiosk = QAction(self)
        self._leave_kiosk.setShortcut(QKeySequence(Qt.Key.Key_Escape))
        self._leave_kiosk.setEnabled(False)
        self._leave_kiosk.triggered.connect(self.toggle_kiosk)
        self.addAction(self._leave_kiosk)
        self._wire()
        theme.changed.connect(self._repaint_all)
        self.resize(1280, 800)
        self._restore()
        self.live.setFocus()
        events = pipeline.events()
        self._let_in = any(event.decision is Decision.ACCEPTED for event in events)
        self._refresh_people()

    def sizeHint(self) -> QSize:
        return QSize(1280, 800)

    @property
    def enrol_dialog(self) -> EnrolDialog | None:
        """The enrolment dialog while it is open."""
        return self.desk.dialog

    def enrol(self) -> None:
        """Open the enrolment dialog."""
        self.desk.enrol()

    def step_detail(self) -> None:
        """Write more or less over the picture."""
        self.settings.set("timing/detail", self.live.detail.following().value)

    def _show_detail(self) -> None:
        self.live.set_detail(Detail(self.settings.text("timing/detail")))
        self.live.setToolTip(self.tr("Over the picture: {what} (D)").format(what=self.live.detail.words))

    def show_settings(self) -> None:
        """Open the settings."""
        SettingsDialog(self.settings, self._theme, self).open_once()

    @property
    def in_kiosk(self) -> bool:
        """Whether the door display fills the screen."""
        return self._pages.currentWidget() is self.kiosk

    def toggle_kiosk(self) -> None:
        """Fill the screen with the door display, or go back."""
        if self.in_kiosk:
            self._pages.setCurrentWidget(self._arranged.page)
            self.showNormal()
            if self._geometry is not None:
                self.restoreGeometry(self._geometry)
            self.live.setFocus()
        else:
            self._geometry = self.saveGeometry()
            self._pages.setCurrentWidget(self.kiosk)
            self.showFullScreen()
            self.kiosk.setFocus()
        for name, act in self.acts.items():
            act.setEnabled(not self.in_kiosk or name == "kiosk")
        self._leave_kiosk.setEnabled(self.in_kiosk)

    def show_hints(self) -> None:
        """Bring the hints for the first steps back."""
        self.settings.set("window/hints", True)
        self._refresh_hint()

    def choose_camera(self) -> None:
        """Open the choice of cameras."""
        if self.camera_dialog is None:
            dialog = CameraDialog(self.settings, self._theme, self._camera, self)
            dialog.finished.connect(self._camera_chosen)
            if self.live.frame is not None:
                dialog.set_frame(self.live.frame)
            self.camera_dialog = dialog
            dialog.open()

    def show_shortcuts(self) -> None:
        """List what the keyboard does."""
        ShortcutsDialog(self).open_once()

    def open_log(self) -> None:
        """Show the folder of the log in the desktop's file manager."""
        folder = self._log_folder
        if folder is None:
            self._show_problem(
                Problem(mark("no log is written"), mark("see what the terminal said at the start"), Topic.LOG)
            )
        elif not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            text = self.tr("the folder {folder} could not be opened").format(folder=folder)
            self._show_problem(Problem(text, mark("open it with a file manager"), Topic.LOG))

    def resizeEvent(self, event: QResizeEvent) -> None:
        # On a large screen the door is read from farther away.
        self.door.setFixedHeight(max(self.door.sizeHint().height(), self.height() // 6))
        super().resizeEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.settings.remember("window", self._geometry if self.in_kiosk and self._geometry else self.saveGeometry())
        self._arranged.remember(self.settings)
        self.timing.close()
        self.settings.save()
        self.desk.close()
        self.hide()  # at once: a stream that hangs may keep its worker for seconds
        self._pipeline.stop()
        super().closeEvent(event)

    def _calls(self) -> dict[str, Callable[[], object]]:
        """What each command of the table does."""
        return {
            "enrol": self.enrol,
            "rename": self._with_people(self.people.rename_current),
            "delete": self._with_people(self.people.delete_current),
            "again": self._with_people(self.people.enrol_current_again),
            "merge": self._with_people(self.people.merge_current),
            "photos": lambda: self.desk.photos(),
            "export": self.desk.export,
            "import": self.desk.import_file,
            "undo": self.desk.undo,
            "door": self.door.ask,
            "kiosk": self.toggle_kiosk,
            "detail": self.step_detail,
            "mirror": lambda: self.settings.set("camera/mirror", not self.settings.flag("camera/mirror")),
            "people": lambda: self._show_list(self.people),
            "events": lambda: self._show_list(self.events),
            "board": lambda: self._show_list(self.board),
            "timing": self.timing.show,
            "camera": self.choose_camera,
            "settings": self.show_settings,
            "hints": self.show_hints,
            "shortcuts": self.show_shortcuts,
            "log": self.open_log,
            "menu": self.header.menu.showMenu,
            "quit": self.close,
        }

    def _with_people(self, call: Callable[[], object]) -> Callable[[], None]:
        """``call`` where the list it acts on can be seen."""

        def shown() -> None:
            self._arranged.tabs.setCurrentWidget(self.people)
            call()

        return shown

    def _show_list(self, pane: QWidget) -> None:
        self._arranged.tabs.setCurrentWidget(pane)
        inside = (pane, *pane.findChildren(QWidget))
        reached = [w for w in inside if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.isVisible()]
        if reached:
            reached[0].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _wire(self) -> None:
        pipeline = self._pipeline
        pipeline.frame_ready.connect(self._show_frame)
        pipeline.recognised.connect(self._show_recognition)
        pipeline.board_changed.connect(self._show_board)
        pipeline.door_changed.connect(self._show_door)
        pipeline.camera_changed.connect(self._show_camera)
        pipeline.event_logged.connect(self._show_event)
        pipeline.gallery_changed.connect(self._refresh_people)
        pipeline.problem.connect(self._show_problem)
        wire_board(pipeline, self.board, self._options.board)
        pipeline.entrance_changed.connect(self.kiosk.set_entrance)
        self.board.chooser.use_asked.connect(lambda spec: self.settings.set("board/port", spec or ""))
        self.plot.details_asked.connect(self.timing.show)
        wire_events(pipeline, self.events)
        wire_entrance(pipeline, self.decision, self.door)
        wire_rules(pipeline, self.settings, self.events)
        self.live.drawn.connect(pipeline.note_drawn)
        self.kiosk.drawn.connect(pipeline.note_drawn)
        self.door.open_asked.connect(pipeline.open_door)
        self.door.lock_asked.connect(pipeline.lock_door)
        self.hints.dismissed.connect(lambda: self.settings.set("window/hints", False))
        self.header.asked.connect(lambda name: self.acts[name].trigger())
        self.settings.changed.connect(self._setting_changed)
        self.settings.problem.connect(self._show_problem)

    def _show_frame(self, frame: FrameView) -> None:
        if self.settings.flag("camera/mirror"):
            frame = mirrored(frame)
        if self.in_kiosk:
            self.kiosk.set_frame(frame)
            return
        self.live.set_frame(frame)
        if self.camera_dialog is not None:
            self.camera_dialog.set_frame(frame)
        self.desk.set_frame(frame)

    def _show_recognition(self, recognition: Recognition) -> None:
        self.decision.set_recognition(recognition)
        self.kiosk.set_recognition(recognition)
        self.live.set_recognition(recognition)
        self.strip.set_recognition(recognition)
        self.plot.add(recognition)
        self.board.set_recognition(recognition)

    def _show_board(self, state: BoardState) -> None:
        self.header.set_board(state)
        self.board.set_board(state)
        self.kiosk.set_board(state)
        if state.phase is BoardPhase.READY:
            self.problems.settle(Topic.BOARD)

    def _show_door(self, door: DoorView) -> None:
        self.door.set_door(door)
        self.kiosk.set_door(door)

    def _show_camera(self, state: CameraState) -> None:
        self._camera = state
        self.kiosk.set_camera(state)
        self.header.set_camera(state)
        if self.camera_dialog is not None:
            self.camera_dialog.set_camera(state)
        if state.phase is CameraPhase.LIVE:
            self.problems.settle(Topic.CAMERA)
        if state.phase is CameraPhase.LOST:
            why = f"{formatting.camera_title(state)}\n{say(state.message) or state.description}"
            self.live.clear(why)
            self.desk.lose_picture(why)
        elif state.phase is CameraPhase.OPENING:
            self.live.clear(f"{formatting.camera_title(state)}\n{state.description}".strip())
        self._refresh_hint()

    def _show_event(self, event: Event) -> None:
        if event.decision is Decision.ACCEPTED:
            self._let_in = True
            self._refresh_hint()
            self.door.set_person(event.name)
            self.kiosk.set_person(event.name)
        elif event.decision is Decision.BY_HAND:
            self.door.set_person("hand")
            self.kiosk.set_person(None)

    def _show_problem(self, problem: Problem) -> None:
        self.problems.show_problem(problem)

    def _refresh_people(self) -> None:
        people = self._pipeline.people()
        self._people = len(people)
        self.desk.refresh(people)
        self._refresh_hint()

    def _refresh_hint(self) -> None:
        step = next_step(self._people, self._let_in) if self.settings.flag("window/hints") else None
        self.hints.show_step(step)
        self.live.set_hint("" if self._people or step else say(formatting.NOBODY_ENROLLED))

    def _camera_chosen(self, _result: int) -> None:
        dialog, self.camera_dialog = self.camera_dialog, None
        if dialog is not None:
            dialog.deleteLater()

    def _repaint_all(self) -> None:
        for widget in self.findChildren(QWidget):
            widget.update()

    def _restore(self) -> None:
        if geometry := self.settings.recall("window"):
            self.restoreGeometry(geometry)
        self._arranged.recall(self.settings)
        for problem in self.settings.refused:
            self.problems.show_problem(problem)

    def _setting_changed(self, key: str) -> None:
        if key == "timing/detail":
            self._show_detail()
        elif key == "board/port":
            spec = self.settings.text(key) or None
            self.board.chooser.set_spec(spec)
            if spec != self._pipeline.desk.asked:
                self._pipeline.desk.use(spec)
        elif key == "window/theme":
            self._theme.choose(self.settings.text(key))
        elif key == "window/hints":
            self._refresh_hint()
        elif key in ("camera/source", "camera/resolution"):
            size = size_of(self.settings.text("camera/resolution"))
            self.problems.settle(Topic.CAMERA)
            self._pipeline.choose_camera(self.settings.text("camera/source") or None, size)
