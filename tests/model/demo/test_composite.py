"""Composites and the demo clip: shapes, mixes, the plan, and the clip that is shipped."""

from __future__ import annotations

import json
import zipfile
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from device.errors import FileError
from device.model.demo.clip import FPS, HEIGHT, PEOPLE, WIDTH, background, frames, pose_at, visits, write_clip
from device.model.demo.composite import (
    CENTRE,
    EYE_DISTANCE,
    FEWEST,
    Portrait,
    Source,
    compose,
    exaggerate,
    mirrored,
    mixed_shape,
    read_sources,
    similarity,
    spline,
    warp,
)
from device.model.demo.figure import Painter, Pose, Style, make_figure
from device.paths import ASSETS

CLIP = ASSETS / "demo.mp4"


def face_points() -> NDArray[np.float64]:
    """Forty-nine points of a plain, symmetric face in the portrait's frame."""
    left = [(-78 + 14 * i, -38 - 6 * np.sin(i * np.pi / 4)) for i in range(5)]
    brows = left + [(-x, y) for x, y in reversed(left)]
    nose = [(0, 10 + 16 * i) for i in range(4)] + [(-18 + 9 * i, 70 + 3 * (i % 4 > 0)) for i in range(5)]
    eye = [(-62, 0), (-54, -6), (-42, -6), (-34, 0), (-42, 6), (-54, 6)]
    other = [(34, 0), (42, -6), (54, -6), (62, 0), (54, 6), (42, 6)]
    upper = [(-32 + 32 * i / 3, 112 - 6 * np.sin(i * np.pi / 6)) for i in range(7)]
    lower = [(32 - 32 * i / 3, 112 + 10 * np.sin(i * np.pi / 6)) for i in range(1, 6)]
    inner = [(-14, 112), (0, 112), (14, 112), (14, 114), (0, 115), (-14, 114)]
    return np.array(brows + nose + eye + other + upper + lower + inner, np.float64) + CENTRE


def drawn(seed: int, tone: int = 190) -> Source:
    """A drawn photo, turned, scaled and shifted, with noisy landmarks."""
    rng = np.random.default_rng(seed)
    angle, scale = rng.uniform(-0.2, 0.2), rng.uniform(0.7, 0.9)
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = (face_points() + rng.normal(0, 1.5, (49, 2)) - CENTRE) @ turn.T + [160, 170]
    photo = np.full((400, 320, 3), (90, 110, 130), np.uint8)
    cv2.ellipse(photo, (160, 200), (95, 130), float(np.rad2deg(angle)), 0, 360, (tone, tone - 40, tone - 60), -1)
    for x, y in points[[19, 22, 25, 28, 13, 31, 37]]:
        cv2.circle(photo, (round(x), round(y)), 5, (40, 20, 20), -1)
    return Source(f"drawn{seed}", photo, points)


@pytest.fixture(scope="module")
def portrait() -> Portrait:
    return compose([drawn(seed) for seed in range(8)])


def test_mirror_is_its_own_inverse() -> None:
    points = np.random.default_rng(0).normal(200, 50, (49, 2))
    np.testing.assert_allclose(mirrored(mirrored(points)), points)
    np.testing.assert_allclose(mirrored(face_points()), face_points(), atol=1e-9)


def test_similarity_brings_points_back() -> None:
    points = face_points()
    turned = 0.7 * points @ np.array([[0.8, 0.6], [-0.6, 0.8]]) + [12, -5]
    matrix = similarity(turned, points)
    np.testing.assert_allclose(turned @ matrix[:, :2].T + matrix[:, 2], points, atol=1e-9)


def test_spline_passes_through_its_points() -> None:
    rng = np.random.default_rng(1)
    at, values = rng.uniform(0, 400, (20, 2)), rng.uniform(0, 400, (20, 2))
    np.testing.assert_allclose(spline(at, values, at), values, atol=8)
    plane = at @ np.array([[1.2, 0.1], [-0.1, 0.9]]) + [5, 6]
    where = rng.uniform(0, 400, (30, 2))
    np.testing.assert_allclose(
        spline(at, plane, where), where @ np.array([[1.2, 0.1], [-0.1, 0.9]]) + [5, 6], atol=1e-6
    )


def test_mixed_shape_is_level_and_centred() -> None:
    shape = mixed_shape([drawn(seed) for seed in range(8)])
    left, right = shape[19:25].mean(axis=0), shape[25:31].mean(axis=0)
    np.testing.assert_allclose((left + right) / 2, CENTRE, atol=0.5)
    assert right[0] - left[0] == pytest.approx(EYE_DISTANCE, abs=0.5)
    assert abs(right[1] - left[1]) < 0.5
    assert np.abs(shape - face_points()).max() < 5


def test_warp_moves_landmarks_onto_the_shape() -> None:
    warped = warp(drawn(3), face_points())
    assert warped.shape == (480, 384, 3)
    for x, y in face_points()[[19, 28, 13, 31, 37]]:
        assert warped[round(y), round(x)].max() < 90


