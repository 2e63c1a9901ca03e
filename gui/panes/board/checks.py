"""Self-test, bench, parity: the buttons, how far it is, and what came of each."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from device.diagnostics.bench import BENCH_RUNS
from gui.board.reports import ActionKind, ActionPhase, ActionReport
from gui.core.states import BoardPhase, BoardState
from gui.panes.board import wording
from gui.widgets.stylesheet import set_style_class

MARKS = {"good": "✓", "warn": "!", "bad": "✕"}


def _is_shown_elsewhere(report: ActionReport) -> bool:
    return report.kind is ActionKind.PROFILE and report.phase is ActionPhase.DONE


class BoardChecks(QWidget):
    """One action at a time; the newest result of each kind stays on show with a mark and in words."""

    selftest_asked = Signal()
    bench_asked = Signal(int)
    parity_asked = Signal()
    cancel_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ready = False
        self._running = False
        self.selftest = QPushButton(self.tr("Self-test"))
        self.selftest.setToolTip(self.tr("Run the golden vector that is in the image and compare the fingerprint"))
        self.selftest.clicked.connect(self.selftest_asked)
        self.parity = QPushButton(self.tr("Parity"))
        self.parity.setToolTip(
            self.tr("Send the newest crop and compare the fingerprint with the integer reference on this PC")
        )
        self.parity.clicked.connect(self.parity_asked)
        self.bench = QPushButton(self.tr("Bench"))
        self.bench.setToolTip(self.tr("Time a number of crops of noise, one by one and then overlapped"))
        self.runs = QSpinBox()
        self.bench.clicked.connect(self._bench)
        self.runs.setRange(2, 1_000)
        self.runs.setValue(BENCH_RUNS)
        self.runs.setSuffix(self.tr(" crops"))
        self.runs.setAccessibleName(self.tr("Crops of the bench"))
        self.stop = QPushButton(self.tr("Stop"))
        self.stop.setToolTip(self.tr("Stop what is running on the board"))
        self.stop.clicked.connect(self.cancel_asked)
        self._going = QLabel()
        self._going.setWordWrap(True)
        set_style_class(self._going, "muted")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Progress"))
        self._results: dict[ActionKind, QLabel] = {}
        buttons = QGridLayout()
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.addWidget(self.selftest, 0, 0)
        buttons.addWidget(self.parity, 0, 1)
        buttons.addWidget(self.bench, 1, 0)
        buttons.addWidget(self.runs, 1, 1)
        going = QHBoxLayout()
        going.setContentsMargins(0, 0, 0, 0)
        going.addWidget(self._bar, 1)
        going.addWidget(self.stop)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(6)
        self._layout.addLayout(buttons)
        self._layout.addWidget(self._going)
        self._layout.addLayout(going)
        self._refresh()

    def result(self, kind: ActionKind) -> str:
        """The words on show for a kind of action, empty where it never ran."""
        label = self._results.get(kind)
        return label.text() if label is not None else ""

    def set_board(self, state: BoardState | None) -> None:
        """Whether there is a board to ask."""
        ready = state is not None and state.phase is BoardPhase.READY
        if ready != self._ready:
            self._ready = ready
            self._refresh()

    def set_action(self, report: ActionReport) -> None:
        """An action got on, or ended."""
        self._running = not report.over
        if report.over:
            if report.kind is not ActionKind.FLASH and not _is_shown_elsewhere(report):
                self._tell(report)
        else:
            self._going.setText(wording.progress(report))
            self._bar.setRange(0, report.of)
            self._bar.setValue(report.done)
        self._refresh()

    def _bench(self) -> None:
        self.bench_asked.emit(self.runs.value())

    def _tell(self, report: ActionReport) -> None:
        style_class, text = wording.outcome(report)
        label = self._results.get(report.kind)
        if label is None:
            label = self._results[report.kind] = QLabel()
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._layout.addWidget(label)
        label.setText(f"{MARKS[style_class]} {text}")
        set_style_class(label, "" if style_class == "good" else style_class)

    def _refresh(self) -> None:
        for button in (self.selftest, self.parity, self.bench):
            button.setEnabled(self._ready and not self._running)
        for widget in (self._going, self._bar, self.stop):
            widget.setVisible(self._running)
