"""Timing in detail: the stages' percentiles, the network's layers, and how the window itself keeps up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from gui.board.reports import ActionKind, ActionPhase, ActionReport, ProfileResult
from gui.core.csv_files import write_csv
from gui.core.states import Flow
from gui.panes.timing import layers, wording
from gui.panes.timing.event_loop_monitor import LoopWatch
from gui.panes.timing.frame_log import TimingLog
from gui.panes.timing.layer_chart import NAMES, LayerChartView
from gui.panes.timing.layers import LayerBar, LayerChart
from gui.panes.timing.process_usage import LoadMeter
from gui.panes.timing.stage_table import StageModel, stage_table
from gui.panes.timing.statistics import TimingStats
from gui.widgets import formatting
from gui.widgets.language import figure, translate
from gui.widgets.palette import GAP
from gui.widgets.row_grid import RowGrid
from gui.widgets.stylesheet import set_style_class
from gui.widgets.theme import Theme

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
EVERY_MS = 1_000  # a table that changes faster cannot be read


class TimingWindow(QDialog):
    """Reads what others collect, once a second while it is on show. Does not stand in the main window's way."""

    profile_asked = Signal()

    def __init__(
        self,
        theme: Theme,
        *,
        stats: TimingStats,
        log: TimingLog,
        watch: LoopWatch,
        flow: Callable[[], Flow],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._stats, self._log, self._watch, self._flow_now = theme, stats, log, watch, flow
        self._usage = LoadMeter()
        self._before: Flow | None = None
        self._profile: ProfileResult | None = None
        self.setWindowTitle(self.tr("Timing"))
        self.setModal(False)
        self.resize(960, 700)
        self.model = StageModel(stats, self)
        self.chart = LayerChartView(theme)
        self.layers = QTableWidget()
        self.program = RowGrid()
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.said.setAccessibleName(self.tr("What came of it"))
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.setAccessibleName(self.tr("Timing"))
        self.tabs.tabBar().setAccessibleName(self.tr("Timing"))
        self.tabs.addTab(self._stages_tab(), self.tr("Stages"))
        self.tabs.addTab(self._layers_tab(), self.tr("Layers"))
        self.tabs.addTab(self._program_tab(), self.tr("This program"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GAP, GAP - 6, GAP, GAP - 4)
        layout.addWidget(self.tabs, 1)
        layout.addWidget(self.said)
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.refresh)
        self.set_profile(None)

    def refresh(self) -> None:
        """Show what was collected up to now."""
        flow = self._flow_now()
        self.model.refresh()
        self._summary.setText(wording.summary(self._stats, flow, self._before))
        self.program.set_rows(wording.program(flow, self._before, self._watch.figures(), self._usage.ask()))
        if self._before is None or flow.at_s - self._before.at_s >= 5 * EVERY_MS / 1e3:
            self._before = flow
        self.export_stages.setEnabled(len(self._log) > 0)

    def set_profile(self, result: ProfileResult | None) -> None:
        """The layers of the newest profile; None before there is one."""
        self._profile = result
        found = layers.chart(result) if result is not None else None
        self.chart.set_chart(found)
        self._sums.setText(wording.layer_sums(result) if result is not None else "")
        self._fill_layers(found)
        self.export_layers.setEnabled(result is not None)

    def set_action(self, report: ActionReport) -> None:
        """An action on the board got on: a profile cannot be taken meanwhile."""
        self.take_profile.setEnabled(report.over)
        if report.kind is ActionKind.PROFILE and report.phase is ActionPhase.FAILED:
            self.said.setText(wording.profile_failure(report))

    def save_stages(self, path: Path) -> None:
        """Write the collected frames to a file; says how that went."""
        self._save(path, self._log.rows(), self.tr("{count} frames written to {path}"), header=1)

    def save_layers(self, path: Path) -> None:
        """Write the profile to a file; says how that went."""
        if self._profile is not None:
            rows = layers.rows(self._profile)
            self._save(path, rows, self.tr("{count} layers written to {path}"), header=3)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._usage.ask()
        self._before = None
        self.refresh()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def _stages_tab(self) -> QWidget:
        self._summary = QLabel()
        self._summary.setWordWrap(True)
        table = stage_table(self.model)
        table.setAccessibleName(self.tr("Milliseconds of every stage"))
        note = QLabel(
            self.tr(
                "Milliseconds. Send, wait and match are this PC's; receive, network and, if virtual, the reply are "
                "the board's own clock. Emulated figures are those of the model of a Cortex-M7, not of silicon."
            )
        )
        note.setWordWrap(True)
        set_style_class(note, "caption")
        self.export_stages = QPushButton(self.tr("Export CSV…"))
        self.export_stages.setToolTip(self.tr("Every stage of every frame kept, with units"))
        self.export_stages.clicked.connect(lambda: self._ask_path("timing.csv", self.save_stages))
        return _page(self._summary, (table, 1), note, _row(self.export_stages))

    def _layers_tab(self) -> QWidget:
        self._sums = QLabel()
        self._sums.setWordWrap(True)
        self.layers.setColumnCount(8)
        self.layers.setHorizontalHeaderLabels(
            [
                self.tr("No."),
                self.tr("Layer"),
                self.tr("Kind"),
                self.tr("Output"),
                self.tr("Cycles"),
                self.tr("ms"),
                self.tr("Share"),
                self.tr("Cycles a MAC"),
            ]
        )
        for column in (0, 3, 4, 5, 6, 7):
            if (head := self.layers.horizontalHeaderItem(column)) is not None:
                head.setTextAlignment(_RIGHT)
        self.layers.verticalHeader().hide()
        self.layers.setMinimumHeight(round(self._theme.scale.body * 14))
        self.layers.setShowGrid(False)
        self.layers.setAlternatingRowColors(True)
        self.layers.setTabKeyNavigation(False)
        self.layers.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.layers.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        self.layers.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.layers.setSortingEnabled(True)
        self.layers.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.layers.setAccessibleName(self.tr("Layers"))
        self.layers.currentCellChanged.connect(self._row_chosen)
        self.chart.chosen.connect(self._select)
        self.take_profile = QPushButton(self.tr("Profile again"))
        self.take_profile.setToolTip(self.tr("Run the network once on its golden input and count every layer's cycles"))
        self.take_profile.clicked.connect(self.profile_asked)
        self.export_layers = QPushButton(self.tr("Export CSV…"))
        self.export_layers.clicked.connect(lambda: self._ask_path("layers.csv", self.save_layers))
        return _page(self._sums, (self.chart, 3), (self.layers, 3), _row(self.take_profile, self.export_layers))

    def _program_tab(self) -> QWidget:
        forget = QPushButton(self.tr("Measure the window anew"))
        forget.clicked.connect(self._measure_anew)
        return _page(self.program, (QWidget(), 1), _row(forget))

    def _measure_anew(self) -> None:
        self._watch.clear()
        self.refresh()

    def _fill_layers(self, found: LayerChart | None) -> None:
        bars = found.bars if found is not None else ()
        self.layers.setSortingEnabled(False)
        self.layers.setRowCount(len(bars))
        for row, bar in enumerate(bars):
            for column, item in enumerate(_items(bar)):
                self.layers.setItem(row, column, item)
        self.layers.setSortingEnabled(True)

    def _row_chosen(self, row: int, _column: int, _row: int, _before: int) -> None:
        item = self.layers.item(row, 0)
        if item is not None:
            self.chart.choose(int(item.value) - 1 if isinstance(item, _Number) else 0)

    def _select(self, index: int) -> None:
        for row in range(self.layers.rowCount()):
            item = self.layers.item(row, 0)
            if isinstance(item, _Number) and item.value == index + 1 and row != self.layers.currentRow():
                self.layers.setCurrentCell(row, 0)
                return

    def _ask_path(self, name: str, save: Callable[[Path], None]) -> None:
        path, _kind = QFileDialog.getSaveFileName(self, self.tr("Export CSV"), name, self.tr("CSV files (*.csv)"))
        if path:
            save(Path(path) if Path(path).suffix else Path(f"{path}.csv"))

    def _save(self, path: Path, rows: Iterable[Sequence[str]], done: str, *, header: int) -> None:
        try:
            count = write_csv(path, rows)
        except OSError as error:
            text = self.tr("✕ {path} could not be written: {why}. Choose another folder.")
            self.said.setText(text.format(path=path, why=error.strerror or error))
        else:
            self.said.setText("✓ " + done.format(count=figure(count - header, 0), path=path))


class _Number(QTableWidgetItem):
    """A cell that sorts by its number, not by its text."""

    def __init__(self, value: float, text: str) -> None:
        super().__init__(text)
        self.value = value
        self.setTextAlignment(_RIGHT)

    def __lt__(self, other: QTableWidgetItem) -> bool:
        return self.value < other.value if isinstance(other, _Number) else super().__lt__(other)


def _items(bar: LayerBar) -> list[QTableWidgetItem]:
    height, width, channels = bar.shape
    per_mac = bar.per_mac
    return [
        _Number(bar.number, str(bar.number)),
        QTableWidgetItem(bar.name),
        QTableWidgetItem(translate(NAMES[bar.group])),
        _Number(height * width * channels, f"{height} × {width} × {channels}"),
        _Number(bar.cycles, figure(bar.cycles, 0)),
        _Number(bar.ms, formatting.milliseconds(bar.ms)),
        _Number(bar.share, f"{figure(bar.share * 100, 1)} %"),
        _Number(per_mac or 0.0, figure(per_mac, 2) if per_mac is not None else "–"),
    ]


def _row(*widgets: QWidget) -> QWidget:
    holder = QWidget()
    layout = QHBoxLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addStretch(1)
    for widget in widgets:
        layout.addWidget(widget)
    return holder


def _page(*parts: QWidget | tuple[QWidget, int]) -> QWidget:
    page = QWidget()
    layout = QVBoxLayout(page)
    layout.setContentsMargins(4, 10, 4, 4)
    layout.setSpacing(8)
    for part in parts:
        widget, stretch = part if isinstance(part, tuple) else (part, 0)
        layout.addWidget(widget, stretch)
    return page