def test_composite_needs_eight_different_people() -> None:
    few = [drawn(seed) for seed in range(FEWEST - 1)]
    with pytest.raises(FileError, match="7 people"):
        compose(few)
    with pytest.raises(FileError, match="7 people"):
        compose([*few, few[0]])


def test_what_one_photo_alone_shows_is_gone() -> None:
    sources = [drawn(seed) for seed in range(8)]
    plain = compose(sources).picture
    marked = drawn(7)
    x, y = (round(value) for value in marked.points[13])
    cv2.rectangle(marked.photo, (x - 60, y - 60), (x + 60, y - 45), (255, 0, 255), -1)
    mixed = compose([*sources[:7], marked]).picture
    assert np.abs(mixed.astype(int) - plain.astype(int)).mean() < 3
    assert np.abs(mixed.astype(int) - plain.astype(int)).max() < 90


def test_composite_is_the_same_every_time(portrait: Portrait) -> None:
    again = compose([drawn(seed) for seed in range(8)])
    np.testing.assert_array_equal(again.picture, portrait.picture)
    np.testing.assert_array_equal(again.points, portrait.points)


def test_exaggerating_draws_people_apart() -> None:
    wide = Portrait(np.full((480, 384, 3), 150, np.uint8), face_points() + (face_points() - CENTRE) * [0.1, 0])
    slim = Portrait(np.full((480, 384, 3), 170, np.uint8), face_points() - (face_points() - CENTRE) * [0.1, 0])
    same = exaggerate([wide, slim], 1.0, 1.0)
    np.testing.assert_allclose(same[0].points, wide.points)
    assert np.abs(same[0].picture.astype(int) - 150).max() <= 1
    more = exaggerate([wide, slim], 1.5, 1.5)
    np.testing.assert_allclose(np.ptp(more[0].points[:, 0]) / np.ptp(face_points()[:, 0]), 1.15)
    middle = [int(portrait.picture[280, 192, 0]) for portrait in more]
    assert middle == pytest.approx([145, 175], abs=1)


def test_sources_are_read_and_bad_archives_refused(tmp_path: Path) -> None:
    archive = tmp_path / "landmarked.zip"
    source = drawn(1)
    _, packed = cv2.imencode(".jpg", source.photo[:, :, ::-1])
    text = "\n".join(f"{x:.3f} {y:.3f}" for x, y in source.points)
    with zipfile.ZipFile(archive, "w") as members:
        members.writestr("a.jpg", packed.tobytes())
        members.writestr("a.txt", text)
        members.writestr("b.jpg", b"no picture")
        members.writestr("b.txt", text)
        members.writestr("c.jpg", packed.tobytes())
        members.writestr("c.txt", "1 2\n3 4\n")
    (read,) = read_sources(archive, ["a"])
    np.testing.assert_allclose(read.points, source.points, atol=1e-3)
    assert np.abs(read.photo.astype(int) - source.photo.astype(int)).mean() < 6
    for names, said in ((["b"], "b has no photo"), (["c"], r"\(2, 2\)"), (["d"], "d:"), (None, "b has no photo")):
        with pytest.raises(FileError, match=said):
            read_sources(archive, names)
    archive.write_bytes(b"no zip")
    with pytest.raises(FileError, match=r"landmarked\.zip"):
        read_sources(archive)
    with pytest.raises(FileError, match=r"none\.zip"):
        read_sources(tmp_path / "none.zip")


def test_everybody_is_a_mix_and_shares_no_source() -> None:
    assert len(PEOPLE) >= 4
    assert [person.enrol for person in PEOPLE].count(False) == 1
    sources = [name for person in PEOPLE for name in person.sources]
    assert len(sources) == len(set(sources))
    assert all(len(person.sources) >= FEWEST for person in PEOPLE)


def test_people_come_one_at_a_time() -> None:
    plan, length = visits(PEOPLE)
    for visit in plan:
        assert visit.from_s < visit.stands_from_s < visit.stands_to_s < visit.to_s < length
    for before, after in pairwise(plan):
        assert after.from_s - before.to_s >= 1.0
    assert plan[0].from_s >= 1.0


@pytest.mark.parametrize("index", range(len(PEOPLE)))
def test_everybody_walks_in_turns_and_leaves(index: int) -> None:
    person, visit = PEOPLE[index], visits(PEOPLE)[0][index]
    poses = {at: pose_at(person, visit, at) for at in np.arange(visit.from_s, visit.to_s, 1 / FPS)}
    first, last = next(iter(poses.values())), pose_at(person, visit, visit.to_s)
    half_width = 120
    assert first.x + half_width < 0 or first.x - half_width > WIDTH
    assert last.x + half_width < 0 or last.x - half_width > WIDTH
    standing = [pose for at, pose in poses.items() if visit.stands_from_s <= at <= visit.stands_to_s]
    assert min(pose.yaw for pose in standing) < -0.2
    assert max(pose.yaw for pose in standing) > 0.2
    assert min(pose.pitch for pose in standing) < -0.1
    assert max(pose.pitch for pose in standing) > 0.1
    assert max(pose.blink for pose in standing) > 0.5
    assert all(150 < pose.x < WIDTH - 150 and 100 < pose.y < HEIGHT - 150 for pose in standing)
    steps = list(poses.values())
    assert max(abs(b.yaw - a.yaw) for a, b in pairwise(steps)) < 0.08
    assert max(abs(b.x - a.x) for a, b in pairwise(steps)) < 35


