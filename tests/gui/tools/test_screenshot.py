"""The documents' pictures are taken at the right moment."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gui.core.decisions import Decision
from gui.core.frames import Verdict, now_s
from gui.core.states import DoorView, DoorWord, PipelineOptions
from gui.enrolment.progress import EnrolmentPhase, EnrolmentProgress
from gui.panes.door.kiosk import KioskView
from gui.pipeline.pipeline import Pipeline
from gui.tools.screenshot import STEADY_FRAMES, _Shoot
from gui.widgets.palette import LIGHT
from gui.widgets.theme import Theme
from gui.window.main_window import Window
from tests.support.samples import event, face, frame, recognition


def test_enrols_who_stands_there_and_waits_for_the_open_door(
    qtbot: QtBot, theme: Theme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = PipelineOptions(data=tmp_path / "data", board="virtual", camera="demo")
    pipeline = Pipeline(options)
    window, kiosk = Window(pipeline, options, theme), KioskView(theme)
    qtbot.addWidget(window)
    qtbot.addWidget(kiosk)
    ended: list[int] = []
    monkeypatch.setattr(_Shoot, "wait", lambda self, _holds, then: then())  # no board runs that could be asked
    chosen: list[str | None] = []
    monkeypatch.setattr(pipeline.camera, "choose", lambda spec: chosen.append(spec.value or spec.kind))
    shoot = _Shoot(pipeline, theme, window, kiosk, {"Ada": tmp_path / "ada.avi"}, tmp_path, ended.append)
    shoot.frame(frame(0))
    assert chosen == [str(tmp_path / "ada.avi")]
    for number in range(STEADY_FRAMES):
        assert window.enrol_dialog is None
        shoot.frame(frame(number, (face(),)))
    dialog = window.enrol_dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.collecting, timeout=2000)
    shoot.progress(EnrolmentProgress("Ada", EnrolmentPhase.SAVED, 8))
    assert window.enrol_dialog is None
    assert chosen[-1] == "demo"
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
    assert {file.stem for file in tmp_path.glob("*.png")} == {"window", "window_dark", "door_display", "timing"}
    assert all(file.stat().st_size > 5_000 for file in tmp_path.glob("*.png"))
    assert theme.colours is LIGHT
    window.close()
