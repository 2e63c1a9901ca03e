"""The file that spreadsheets open."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from device.errors import FileError
from gui.core.csv_files import safe
from gui.core.decisions import Decision
from gui.core.people import Event
from gui.core.states import Where
from gui.gallery.event_csv import HEADER, write
from tests.support.samples import event


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_event_is_a_row_with_where_it_was_measured(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    refused = event(
        2, name=None, person_id=None, decision=Decision.REFUSED, score=-0.12, correction="Ärmin, jr.", passes=2
    )
    by_hand = event(
        3, name=None, decision=Decision.BY_HAND, score=None, threshold=None, network_ms=None, where=Where.BOARD
    )
    assert write(path, [event(1), refused, by_hand]) == 3
    first, second, third = read(path)
    assert tuple(first) == HEADER
    assert (first["person"], first["decision"], first["score"], first["network_ms"]) == (
        "Ada", "accepted", "0.7100", "246.00",
    )  # fmt: skip
    assert (first["measured on"], first["passes"], second["passes"]) == ("virtual", "1", "2")
    assert first["time"].startswith("2023-11-14T") or first["time"].startswith("2023-11-15T")
    assert (second["score"], second["said to be"], second["person"]) == ("-0.1200", "Ärmin, jr.", "")
    assert (third["score"], third["network_ms"], third["measured on"], third["passes"]) == ("", "", "", "")


@pytest.mark.parametrize("name", ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x")'])
def test_a_name_never_becomes_a_formula(tmp_path: Path, name: str) -> None:
    assert safe(name) == f"'{name}"
    path = tmp_path / "events.csv"
    write(path, [event(name=name, reason=name, correction=name)])
    (row,) = read(path)
    assert row["person"] == row["rule"] == row["said to be"] == f"'{name}"


def test_what_was_there_stays_when_writing_fails(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text("before")

    def broken() -> Iterator[Event]:
        yield event(1)
        raise FileError("the gallery cannot be read")

    with pytest.raises(FileError):
        write(path, broken())
    assert path.read_text() == "before"
    with pytest.raises(FileError, match="cannot be written"):
        write(tmp_path / "nowhere" / "events.csv", [])
    assert [one.name for one in tmp_path.iterdir()] == ["events.csv"]
