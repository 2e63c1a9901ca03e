"""The events' table: filled from the log, filtered, opened, exported, deleted."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QDate, QModelIndex, Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from gui.core.decisions import Decision, Rule
from gui.core.images import jpeg
from gui.gallery.database import Store
from gui.gallery.event_log import PAGE, EventLog, Query
from gui.gallery.gallery import Gallery
from gui.panes.events.model import Column
from gui.panes.events.panel import BETWEEN, TODAY, UNKNOWN, EventsPanel
from gui.widgets.theme import Theme
from tests.gui.gallery.test_gallery import some_fingerprint
from tests.support.samples import event, picture, trace

DAY_S = 86_400


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "gallery.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme, store: Store) -> EventsPanel:
    panel = EventsPanel(theme)
    qtbot.addWidget(panel)
    panel.resize(480, 420)
    panel.show()
    panel.set_log(EventLog(store))
    return panel


def column(panel: EventsPanel, which: Column) -> list[str]:
    model = panel.model
    return [str(model.index(row, which).data()) for row in range(model.rowCount())]


def test_empty_list_says_so(panel: EventsPanel, store: Store) -> None:
    assert not panel.view.isVisible()
    panel.add(EventLog(store).log(event(person_id=None)))
    assert panel.view.isVisible()
    assert panel.total.text() == "1 event"


def test_newest_is_first_and_every_row_says_the_decision_with_a_mark_and_a_word(
    panel: EventsPanel, store: Store
) -> None:
    log = EventLog(store)
    log.log(event(time=1.0, person_id=None))
    log.log(event(time=2.0, person_id=None, name=None, decision=Decision.REFUSED, reason=Rule.VOTES_AGAINST.value))
    panel.reload()
    panel.add(log.log(event(time=3.0, person_id=None, name=None, decision=Decision.LOCKED_OUT, score=None)))
    panel.add(log.log(event(time=4.0, person_id=None, name=None, decision=Decision.BY_HAND, score=None)))
    assert column(panel, Column.WHO) == ["By hand", "Unknown", "Unknown", "Ada"]
    assert column(panel, Column.DECISION) == ["✓ opened by hand", "⊘ locked out", "✕ refused", "✓ accepted"]
    assert column(panel, Column.SCORE) == ["", "", "0.71", "0.71"]
    assert column(panel, Column.WHY)[2:] == ["nobody fits", "enough votes"]
    assert not panel.grab().isNull()


def test_row_is_spoken_with_decision_reason_and_where(panel: EventsPanel, store: Store) -> None:
    refused = event(name=None, person_id=None, decision=Decision.REFUSED, score=0.1, reason=Rule.VOTES_AGAINST.value)
    panel.add(EventLog(store).log(refused))
    told = panel.model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "Unknown, refused, score 0.10: nobody fits; network 246 ms, emulated" in told
    panel.add(EventLog(store).log(replace(refused, passes=2)))
    told = panel.model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert told.endswith("; network 246 ms, flip averaging, emulated")


def fill(store: Store, count: int) -> None:
    with store.writing() as writer:
        writer.executemany(
            """INSERT INTO events (time, name, decision, score, threshold, reason, measured, network_ms)
            VALUES (?, ?, 'accepted', 0.5, 0.45, 'votes for', 'virtual', 290.0)""",
            ((float(n), f"Person {n % 50}") for n in range(count)),
        )


def test_a_long_log_is_read_a_page_at_a_time(panel: EventsPanel, store: Store) -> None:
    fill(store, 1_050)
    panel.reload()
    assert panel.model.rowCount() == PAGE
    assert panel.total.text() == "1,050 events"
    while panel.model.canFetchMore(QModelIndex()):
        panel.model.fetchMore(QModelIndex())
    assert panel.model.rowCount() == 1_050
    assert [one.time for one in panel.model.events] == [float(n) for n in range(1_049, -1, -1)]


def test_search_and_filters_narrow_the_list(panel: EventsPanel, store: Store, qtbot: QtBot) -> None:
    log = EventLog(store)
    ada = Gallery(store).add_person("Ada", [some_fingerprint()])
    now = time.time()
    log.log(event(time=now - 40 * DAY_S, person_id=ada))
    log.log(event(time=now - 3 * DAY_S, person_id=None, name=None, decision=Decision.REFUSED))
    log.log(event(time=now, person_id=None, name="Ben"))
    panel.reload()
    panel.refresh_people()
    panel.search.setText("b")
    qtbot.waitUntil(lambda: column(panel, Column.WHO) == ["Ben"])
    panel.search.setText("x")
    qtbot.waitUntil(lambda: panel.model.rowCount() == 0)
    assert "fits the filters" in panel._empty.text()
    panel.search.clear()
    qtbot.waitUntil(lambda: panel.model.rowCount() == 3)
    panel.decisions.setCurrentIndex(panel.decisions.findData(Decision.REFUSED.value))
    assert column(panel, Column.WHO) == ["Unknown"]
    assert panel.model.add(log.log(event(time=now, person_id=None, name="Cy"))) is False
    panel.decisions.setCurrentIndex(0)
    panel.people.setCurrentIndex(panel.people.findData(UNKNOWN))
    assert column(panel, Column.WHO) == ["Unknown"]
    panel.people.setCurrentIndex(panel.people.findData(ada))
    assert column(panel, Column.WHO) == ["Ada"]
    panel.people.setCurrentIndex(0)
    panel.times.setCurrentIndex(panel.times.findData(TODAY))
    assert column(panel, Column.WHO) == ["Cy", "Ben"]
    panel.times.setCurrentIndex(panel.times.findData(BETWEEN))
    panel.first.setDate(QDate.currentDate().addDays(-41))
    panel.last.setDate(QDate.currentDate().addDays(-39))
    assert column(panel, Column.WHO) == ["Ada"]


def test_pictures_are_shown_unless_they_are_switched_off(panel: EventsPanel, store: Store) -> None:
    log = EventLog(store)
    log.log(event(person_id=None, thumbnail=jpeg(picture(128, 128))))
    log.log(event(person_id=None, thumbnail=b"no picture"))
    log.log(event(person_id=None))
    panel.reload()
    icons = [panel.model.index(row, Column.WHO).data(Qt.ItemDataRole.DecorationRole) for row in range(3)]
    assert [icon is not None for icon in icons] == [False, False, True]
    panel.set_pictures(False)
    assert panel.model.index(2, Column.WHO).data(Qt.ItemDataRole.DecorationRole) is None


def test_an_opened_event_shows_its_trace_and_asks_for_a_correction(
    panel: EventsPanel, store: Store, qtbot: QtBot
) -> None:
    ada = Gallery(store).add_person("Ada", [some_fingerprint()])
    ben = Gallery(store).add_person("Ben", [some_fingerprint()])
    EventLog(store).log(event(person_id=ada, trace=trace(), passes=2), some_fingerprint())
    panel.reload()
    panel.view.setFocus()
    panel.view.selectRow(0)
    assert panel.open_button.isEnabled()
    panel.view.doubleClicked.emit(panel.model.index(0, 0))
    dialog = panel.dialog
    assert dialog is not None
    rows = dialog.numbers.rows()
    assert rows["Threshold"] == "0.450, for one false accept in 1,000 comparisons (from measured impostors)"
    assert rows["Network"] == "246 ms, flip averaging, emulated"
    assert dialog.votes.rowCount() == 2
    assert [dialog.votes.item(1, n).text() for n in range(8)] == [
        "0.0 s", "for", "1.00", "0.80", "Ada", "0.710", "Bo", "0.420",
    ]  # fmt: skip
    buttons = {button.text(): button for button in dialog.findChildren(QPushButton)}
    menu = buttons["That was somebody else …"].menu()
    assert [action.text() for action in menu.actions()] == ["Ben"]
    with qtbot.waitSignal(panel.correct_asked) as asked:
        menu.actions()[0].trigger()
    assert asked.args == [1, ben]
    assert panel.dialog is None
    panel.view.doubleClicked.emit(panel.model.index(0, 0))
    assert panel.dialog is not None
    not_me = next(one for one in panel.dialog.findChildren(QPushButton) if one.text() == "That was not me")
    with qtbot.waitSignal(panel.correct_asked) as asked:
        not_me.click()
    assert asked.args == [1, None]


def test_an_event_without_a_fingerprint_says_that_it_corrects_nothing(panel: EventsPanel, store: Store) -> None:
    Gallery(store).add_person("Ada", [some_fingerprint()])
    EventLog(store).log(event(person_id=None, name=None, decision=Decision.REFUSED, reason="an old sentence"))
    panel.reload()
    panel.open_event(panel.model.index(0, 0))
    assert panel.dialog is not None
    assert [button.text() for button in panel.dialog.findChildren(QPushButton)] == ["Close"]
    panel.dialog.reject()
    panel.open_event(QModelIndex())
    assert panel.dialog is None


def test_an_event_that_is_gone_is_not_opened(panel: EventsPanel, store: Store) -> None:
    log = EventLog(store)
    log.log(event(person_id=None))
    panel.reload()
    log.delete_all()
    panel.open_event(panel.model.index(0, 0))
    assert panel.dialog is None
    assert panel.model.rowCount() == 0


def test_export_asks_for_what_is_listed(
    panel: EventsPanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    panel.decisions.setCurrentIndex(panel.decisions.findData(Decision.REFUSED.value))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "out"), ""))
    with qtbot.waitSignal(panel.export_asked) as asked:
        panel.export_button.click()
    assert asked.args == [tmp_path / "out.csv", Query(decision=Decision.REFUSED)]
    panel.told(tmp_path / "out.csv", 1234)
    assert panel.total.text() == "1,234 events written to out.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    with qtbot.assertNotEmitted(panel.export_asked):
        panel.export_button.click()


@pytest.mark.parametrize("sure", [True, False])
def test_deleting_all_is_asked_about(
    panel: EventsPanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, sure: bool
) -> None:
    asked: list[None] = []
    panel.delete_all_asked.connect(lambda: asked.append(None))
    monkeypatch.setattr(QMessageBox, "exec", lambda self: 0)
    monkeypatch.setattr(
        QMessageBox,
        "clickedButton",
        lambda self: next(b for b in self.buttons() if (b.text() == "Delete all") == sure),
    )
    panel.delete_button.click()
    assert len(asked) == sure


def test_a_log_that_cannot_be_read_is_a_problem_not_the_end(panel: EventsPanel, store: Store, qtbot: QtBot) -> None:
    EventLog(store).log(event(person_id=None))
    panel.reload()
    store.close()
    with qtbot.waitSignal(panel.problem) as told:
        panel.reload()
    assert "cannot be read" in told.args[0].message
    assert panel.model.rowCount() == 0


def test_the_reason_has_a_column_where_there_is_room(panel: EventsPanel, store: Store, qtbot: QtBot) -> None:
    panel.add(EventLog(store).log(event(person_id=None)))
    for width, hidden in ((340, True), (700, False), (340, True)):
        panel.resize(width, 420)
        qtbot.waitUntil(lambda hidden=hidden: panel.view.isColumnHidden(Column.WHY) == hidden)
        assert not panel.view.horizontalScrollBar().isVisible()


def test_the_rows_differ_by_more_than_colour(panel: EventsPanel, store: Store) -> None:
    log = EventLog(store)
    for decision in (Decision.ACCEPTED, Decision.REFUSED, Decision.LOCKED_OUT, Decision.BY_HAND):
        log.log(event(person_id=None, decision=decision))
    panel.reload()
    texts = column(panel, Column.DECISION)
    assert len({text.split()[0] for text in texts}) >= 3
    assert len(set(texts)) == 4
    assert np.unique([text.split(maxsplit=1)[1] for text in texts]).size == 4


def test_undecided_visits_are_listed_in_words_and_can_be_filtered(panel: EventsPanel, store: Store) -> None:
    log = EventLog(store)
    crop = jpeg(picture(64, 64, (10, 90, 10)))
    for decision, rule in (
        (Decision.UNCERTAIN, Rule.BAND),
        (Decision.CHALLENGED, Rule.TURN_ASKED),
        (Decision.SEEN, Rule.BAD_PICTURE),
        (Decision.SEEN, Rule.FEW_VOTES),
    ):
        kept = event(name=None, person_id=None, decision=decision, reason=rule.value, thumbnail=crop, trace=trace(rule))
        panel.add(log.log(kept))
    assert column(panel, Column.DECISION) == ["… not decided", "… too bad to judge", "↔ asked to turn", "? uncertain"]
    panel.decisions.setCurrentIndex(panel.decisions.findText("not decided"))
    assert column(panel, Column.DECISION) == ["… not decided", "… too bad to judge"]
    panel.open_event(panel.model.index(1, 0))
    assert panel.dialog is not None
    assert "picture is too bad to judge by" in " ".join(label.text() for label in panel.dialog.findChildren(QLabel))
    assert any(not label.pixmap().isNull() for label in panel.dialog.findChildren(QLabel))
    panel.dialog.reject()
