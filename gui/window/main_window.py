"""The window: makes the panes and controllers and lays them out; ``gui.window.wiring`` connects them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QByteArray, QSize, Qt, QUrl
from PySide6.QtGui import QAction, QCloseEvent, QDesktopServices, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

from gui.core.i18n import marked
from gui.core.states import PipelineOptions, Problem, Topic
from gui.panes.board.panel import BoardPanel
from gui.panes.door.card import DoorCard
from gui.panes.door.decision_card import DecisionCard
from gui.panes.door.kiosk import KioskView
from gui.panes.events.panel import EventsPanel
from gui.panes.people.enrol_dialog import EnrolDialog
from gui.panes.people.panel import PeoplePanel
from gui.panes.timing.latency_plot import LatencyPlot
from gui.panes.timing.strip import TimingStrip
from gui.pipeline.pipeline import Pipeline
from gui.settings.store import SettingsStore
from gui.widgets.live_view import LiveView
from gui.widgets.stylesheet import set_style_class
from gui.widgets.theme import Theme
from gui.window import wiring
from gui.window.camera_controller import CameraController
from gui.window.commands import make_actions, make_menu
from gui.window.first_steps import FirstSteps
from gui.window.header import Header
from gui.window.hint_bar import HintBar
from gui.window.layout import arrange
from gui.window.people_controller import PeopleController
from gui.window.problem_bar import ProblemBar
from gui.window.settings_dialog import SettingsDialog
from gui.window.shortcuts_dialog import ShortcutsDialog
from gui.window.timing_controller import TimingController


class Window(QMainWindow):
    """Everything a person sees: makes the panes and controllers, lays them out, and says what each command calls."""

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
        self._theme = theme
        self._log_folder = log_folder
        self.settings = settings or SettingsStore(None)
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
        self.kiosk = KioskView(theme)
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
        self._pages = QStackedWidget()
        self._pages.addWidget(self._arranged.page)
        self._pages.addWidget(self.kiosk)
        self.setCentralWidget(self._pages)
        self._geometry: QByteArray | None = None  # of the window while the door display fills the screen
        self.timing = TimingController(pipeline, theme, self.settings, self)
        self.people_controller = PeopleController(
            pipeline, options, self.settings, theme, self.people, self.problems, self
        )
        self.camera_controller = CameraController(
            pipeline, self.settings, theme, self.live, self.kiosk, lambda: self.in_kiosk, self
        )
        self.first_steps = FirstSteps(pipeline, self.settings, self.hints, self.live, self)
        self.commands = make_actions(self, self._calls())
        self.header.menu.setMenu(make_menu(self, self.commands))
        self._leave_kiosk = QAction(self)
        self._leave_kiosk.setShortcut(QKeySequence(Qt.Key.Key_Escape))
        self._leave_kiosk.setEnabled(False)
        self._leave_kiosk.triggered.connect(self.toggle_kiosk)
        self.addAction(self._leave_kiosk)
        self._connect(pipeline, options)
        self.resize(1280, 800)
        if geometry := self.settings.recall("window"):
            self.restoreGeometry(geometry)
        self._arranged.recall(self.settings)
        self.live.setFocus()
        self.people_controller.refresh()

    def _connect(self, pipeline: Pipeline, options: PipelineOptions) -> None:
        settings = self.settings
        wiring.connect_header(pipeline, self.header)
        wiring.connect_problems(pipeline, settings, self.problems)
        wiring.connect_live(pipeline, settings, self.live)
        wiring.connect_decision(pipeline, self.decision)
        wiring.connect_timing(pipeline, self.strip, self.plot)
        wiring.connect_door(pipeline, self.door)
        wiring.connect_kiosk(pipeline, self.kiosk)
        wiring.connect_board(pipeline, settings, self.board, options.board)
        wiring.connect_events(pipeline, settings, self.events)
        wiring.connect_rules(pipeline, settings)
        self.camera_controller.frame_shown.connect(self.people_controller.set_frame)
        self.camera_controller.picture_lost.connect(self.people_controller.lose_picture)
        self.people_controller.people_changed.connect(self.first_steps.set_people)
        self.plot.details_asked.connect(self.timing.show)
        self.header.asked.connect(lambda name: self.commands[name].trigger())
        settings.on_text("window/theme", self._theme.choose)
        self._theme.changed.connect(self._repaint_all)

    def sizeHint(self) -> QSize:
        return QSize(1280, 800)

    @property
    def enrol_dialog(self) -> EnrolDialog | None:
        """The enrolment dialog while it is open."""
        return self.people_controller.dialog

    def enrol(self) -> None:
        """Open the enrolment dialog."""
        self.people_controller.enrol()

    def step_detail(self) -> None:
        """Write more or less over the picture."""
        self.settings.set("timing/detail", self.live.detail.following().value)

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
        for name, action in self.commands.items():
            action.setEnabled(not self.in_kiosk or name == "kiosk")
        self._leave_kiosk.setEnabled(self.in_kiosk)

    def show_shortcuts(self) -> None:
        """List what the keyboard does."""
        ShortcutsDialog(self).open_once()

    def open_log(self) -> None:
        """Show the folder of the log in the desktop's file manager."""
        folder = self._log_folder
        if folder is None:
            self.problems.show_problem(
                Problem(marked("no log is written"), marked("see what the terminal said at the start"), Topic.LOG)
            )
        elif not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            text = self.tr("the folder {folder} could not be opened").format(folder=folder)
            self.problems.show_problem(Problem(text, marked("open it with a file manager"), Topic.LOG))

    def resizeEvent(self, event: QResizeEvent) -> None:
        # On a large screen the door is read from farther away.
        self.door.setFixedHeight(max(self.door.sizeHint().height(), self.height() // 6))
        super().resizeEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.settings.remember("window", self._geometry if self.in_kiosk and self._geometry else self.saveGeometry())
        self._arranged.remember(self.settings)
        self.timing.close()
        self.settings.save()
        self.people_controller.close()
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
            "photos": lambda: self.people_controller.photos(),
            "export": self.people_controller.export,
            "import": self.people_controller.import_file,
            "undo": self.people_controller.undo,
            "door": self.door.ask,
            "kiosk": self.toggle_kiosk,
            "detail": self.step_detail,
            "mirror": self.camera_controller.toggle_mirror,
            "people": lambda: self._show_list(self.people),
            "events": lambda: self._show_list(self.events),
            "board": lambda: self._show_list(self.board),
            "timing": self.timing.show,
            "camera": self.camera_controller.choose,
            "settings": self.show_settings,
            "hints": self.first_steps.show,
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

    def _repaint_all(self) -> None:
        for widget in self.findChildren(QWidget):
            widget.update()
