"""The whole live side without a window: the demo clip, the detector, the virtual board, the gallery."""

from __future__ import annotations

import json
import multiprocessing
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from device.emulator.launcher import default_image
from device.errors import DeviceError, FileError
from gui.core.decisions import Decision, FlipAveraging, Rules
from gui.core.frames import Stage, Verdict
from gui.core.states import BoardPhase, CameraKind, DoorWord, PipelineOptions
from gui.enrolment.progress import EnrolmentPhase, EnrolmentProgress
from gui.panes.people.wording import verdict_line
from gui.pipeline.engine import GALLERY_FILE
from gui.pipeline.pipeline import Pipeline

PATIENCE_MS = 90_000


class Log:
    """Everything a pipeline says, by signal, and the thread it said it on."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.threads: set[int] = set()
        self.said: dict[str, list] = {}
        for name in (
            "frame_ready", "recognised", "board_changed", "door_changed", "camera_changed", "event_logged",
            "gallery_changed", "enrolment_changed", "problem",
        ):  # fmt: skip
            self.said[name] = []
            getattr(pipeline, name).connect(self._listener(name))

    def _listener(self, name: str) -> Callable[..., None]:
        def listen(*values: object) -> None:
            self.threads.add(threading.get_ident())
            self.said[name].append(values[0] if values else None)

        return listen

    def __getattr__(self, name: str) -> list:
        return self.said[name]


@pytest.fixture
def still(assets: Path, tmp_path: Path) -> Path:
    """A folder with one picture of the first person of the demo clip, standing."""
    clip, story = assets / "demo.mp4", assets / "demo.json"
    if not clip.exists() or not story.exists():
        pytest.skip("no demo clip in assets")
    told = json.loads(story.read_text())
    person = told["people"][0]
    capture = cv2.VideoCapture(str(clip))
    capture.set(cv2.CAP_PROP_POS_FRAMES, round(told["fps"] * (person["stands_from_s"] + person["stands_to_s"]) / 2))
    good, bgr = capture.read()
    capture.release()
    assert good
    folder = tmp_path / "pictures"
    folder.mkdir()
    cv2.imwrite(str(folder / "person.png"), bgr)
    return folder


@pytest.fixture
def make(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[..., tuple[Pipeline, Log]]]:
    try:
        default_image()
    except DeviceError as error:
        pytest.skip(str(error))
    made: list[Pipeline] = []

    def build(camera: str, **options: object) -> tuple[Pipeline, Log]:
        given = {"board": "virtual", "door_open_ms": 400, "enrolment_crops": 3, **options}
        pipeline = Pipeline(PipelineOptions(tmp_path / "data", camera=camera, **given))  # type: ignore[arg-type]
        made.append(pipeline)

        def say_yes(progress: EnrolmentProgress) -> None:
            if progress.phase is EnrolmentPhase.REVIEW:
                pipeline.enroller.accept()

        pipeline.enrolment_changed.connect(say_yes)
        return pipeline, Log(pipeline)

    yield build
    for pipeline in made:
        pipeline.stop()
    assert multiprocessing.active_children() == []


def test_enrol_recognise_open_once_and_remember_after_a_restart(
    qtbot: QtBot, make: Callable[..., tuple[Pipeline, Log]], still: Path
) -> None:
    pipeline, log = make(str(still))
    pipeline.start()
    pipeline.enroller.begin("Ada")
    qtbot.waitUntil(lambda: bool(log.event_logged), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: bool(log.door_changed) and log.door_changed[-1].state is DoorWord.OPEN, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: log.door_changed[-1].state is DoorWord.LOCKED, timeout=PATIENCE_MS)
    seen = len(log.recognised)
    qtbot.waitUntil(lambda: len(log.recognised) >= seen + 3, timeout=PATIENCE_MS)
    pipeline.stop()
    assert log.threads == {threading.get_ident()}
    last = log.enrolment_changed[-1]
    assert (last.phase, last.taken, last.name) == (EnrolmentPhase.SAVED, 3, "Ada")
    (event,) = log.event_logged  # one visit, one event
    assert (event.name, event.decision, event.person_id) == ("Ada", Decision.ACCEPTED, last.person_id)
    assert event.where == "virtual"
    assert event.network_ms > 0
    assert event.passes == 1
    assert event.thumbnail.startswith(b"\xff\xd8")
    assert [state.phase for state in log.board_changed] == [BoardPhase.CONNECTING, BoardPhase.READY]
    assert log.camera_changed[0].kind is CameraKind.FOLDER
    recognition = log.recognised[-1]
    assert set(Stage) - {Stage.DRAW} <= {span.stage for span in recognition.timeline.spans}
    (face,) = log.frame_ready[-1].faces
    assert (face.name, face.decision, face.verdict) == ("Ada", Decision.ACCEPTED, Verdict.GOOD)
    assert face.landmarks.shape == (5, 2)
    assert [frame.number for frame in log.frame_ready] == sorted({frame.number for frame in log.frame_ready})

    again, log = make(str(still))
    assert [(person.name, person.fingerprints) for person in again.people.everyone()] == [("Ada", 3)]
    ((_, fingerprints),) = again.engine.gallery.everything()
    assert [one.passes for one in fingerprints] == [2, 2, 2]  # what is kept is flip-averaged
    assert [old.id for old in again.events.newest()] == [event.id]
    again.door.set_rules(Rules(flip=FlipAveraging.ON))
    again.start()
    qtbot.waitUntil(lambda: bool(log.event_logged), timeout=PATIENCE_MS)
    assert (log.event_logged[0].name, log.event_logged[0].passes) == ("Ada", 2)
    assert again.people.everyone()[0].usable == 3
    again.stop()


def test_closing_while_frames_are_in_flight_leaves_no_thread(
    qtbot: QtBot, make: Callable[..., tuple[Pipeline, Log]], still: Path
) -> None:
    pipeline, log = make(str(still))
    pipeline.start()
    qtbot.waitUntil(lambda: bool(log.recognised), timeout=PATIENCE_MS)
    pipeline.enroller.begin("Ada")
    pipeline.stop()
    count = sum(map(len, log.said.values()))
    qtbot.wait(50)
    assert sum(map(len, log.said.values())) == count
    names = {thread.name for thread in threading.enumerate()}
    assert not {name for name in names if name.startswith(("camera", "vision", "board", "store", "virtual"))}
    assert (pipeline.people.everyone(), pipeline.events.newest()) == ([], [])
    pipeline.people.delete(1)
    pipeline.stop()


def test_stopping_at_once_and_without_starting(
    qtbot: QtBot, make: Callable[..., tuple[Pipeline, Log]], tmp_path: Path
) -> None:
    cv2.imwrite(str(tmp_path / "grey.png"), np.full((60, 80, 3), 99, np.uint8))
    pipeline, _ = make(str(tmp_path))
    pipeline.start()
    pipeline.stop()
    make(str(tmp_path))[0].stop()


def test_people_are_renamed_deleted_and_brought_back(
    qtbot: QtBot, make: Callable[..., tuple[Pipeline, Log]], still: Path
) -> None:
    pipeline, log = make(str(still), enrolment_crops=1)
    pipeline.start()
    pipeline.enroller.begin("Ada")
    qtbot.waitUntil(lambda: any(p.phase is EnrolmentPhase.SAVED for p in log.enrolment_changed), timeout=PATIENCE_MS)

    def names() -> list[str]:
        return [person.name for person in pipeline.people.everyone()]

    (ada,) = pipeline.people.everyone()
    pipeline.people.rename(ada.id, "Ada Lovelace")
    qtbot.waitUntil(lambda: names() == ["Ada Lovelace"])
    pipeline.people.rename(ada.id, " ")
    qtbot.waitUntil(lambda: any("empty" in problem.message for problem in log.problem))
    pipeline.enroller.begin("ada  LOVELACE")
    qtbot.waitUntil(lambda: log.enrolment_changed[-1].phase is EnrolmentPhase.FAILED)
    assert "taken" in verdict_line(log.enrolment_changed[-1])
    pipeline.people.delete(ada.id)
    qtbot.waitUntil(lambda: names() == [])
    pipeline.people.undo()
    qtbot.waitUntil(lambda: names() == ["Ada Lovelace"])
    pipeline.people.undo()  # the new name
    qtbot.waitUntil(lambda: names() == ["Ada"])
    pipeline.enroller.begin("Ben")
    assert pipeline.enroller.enrolment is not None
    rules = pipeline.enroller.enrolment.rules
    # Who comes into view midway is asked for more than the door asks for, or a look-alike would be enrolled on.
    assert rules.agree < pipeline.engine.recogniser.rules.threshold < rules.same
    pipeline.enroller.cancel()
    pipeline.enroller.cancel()
    qtbot.waitUntil(lambda: log.enrolment_changed[-1].phase is EnrolmentPhase.CANCELLED)
    pipeline.door.open()
    qtbot.waitUntil(lambda: any(event.decision is Decision.BY_HAND for event in log.event_logged), timeout=PATIENCE_MS)
    pipeline.door.lock()
    pipeline.stop()


def test_what_cannot_work_is_refused_before_anything_starts(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError):
        Pipeline(PipelineOptions(tmp_path / "file", camera=str(tmp_path)))
    pipeline = Pipeline(PipelineOptions(tmp_path, camera="demo"))
    assert (tmp_path / GALLERY_FILE).exists()
    pipeline.stop()
