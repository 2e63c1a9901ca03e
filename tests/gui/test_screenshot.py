"""The documents' pictures are taken at the right moment."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from gui.pipeline import Pipeline
from gui.records import (
    Decision,
    DoorView,
    DoorWord,
    EnrolmentPhase,
    EnrolmentProgress,
    PipelineOptions,
    Verdict,
    now_s,
)
from gui.screenshot import STEADY_FRAMES, _Shoot
from gui.theme import Theme
from gui.window import Window
from tests.gui.samples import event, face, frame, recognition


def test_enrols_who_stands_there_and_waits_for_the_open_door(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    options = PipelineOptions(data=tmp_path, board="virtual", camera="demo")
    pipeline = Pipeline(options)
    window = Window(pipeline, options, theme)
    qtbot.addWidget(window)
    ended: list[int] = []
    out = tmp_path / "window.png"
    shoot = _Shoot(window, {"Ada": (0.0, 9.0)}, 30.0, out, None, ended.append)
    for number in range(STEADY_FRAMES):
        assert window.enrol_dialog is None
        shoot.frame(frame(number, (face(),)))
    dialog = window.enrol_dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.collecting, timeout=2000)
    shoot.progress(EnrolmentProgress("Ada", EnrolmentPhase.SAVED, 8, 8, "saved"))
    assert window.enrol_dialog is None
    shown = frame(90, (face(),))
    shoot.frame(shown)
    assert ended == []  # nobody was let in yet
    shoot.event(event(decision=Decision.REFUSED))
    shoot.event(event())
    pipeline.recognised.emit(recognition())
    shoot.frame(shown)
    assert ended == []  # the door has not been reported open
    pipeline.door_changed.emit(DoorView(DoorWord.OPEN, 5_000.0, now_s()))
    shoot.frame(frame(91))
    shoot.frame(frame(92, (face(age_ms=600.0),)))
    shoot.frame(frame(93, (face(name="Bo"),)))
    shoot.frame(frame(94, (face(verdict=Verdict.BLURRED),)))
    assert ended == []  # the person has left, or somebody else stands there
    shoot.frame(shown)
    shoot.frame(shown)
    assert ended == [0]
    assert out.stat().st_size > 10_000
    window.close()
