"""The stages' percentiles as a table: the newest frame, the sliding window, everything since the start."""

from __future__ import annotations

import math

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from gui.core.frames import Clock, Stage
from gui.core.i18n import marked
from gui.core.states import Where
from gui.panes.timing import stages
from gui.panes.timing.statistics import WINDOW, Row, TimingStats
from gui.widgets import formatting
from gui.widgets.language import translate

WHOLE = marked("Capture to decision")
WHOLE_MEANING = marked(
    "end-to-end latency, from capture to decision; with the virtual board its emulated steps count as long as its "
    "clock says"
)
COLUMNS = (
    marked("Stage"),
    marked("Newest"),
    marked("p50"),
    marked("p95"),
    marked("p99"),
    marked("p50, all"),
    marked("p95, all"),
    marked("p99, all"),
    marked("Measured"),
)
_Index = QModelIndex | QPersistentModelIndex


def texts(row: Row, where: Where | None, passes: int = 1) -> tuple[str, ...]:
    """A line of the table: milliseconds, and whose clock measured them."""
    name = translate(stages.LABELS[row.stage] if row.stage is not None else WHOLE)
    board = formatting.measured(where)
    if row.clock is Clock.HOST:
        place = "PC"
    else:
        place = translate("PC and {place}").format(place=board) if row.stage is None else board
    if row.stage is Stage.NETWORK:
        place = formatting.with_flip(place, passes)
    seven = (
        row.newest_ms,
        row.window.p50,
        row.window.p95,
        row.window.p99,
        row.all.p50,
        row.all.p95,
        row.all.p99,
    )
    return (name, *(_ms(value) for value in seven), f"  {place}")


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if 1 <= column <= 7 else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _ms(value: float | None) -> str:
    return formatting.milliseconds(None if value is None or math.isnan(value) else value)


class StageModel(QAbstractTableModel):
    """Reads ``stats`` when it is told to."""

    def __init__(self, stats: TimingStats, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stats = stats
        self._rows: tuple[Row, ...] = stats.rows()
        self._texts: list[tuple[str, ...]] = [texts(row, stats.where, stats.passes) for row in self._rows]

    def refresh(self) -> None:
        """Take over what the statistics say now."""
        self._rows = self._stats.rows()
        self._texts = [texts(row, self._stats.where, self._stats.passes) for row in self._rows]
        self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(COLUMNS) - 1))

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, way: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if way is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return translate(COLUMNS[section])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        if role == Qt.ItemDataRole.ToolTipRole and 2 <= section <= 4:
            return self.tr("over the newest {frames} frames").format(frames=WINDOW)
        if role == Qt.ItemDataRole.ToolTipRole and 5 <= section <= 7:
            return self.tr("since the board was connected or flip averaging changed, to half a per cent")
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row, column = index.row(), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._texts[row][column]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            stage = self._rows[row].stage
            return translate(stages.MEANINGS[stage] if isinstance(stage, Stage) else WHOLE_MEANING)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self._texts[row][0]}, {translate(COLUMNS[column])}: {self._texts[row][column]}"
        return None


def stage_table(model: StageModel) -> QTableView:
    """A view of the model that fills its width."""
    table = QTableView()
    table.setModel(model)
    table.verticalHeader().hide()
    table.setShowGrid(False)
    table.setAlternatingRowColors(True)
    table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
    table.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
    table.setTabKeyNavigation(False)
    header = table.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    for column in (0, len(COLUMNS) - 1):
        header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
    header.setHighlightSections(False)
    return table
