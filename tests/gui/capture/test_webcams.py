"""The list of webcams, from a copy of what Linux tells."""

from __future__ import annotations

from pathlib import Path

from gui.capture.webcams import UNNAMED, Webcam, webcams


def node(system: Path, number: int, name: str, index: str = "0") -> None:
    folder = system / f"video{number}"
    folder.mkdir(parents=True)
    (folder / "name").write_text(f"{name}\n", encoding="utf-8")
    (folder / "index").write_text(f"{index}\n", encoding="utf-8")


def test_webcams_are_listed_by_number_with_their_names(tmp_path: Path) -> None:
    system = tmp_path / "video4linux"
    node(system, 10, "Capture card")
    node(system, 2, "HD Webcam: HD Webcam")
    node(system, 3, "HD Webcam: HD Webcam", index="1")  # the same camera's node without pictures
    (system / "v4l-subdev0").mkdir()
    assert webcams(system) == [Webcam(2, "HD Webcam: HD Webcam"), Webcam(10, "Capture card")]


def test_no_webcam_is_an_empty_list_where_the_system_tells(tmp_path: Path) -> None:
    assert webcams(tmp_path / "video4linux") == []


def test_where_the_system_does_not_tell_the_first_numbers_are_offered(tmp_path: Path) -> None:
    assert [webcam.index for webcam in webcams(tmp_path / "nowhere" / "video4linux")] == list(range(UNNAMED))


def test_unreadable_name_is_no_name(tmp_path: Path) -> None:
    (tmp_path / "video4linux" / "video0").mkdir(parents=True)
    assert webcams(tmp_path / "video4linux") == [Webcam(0)]
