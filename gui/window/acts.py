"""The actions and the menu that follow from the table of commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from gui.widgets.language import say
from gui.window.commands import COMMANDS, PARTS, of_part


def make_acts(window: QWidget, calls: Mapping[str, Callable[[], object]]) -> dict[str, QAction]:
    """An action for each command by its name, with its keys working in the whole window. KeyError without its call."""
    acts = {}
    for command in COMMANDS:
        act = QAction(say(command.text), window)
        act.setShortcuts([QKeySequence(key) for key in command.keys])
        act.triggered.connect(lambda _checked=False, call=calls[command.name]: call())
        window.addAction(act)
        acts[command.name] = act
    return acts


def make_menu(window: QWidget, acts: Mapping[str, QAction]) -> QMenu:
    """Every command but the menu's own, the parts set off from each other."""
    menu = QMenu(window)
    for part in PARTS:
        menu.addSeparator()
        for command in of_part(part):
            if command.name != "menu":
                menu.addAction(acts[command.name])
    return menu
