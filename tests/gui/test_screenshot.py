"""The documents' pictures are taken at the right moment."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from gui.pipeline import Pipeline
from gui.records import DoorView, DoorWord, EnrolmentPhase, EnrolmentProgress, PipelineOptions, now_s
from gui.screenshot import STEADY_FRAMES, _Shoot
from gui.theme import Theme
from gui.window import Window
from tests.gui.samples import face, frame


def test_enrols_who_stands_there_and_waits_for_the_open_door(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    options = PipelineOptions(data=tmp_path, board="virtual", camera="demo")
    pipeline = Pipeline(options)
    window = Window(pipeline, options, theme)
    qtbot.addWidget(window)
    ended: list[int] = []
    out = tmp_path / "window.png"
    shoot = _Shoot(window, pipeline, ["Ada"], out, None, ended.append)
    for number in range(STEADY_FRAMES):
        assert window.enrol_dialog is None
        shoot.frame(frame(number, (face(),)))
    dialog = window.enrol_dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.collecting, timeout=2000)
    shoot.progress(EnrolmentProgress("Ada", EnrolmentPhase.SAVED, 8, 8, "saved"))
    assert window.enrol_dialog is None
    shoot.shoot()
    assert ended == []  # nobody was let in yet
    pipeline.door_changed.emit(DoorView(DoorWord.OPEN, 5_000.0, now_s()))
    shoot.shoot()
    assert ended == [0]
    assert out.stat().st_size > 10_000
    window.close()
