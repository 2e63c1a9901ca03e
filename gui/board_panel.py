"""What is known of the board, and its newest figures, each with where it was measured."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from gui import words
from gui.records import BoardPhase, BoardState, Recognition
from gui.theme import Theme

ROWS = (
    ("state", "State"),
    ("name", "Board"),
    ("where", "Runs on"),
    ("clock", "Clock"),
    ("firmware", "Firmware"),
    ("network", "Network"),
    ("url", "Port"),
    ("rate", "Fingerprints"),
    ("network_ms", "Network time"),
    ("cycles", "Cycles"),
    ("instructions", "Instructions"),
    ("receive_ms", "Receive"),
    ("total_ms", "Board total"),
    ("link_ms", "Link"),
)
FIRST_FIGURE = "rate"
RATE_OVER = 10


class BoardPanel(QScrollArea):
    """A table of names and values; a value that is not known shows a dash."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recent_s: deque[float] = deque(maxlen=RATE_OVER)
        self._values: dict[str, QLabel] = {}
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Board")
        inside = QWidget()
        grid = QGridLayout()
        grid.setContentsMargins(8, 4, 12, 8)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for row, (key, name) in enumerate(ROWS):
            label, value = QLabel(name), QLabel("–")
            label.setProperty("look", "muted")
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
            value.setWordWrap(True)
            value.setTextFormat(Qt.TextFormat.PlainText)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            value.setAccessibleName(name)
            grid.addWidget(label, row, 0)
            grid.addWidget(value, row, 1)
            if key == FIRST_FIGURE:
                grid.setRowMinimumHeight(row, theme.scale.body * 2)
                for widget in (label, value):
                    widget.setAlignment(Qt.AlignmentFlag.AlignBottom)
            self._values[key] = value
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(grid)
        layout.addStretch(1)
        inside.setAutoFillBackground(False)
        self.setWidget(inside)
        self.viewport().setAutoFillBackground(False)
        inside.setStyleSheet("background: transparent;")
        self.set_board(None)

    def value(self, key: str) -> str:
        """The words beside a name of ``ROWS``."""
        return self._values[key].text()

    def set_board(self, state: BoardState | None) -> None:
        """What the board said of itself."""
        if state is None or state.phase is not BoardPhase.READY:
            self._recent_s.clear()
        known = state is not None and state.phase is BoardPhase.READY
        self._say("state", state.phase.value if state else BoardPhase.CONNECTING.value)
        self._say("name", state.name if state else "")
        self._say("where", words.place(state.where) if state else "")
        self._say("clock", words.clock(state.clock_hz) if state else "")
        self._say("firmware", state.firmware if state else "")
        self._say("network", state.network_hash[:16] if state else "")
        self._say("url", state.url if state else "")
        if not known:
            for key, _name in ROWS[[key for key, _ in ROWS].index(FIRST_FIGURE) :]:
                self._say(key, "")

    def set_recognition(self, recognition: Recognition) -> None:
        """The newest figures."""
        place = words.measured(recognition.where)
        self._recent_s.append(recognition.timeline.start_s + recognition.latency_ms / 1e3)
        passed = self._recent_s[-1] - self._recent_s[0]
        if passed > 0:
            self._say("rate", f"{(len(self._recent_s) - 1) / passed:.1f} a second, PC")
        self._say("network_ms", f"{words.milliseconds(recognition.network_ms)} ms, {place}")
        self._say("cycles", f"{recognition.network_cycles:,}, {place}" if recognition.network_cycles else "")
        count = recognition.network_instructions
        self._say("instructions", f"{count:,}, {place}" if count else "")
        self._say("receive_ms", f"{words.milliseconds(recognition.receive_ms)} ms, {place}")
        self._say("total_ms", f"{words.milliseconds(recognition.total_ms)} ms, {place}")
        self._say("link_ms", f"{words.milliseconds(recognition.link_ms)} ms, PC")

    def _say(self, key: str, text: str) -> None:
        self._values[key].setText(text or "–")
