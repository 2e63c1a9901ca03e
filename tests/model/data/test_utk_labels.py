from __future__ import annotations

import pytest

from device.model.data.utk_labels import Label, read_label


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("utk/100_1_3_20170112213500903.webp", Label("utk", 100, "female", "Indian")),
        ("utk/1_0_20170112.webp", Label("utk")),
        ("aaf/00012A07.webp", Label("aaf", 7)),
        ("celeba/000001.webp", Label("celeba")),
        ("one/0.webp", Label("one")),
    ],
)
def test_labels(name: str, label: Label) -> None:
    assert read_label(name) == label


def test_children_are_known_by_their_age_only() -> None:
    assert not read_label("aaf/00012A07.webp").grown_up
    assert read_label("aaf/00012A16.webp").grown_up
    assert read_label("celeba/000001.webp").grown_up
