"""The window: lays the panes out and wires them to the pipeline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from gui import words
from gui.board_panel import BoardPanel
from gui.decision_card import DecisionCard
from gui.door_card import DoorCard
from gui.enrol_dialog import EnrolDialog
from gui.events_panel import EventsPanel
from gui.header import Header, ProblemBar
from gui.language import say
from gui.latency_plot import LatencyPlot
from gui.live_view import LiveView
from gui.people_panel import PeoplePanel
from gui.pipeline import Pipeline
from gui.records import (
    BoardPhase,
    BoardState,
    CameraPhase,
    CameraState,
    Decision,
    DoorView,
    EnrolmentProgress,
    Event,
    FrameView,
    PipelineOptions,
    Problem,
    Recognition,
)
from gui.settings_dialog import SettingsDialog
from gui.settings_store import SettingsStore
from gui.theme import GAP, Theme
from gui.timing_strip import TimingStrip


@dataclass(frozen=True)
class Command:
    """One thing the keyboard does."""

    key: str
    words: str
    action: Callable[[], object]


class Window(QMainWindow):
    """Everything a person sees. Owns no worker: it shows what the pipeline says and asks it for things."""

    def __init__(
        self, pipeline: Pipeline, options: PipelineOptions, theme: Theme, settings: SettingsStore | None = None
    ) -> None:
        super().__init__()
        self._pipeline = pipeline
        self._options = options
        self._theme = theme
        self.settings = settings or SettingsStore(None)
        self._people = 0
        self._let_in: str | None = None
        self.enrol_dialog: EnrolDialog | None = None
        self.setWindowTitle("Face door")
        self.header = Header(theme)
        self.problems = ProblemBar(theme)
        self.live = LiveView(theme)
        self.decision = DecisionCard(theme)
        self.strip = TimingStrip(theme)
        self.plot = LatencyPlot(theme)
        self.door = DoorCard(theme)
        self.people = PeoplePanel(theme)
        self.events = EventsPanel(theme)
        self.board = BoardPanel(theme)
        self._lay_out()
        self.commands = self._commands()
        for command in self.commands:
            action = QAction(command.words, self)
            action.setShortcut(QKeySequence(command.key))
            action.triggered.connect(lambda _checked=False, do=command.action: do())
            self.addAction(action)
        self._wire()
        theme.changed.connect(self._repaint_all)
        self.resize(1280, 800)
        self._restore()
        self.settings.changed.connect(self._setting_changed)
        self.live.setFocus()
        self._refresh_people()
        self.events.set_events(pipeline.events())

    def sizeHint(self) -> QSize:
        return QSize(1280, 800)

    def enrol(self) -> None:
        """Open the enrolment dialog."""
        if self.enrol_dialog is not None:
            self.enrol_dialog.raise_()
            return
        dialog = EnrolDialog(self._theme, self._options.enrolment_crops, self)
        dialog.start_asked.connect(self._pipeline.begin_enrolment)
        dialog.cancel_asked.connect(self._pipeline.cancel_enrolment)
        dialog.finished.connect(self._enrol_closed)
        if self.live.frame is not None:
            dialog.set_frame(self.live.frame)
        self.enrol_dialog = dialog
        dialog.open()

    def step_detail(self) -> None:
        """Write more or less over the picture."""
        self.live.set_detail(self.live.detail.following())
        self.live.setToolTip(f"Over the picture: {self.live.detail.words} (D)")

    def show_settings(self) -> None:
        """Open the settings."""
        dialog = SettingsDialog(self.settings, self._theme, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def toggle_full_screen(self) -> None:
        """Fill the screen, or go back."""
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    def show_shortcuts(self) -> None:
        """List what the keyboard does."""
        dialog = QDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Keyboard shortcuts")
        grid = QGridLayout(dialog)
        grid.setContentsMargins(24, 20, 24, 20)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(10)
        for row, command in enumerate(self.commands):
            key = QLabel(QKeySequence(command.key).toString(QKeySequence.SequenceFormat.NativeText))
            key.setProperty("look", "name")
            grid.addWidget(key, row, 0)
            grid.addWidget(QLabel(command.words), row, 1)
        dialog.open()

    def resizeEvent(self, event: QResizeEvent) -> None:
        # On a large screen the door is read from farther away.
        self.door.setFixedHeight(max(self.door.sizeHint().height(), self.height() // 6))
        super().resizeEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.settings.remember("window", self.saveGeometry())
        self.settings.remember("side", self._side.saveState())
        self.settings.save()
        if self.enrol_dialog is not None:
            self.enrol_dialog.reject()
        self.hide()  # at once: a stream that hangs may keep its worker for seconds
        self._pipeline.stop()
        super().closeEvent(event)

    def _commands(self) -> tuple[Command, ...]:
        return (
            Command("E", "Enrol a person", self.enrol),
            Command("F2", "Rename the selected person", self.people.rename_current),
            Command("Del", "Delete the selected person", self.people.delete_current),
            Command("Ctrl+Z", "Bring the deleted person back", self._undo),
            Command("D", "Write more or less over the picture", self.step_detail),
            Command("F11", "Full screen, or back", self.toggle_full_screen),
            Command("Ctrl+,", "Settings", self.show_settings),
            Command("?", "These shortcuts", self.show_shortcuts),
            Command("Ctrl+Q", "Quit", self.close),
        )

    def _wire(self) -> None:
        pipeline = self._pipeline
        pipeline.frame_ready.connect(self._show_frame)
        pipeline.recognised.connect(self._show_recognition)
        pipeline.board_changed.connect(self._show_board)
        pipeline.door_changed.connect(self._show_door)
        pipeline.camera_changed.connect(self._show_camera)
        pipeline.event_logged.connect(self._show_event)
        pipeline.gallery_changed.connect(self._refresh_people)
        pipeline.enrolment_changed.connect(self._show_enrolment)
        pipeline.problem.connect(self._show_problem)
        self.live.drawn.connect(pipeline.note_drawn)
        self.door.open_asked.connect(pipeline.open_door)
        self.door.lock_asked.connect(pipeline.lock_door)
        self.people.enrol_asked.connect(self.enrol)
        for asked in (self.people.rename_asked, self.people.delete_asked, self.people.undo_asked):
            asked.connect(lambda *_: self.problems.settle("gallery"))  # what was said of the last try is over
        self.people.rename_asked.connect(pipeline.rename)
        self.people.delete_asked.connect(pipeline.delete)
        self.people.undo_asked.connect(self._undo)
        self.header.enrol_asked.connect(self.enrol)
        self.header.detail_asked.connect(self.step_detail)
        self.header.full_screen_asked.connect(self.toggle_full_screen)
        self.header.settings_asked.connect(self.show_settings)
        self.header.shortcuts_asked.connect(self.show_shortcuts)

    def _show_frame(self, frame: FrameView) -> None:
        self.live.set_frame(frame)
        if self.enrol_dialog is not None:
            self.enrol_dialog.set_frame(frame)

    def _show_recognition(self, recognition: Recognition) -> None:
        self.decision.set_recognition(recognition)
        self.strip.set_recognition(recognition)
        self.plot.add(recognition)
        self.board.set_recognition(recognition)

    def _show_board(self, state: BoardState) -> None:
        self.header.set_board(state)
        self.board.set_board(state)
        if state.phase is BoardPhase.READY:
            self.problems.settle("board")

    def _show_door(self, door: DoorView) -> None:
        self.door.set_door(door)

    def _show_camera(self, state: CameraState) -> None:
        self.header.set_camera(state)
        if state.phase is CameraPhase.LIVE:
            self.problems.settle("camera")
        if state.phase is CameraPhase.LOST:
            why = f"No picture\n{state.message or state.description}"
            self.live.clear(why)
            if self.enrol_dialog is not None:
                self.enrol_dialog.view.clear(why)
        elif state.phase is CameraPhase.OPENING and self.live.frame is None:
            self.live.clear(f"Opening {state.description or 'the camera'}")
        self._refresh_hint()

    def _show_event(self, event: Event) -> None:
        self.events.add(event)
        if event.decision is Decision.ACCEPTED:
            self.door.set_person(event.name)
        elif event.decision is Decision.BY_HAND:
            self.door.set_person("hand")

    def _show_enrolment(self, progress: EnrolmentProgress) -> None:
        if self.enrol_dialog is not None:
            self.enrol_dialog.show_progress(progress)

    def _show_problem(self, problem: Problem) -> None:
        self.problems.show_problem(problem)

    def _refresh_people(self) -> None:
        people = self._pipeline.people()
        self._people = len(people)
        self.people.set_people(people)
        self._refresh_hint()

    def _refresh_hint(self) -> None:
        self.live.set_hint("" if self._people else say(words.NOBODY_ENROLLED))

    def _undo(self) -> None:
        self.people.forget_undo()
        self._pipeline.undo_delete()

    def _enrol_closed(self, _result: int) -> None:
        dialog, self.enrol_dialog = self.enrol_dialog, None
        if dialog is not None:
            dialog.deleteLater()

    def _repaint_all(self) -> None:
        for widget in self.findChildren(QWidget):
            widget.update()

    def _restore(self) -> None:
        if geometry := self.settings.recall("window"):
            self.restoreGeometry(geometry)
        if side := self.settings.recall("side"):
            self._side.restoreState(side)
        for problem in self.settings.refused:
            self.problems.show_problem(problem)
        self.settings.problem.connect(self._show_problem)

    def _setting_changed(self, key: str) -> None:
        if key == "window/theme":
            self._theme.choose(self.settings.text(key))

    def _lay_out(self) -> None:
        lists = QFrame()
        lists.setProperty("look", "card")
        tabs = QTabWidget()
        tabs.addTab(self.events, "Events")
        tabs.addTab(self.board, "Board")
        tabs.setDocumentMode(True)
        tabs.tabBar().setDrawBase(False)
        inside = QVBoxLayout(lists)
        inside.setContentsMargins(8, 10, 8, 8)
        inside.addWidget(tabs)
        for named in (tabs, tabs.tabBar()):
            named.setAccessibleName("Events and board")
        self._side = QSplitter(Qt.Orientation.Vertical)
        self._side.addWidget(self.people)
        self._side.addWidget(lists)
        self._side.setHandleWidth(GAP - 4)
        self._side.setChildrenCollapsible(False)
        self._side.setStretchFactor(0, 2)
        self._side.setStretchFactor(1, 3)
        self.people.setMinimumHeight(140)
        lists.setMinimumHeight(160)
        right = QVBoxLayout()
        right.setSpacing(GAP - 4)
        right.addWidget(self.door)
        right.addWidget(self._side, 1)
        column = QWidget()
        column.setLayout(right)
        right.setContentsMargins(0, 0, 0, 0)
        column.setMinimumWidth(round(self._theme.scale.body * 27))
        column.setMaximumWidth(round(self._theme.scale.body * 36))
        stage = QHBoxLayout()
        stage.setSpacing(GAP - 4)
        stage.addWidget(self.live, 1)
        stage.addWidget(self.decision)
        left = QVBoxLayout()
        left.setSpacing(GAP - 4)
        left.addLayout(stage, 10)
        left.addWidget(self.strip)
        left.addWidget(self.plot, 3)
        panes = QHBoxLayout()
        panes.setSpacing(GAP - 4)
        panes.addLayout(left, 7)
        panes.addWidget(column, 2)
        body = QVBoxLayout()
        body.setContentsMargins(GAP, GAP - 4, GAP, GAP)
        body.setSpacing(GAP - 4)
        body.addWidget(self.problems)
        body.addLayout(panes, 1)
        page = QVBoxLayout()
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addWidget(self.header)
        page.addLayout(body, 1)
        central = QWidget()
        central.setLayout(page)
        self.setCentralWidget(central)
