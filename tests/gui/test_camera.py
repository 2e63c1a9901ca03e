"""Sources, their pace, and what happens when they are not there."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from gui import camera
from gui.camera import CameraError, CameraSpec, CameraWorker, FolderSource, VideoSource, describe, parse_spec
from gui.records import CameraKind, CameraPhase, CameraState, Frame, Problem

FRAMES = 10


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Ten frames, each as bright as 20 times its number."""
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 20.0, (64, 48))
    for number in range(FRAMES):
        writer.write(np.full((48, 64, 3), number * 20, np.uint8))
    writer.release()
    return path


def brightness(picture: np.ndarray) -> int:
    return round(float(picture.mean()) / 20)


class Recorder:
    """Collects what a worker says until enough has come."""

    def __init__(self, enough: Callable[[Recorder], bool]) -> None:
        self.frames: list[Frame] = []
        self.states: list[CameraState] = []
        self.problems: list[Problem] = []
        self.done = threading.Event()
        self._enough = enough

    def add(self, kind: list, item: object) -> None:
        kind.append(item)
        if self._enough(self):
            self.done.set()

    def run(self, spec: CameraSpec | None, **options: bool) -> None:
        worker = CameraWorker(
            spec,
            lambda frame: self.add(self.frames, frame),
            lambda state: self.add(self.states, state),
            lambda problem: self.add(self.problems, problem),
            **options,
        )
        worker.start()
        try:
            assert self.done.wait(20)
        finally:
            worker.stop()


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


def test_files_and_folders_are_told_apart_and_must_exist(clip: Path) -> None:
    assert parse_spec(str(clip)).kind is CameraKind.FILE
    assert parse_spec(str(clip.parent)).kind is CameraKind.FOLDER
    with pytest.raises(CameraError, match="nowhere"):
        parse_spec("nowhere.mp4")


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
    assert source.size == (camera.LONGEST_SIDE, camera.LONGEST_SIDE // 2)
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


def test_unpaced_every_frame_comes_once_and_in_order(clip: Path) -> None:
    recorder = Recorder(lambda it: len(it.frames) >= 2 * FRAMES)
    recorder.run(parse_spec(str(clip)), paced=False)
    assert [frame.number for frame in recorder.frames] == list(range(len(recorder.frames)))
    assert [brightness(frame.picture) for frame in recorder.frames[: 2 * FRAMES]] == [*range(FRAMES)] * 2
    stamps = [stamp for frame in recorder.frames for stamp in (frame.asked_s, frame.taken_s)]
    assert stamps == sorted(stamps)
    assert (recorder.states[0].phase, recorder.states[0].size, recorder.states[0].fps) == (
        CameraPhase.LIVE,
        (64, 48),
        20.0,
    )


def test_paced_a_clip_plays_at_its_own_rate(clip: Path) -> None:
    recorder = Recorder(lambda it: len(it.frames) >= 6)
    recorder.run(parse_spec(str(clip)))
    # Late frames may be left out, early ones may not come: never faster than the clip.
    first, last = recorder.frames[0], recorder.frames[-1]
    shown = (brightness(last.picture) - brightness(first.picture)) % FRAMES
    assert last.asked_s - first.asked_s >= (len(recorder.frames) - 1) / 20.0 - 0.01
    assert shown >= len(recorder.frames) - 1


def test_a_source_that_is_not_there_is_told_once_and_tried_again(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera, "RETRY_S", 0.01)
    tries: list[int] = []
    opener = camera.open_source

    def later(spec: CameraSpec) -> camera.Source:
        tries.append(1)
        if len(tries) < 4:
            raise CameraError("webcam 3 gives no picture", "plug it in")
        return opener(parse_spec(str(clip)))

    monkeypatch.setattr(camera, "open_source", later)
    recorder = Recorder(lambda it: len(it.frames) >= 2)
    recorder.run(CameraSpec(CameraKind.WEBCAM, "3"))
    assert [state.phase for state in recorder.states] == [CameraPhase.LOST] * 3 + [CameraPhase.LIVE]
    assert len(recorder.problems) == 1
    assert recorder.states[-1].kind is CameraKind.WEBCAM  # never replaced by the demo clip


def test_a_webcam_that_goes_away_is_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera, "RETRY_S", 0.01)

    class Cable:
        """A webcam whose cable is pulled after three pictures."""

        size, fps = (8, 6), 0.0

        def __init__(self) -> None:
            self.left = 3

        def read(self, skip: int = 0) -> np.ndarray | None:
            self.left -= 1
            return np.zeros((6, 8, 3), np.uint8) if self.left >= 0 else None

        def close(self) -> None:
            pass

    monkeypatch.setattr(camera, "open_source", lambda spec: Cable())
    recorder = Recorder(lambda it: len(it.frames) >= 5)
    recorder.run(CameraSpec(CameraKind.WEBCAM, "0"))
    assert [state.phase for state in recorder.states[:3]] == [CameraPhase.LIVE, CameraPhase.LOST, CameraPhase.LIVE]
    assert [frame.number for frame in recorder.frames[:5]] == list(range(5))


def test_with_no_webcam_the_demo_clip_is_shown(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera, "find_webcam", lambda: None)
    monkeypatch.setattr(camera, "DEMO_CLIP", clip)
    recorder = Recorder(lambda it: len(it.frames) >= 1)
    recorder.run(None)
    assert (recorder.states[0].kind, recorder.states[0].description) == (CameraKind.DEMO, "demo clip")


def test_a_webcam_that_is_not_there_is_said_with_those_that_are() -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux lists its webcams by name")
    with pytest.raises(CameraError, match="there is no webcam 93"):
        camera.open_source(CameraSpec(CameraKind.WEBCAM, "93"))
