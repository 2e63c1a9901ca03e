"""Every frame in a file, with units, and where each column was measured."""

from __future__ import annotations

import csv
import stat
from pathlib import Path

import pytest

from gui.core.csv_files import write_csv
from gui.core.frames import Stage
from gui.core.states import Where
from gui.panes.timing.frame_log import TimingLog
from tests.support.samples import recognition, timeline


def table(log: TimingLog) -> tuple[list[str], list[dict[str, str]]]:
    header, *rows = log.rows()
    return header, [dict(zip(header, row, strict=True)) for row in rows]


def test_columns_say_unit_and_place() -> None:
    log = TimingLog()
    log.add(recognition(number=41))
    header, rows = table(log)
    assert "network [ms, emulated]" in header
    assert "detect [ms, PC]" in header
    assert "capture to decision [ms, PC and emulated]" in header
    assert [name.split(" [")[0] for name in header[3 : 3 + len(Stage)]] == list(Stage)
    assert rows[0]["frame"] == "41"
    assert rows[0]["network [ms, emulated]"] == "246.000"
    assert rows[0]["network cycles [emulated]"] == "53136000"
    assert rows[0]["board figures measured"] == "emulated"
    assert rows[0]["passes"] == "1"
    assert rows[0]["time [UTC]"].endswith("+00:00")


def test_places_that_are_mixed_stand_in_each_line() -> None:
    log = TimingLog()
    log.add(recognition())
    log.add(recognition(where=Where.BOARD, network_instructions=None, passes=2))
    header, rows = table(log)
    assert "network [ms, board, see measured]" in header
    assert [(row["board figures measured"], row["passes"]) for row in rows] == [("emulated", "1"), ("board", "2")]
    assert rows[1]["network instructions [board, see measured]"] == ""


def test_only_the_newest_are_kept_in_their_order() -> None:
    log = TimingLog(kept=5)
    for number in range(12):
        log.add(recognition(number=number, timeline=timeline(network_ms=100.0 + number)))
    _, rows = table(log)
    assert len(log) == 5
    assert [row["frame"] for row in rows] == ["7", "8", "9", "10", "11"]
    assert rows[0]["network [ms, emulated]"] == "107.000"


def test_no_frame_is_a_header_alone() -> None:
    assert len(list(TimingLog().rows())) == 1


def test_the_file_can_be_read_again_and_a_failed_write_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    assert write_csv(path, [["a", "b, c"], ["1", ""]]) == 2
    with path.open(newline="", encoding="utf-8") as file:
        assert list(csv.reader(file)) == [["a", "b, c"], ["1", ""]]

    def broken() -> object:
        yield ["x"]
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_csv(path, broken())  # type: ignore[arg-type]
    assert path.read_text("utf-8").startswith("a,")
    assert [entry.name for entry in tmp_path.iterdir()] == ["t.csv"]
    with pytest.raises(OSError, match="nowhere"):
        write_csv(tmp_path / "nowhere" / "t.csv", [["a"]])
    assert path.stat().st_mode & stat.S_IRUSR
