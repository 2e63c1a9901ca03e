"""The sources of pictures, and what they say when they are not there."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from gui.capture.sources import (
    LONGEST_SIDE,
    CameraError,
    CameraSpec,
    FolderSource,
    VideoSource,
    describe,
    name_of,
    open_source,
    parse_spec,
)
from gui.core.states import CameraKind
from tests.support.clips import FRAMES, brightness, write_clip


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "clip.avi")


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("demo", CameraKind.DEMO, ""),
        (" Demo ", CameraKind.DEMO, ""),
        ("0", CameraKind.WEBCAM, "0"),
        ("12", CameraKind.WEBCAM, "12"),
        ("rtsp://door/1", CameraKind.STREAM, "rtsp://door/1"),
    ],
)
def test_a_spec_is_understood(text: str, kind: CameraKind, value: str) -> None:
    assert parse_spec(text) == CameraSpec(kind, value)


def test_files_and_folders_are_told_apart(clip: Path) -> None:
    assert parse_spec(str(clip)).kind is CameraKind.FILE
    assert parse_spec(str(clip.parent)).kind is CameraKind.FOLDER
    assert parse_spec(str(clip.parent / "photo.JPG")).kind is CameraKind.FOLDER


@pytest.mark.parametrize("name", ["nowhere.mp4", "nowhere.jpg", "nowhere", ""])
def test_what_is_not_there_is_said_when_it_is_opened(name: str, tmp_path: Path) -> None:
    with pytest.raises(CameraError, match="there is no camera, file or folder") as told:
        open_source(parse_spec(str(tmp_path / name / "x") if not name else str(tmp_path / name)))
    assert told.value.hint


def test_sources_have_names(clip: Path) -> None:
    assert name_of(parse_spec(str(clip))) == "clip.avi"
    assert name_of(parse_spec("rtsp://me:secret@door/1")) == "door/1"
    assert name_of(parse_spec("demo")) == ""
    assert name_of(parse_spec("93")) == "93"


def test_a_password_in_a_stream_url_is_not_shown() -> None:
    assert describe(parse_spec("rtsp://me:secret@door/1")) == "stream door/1"


def test_a_video_file_gives_its_frames_in_order_and_begins_anew(clip: Path) -> None:
    source = VideoSource(parse_spec(str(clip)))
    try:
        assert (source.size, source.fps) == ((64, 48), 20.0)
        seen = [brightness(source.read()) for _ in range(FRAMES + 3)]
        assert seen == [*range(FRAMES), 0, 1, 2]
        assert brightness(source.read(skip=4)) == 7
    finally:
        source.close()


def test_the_first_frame_can_be_skipped_like_any_other(clip: Path) -> None:
    source = VideoSource(parse_spec(str(clip)))
    assert brightness(source.read(skip=3)) == 3
    source.close()


def test_pictures_are_rgb_and_large_ones_are_shrunk(tmp_path: Path) -> None:
    red = np.zeros((1500, 3000, 3), np.uint8)
    red[..., 2] = 255  # OpenCV writes BGR
    cv2.imwrite(str(tmp_path / "red.png"), red)
    source = FolderSource(parse_spec(str(tmp_path)))
    assert source.size == (LONGEST_SIDE, LONGEST_SIDE // 2)
    assert source.read()[100, 100].tolist() == [255, 0, 0]
    source.close()


def test_a_folder_shows_its_images_by_name_and_leaves_out_the_rest(tmp_path: Path) -> None:
    for name, level in (("b.png", 40), ("a.jpg", 20), ("c.PNG", 60)):
        cv2.imwrite(str(tmp_path / name), np.full((30, 40, 3), level, np.uint8))
    (tmp_path / "broken.png").write_bytes(b"nothing")
    (tmp_path / "notes.txt").write_text("no image")
    source = FolderSource(parse_spec(str(tmp_path)), repeat=2)
    assert [brightness(source.read()) for _ in range(8)] == [1, 1, 2, 2, 3, 3, 1, 1]
    source.close()


def test_one_image_is_a_source_too(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "one.png"), np.full((30, 40, 3), 80, np.uint8))
    source = FolderSource(parse_spec(str(tmp_path / "one.png")))
    assert brightness(source.read()) == 4
    source.close()


def test_a_folder_without_images_says_so(tmp_path: Path) -> None:
    with pytest.raises(CameraError, match="no image"):
        FolderSource(parse_spec(str(tmp_path)))


def test_a_file_that_is_no_video_says_so_in_its_own_words(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"nothing" * 100)
    with pytest.raises(CameraError, match=r"clip\.mp4 gives no picture"):
        VideoSource(parse_spec(str(path)))
    assert capfd.readouterr() == ("", "")


def test_a_webcam_that_is_not_there_is_said_with_those_that_are() -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux lists its webcams by name")
    with pytest.raises(CameraError, match="there is no webcam 93"):
        open_source(CameraSpec(CameraKind.WEBCAM, "93"))
