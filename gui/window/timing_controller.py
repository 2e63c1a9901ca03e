"""Collects every frame's timings from the start, and opens the window that shows them in detail."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from gui.board.reports import ActionPhase, ActionReport, ProfileResult
from gui.core.frames import Recognition
from gui.core.states import BoardPhase, BoardState
from gui.panes.timing.event_loop_monitor import LoopWatch
from gui.panes.timing.frame_log import TimingLog
from gui.panes.timing.statistics import TimingStats
from gui.panes.timing.window import TimingWindow
from gui.pipeline.pipeline import Pipeline
from gui.settings.store import SettingsStore
from gui.widgets.theme import Theme


class TimingController(QObject):
    """Listens to the pipeline; ``show`` opens the window or brings it to the front."""

    def __init__(self, pipeline: Pipeline, theme: Theme, settings: SettingsStore, parent: QWidget) -> None:
        super().__init__(parent)
        self._pipeline, self._theme, self._settings, self._parent = pipeline, theme, settings, parent
        self.stats, self.log, self.watch = TimingStats(), TimingLog(), LoopWatch(self)
        self.profile: ProfileResult | None = None
        self.window: TimingWindow | None = None
        pipeline.recognised.connect(self._recognised)
        pipeline.board.action_changed.connect(self._action)
        pipeline.board_changed.connect(self._board)
        self.watch.start()

    def show(self) -> None:
        """Open the window."""
        if self.window is None:
            self.window = TimingWindow(
                self._theme,
                stats=self.stats,
                log=self.log,
                watch=self.watch,
                flow=self._pipeline.flow,
                parent=self._parent,
            )
            self.window.profile_asked.connect(self._pipeline.board.profile)
            self.window.set_profile(self.profile)
            if place := self._settings.recall("timing"):
                self.window.restoreGeometry(place)
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()

    def close(self) -> None:
        """Close the window, remembering its place, and measure no more."""
        self.watch.stop()
        if self.window is not None:
            self._settings.remember("timing", self.window.saveGeometry())
            self.window.close()

    def _recognised(self, recognition: Recognition) -> None:
        self.stats.add(recognition)
        self.log.add(recognition)

    def _action(self, report: ActionReport) -> None:
        if report.phase is ActionPhase.DONE and isinstance(report.result, ProfileResult):
            self.profile = report.result
            if self.window is not None:
                self.window.set_profile(self.profile)
        if self.window is not None:
            self.window.set_action(report)

    def _board(self, state: BoardState) -> None:
        if state.phase is BoardPhase.READY and state.where != self.stats.where:
            self.stats.clear()
            self.stats.where = state.where
