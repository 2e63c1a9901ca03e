"""Cycles of every layer as bars: by the pointer or the arrow keys each says its name, cycles and share.

A layer's kind is told by its colour and by the letter under its bar. Importing pyqtgraph takes long, so the chart is
made when it is first shown.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from gui.core.i18n import marked
from gui.panes.timing.layers import LayerBar, LayerChart, LayerGroup
from gui.widgets import formatting
from gui.widgets.language import figure, translate
from gui.widgets.theme import Theme

LETTERS = {
    LayerGroup.STEM: "s",
    LayerGroup.POINTWISE: "1",
    LayerGroup.DEPTHWISE: "d",
    LayerGroup.ADD: "+",
    LayerGroup.MEAN: "m",
    LayerGroup.OTHER: "o",
}
NAMES = {
    LayerGroup.STEM: marked("first layer"),
    LayerGroup.POINTWISE: marked("1x1"),
    LayerGroup.DEPTHWISE: marked("depthwise"),
    LayerGroup.ADD: marked("add"),
    LayerGroup.MEAN: marked("mean"),
    LayerGroup.OTHER: marked("other"),
}
LEAST_LETTER_PX = 9  # a bar narrower than this has no letter
NEARNESS = 0.5  # of a bar's distance


def sentence(chart: LayerChart, bar: LayerBar) -> str:
    """One layer in words."""
    height, width, channels = bar.shape
    parts = [
        f"{bar.number} {bar.name}",
        translate(NAMES[bar.group]),
        f"{height} × {width} × {channels}",
        translate("{cycles} cycles").format(cycles=figure(bar.cycles, 0)),
        f"{formatting.milliseconds(bar.ms)} ms",
        f"{figure(bar.share * 100, 1)} %",
    ]
    if bar.per_mac is not None:
        parts.append(translate("{cycles} cycles a MAC").format(cycles=figure(bar.per_mac, 2)))
    return " · ".join((*parts, formatting.measured(chart.where)))


class LayerChartView(QWidget):
    """The bars, a legend with each kind's share, and a line about the chosen layer."""

    chosen = Signal(int)  # the layer's index, from the pointer or the keys

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._chart: LayerChart | None = None
        self._at = -1
        self._plot: Any = None  # pyqtgraph comes without types
        self._items: list[Any] = []
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Cycles of every layer"))
        self.setMinimumHeight(180)
        self._legend = QLabel()
        self._legend.setTextFormat(Qt.TextFormat.RichText)
        self._legend.setWordWrap(True)
        self._holder = QWidget()
        QVBoxLayout(self._holder).setContentsMargins(0, 0, 0, 0)
        self.line = QLabel()
        self.line.setWordWrap(True)
        self.line.setTextFormat(Qt.TextFormat.PlainText)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 2, 2, 2)
        layout.setSpacing(6)
        layout.addWidget(self._legend)
        layout.addWidget(self._holder, 1)
        layout.addWidget(self.line)
        theme.changed.connect(self._draw)
        self._say()

    @property
    def at(self) -> int:
        """Index of the chosen layer, -1 for none."""
        return self._at

    def set_chart(self, chart: LayerChart | None) -> None:
        """Show these layers; None for nothing yet."""
        self._chart = chart
        self._at = min(self._at, len(chart.bars) - 1) if chart is not None else -1
        self._draw()
        self._say()

    def choose(self, index: int) -> None:
        """Mark a layer and tell about it; an index outside is brought inside."""
        if self._chart is None or not self._chart.bars:
            return
        index = min(max(index, 0), len(self._chart.bars) - 1)
        if index != self._at:
            self._at = index
            self._mark()
            self._say()
            self.chosen.emit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: self._at - 1,
            Qt.Key.Key_Right: self._at + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: 1 << 20,
        }
        if (to := steps.get(Qt.Key(event.key()))) is not None:
            self.choose(to)
            event.accept()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._plot is not None and self._chart is not None:
            self._letters()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._plot is None and self._chart is not None:
            self._build()

    def _build(self) -> None:
        import pyqtgraph

        pg: Any = pyqtgraph
        self._plot = pg.PlotWidget()
        for widget in (self._plot, self._plot.viewport()):
            widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.setMenuEnabled(False)
        self._plot.setMouseEnabled(False, False)
        self._plot.hideButtons()
        self._plot.scene().sigMouseMoved.connect(self._hover)
        layout = self._holder.layout()
        assert layout is not None
        layout.addWidget(self._plot)
        self._draw()

    def _draw(self) -> None:
        self._legend.setText(self._legend_text())
        if self._plot is None or self._chart is None:
            return
        import pyqtgraph

        pg: Any = pyqtgraph
        colours = self._theme.colours
        self._plot.setBackground(colours.card)
        for item in self._items:
            self._plot.removeItem(item)
        self._items = []
        in_thousands = np.array([bar.cycles / 1e3 for bar in self._chart.bars])
        for group, colour in self._group_colours().items():
            which = [bar.number for bar in self._chart.bars if bar.group is group]
            if which:
                heights = [in_thousands[number - 1] for number in which]
                item = pg.BarGraphItem(x=which, height=heights, width=0.82, brush=colour, pen=None)
                self._plot.addItem(item)
                self._items.append(item)
        self._marker = pg.BarGraphItem(x=[0], height=[0], width=0.96, brush=None, pen=pg.mkPen(colours.text, width=2))
        self._plot.addItem(self._marker)
        self._items.append(self._marker)
        top = float(in_thousands.max(initial=1.0)) * 1.08
        self._plot.setXRange(0.4, len(self._chart.bars) + 0.6, padding=0.0)
        self._plot.setYRange(0.0, top, padding=0.0)
        font = self._theme.font(self._theme.scale.caption)
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(pg.mkPen(colours.line))
            axis.setTextPen(pg.mkPen(colours.muted))
            axis.setTickFont(font)
        self._plot.getAxis("left").setWidth(round(self._theme.scale.body * 4.6))
        self._plot.getAxis("left").setLabel(self.tr("thousand cycles"), color=colours.muted)
        self._letters()
        self._mark()

    def _letters(self) -> None:
        assert self._chart is not None
        room = self._plot.width() / max(1, len(self._chart.bars)) >= LEAST_LETTER_PX
        ticks = [(bar.number, LETTERS[bar.group]) for bar in self._chart.bars] if room else []
        self._plot.getAxis("bottom").setTicks([ticks])

    def _mark(self) -> None:
        if self._plot is None or self._chart is None:
            return
        chosen = 0 <= self._at < len(self._chart.bars)
        height = self._chart.bars[self._at].cycles / 1e3 if chosen else 0.0
        self._marker.setOpts(x=[self._at + 1], height=[height])
        self._marker.setVisible(chosen)

    def _hover(self, at: QPointF) -> None:
        if self._chart is None or not self._plot.sceneBoundingRect().contains(at):
            return
        place = self._plot.getViewBox().mapSceneToView(at).x()
        index = round(place) - 1
        if abs(place - round(place)) <= NEARNESS and 0 <= index < len(self._chart.bars):
            self.choose(index)

    def _say(self) -> None:
        if self._chart is None:
            text = self.tr("No profile yet: it is taken when a board has been connected")
        elif 0 <= self._at < len(self._chart.bars):
            text = sentence(self._chart, self._chart.bars[self._at])
        else:
            text = self.tr("Point at a bar, or use the arrow keys")
        self.line.setText(text)
        self.setAccessibleDescription(text)

    def _group_colours(self) -> dict[LayerGroup, str]:
        colours = self._theme.colours
        return {
            LayerGroup.POINTWISE: colours.accent,
            LayerGroup.DEPTHWISE: colours.good,
            LayerGroup.STEM: colours.warn,
            LayerGroup.ADD: colours.muted,
            LayerGroup.MEAN: colours.bad,
            LayerGroup.OTHER: colours.text,
        }

    def _legend_text(self) -> str:
        if self._chart is None:
            return ""
        colours = self._group_colours()
        whole = max(1, self._chart.sum_cycles)
        parts = [
            f'<span style="color:{colours[group]}">■</span> <b>{LETTERS[group]}</b> {translate(NAMES[group])} '
            f"{formatting.milliseconds(self._chart.ms(cycles))} ms ({figure(cycles / whole * 100, 1)} %)"
            for group, cycles in self._chart.groups
        ]
        return "&nbsp;&nbsp; ".join(parts)
