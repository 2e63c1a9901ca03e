"""Where the panes stand: the picture large, decision and door beside it, timing below, the lists in tabs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSplitter, QTabWidget, QVBoxLayout, QWidget

from gui.settings.store import SettingsStore
from gui.widgets.palette import GAP
from gui.widgets.stylesheet import set_style_class
from gui.widgets.theme import Theme

BETWEEN = GAP - 4


@dataclass(frozen=True)
class Arranged:
    """The page and what of it can be moved by hand."""

    page: QWidget
    tabs: QTabWidget
    across: QSplitter  # picture and timing | door and lists
    down: QSplitter  # picture / timing

    def remember(self, settings: SettingsStore) -> None:
        """Keep how it was moved, and which list was on show."""
        settings.remember("across", self.across.saveState())
        settings.remember("down", self.down.saveState())
        settings.remember("list", QByteArray(bytes([self.tabs.currentIndex()])))

    def recall(self, settings: SettingsStore) -> None:
        """As it was when it was remembered."""
        for name, splitter in (("across", self.across), ("down", self.down)):
            if state := settings.recall(name):
                splitter.restoreState(state)
        if shown := settings.recall("list"):
            self.tabs.setCurrentIndex(shown.data()[0])


def arrange(
    theme: Theme,
    *,
    header: QWidget,
    bars: Sequence[QWidget],
    live: QWidget,
    decision: QWidget,
    timing: Sequence[tuple[QWidget, int]],
    door: QWidget,
    lists: Sequence[tuple[QWidget, str]],
) -> Arranged:
    """Lay the panes out. ``timing``: widgets, each with its share of spare height; ``lists``: each with its title."""
    tabs = QTabWidget()
    tabs.setDocumentMode(True)
    tabs.tabBar().setDrawBase(False)
    for pane, title in lists:
        tabs.addTab(pane, title)
    card = QFrame()
    set_style_class(card, "card")
    inside = QVBoxLayout(card)
    inside.setContentsMargins(8, 10, 8, 8)
    inside.addWidget(tabs)
    column = _column((door, 0), (card, 1))
    column.setMinimumWidth(round(theme.scale.body * 27))
    stage = QWidget()
    row = QHBoxLayout(stage)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(BETWEEN)
    row.addWidget(live, 1)
    row.addWidget(decision)
    down = _splitter(Qt.Orientation.Vertical, (stage, 3), (_column(*timing), 1))
    across = _splitter(Qt.Orientation.Horizontal, (down, 5), (column, 2))
    page = QWidget()
    body = QVBoxLayout()
    body.setContentsMargins(GAP, BETWEEN, GAP, GAP)
    body.setSpacing(BETWEEN)
    for bar in bars:
        body.addWidget(bar)
    body.addWidget(across, 1)
    whole = QVBoxLayout(page)
    whole.setContentsMargins(0, 0, 0, 0)
    whole.setSpacing(0)
    whole.addWidget(header)
    whole.addLayout(body, 1)
    return Arranged(page, tabs, across, down)


def _column(*widgets: tuple[QWidget, int]) -> QWidget:
    column = QWidget()
    layout = QVBoxLayout(column)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(BETWEEN)
    for widget, stretch in widgets:
        layout.addWidget(widget, stretch)
    return column


def _splitter(way: Qt.Orientation, *widgets: tuple[QWidget, int]) -> QSplitter:
    splitter = QSplitter(way)
    splitter.setHandleWidth(BETWEEN)
    splitter.setChildrenCollapsible(False)
    for number, (widget, stretch) in enumerate(widgets):
        splitter.addWidget(widget)
        splitter.setStretchFactor(number, stretch)
    return splitter
