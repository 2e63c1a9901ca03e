"""The crop: where the five points land, what is outside, and what is refused."""

from __future__ import annotations

import threading

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from device.vision.crop import CROP_SIZE, LANDMARKS, TEMPLATE, CropError, align, similarity, template

PLACED = TEMPLATE + np.array([100.0, 50.0])


def smooth_photo(height: int = 480, width: int = 640) -> NDArray[np.uint8]:
    noise = np.random.default_rng(3).integers(0, 256, (height, width, 3)).astype(np.uint8)
    return np.asarray(cv2.GaussianBlur(noise, (0, 0), 4), np.uint8)


def turned(
    points: NDArray[np.float64], degrees: float, scale: float, shift: tuple[float, float]
) -> NDArray[np.float64]:
    angle = np.deg2rad(degrees)
    matrix = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.asarray(points @ matrix.T + shift)


def test_template_is_the_design() -> None:
    expected = [[43.77, 59.08], [84.04, 58.86], [64.03, 81.98], [47.48, 105.56], [80.84, 105.38]]
    assert TEMPLATE.tolist() == expected
    assert CROP_SIZE == 128
    assert len(LANDMARKS) == 5
    with pytest.raises(ValueError, match="read-only"):
        TEMPLATE[0, 0] = 0


def test_landmarks_on_the_template_cut_out_the_photo_unchanged() -> None:
    photo = smooth_photo()
    crop = align(photo, PLACED)
    assert crop.shape == (128, 128, 3)
    assert crop.dtype == np.uint8
    np.testing.assert_array_equal(crop, photo[50:178, 100:228])


@pytest.mark.parametrize(("degrees", "scale"), [(0, 1.4), (20, 0.8), (-35, 1.0), (170, 1.9)])
def test_turned_and_scaled_face_comes_back(degrees: float, scale: float) -> None:
    matrix = similarity(turned(TEMPLATE, degrees, scale, (250, 200)))
    landed = turned(TEMPLATE, degrees, scale, (250, 200)) @ matrix[:, :2].T + matrix[:, 2]
    np.testing.assert_allclose(landed, TEMPLATE, atol=1e-3)
    assert matrix[0, 0] == pytest.approx(matrix[1, 1])
    assert matrix[0, 1] == pytest.approx(-matrix[1, 0])


def test_one_bad_landmark_is_left_out() -> None:
    points = PLACED.copy()
    points[2] += [40, 30]
    np.testing.assert_allclose(similarity(points), similarity(PLACED), atol=1e-3)


def test_outside_the_photo_is_black() -> None:
    photo = np.full((100, 100, 3), 200, np.uint8)
    crop = align(photo, TEMPLATE - np.array([64.0, 0.0]))
    assert (crop[:99, 65:] == 200).all()
    assert (crop[:, :63] == 0).all()
    assert (crop[101:] == 0).all()


def test_far_outside_is_all_black() -> None:
    assert not align(np.full((100, 100, 3), 200, np.uint8), TEMPLATE + np.array([5000.0, 0.0])).any()


def test_same_crop_whatever_the_random_state_and_thread() -> None:
    photo = smooth_photo()
    points = PLACED + np.random.default_rng(5).normal(0, 4, (5, 2))
    first = align(photo, points)
    results: list[NDArray[np.uint8]] = []
    for seed in (1, 99):
        cv2.setRNGSeed(seed)
        results.append(align(photo, points))
    thread = threading.Thread(target=lambda: results.append(align(photo, points)))
    thread.start()
    thread.join()
    assert len(results) == 3
    for crop in results:
        np.testing.assert_array_equal(crop, first)


def test_other_sizes_show_the_same_face() -> None:
    photo = smooth_photo()
    points = turned(TEMPLATE, 10, 1.2, (200, 100))
    half = align(photo, points, size=64)
    assert half.shape == (64, 64, 3)
    shrunk = cv2.resize(align(photo, points), (64, 64), interpolation=cv2.INTER_AREA)
    assert np.abs(half.astype(int) - shrunk.astype(int)).mean() < 2.5
    np.testing.assert_allclose(template(64), (TEMPLATE + 0.5) / 2 - 0.5)


def test_large_face_is_averaged_not_sampled() -> None:
    checks = (np.indices((1200, 1200)).sum(axis=0) % 2 * 255).astype(np.uint8)
    photo = np.repeat(checks[:, :, None], 3, axis=2)
    crop = align(photo, TEMPLATE * 8)
    assert np.abs(crop[2:-2, 2:-2].astype(int) - 127).max() <= 2


def test_large_face_lands_where_a_small_one_does() -> None:
    photo = smooth_photo(300, 300)
    large = cv2.resize(photo, (1500, 1500), interpolation=cv2.INTER_CUBIC)
    points = turned(TEMPLATE, 5, 1.0, (60, 50))
    crop = align(np.asarray(large, np.uint8), (points + 0.5) * 5 - 0.5)
    assert np.abs(crop.astype(int) - align(photo, points).astype(int)).mean() < 1.0


def test_photo_is_left_alone_and_may_be_a_view() -> None:
    photo = smooth_photo()
    view = photo[:, ::-1]
    copy = photo.copy()
    np.testing.assert_array_equal(align(view, PLACED), align(np.ascontiguousarray(view), PLACED))
    np.testing.assert_array_equal(photo, copy)


@pytest.mark.parametrize(
    ("points", "said"),
    [
        (np.zeros((4, 2)), r"\(4, 2\)"),
        (np.zeros((2, 5)), r"\(2, 5\)"),
        (np.full((5, 2), np.nan), "finite"),
        (np.where(np.eye(5, 2) > 0, np.inf, PLACED), "finite"),
        (np.full((5, 2), 77.0), "within 0.00 pixels"),
        (TEMPLATE * 0.01, "within 0.47 pixels"),
    ],
)
def test_bad_landmarks_are_refused(points: NDArray[np.float64], said: str) -> None:
    with pytest.raises(CropError, match=said):
        align(smooth_photo(), points)


@pytest.mark.parametrize(
    ("photo", "said"),
    [
        (np.zeros((100, 100), np.uint8), r"uint8 \(100, 100\)"),
        (np.zeros((100, 100, 4), np.uint8), r"\(100, 100, 4\)"),
        (np.zeros((100, 100, 3), np.float32), "float32"),
        (np.zeros((0, 100, 3), np.uint8), "at least 1 pixel"),
        ("face.jpg", "str"),
    ],
)
def test_bad_photos_are_refused(photo: NDArray[np.uint8], said: str) -> None:
    with pytest.raises(CropError, match=said):
        align(photo, PLACED)
