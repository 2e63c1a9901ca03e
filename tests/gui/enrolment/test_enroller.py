"""What an enrolment takes of the crops that come back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from device.link.protocol import Capability
from gui.access.recogniser import Recogniser
from gui.core.decisions import FlipAveraging, Rules
from gui.enrolment.enroller import Enroller
from gui.enrolment.progress import EnrolmentProgress
from gui.gallery.corrections import Corrections
from gui.gallery.database import Store
from gui.gallery.gallery import Gallery
from gui.gallery.history import PeopleChanges
from gui.gallery.writer import GalleryWriter
from tests.gui.access.test_recogniser import hello, inference, job


@pytest.fixture
def gallery(tmp_path: Path) -> Iterator[Gallery]:
    store = Store(tmp_path / "gallery.sqlite")
    yield Gallery(store)
    store.close()


@pytest.mark.parametrize(("flip", "taken"), [(FlipAveraging.AUTOMATIC, 1), (FlipAveraging.OFF, 2)])
def test_a_crop_that_was_sent_before_it_began_is_not_taken_where_flip_averaging_is_wanted(
    gallery: Gallery, tmp_path: Path, flip: FlipAveraging, taken: int
) -> None:
    recogniser = Recogniser(gallery, Corrections(gallery._store), Rules(flip=flip), tmp_path)
    recogniser.connect(hello(can=Capability.INFER | Capability.FLIP))
    told: list[EnrolmentProgress] = []
    writer = GalleryWriter(lambda: None, lambda problem: None)
    enroller = Enroller(gallery, PeopleChanges(gallery), recogniser, writer, told.append)
    enroller.begin("Ada", 3)
    for at_s, found in ((1.0, inference(1)), (2.0, inference(1, passes=2))):
        assert enroller.take(job(taken_s=at_s), found, recogniser.embed(found)) == "Ada"
    assert enroller.enrolment is not None
    kept = [take.stored.passes for take in enroller.enrolment.takes]
    assert kept == [1, 2][-taken:]
    assert told[-1].taken == taken
    writer.stop()
