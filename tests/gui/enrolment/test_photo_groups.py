"""Which photos are of whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from gui.enrolment import photo_groups
from gui.enrolment.photo_groups import group_photos, name_of


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def people(paths: list[Path]) -> dict[str, list[str]]:
    return {person.name: [file.name for file in person.files] for person in group_photos(paths).people}


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("Ada.jpg", "Ada"),
        ("Ada_1.jpg", "Ada"),
        ("Ada Lovelace (12).png", "Ada Lovelace"),
        ("Ada_Lovelace-2024-05-01.jpg", "Ada Lovelace"),
        ("Ada.2.jpg", "Ada"),
        ("IMG_0001.jpg", ""),
        ("DSC00012.JPG", ""),
        ("20240501_101112.jpg", ""),
        ("Photo 3.png", ""),
        ("Imgard.jpg", "Imgard"),
    ],
)
def test_the_name_in_a_file_name(file: str, name: str) -> None:
    assert name_of(Path(file)) == name


def test_subfolders_are_people_and_photos_beside_them_go_by_their_names(tmp_path: Path) -> None:
    touch(tmp_path, "Ada/IMG_1.jpg", "Ada/IMG_2.JPG", "Ben_B/x.png", "Cy_1.jpg", "Cy_2.jpg", "notes.txt", ".hidden.jpg")
    found = group_photos([tmp_path])
    assert people([tmp_path]) == {"Ada": ["IMG_1.jpg", "IMG_2.JPG"], "Ben B": ["x.png"], "Cy": ["Cy_1.jpg", "Cy_2.jpg"]}
    assert [path.name for path in found.left_out] == ["notes.txt"]
    assert found.photos == 5


def test_a_folder_whose_photos_say_nothing_is_one_person(tmp_path: Path) -> None:
    touch(tmp_path / "Ada", "IMG_1.jpg", "IMG_2.jpg")
    assert people([tmp_path / "Ada"]) == {"Ada": ["IMG_1.jpg", "IMG_2.jpg"]}


def test_single_files_and_the_same_name_in_another_case_go_together(tmp_path: Path) -> None:
    touch(tmp_path, "Ada_1.jpg", "sub/ada_2.jpg", "IMG_7.jpg")
    found = people([tmp_path / "Ada_1.jpg", tmp_path / "sub" / "ada_2.jpg", tmp_path / "IMG_7.jpg"])
    assert found == {"Ada": ["Ada_1.jpg", "ada_2.jpg"], "IMG_7": ["IMG_7.jpg"]}


def test_the_same_file_is_there_once_and_too_many_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path, "Ada_1.jpg", "Ada_2.jpg", "Ben.jpg")
    assert people([tmp_path, tmp_path / "Ada_1.jpg"])["Ada"] == ["Ada_1.jpg", "Ada_2.jpg"]
    monkeypatch.setattr(photo_groups, "MOST", 1)
    found = group_photos([tmp_path])
    assert found.photos == 1
    assert len(found.left_out) == 2


def test_what_is_not_there_is_left_out(tmp_path: Path) -> None:
    assert group_photos([tmp_path / "gone"]).left_out == (tmp_path / "gone",)
