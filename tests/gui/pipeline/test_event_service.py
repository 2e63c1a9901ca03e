"""What the window asks of the log: retention, corrections, export."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gui.access.door_control import Door
from gui.core.decisions import Decision, Effect, Rule
from gui.core.people import Event
from gui.core.states import Where
from gui.gallery.corrections import Corrections
from gui.gallery.database import Store
from gui.gallery.event_log import EventLog, Keeping, Query
from gui.gallery.gallery import Gallery
from gui.pipeline.event_service import EventDesk
from tests.gui.gallery.test_gallery import some_print
from tests.support.samples import event, recognition, trace


class Desk:
    """A desk whose changes happen at once."""

    def __init__(self, store: Store) -> None:
        self.log, self.gallery = EventLog(store), Gallery(store)
        self.opened: list[int] = []
        self.told: list[Event] = []
        self.changes = 0
        self.door = Door(self.log, 5_000, ask=self._open, write=lambda work: work(), tell=self.told.append)
        self.desk = EventDesk(
            self.log,
            Corrections(store),
            self.door,
            change=self._change,
            write=lambda work: work(),
            post=lambda signal, *values: signal.emit(*values),
        )

    def _open(self, open_ms: int, opened: Callable[[], None] | None) -> None:
        self.opened.append(open_ms)
        if opened is not None:
            opened()

    def _change(self, work: Callable[[], None]) -> None:
        work()
        self.changes += 1

    def decide(self, effect: Effect, decision: Decision, locks_out: bool = False) -> None:
        decided = recognition(
            decision=decision, person_id=None, name=None, trace=trace(failures=5), effect=effect, locks_out=locks_out
        )
        self.door.decided(decided, some_print)


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    store = Store(tmp_path / "gallery.sqlite")
    made = Desk(store)
    yield made
    made.desk.stop()
    store.close()


def test_what_follows_from_a_decision(desk: Desk) -> None:
    desk.decide(Effect.NONE, Decision.ACCEPTED)
    assert (desk.opened, desk.told) == ([], [])
    desk.decide(Effect.OPEN, Decision.ACCEPTED)
    desk.door.open_ms = 3_000
    desk.door.open_by_hand(Where.VIRTUAL)
    assert desk.opened == [5_000, 3_000]
    desk.decide(Effect.EVENT, Decision.REFUSED, locks_out=True)
    assert [one.decision for one in desk.told] == [
        Decision.ACCEPTED, Decision.BY_HAND, Decision.REFUSED, Decision.LOCKED_OUT,
    ]  # fmt: skip
    assert [one.reason for one in desk.told] == [
        Rule.VOTES_FOR.value, Rule.BY_HAND.value, Rule.VOTES_FOR.value, Rule.LOCKED_OUT.value,
    ]  # fmt: skip
    first = desk.log.event(desk.told[0].id)
    assert first is not None
    assert first.trace == trace(failures=5)
    assert (first.thumbnail or b"")[:2] == b"\xff\xd8"
    assert desk.log.has_print(first.id)
    assert not desk.log.has_print(desk.told[3].id)


def test_pictures_and_fingerprints_are_not_kept_when_switched_off(desk: Desk) -> None:
    desk.desk.keep(Keeping(thumbnails=False, prints=False))
    desk.decide(Effect.OPEN, Decision.ACCEPTED)
    assert desk.log.thumbnail(desk.told[0].id) is None
    assert not desk.log.has_print(desk.told[0].id)


def test_old_events_go_at_the_start_and_when_the_setting_is_changed(desk: Desk, qtbot: QtBot) -> None:
    now = time.time()
    for days in (100, 20, 1):
        desk.log.log(event(time=now - days * 86_400, person_id=None))
    with qtbot.waitSignal(desk.desk.changed):
        desk.desk.start()
    assert desk.log.count() == 2
    with qtbot.waitSignal(desk.desk.changed):
        desk.desk.keep(Keeping(days=7))
    assert desk.log.count() == 1
    with qtbot.assertNotEmitted(desk.desk.changed):
        desk.desk.keep(Keeping(days=0))
        desk.desk.expire()
    with qtbot.waitSignal(desk.desk.changed):
        desk.desk.delete_all()
    assert desk.log.count() == 0


def test_corrections_change_the_gallery_and_the_list(desk: Desk, qtbot: QtBot) -> None:
    ada = desk.gallery.add_person("Ada", [some_print()])
    logged = desk.log.log(event(person_id=None, name=None, decision=Decision.REFUSED), some_print(2))
    with qtbot.waitSignal(desk.desk.changed):
        desk.desk.correct(logged.id, ada)
    assert desk.gallery.people()[0].fingerprints == 2
    with qtbot.waitSignal(desk.desk.changed):
        desk.desk.undo_correction(logged.id)
    assert desk.gallery.people()[0].fingerprints == 1
    assert desk.changes == 2


def test_export_tells_how_it_went(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    for name in ("Ada", "Ben", "Ada"):
        desk.log.log(event(person_id=None, name=name))
    path = tmp_path / "out.csv"
    with qtbot.waitSignal(desk.desk.exported) as done:
        desk.desk.export(path, Query(text="ada"))
    assert done.args == [path, 2]
    assert path.read_text(encoding="utf-8-sig").count("\n") == 3
    with qtbot.waitSignal(desk.desk.problem) as told:
        desk.desk.export(tmp_path / "nowhere" / "out.csv", Query())
    assert "cannot be written" in told.args[0].message


def test_an_export_that_is_cut_short_leaves_no_file(desk: Desk, tmp_path: Path) -> None:
    for number in range(200):
        desk.log.log(event(person_id=None, name=f"{number}"))
    desk.desk._stopping = True
    desk.desk.export(tmp_path / "out.csv", Query())
    desk.desk.stop()
    assert not (tmp_path / "out.csv").exists()
    assert not (tmp_path / "out.csv.tmp").exists()
