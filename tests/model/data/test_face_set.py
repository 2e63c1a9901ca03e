"""Folders of people as users have them: photos, crops, and everything that may be wrong with files."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from device.errors import FileError
from device.model.data.face_set import read_lfw, read_people


def picture(seed: int, size: int = 144) -> NDArray[np.uint8]:
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC), np.uint8)


def save(path: Path, content: NDArray[np.uint8]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    good, packed = cv2.imencode(path.suffix, content)
    assert good
    path.write_bytes(packed.tobytes())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for person in ("Ada", "Bob", "Eve"):
        for number in range(3):
            save(tmp_path / "people" / person / f"{number}.png", picture(ord(person[0]) * 10 + number))
    return tmp_path / "people"


def test_aligned_crops_are_taken_as_they_are(folder: Path) -> None:
    faces = read_people(folder, 128)
    assert faces.title == "people"
    assert len(faces.names) == 9
    assert set(faces.people) == {"Ada", "Bob", "Eve"}
    assert faces.skipped == ()
    np.testing.assert_array_equal(faces.crops[0], picture(650)[8:-8, 8:-8, ::-1])
    assert faces.wide is not None
    np.testing.assert_array_equal(faces.wide(["Ada/0.png"])[0], picture(650)[:, :, ::-1])
    assert np.count_nonzero(faces.pairs.same) == 9


def test_small_crops_have_no_margin(folder: Path) -> None:
    save(folder / "Bob" / "9.png", picture(1, 128))
    faces = read_people(folder, 96)
    assert faces.crops.shape[1:] == (96, 96, 3)
    assert faces.wide is None


def test_bad_files_are_left_out_by_name(folder: Path) -> None:
    (folder / "Ada" / "empty.jpg").write_bytes(b"")
    (folder / "Ada" / "notes.txt").write_text("taken in May")
    whole = (folder / "Ada" / "0.png").read_bytes()
    (folder / "Bob" / "cut.png").write_bytes(whole[:60])
    (folder / "Eve" / "copy.png").write_bytes(whole)
    save(folder / "Eve" / "wall.png", np.full((200, 300, 3), 90, np.uint8))
    (folder / "Eve" / ".hidden").write_bytes(b"x")
    faces = read_people(folder, 128)
    assert len(faces.names) == 9
    assert {skip.file: skip.why for skip in faces.skipped} == {
        "Ada/empty.jpg": "the file is empty",
        "Ada/notes.txt": "no picture that can be read",
        "Bob/cut.png": "no picture that can be read",
        "Eve/copy.png": "the same file as Ada/0.png",
        "Eve/wall.png": "no face found",
    }


def test_photos_are_aligned_as_the_program_does_it(assets: Path, tmp_path: Path) -> None:
    clip = cv2.VideoCapture(str(assets / "demo.mp4"))
    for person, frame in (("a", 60), ("a", 64), ("b", 300), ("b", 304)):
        clip.set(cv2.CAP_PROP_POS_FRAMES, frame)
        good, photo = clip.read()
        assert good
        save(tmp_path / person / f"{frame}.png", np.asarray(photo, np.uint8))
    clip.release()
    faces = read_people(tmp_path, 128)
    from device.vision.crop import align
    from device.vision.detector import Detector

    detected = {name: cv2.imread(str(tmp_path / name))[:, :, ::-1] for name in faces.names}
    assert len(faces.names) >= 3
    for name, crop in zip(faces.names, faces.crops, strict=True):
        photo = np.ascontiguousarray(detected[name])
        np.testing.assert_array_equal(crop, align(photo, Detector().detect(photo)[0].landmarks))
    assert faces.wide is None


@pytest.mark.parametrize(
    ("keep", "message"),
    [({"Ada": 3}, "only Ada has pictures"), ({}, "nobody has pictures"), ({"Ada": 1, "Bob": 1}, "nobody has two")],
)
def test_too_few_people_are_said(folder: Path, keep: dict[str, int], message: str) -> None:
    for path in list(folder.rglob("*.png")):
        if int(path.stem) >= keep.get(path.parent.name, 0):
            path.unlink()
    with pytest.raises(FileError, match=message) as caught:
        read_people(folder, 128)
    assert str(folder) in caught.value.message


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="nowhere: No such file"):
        read_people(tmp_path / "nowhere", 128)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FileError, match="file: Not a directory"):
        read_people(tmp_path / "file", 128)


def test_lfw_names_a_missing_picture(tiny_faces: Path) -> None:
    faces = read_lfw(tiny_faces, 64)
    assert faces.crops.shape == (12, 64, 64, 3)
    assert faces.wide is not None
    assert faces.wide(faces.names[:2]).shape == (2, 144, 144, 3)
    assert set(faces.digests) == {"lfw.zip", "pairs.txt"}
    text = (tiny_faces / "pairs.txt").read_text().replace("A\t1\t2", "A\t1\t9", 1)
    (tiny_faces / "pairs.txt").write_text(text)
    with pytest.raises(FileError, match=r"lfw\.zip.*A_0009"):
        read_lfw(tiny_faces, 64)
