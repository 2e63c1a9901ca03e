"""What the pane of events says of one event."""

from __future__ import annotations

from gui.core.decisions import Decision
from gui.panes.events import wording
from tests.support.samples import event


def test_unknown_and_by_hand_have_titles() -> None:
    assert wording.title(event(name=None)) == "Unknown"
    assert wording.title(event(name=None, decision=Decision.BY_HAND)) == "By hand"
