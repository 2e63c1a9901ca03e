"""Connects the board's pane and the flash dialog with the board desk."""

from __future__ import annotations

from PySide6.QtCore import Qt

from gui.panes.board.flash_dialog import FlashDialog
from gui.panes.board.panel import BoardPanel
from gui.pipeline.pipeline import Pipeline


def wire_board(pipeline: Pipeline, board: BoardPanel, asked: str | None) -> None:
    """The pane asks the pipeline's desk and hears from it. ``asked`` is the board the program was started with."""
    desk = pipeline.desk
    desk.ports_changed.connect(board.set_ports)
    desk.action_changed.connect(board.set_action)
    desk.installed_changed.connect(board.set_installed)
    desk.stats_changed.connect(lambda stats: board.set_stats(stats, pipeline.flow()))
    board.stats_asked.connect(desk.refresh_stats)
    board.reset_asked.connect(desk.reset)
    board.flash_asked.connect(lambda: flash_board(pipeline, board))
    board.chooser.set_spec(asked)
    board.chooser.use_asked.connect(desk.use)
    board.checks.selftest_asked.connect(desk.selftest)
    board.checks.bench_asked.connect(desk.bench)
    board.checks.parity_asked.connect(desk.parity)
    board.checks.cancel_asked.connect(desk.cancel)


def flash_board(pipeline: Pipeline, board: BoardPanel) -> FlashDialog:
    """Open the dialog that puts an image on a board."""
    desk = pipeline.desk
    dialog = FlashDialog(board.kind, board.window())
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.ways_asked.connect(desk.find_ways)
    dialog.flash_asked.connect(desk.flash)
    dialog.cancel_asked.connect(desk.cancel)
    desk.ways_found.connect(dialog.set_ways)
    desk.action_changed.connect(dialog.set_action)
    dialog.open()
    dialog.look()
    return dialog
