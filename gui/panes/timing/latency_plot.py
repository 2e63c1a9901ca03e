"""Rolling plot of the board's latency over the last minute, with the 500 ms line.

Importing pyqtgraph takes longer than all the rest of the window, so the curve is made after the first painting.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gui.core.frames import Recognition
from gui.core.states import Where
from gui.panes.timing.stages import LIMIT_MS
from gui.widgets import formatting
from gui.widgets.stylesheet import set_style_class
from gui.widgets.theme import Theme

SPAN_S = 60.0
KEPT = 2_000


class LatencyPlot(QFrame):
    """The network's time at the board's clock, one point a fingerprint."""

    details_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._at_s: deque[float] = deque(maxlen=KEPT)
        self._network_ms: deque[float] = deque(maxlen=KEPT)
        self._where: Where | None = None
        self._passes = 1
        set_style_class(self, "card")
        self.setAccessibleName(self.tr("Board latency of the last minute"))
        title = QLabel(self.tr("Board latency"))
        set_style_class(title, "title")
        self._figures = QLabel(self.tr("no fingerprint yet"))
        set_style_class(self._figures, "muted")
        what = QLabel(self.tr("network, at the board's clock"))
        set_style_class(what, "muted")
        head = QHBoxLayout()
        head.addWidget(title)
        head.addSpacing(12)
        head.addWidget(what)
        head.addStretch(1)
        head.addWidget(self._figures)
        details = QPushButton(self.tr("Details"))
        set_style_class(details, "quiet")
        details.setToolTip(self.tr("Percentiles of every stage, and every layer's cycles (T)"))
        details.setAccessibleName(self.tr("Timing in detail"))
        details.clicked.connect(self.details_asked)
        head.addWidget(details)
        self._plot: Any = None  # pyqtgraph comes without types
        self._holder = QWidget()
        self._holder.setMinimumHeight(96)
        inside = QVBoxLayout(self._holder)
        inside.setContentsMargins(0, 0, 0, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 14, 8)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(self._holder, 1)
        self._build_timer = QTimer(self)
        self._build_timer.setSingleShot(True)
        self._build_timer.timeout.connect(self.build)
        theme.changed.connect(self._restyle)

    @property
    def figures(self) -> str:
        """The words beside the title: three percentiles, and where they were measured."""
        return self._figures.text()

    def add(self, recognition: Recognition) -> None:
        """One more fingerprint. Figures of another place (a board after the virtual one) with or without flip averaging
        start the plot anew."""
        inference = recognition.inference
        if (inference.where, inference.passes) != (self._where, self._passes):
            self._where, self._passes = inference.where, inference.passes
            self._at_s.clear()
            self._network_ms.clear()
        self._at_s.append(recognition.timeline.start_s + recognition.latency_ms / 1e3)
        self._network_ms.append(inference.network_ms)
        self._refresh()

    def build(self) -> None:
        """Make the curve, if it is not there yet. Comes by itself after the first painting."""
        if self._plot is not None:
            return
        import pyqtgraph

        pg: Any = pyqtgraph
        self._plot = pg.PlotWidget()
        for widget in (self._plot, self._plot.viewport()):
            widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.setMenuEnabled(False)
        self._plot.setMouseEnabled(False, False)
        self._plot.hideButtons()
        self._plot.setXRange(-SPAN_S, SPAN_S / 50, padding=0.0)  # room for the word at the end
        self._plot.setYRange(0.0, LIMIT_MS * 1.2, padding=0.0)
        self._network = self._plot.plot()
        self._limit = pg.InfiniteLine(
            LIMIT_MS, angle=0, label="500 ms", labelOpts={"position": 0.03, "anchors": [(0, 0)] * 2}
        )
        self._plot.addItem(self._limit)
        self._restyle()
        layout = self._holder.layout()
        assert layout is not None
        layout.addWidget(self._plot)
        self._refresh()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._plot is None and not self._build_timer.isActive():
            self._build_timer.start(0)

    def _refresh(self) -> None:
        if not self._at_s:
            return
        at = np.asarray(self._at_s) - self._at_s[-1]
        shown = at >= -SPAN_S
        at, network = at[shown], np.asarray(self._network_ms)[shown]
        if self._plot is not None:
            self._network.setData(at, network)
            self._plot.setYRange(0.0, max(LIMIT_MS * 1.2, float(network.max()) * 1.15), padding=0.0)
        p50, p95, p99 = (formatting.milliseconds(float(value)) for value in np.percentile(network, (50, 95, 99)))
        text = self.tr("p50 {p50} ms · p95 {p95} ms · p99 {p99} ms · {place}").format(
            p50=p50, p95=p95, p99=p99, place=formatting.with_flip(formatting.measured(self._where), self._passes)
        )
        self._figures.setText(text)
        spoken = self.tr("{figures}, {count} fingerprints, limit 500 ms").format(figures=text, count=len(network))
        self.setAccessibleDescription(spoken)

    def _restyle(self) -> None:
        if self._plot is None:
            return
        import pyqtgraph

        pg: Any = pyqtgraph
        colours = self._theme.colours
        self._plot.setBackground(colours.card)
        fill = QColor(colours.accent)
        fill.setAlphaF(0.16)
        self._network.setPen(pg.mkPen(colours.accent, width=2))
        self._network.setFillLevel(0)
        self._network.setBrush(fill)
        self._network.setSymbol("o")
        self._network.setSymbolSize(4)
        self._network.setSymbolPen(None)
        self._network.setSymbolBrush(colours.accent)
        self._limit.setPen(pg.mkPen(colours.bad, width=1.5))
        self._limit.label.setColor(colours.bad)
        font = self._theme.font(self._theme.scale.caption)
        self._limit.label.setFont(font)
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(pg.mkPen(colours.line))
            axis.setTextPen(pg.mkPen(colours.muted))
            axis.setTickFont(font)
            axis.setStyle(tickLength=-4, autoExpandTextSpace=False)
        self._plot.getAxis("left").setWidth(40)
        marks = [(at, f"{at}") for at in range(0, 10_000, 250)]
        self._plot.getAxis("left").setTicks([marks])
        self._plot.getAxis("bottom").setTicks(
            [[(-at, f"-{at} s" if at else self.tr("now")) for at in range(0, 61, 10)]]
        )
