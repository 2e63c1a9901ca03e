"""From the pane of people through the pipeline to the gallery and back, with files on disk and no board."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from gui.core.states import PipelineOptions
from gui.enrolment.photo_enrolment import PhotoChoices, PhotoPhase
from gui.enrolment.photo_groups import group_photos
from gui.gallery.archive import ENDING
from gui.pipeline.pipeline import Pipeline
from gui.widgets.theme import Theme
from gui.window.main_window import Window
from tests.gui.gallery.test_archive import with_picture


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    pipeline = Pipeline(PipelineOptions(data=tmp_path / "data", board="virtual", camera="demo"))
    for number, name in enumerate(("Ada", "Ben", "Cy")):
        pipeline.engine.gallery.add_person(name, [with_picture(number)])
    yield pipeline
    pipeline.stop()


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, pipeline: Pipeline, tmp_path: Path) -> Window:
    window = Window(pipeline, PipelineOptions(data=tmp_path), theme)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    return window


def names(window: Window) -> list[str]:
    return [person.name for person in window.people.model.people]


def test_changes_are_told_and_taken_back(qtbot: QtBot, window: Window) -> None:
    pane = window.people
    pane.view.setCurrentIndex(pane.model.index(1))
    window.commands["delete"].trigger()
    qtbot.waitUntil(lambda: names(window) == ["Ada", "Cy"])
    assert pane.note == "Ben was deleted"
    pane.merge_current()
    dialog = next(child for child in window.children() if type(child).__name__ == "MergeDialog")
    dialog._merge()
    qtbot.waitUntil(lambda: names(window) == ["Ada"])
    assert pane.note == "Cy is now a part of Ada"
    window.commands["undo"].trigger()
    qtbot.waitUntil(lambda: names(window) == ["Ada", "Cy"])
    window.people_controller.undo()
    qtbot.waitUntil(lambda: names(window) == ["Ada", "Ben", "Cy"])
    window.people_controller.undo()  # nothing left


def test_a_gallery_is_exported_and_imported_with_a_name_that_is_taken(
    qtbot: QtBot, window: Window, pipeline: Pipeline, tmp_path: Path
) -> None:
    file = tmp_path / f"people{ENDING}"
    pipeline.people.write(file)
    qtbot.waitUntil(lambda: window.people.note == f"Exported to people{ENDING}")
    window.people.view.setCurrentIndex(window.people.model.index(0))
    window.people.delete_current()
    qtbot.waitUntil(lambda: names(window) == ["Ben", "Cy"])
    window.people_controller.take_files([file])
    qtbot.waitUntil(lambda: window.people_controller.import_dialog is not None)
    dialog = window.people_controller.import_dialog
    assert dialog is not None
    assert list(dialog.choices) == ["Ben", "Cy"]
    dialog.choices["Cy"].setCurrentIndex(2)
    dialog.run.click()
    qtbot.waitUntil(lambda: names(window) == ["Ada", "Ben", "Ben (2)", "Cy"])
    assert window.people.note == "2 people were added"
    window.people_controller.undo()
    qtbot.waitUntil(lambda: names(window) == ["Ben", "Cy"])


def test_a_file_that_is_no_gallery_is_refused_in_the_bar(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    file = tmp_path / f"people{ENDING}"
    file.write_bytes(b"nothing of the kind")
    window.people_controller.take_files([file])
    qtbot.waitUntil(lambda: window.problems.isVisible())
    assert window.people_controller.import_dialog is None
    assert names(window) == ["Ada", "Ben", "Cy"]


def test_export_says_what_such_a_file_is_before_it_asks_for_a_name(qtbot: QtBot, window: Window) -> None:
    window.people_controller.export()
    (box,) = window.findChildren(QMessageBox)
    assert "biometric data" in box.text()
    box.reject()


def test_photos_that_are_dropped_are_tried_and_reported(
    qtbot: QtBot, window: Window, pipeline: Pipeline, tmp_path: Path
) -> None:
    (tmp_path / "Di_1.jpg").write_bytes(b"no picture")
    window.people_controller.take_files([tmp_path / "Di_1.jpg"])
    dialog = window.people_controller.photo_dialog
    assert dialog is not None
    dialog.start.click()
    qtbot.waitUntil(lambda: dialog.progress is not None and dialog.progress.over, timeout=20_000)
    assert dialog.progress is not None
    assert dialog.progress.phase is PhotoPhase.DONE
    assert dialog.table.item(0, 1).text() == "✕ Cannot be read"
    dialog.start.click()
    assert window.people_controller.photo_dialog is None
    assert names(window) == ["Ada", "Ben", "Cy"]
    pipeline.people.enrol_photos(group_photos([tmp_path / "Di_1.jpg"]).people, PhotoChoices())
    pipeline.stop()  # in the midst of it
