"""Making two people one."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from gui.panes.people.merge_dialog import MergeDialog
from gui.widgets.theme import Theme
from tests.support.samples import person


def test_the_name_that_is_kept_says_who_becomes_a_part_of_whom(qtbot: QtBot, theme: Theme) -> None:
    ada, others = person(1, "Ada"), [person(2, "Bo"), person(3, "Cy")]
    for own, expected in ((False, [1, 3]), (True, [3, 1])):
        dialog = MergeDialog(theme, ada, others)
        qtbot.addWidget(dialog)
        dialog.other.setCurrentIndex(1)
        assert (dialog.keep_other.text(), dialog.keep_own.text()) == ("Keep the name Cy", "Keep the name Ada")
        dialog.keep_own.setChecked(own)
        with qtbot.waitSignal(dialog.merge_asked, timeout=1000) as asked:
            dialog._merge()
        assert asked.args == expected
