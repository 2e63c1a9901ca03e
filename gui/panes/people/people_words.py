"""How changes of the gallery are told: what was done, and what undo would take back, in the window's language."""

from __future__ import annotations

from gui.core.i18n import mark
from gui.gallery.history import Change, ChangeKind
from gui.widgets.language import say

_DONE = {
    ChangeKind.ENROL: mark("{name} was enrolled"),
    ChangeKind.ADD: mark("{name} got more shots"),
    ChangeKind.REPLACE: mark("{name} was enrolled again"),
    ChangeKind.RENAME: mark("{name} is now {other}"),
    ChangeKind.DELETE: mark("{name} was deleted"),
    ChangeKind.MERGE: mark("{name} is now a part of {other}"),
    ChangeKind.IMPORT: mark("{name} was added"),
}
_UNDO = {
    ChangeKind.ENROL: mark("Undo: enrol {name}"),
    ChangeKind.ADD: mark("Undo: more shots of {name}"),
    ChangeKind.REPLACE: mark("Undo: enrol {name} again"),
    ChangeKind.RENAME: mark("Undo: rename {name} to {other}"),
    ChangeKind.DELETE: mark("Undo: delete {name}"),
    ChangeKind.MERGE: mark("Undo: merge {name} with {other}"),
    ChangeKind.IMPORT: mark("Undo: add {name}"),
}


def done(change: Change) -> str:
    """``Ada was deleted``."""
    if change.kind is ChangeKind.IMPORT and change.count != 1:
        return say("{count} people were added").format(count=change.count)
    return say(_DONE[change.kind]).format(name=change.name, other=change.other)


def undo(change: Change) -> str:
    """``Undo: delete Ada``."""
    if change.kind is ChangeKind.IMPORT and change.count != 1:
        return say("Undo: add {count} people").format(count=change.count)
    return say(_UNDO[change.kind]).format(name=change.name, other=change.other)
