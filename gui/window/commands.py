"""Everything the keyboard and the menu do, as one table: actions, menu and list of shortcuts follow from it.

``name`` is what the window calls; a part that brings a command adds its line here and its call in the window.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from gui.core.i18n import marked
from gui.widgets.language import translate


class Part(StrEnum):
    """Where a command stands in the menu and the list, in this order."""

    PEOPLE = "people"
    DOOR = "door"
    VIEW = "view"
    PROGRAM = "program"


PARTS: Mapping[Part, str] = {
    Part.PEOPLE: marked("People"),
    Part.DOOR: marked("Door"),
    Part.VIEW: marked("View"),
    Part.PROGRAM: marked("Program"),
}


@dataclass(frozen=True)
class Command:
    """One thing to do. ``keys`` in Qt's portable notation, the first is shown; ``drawing`` is an icon's name."""

    name: str
    part: Part
    text: str
    keys: tuple[str, ...] = ()
    drawing: str = ""


COMMANDS: tuple[Command, ...] = (
    Command("enrol", Part.PEOPLE, marked("Enrol a person…"), ("E",), "enrol"),
    Command("rename", Part.PEOPLE, marked("Rename the selected person"), ("F2",)),
    Command("delete", Part.PEOPLE, marked("Delete the selected person"), ("Del",)),
    Command("again", Part.PEOPLE, marked("Enrol the selected person again…"), ("Shift+E",)),
    Command("merge", Part.PEOPLE, marked("Merge the selected person with another…"), ("Ctrl+M",)),
    Command("photos", Part.PEOPLE, marked("Enrol from photos…"), ("P",)),
    Command("export", Part.PEOPLE, marked("Export the gallery…"), ("Ctrl+Shift+E",)),
    Command("import", Part.PEOPLE, marked("Import a gallery…"), ("Ctrl+Shift+O",)),
    Command("undo", Part.PEOPLE, marked("Undo the last change of the people"), ("Ctrl+Z",), "undo"),
    Command("door", Part.DOOR, marked("Open or lock the door by hand"), ("O",), "door"),
    Command("kiosk", Part.DOOR, marked("Door display, or back"), ("F11",), "full_screen"),
    Command("detail", Part.VIEW, marked("Write more or less over the picture"), ("D",), "layers"),
    Command("mirror", Part.VIEW, marked("Mirror the picture, or not"), ("M",)),
    Command("people", Part.VIEW, marked("Show the people"), ("Ctrl+1",)),
    Command("events", Part.VIEW, marked("Show the events"), ("Ctrl+2",)),
    Command("board", Part.VIEW, marked("Show the board"), ("Ctrl+3",)),
    Command("timing", Part.VIEW, marked("Timing in detail…"), ("T",)),
    Command("camera", Part.PROGRAM, marked("Choose the camera…"), ("C",), "camera"),
    Command("settings", Part.PROGRAM, marked("Settings…"), ("Ctrl+,",), "settings"),
    Command("hints", Part.PROGRAM, marked("Hints for the first steps"), ("F1",), "question"),
    Command("shortcuts", Part.PROGRAM, marked("Keyboard shortcuts…"), ("?",), "keyboard"),
    Command("log", Part.PROGRAM, marked("Open the log folder"), (), ""),
    Command("menu", Part.PROGRAM, marked("This menu"), ("F10",)),
    Command("quit", Part.PROGRAM, marked("Quit"), ("Ctrl+Q",)),
)


def of_part(part: Part) -> tuple[Command, ...]:
    """The commands of one part, in the table's order."""
    return tuple(command for command in COMMANDS if command.part is part)


def make_actions(window: QWidget, calls: Mapping[str, Callable[[], object]]) -> dict[str, QAction]:
    """An action for each command by its name, with its keys working in the whole window. KeyError without its call."""
    actions = {}
    for command in COMMANDS:
        action = QAction(translate(command.text), window)
        action.setShortcuts([QKeySequence(key) for key in command.keys])
        action.triggered.connect(lambda _checked=False, call=calls[command.name]: call())
        window.addAction(action)
        actions[command.name] = action
    return actions


def make_menu(window: QWidget, actions: Mapping[str, QAction]) -> QMenu:
    """Every command but the menu's own, the parts set off from each other."""
    menu = QMenu(window)
    for part in PARTS:
        menu.addSeparator()
        for command in of_part(part):
            if command.name != "menu":
                menu.addAction(actions[command.name])
    return menu
