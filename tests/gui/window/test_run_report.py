"""The report counts what was shown and dropped, and when things were up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gui.core.states import PipelineOptions
from gui.pipeline.pipeline import Pipeline
from gui.widgets.theme import Theme
from gui.window.main_window import Window
from gui.window.run_report import Report
from tests.support.samples import board, camera, frame, recognition


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    return Pipeline(PipelineOptions(data=tmp_path, board="virtual", camera="demo"))


def test_frames_left_out_are_dropped_ones(pipeline: Pipeline, theme: Theme, qtbot: QtBot, tmp_path: Path) -> None:
    window = Window(pipeline, PipelineOptions(data=tmp_path), theme)
    qtbot.addWidget(window)
    report = Report(pipeline, window, settle_s=0.0)
    assert report.result()["frames"] is None
    window.show()
    qtbot.waitExposed(window)
    qtbot.waitUntil(lambda: "window_s" in report._start, timeout=5000)
    pipeline.board_changed.emit(board())
    pipeline.camera_changed.emit(camera())
    for number in (10, 11, 14, 15):
        pipeline.frame_ready.emit(frame(number))
        qtbot.wait(5)
    pipeline.engine.camera.skipped += 3
    pipeline.frame_ready.emit(frame(16))
    pipeline.recognised.emit(recognition(passes=2))
    report.write(tmp_path / "report.json")
    told = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert told["frames"]["of_the_camera"] == 10
    assert told["frames"]["shown"] == 5
    assert told["frames"]["dropped"] == 5
    assert told["frames"]["gap_ms"]["most"] >= 5.0
    assert (told["fingerprints"]["count"], told["fingerprints"]["flip_averaged"]) == (1, 1)
    assert told["fingerprints"]["latency_ms"]["p50"] == pytest.approx(310.0, rel=0.01)
    assert told["board"] == {"where": "virtual", "name": "nucleo_f767zi"}
    assert told["measured_on"]["where"] == "PC"
    assert {"window_s", "first_picture_s", "board_ready_s", "first_fingerprint_s"} <= told["start"].keys()
    window.close()