def test_a_turn_moves_the_nose_more_than_the_ears() -> None:
    def marked(x: int, y: int) -> NDArray[np.float32]:
        layer = np.zeros((800, 800, 4), np.float32)
        cv2.circle(layer, (x, y), 6, (255, 255, 255, 1), -1)
        return layer

    def centre(layer: NDArray[np.float32]) -> NDArray[np.float64]:
        return np.argwhere(layer[:, :, 3] > 0.5).mean(axis=0)[::-1]

    painter = Painter()
    spots = {"nose": (400, 322), "ear": (505, 300), "chin": (400, 425)}
    for yaw, pitch, axis, sign in ((0.2, 0.0, 0, 1), (-0.2, 0.0, 0, -1), (0.0, 0.15, 1, -1), (0.0, -0.15, 1, 1)):
        moved = {name: centre(painter.turn(marked(*at), yaw, pitch)) - at for name, at in spots.items()}
        far = {name: sign * shift[axis] for name, shift in moved.items()}
        assert far["nose"] > 15
        assert far["nose"] > far["ear"] + 5
    still = marked(430, 300)
    np.testing.assert_allclose(painter.turn(still, 0.0, 0.0), still, atol=1e-3)


def test_a_figure_hides_the_wall_and_nothing_else(portrait: Portrait) -> None:
    figure = make_figure(portrait, Style("long", (60, 70, 90), (220, 220, 220), "crew"), 1)
    wall = background()
    assert wall.shape == (HEIGHT, WIDTH, 3)
    frame = wall.copy()
    Painter().paint(frame, figure, Pose(320.0, 240.0, 0.8))
    np.testing.assert_allclose(frame[:56], wall[:56], atol=0.5)
    assert np.abs(frame[240, 300:340] - wall[240, 300:340]).mean() > 5
    assert np.isfinite(frame).all()
    away = wall.copy()
    Painter().paint(away, figure, Pose(-900.0, 240.0, 0.8, 0.2, 0.1, 0.1, 1.0))
    np.testing.assert_array_equal(away, wall)


def test_the_clip_begins_with_an_empty_door(portrait: Portrait) -> None:
    figure = make_figure(portrait, PEOPLE[0].style, 0)
    stream = frames([(PEOPLE[0], figure)])
    first = next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert first.shape == (HEIGHT, WIDTH, 3)
    assert first.dtype == np.uint8
    assert np.abs(first.astype(float) - background()).mean() < 3


def test_shipped_clip_fits_its_description() -> None:
    about = json.loads(CLIP.with_suffix(".json").read_text(encoding="utf-8"))
    plan, length = visits(PEOPLE)
    assert "Nobody in this clip exists" in about["about"]
    assert about["seconds"] == length
    for entry, visit, person in zip(about["people"], plan, PEOPLE, strict=True):
        assert entry["id"] == visit.id
        assert (entry["from_s"], entry["to_s"]) == (visit.from_s, visit.to_s)
        assert (entry["stands_from_s"], entry["stands_to_s"]) == (visit.stands_from_s, visit.stands_to_s)
        assert entry["enrol"] == person.enrol
        assert entry["mixed_from"] == len(person.sources) >= FEWEST
    clip = cv2.VideoCapture(str(CLIP))
    assert clip.get(cv2.CAP_PROP_FPS) == FPS
    assert clip.get(cv2.CAP_PROP_FRAME_COUNT) == round(length * FPS)
    assert (clip.get(cv2.CAP_PROP_FRAME_WIDTH), clip.get(cv2.CAP_PROP_FRAME_HEIGHT)) == (WIDTH, HEIGHT)
    clip.release()
    assert CLIP.stat().st_size < 2_100_000


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "landmarked.zip"
    with zipfile.ZipFile(archive, "w"):
        pass
    with pytest.raises(FileError, match="no folder"):
        write_clip(tmp_path, tmp_path / "none" / "demo.mp4")
    with pytest.raises(FileError, match=PEOPLE[0].sources[0]):
        write_clip(tmp_path, tmp_path / "demo.mp4")
    assert [entry.name for entry in tmp_path.iterdir()] == ["landmarked.zip"]


def test_seeking_gives_the_frame_that_playing_gives() -> None:
    clip = cv2.VideoCapture(str(CLIP))
    played = [clip.read()[1] for _ in range(131)]
    for index in (130, 0, 77, 40):
        clip.set(cv2.CAP_PROP_POS_FRAMES, index)
        np.testing.assert_array_equal(clip.read()[1], played[index])
    clip.release()
