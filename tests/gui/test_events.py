"""The log of events."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gui.events import EventLog
from gui.gallery import Gallery
from gui.store import Store
from tests.gui.samples import event
from tests.gui.test_gallery import some_print


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "data" / "gallery.sqlite")
    yield opened
    opened.close()


def test_events_come_newest_first_and_page(store: Store) -> None:
    gallery, log = Gallery(store), EventLog(store)
    ada = gallery.add_person("Ada", [some_print()])
    logged = [log.log(event(person_id=ada, time=when)) for when in (1.0, 2.0, 3.0)]
    assert log.events() == logged[::-1]
    assert log.events(2) == logged[:0:-1]
    assert log.events(2, before_id=logged[1].id) == logged[:1]
    assert gallery.people()[0].last_seen == 3.0
    assert log.log(event(person_id=999)).person_id is None
