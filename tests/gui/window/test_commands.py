"""The table of commands is sound, and everything that shows commands follows it."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence

from gui.widgets.palette import ICONS
from gui.window.commands import COMMANDS, PARTS, of_part


def test_names_texts_and_keys_are_there_once() -> None:
    keys = [QKeySequence(key).toString() for command in COMMANDS for key in command.keys]
    assert len(set(keys)) == len(keys)
    assert all(keys)
    assert len({command.name for command in COMMANDS}) == len({command.text for command in COMMANDS}) == len(COMMANDS)


def test_every_command_is_in_a_part_and_its_drawing_is_there() -> None:
    assert [command for part in PARTS for command in of_part(part)] == list(COMMANDS)
    assert all((ICONS / f"{command.drawing}.svg").exists() for command in COMMANDS if command.drawing)
