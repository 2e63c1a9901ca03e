"""What the window asks of the log: retention, corrections, export."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

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
from gui.pipeline.event_service import EventService
from tests.gui.gallery.test_gallery import some_fingerprint
from tests.support.samples import event, recognition, trace


class Office:
    """A service whose changes happen at once."""

    def __init__(self, store: Store) -> None:
        self.log, self.gallery = EventLog(store), Gallery(store)
        self.opened: list[int] = []
        self.told: list[Event] = []
        self.changes = 0
        self.door = Door(self.log, 5_000, ask=self._open, write=lambda work: work(), tell=self.told.append)
        engine = SimpleNamespace(log=self.log, corrections=Corrections(store), door=self.door, writer=self)
        self.service = EventService(engine, lambda signal, *values: signal.emit(*values))  # type: ignore[arg-type]

    def _open(self, open_ms: int, opened: Callable[[], None] | None) -> None:
        self.opened.append(open_ms)
        if opened is not None:
            opened()

    def write(self, work: Callable[[], None]) -> None:
        work()

    def change(self, work: Callable[[], None]) -> None:
        work()
        self.changes += 1

    def decide(self, effect: Effect, decision: Decision, locks_out: bool = False) -> None:
        decided = recognition(
            decision=decision, person_id=None, name=None, trace=trace(failures=5), effect=effect, locks_out=locks_out
        )
        self.door.decided(decided, some_fingerprint)


@pytest.fixture
def office(qtbot: QtBot, tmp_path: Path) -> Iterator[Office]:
    store = Store(tmp_path / "gallery.sqlite")
    made = Office(store)
    yield made
    made.service.stop()
    store.close()


def test_what_follows_from_a_decision(office: Office) -> None:
    office.decide(Effect.NONE, Decision.ACCEPTED)
    assert (office.opened, office.told) == ([], [])
    office.decide(Effect.OPEN, Decision.ACCEPTED)
    office.door.open_ms = 3_000
    office.door.open_by_hand(Where.VIRTUAL)
    assert office.opened == [5_000, 3_000]
    office.decide(Effect.EVENT, Decision.REFUSED, locks_out=True)
    assert [one.decision for one in office.told] == [
        Decision.ACCEPTED, Decision.BY_HAND, Decision.REFUSED, Decision.LOCKED_OUT,
    ]  # fmt: skip
    assert [one.reason for one in office.told] == [
        Rule.VOTES_FOR.value, Rule.BY_HAND.value, Rule.VOTES_FOR.value, Rule.LOCKED_OUT.value,
    ]  # fmt: skip
    first = office.log.event(office.told[0].id)
    assert first is not None
    assert first.trace == trace(failures=5)
    assert (first.thumbnail or b"")[:2] == b"\xff\xd8"
    assert office.log.has_fingerprint(first.id)
    assert not office.log.has_fingerprint(office.told[3].id)


def test_pictures_and_fingerprints_are_not_kept_when_switched_off(office: Office) -> None:
    office.service.keep(Keeping(thumbnails=False, fingerprints=False))
    office.decide(Effect.OPEN, Decision.ACCEPTED)
    assert office.log.thumbnail(office.told[0].id) is None
    assert not office.log.has_fingerprint(office.told[0].id)


def test_old_events_go_at_the_start_and_when_the_setting_is_changed(office: Office, qtbot: QtBot) -> None:
    now = time.time()
    for days in (100, 20, 1):
        office.log.log(event(time=now - days * 86_400, person_id=None))
    with qtbot.waitSignal(office.service.changed):
        office.service.start()
    assert office.log.count() == 2
    with qtbot.waitSignal(office.service.changed):
        office.service.keep(Keeping(days=7))
    assert office.log.count() == 1
    with qtbot.assertNotEmitted(office.service.changed):
        office.service.keep(Keeping(days=0))
        office.service.expire()
    with qtbot.waitSignal(office.service.changed):
        office.service.delete_all()
    assert office.log.count() == 0


def test_corrections_change_the_gallery_and_the_list(office: Office, qtbot: QtBot) -> None:
    ada = office.gallery.add_person("Ada", [some_fingerprint()])
    logged = office.log.log(event(person_id=None, name=None, decision=Decision.REFUSED), some_fingerprint(2))
    with qtbot.waitSignal(office.service.changed):
        office.service.correct(logged.id, ada)
    assert office.gallery.people()[0].fingerprints == 2
    with qtbot.waitSignal(office.service.changed):
        office.service.undo_correction(logged.id)
    assert office.gallery.people()[0].fingerprints == 1
    assert office.changes == 2


def test_export_tells_how_it_went(office: Office, qtbot: QtBot, tmp_path: Path) -> None:
    for name in ("Ada", "Ben", "Ada"):
        office.log.log(event(person_id=None, name=name))
    path = tmp_path / "out.csv"
    with qtbot.waitSignal(office.service.exported) as done:
        office.service.export(path, Query(text="ada"))
    assert done.args == [path, 2]
    assert path.read_text(encoding="utf-8-sig").count("\n") == 3
    with qtbot.waitSignal(office.service.problem) as told:
        office.service.export(tmp_path / "nowhere" / "out.csv", Query())
    assert "cannot be written" in told.args[0].message


def test_an_export_that_is_cut_short_leaves_no_file(office: Office, tmp_path: Path) -> None:
    for number in range(200):
        office.log.log(event(person_id=None, name=f"{number}"))
    office.service._stopping = True
    office.service.export(tmp_path / "out.csv", Query())
    office.service.stop()
    assert not (tmp_path / "out.csv").exists()
    assert not (tmp_path / "out.csv.tmp").exists()
