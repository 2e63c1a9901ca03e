"""The board's pane: connection, checks, firmware, what it said of itself, newest figures, the link's counters."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from device.flash.installed import Finding, Installed
from device.link.ports import Port
from gui.board.reports import ActionReport, LinkStats
from gui.core.frames import Recognition, Stage
from gui.core.states import BoardPhase, BoardState, Flow, Problem, Where
from gui.panes.board import wording
from gui.panes.board.checks import BoardChecks
from gui.panes.board.port_chooser import PortChooser
from gui.widgets import formatting
from gui.widgets.language import figure, translate
from gui.widgets.row_grid import RowGrid
from gui.widgets.stylesheet import set_style_class
from gui.widgets.theme import Theme

RATE_OVER = 10
STATS_EVERY_MS = 2_000


class BoardPanel(QScrollArea):
    """Asks for everything by signals. The link's counters are asked for while the pane is on show."""

    flash_asked = Signal()
    reset_asked = Signal()
    stats_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recent_s: deque[float] = deque(maxlen=RATE_OVER)
        self._state: BoardState | None = None
        self._stats: LinkStats | None = None
        self._flow: Flow | None = None
        self._found: Finding | Problem | None = None
        self._newest: Recognition | None = None
        self._running = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setAccessibleName(self.tr("Board"))
        self.chooser, self.checks = PortChooser(), BoardChecks()
        self.information, self.figures, self.link = RowGrid(), RowGrid(), RowGrid()
        self.installed = QLabel()
        self.installed.setWordWrap(True)
        self.installed.setAccessibleName(self.tr("Firmware image"))
        self.flash = QPushButton(self.tr("Flash…"))
        self.flash.setToolTip(self.tr("Put the prebuilt image on a board that is plugged in; asks first"))
        self.flash.clicked.connect(self.flash_asked)
        self.reset = QPushButton(self.tr("Restart board"))
        self.reset.clicked.connect(self.reset_asked)
        firmware = QWidget()
        buttons = QHBoxLayout()
        buttons.addWidget(self.flash)
        buttons.addWidget(self.reset)
        buttons.addStretch(1)
        inside = QVBoxLayout(firmware)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.installed)
        inside.addLayout(buttons)
        content = QWidget()
        content.setAutoFillBackground(False)
        content.setObjectName("board")
        content.setStyleSheet("#board { background: transparent; }")
        layout = QVBoxLayout(content)
        layout.setContentsMargins(8, 4, 12, 8)
        layout.setSpacing(8)
        for title, part in (
            (self.tr("Connection"), self.chooser),
            (self.tr("Newest figures"), self.figures),
            (self.tr("Checks"), self.checks),
            (self.tr("Firmware"), firmware),
            (self.tr("What the board says of itself"), self.information),
            (self.tr("Link"), self.link),
        ):
            head = QLabel(title)
            set_style_class(head, "name")
            layout.addWidget(head)
            layout.addWidget(part)
            layout.addSpacing(round(theme.scale.body * 0.4))
        layout.addStretch(1)
        self.setWidget(content)
        self.viewport().setAutoFillBackground(False)
        self._timer = QTimer(self)
        self._timer.setInterval(STATS_EVERY_MS)
        self._timer.timeout.connect(self._ask_stats)
        self._no_figures()
        self.set_board(None)

    @property
    def kind(self) -> str:
        """The kind of board that is connected, empty where none is."""
        return self._state.name if self._state is not None else ""

    def set_ports(self, ports: Sequence[Port]) -> None:
        """The ports that there are now."""
        self.chooser.set_ports(ports)

    def set_board(self, state: BoardState | None) -> None:
        """How the connection stands, and what the board said of itself."""
        self._state = state
        self.chooser.set_board(state)
        self.checks.set_board(state)
        if state is None or state.phase is not BoardPhase.READY:
            self._recent_s.clear()
            self._found = self._stats = None
            self._no_figures()
        else:
            self._ask_stats()
        self.information.set_rows(wording.information(state))
        self._show_link()
        self._show_installed()

    def set_recognition(self, recognition: Recognition) -> None:
        """The newest figures, each with where it was measured."""
        self._recent_s.append(recognition.timeline.start_s + recognition.latency_ms / 1e3)
        self._newest = recognition
        self._show_figures()

    def set_stats(self, stats: LinkStats, flow: Flow | None = None) -> None:
        """The counters of both ends."""
        self._stats, self._flow = stats, flow
        self._show_link()

    def set_installed(self, found: Finding | Problem | None) -> None:
        """Whether the board's image is the prebuilt one."""
        self._found = found
        self._show_installed()

    def set_action(self, report: ActionReport) -> None:
        """An action got on, or ended."""
        self._running = not report.over
        self.checks.set_action(report)
        self._show_installed()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start()
        self._show_figures()
        self._ask_stats()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def _ask_stats(self) -> None:
        if self._state is not None and self._state.phase is BoardPhase.READY and self.isVisible() and not self._running:
            self.stats_asked.emit()

    def _show_link(self) -> None:
        self.link.set_rows(wording.link(self._stats, self._flow))

    def _show_installed(self) -> None:
        ready = self._state is not None and self._state.phase is BoardPhase.READY
        self.installed.setText(wording.installed(self._found) if ready else "–")
        good = isinstance(self._found, Finding) and self._found.verdict is Installed.SAME
        set_style_class(self.installed, "" if good or self._found is None else "warn")
        self.flash.setEnabled(not self._running)
        self.reset.setEnabled(ready and not self._running)

    def _show_figures(self) -> None:
        if self._newest is not None and self.isVisible():
            self.figures.set_rows(self._figures(self._newest))

    def _figures(self, recognition: Recognition) -> wording.Rows:
        inference = recognition.inference
        place = formatting.measured(inference.where)
        passed = self._recent_s[-1] - self._recent_s[0] if self._recent_s else 0.0
        rate = figure((len(self._recent_s) - 1) / passed, 1) if passed > 0 else ""
        link_ms, link_place = _link(recognition)
        cycles, count = inference.network_cycles, inference.network_instructions

        def ms(value: float, at: str, passes: int = 1) -> str:
            return f"{formatting.with_flip(f'{formatting.milliseconds(value)} ms', passes)}, {at}"

        return (
            (self.tr("Fingerprints"), self.tr("{rate} a second, PC").format(rate=rate) if rate else ""),
            (self.tr("Network time"), ms(inference.network_ms, place, inference.passes)),
            (self.tr("Cycles"), f"{figure(cycles, 0)}, {place}" if cycles else ""),
            (self.tr("Instructions"), f"{figure(count, 0)}, {place}" if count else ""),
            (self.tr("Receive"), ms(inference.receive_ms, place)),
            (self.tr("Last byte to reply"), ms(inference.total_ms, place)),
            (self.tr("Link, both ways"), ms(link_ms, link_place)),
        )  # fmt: skip

    def _no_figures(self) -> None:
        self._newest = None
        names = (
            self.tr("Fingerprints"),
            self.tr("Network time"),
            self.tr("Cycles"),
            self.tr("Instructions"),
            self.tr("Receive"),
            self.tr("Last byte to reply"),
            self.tr("Link, both ways"),
        )
        self.figures.set_rows(tuple((name, "") for name in names))


def _link(recognition: Recognition) -> tuple[float, str]:
    """The crop's way to the board by its clock, and the fingerprint's way back."""
    timeline, place = recognition.timeline, formatting.measured(recognition.inference.where)
    both_ms = (timeline.ms(Stage.RECEIVE) or 0.0) + (timeline.ms(Stage.REPLY) or 0.0)
    return both_ms, place if recognition.inference.where is Where.VIRTUAL else translate("{place} and PC").format(
        place=place
    )
