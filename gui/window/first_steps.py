"""Which hint a beginner sees: from who is enrolled, whether anybody was let in yet, and whether hints are wanted."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from gui.core.decisions import Decision
from gui.core.people import Event
from gui.pipeline.pipeline import Pipeline
from gui.settings.store import SettingsStore
from gui.widgets import formatting
from gui.widgets.language import translate
from gui.widgets.live_view import LiveView
from gui.window.hint_bar import HintBar, next_step


class FirstSteps(QObject):
    """Follows the pipeline and keeps the hint bar, and the line over the live frame, up to date."""

    def __init__(
        self, pipeline: Pipeline, settings: SettingsStore, hints: HintBar, live: LiveView, window: QWidget
    ) -> None:
        super().__init__(window)
        self._settings, self._hints, self._live = settings, hints, live
        self._people = 0
        self._let_in = any(event.decision is Decision.ACCEPTED for event in pipeline.events.newest())  # today or before
        pipeline.event_logged.connect(self._note)
        settings.on_flag("window/hints", lambda _wanted: self._refresh())
        hints.dismissed.connect(lambda: settings.set("window/hints", False))
        self._refresh()

    def set_people(self, count: int) -> None:
        """So many people are enrolled."""
        self._people = count
        self._refresh()

    def show(self) -> None:
        """Bring the hints back."""
        self._settings.set("window/hints", True)
        self._refresh()

    def _refresh(self) -> None:
        step = next_step(self._people, self._let_in) if self._settings.flag("window/hints") else None
        self._hints.show_step(step)
        self._live.set_hint("" if self._people or step else translate(formatting.NOBODY_ENROLLED))

    def _note(self, event: Event) -> None:
        if event.decision is Decision.ACCEPTED and not self._let_in:
            self._let_in = True
            self._refresh()
