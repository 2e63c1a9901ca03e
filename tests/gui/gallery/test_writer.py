"""Changes of the gallery on a thread of their own: in their order, and what they raise becomes a problem."""

from __future__ import annotations

import threading

from gui.core.states import Problem, Topic
from gui.gallery.database import GalleryError
from gui.gallery.writer import GalleryWriter


def test_work_is_done_in_its_order_and_a_change_is_told_after_it() -> None:
    told: list[object] = []
    writer = GalleryWriter(lambda: told.append("changed"), told.append)
    writer.write(lambda: told.append(threading.current_thread() is threading.main_thread()))
    writer.change(lambda: told.append("work"))
    writer.stop()
    assert told == [False, "work", "changed"]


def test_what_is_refused_becomes_a_problem_and_no_change() -> None:
    told: list[object] = []
    writer = GalleryWriter(lambda: told.append("changed"), told.append)

    def refuse() -> None:
        raise GalleryError("the name Ada is taken", "choose another name")

    writer.change(refuse)
    writer.write(lambda: told.append("next"))
    writer.stop()
    assert told == [Problem("the name Ada is taken", "choose another name", Topic.GALLERY), "next"]


def test_after_its_end_it_takes_no_work() -> None:
    told: list[object] = []
    writer = GalleryWriter(lambda: None, told.append)
    writer.close()
    writer.write(lambda: told.append("late"))
    writer.stop()
    writer.write(lambda: told.append("too late"))
    assert told == []
