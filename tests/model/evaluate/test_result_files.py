"""The folder of results and the table of trained variants."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import cv2
import pytest

from device.errors import FileError
from device.model.evaluate.figures import Result
from device.model.evaluate.model_card import KEPT
from device.model.evaluate.result_files import read_curves, read_figures, read_record, record, write, write_figures
from tests.support.figures import whole


def test_everything_is_written(result: Result, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    written = write(out, result)
    assert sorted(path.name for path in out.iterdir()) == sorted(path.name for path in written)
    assert {path.name for path in written} == {
        "evaluation.json", "figures.csv", "roc.csv", "roc.png", "robustness.csv", "robustness.png",
    }  # fmt: skip
    figures = read_figures(out)
    assert figures == result.figures
    assert str(tmp_path) not in (out / "evaluation.json").read_text()
    curves = read_curves(out)
    assert list(curves) == ["int8, LiteRT, plain", "int8, LiteRT, plain, flip averaging"]
    assert all(curve[0][-1] == curve[1][-1] == 1 for curve in curves.values())
    for name in ("roc.png", "robustness.png"):
        assert cv2.imread(str(out / name)).shape[1] > 500
    with (out / "roc.csv").open(newline="") as file:
        points = list(csv.DictReader(file))
    assert float(points[-1]["false_accept_rate"]) == float(points[-1]["true_accept_rate"]) == 1


def test_the_table_of_trained_variants(result: Result, tmp_path: Path) -> None:
    path = tmp_path / "faces.csv"
    assert read_record(path) == []
    record(path, whole(result.figures, 0.35, 0.8))
    record(path, whole(result.figures, 0.5, 0.9))
    record(path, whole(result.figures, 0.35, 0.85))
    rows = read_record(path)
    assert [(row["width"], row["lfw_accuracy"]) for row in rows] == [("0.5", "0.90000"), ("0.35", "0.85000")]


def test_only_whole_evaluations_are_recorded(result: Result, tmp_path: Path) -> None:
    with pytest.raises(FileError, match="all 6,000 pairs"):
        record(tmp_path / "faces.csv", result.figures)
    strange = whole(result.figures, 0.5, 0.9)
    strange = replace(strange, network=replace(strange.network, width=None))
    with pytest.raises(FileError, match=r"net\.tflite is none of the published"):
        record(tmp_path / "faces.csv", strange)
    assert not (tmp_path / "faces.csv").exists()


@pytest.mark.parametrize("text", ["width,input\n", "width,input,lfw_accuracy\n0.5,big,0.9\n", "\0\n1,2\n"])
def test_a_damaged_table_is_named(text: str, tmp_path: Path) -> None:
    path = tmp_path / "faces.csv"
    path.write_text(text + "1,2\n")
    with pytest.raises(FileError, match=r"faces\.csv"):
        read_record(path)


@pytest.mark.parametrize("content", [b"", b"[1]", b'{"format": 1}', b'{"format": 7, "rows": []}', b"\xff"])
def test_other_files_are_no_figures(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "evaluation.json"
    path.write_bytes(content)
    with pytest.raises(FileError, match=r"evaluation\.json"):
        read_figures(tmp_path)


def test_figures_that_lack_something(result: Result, tmp_path: Path) -> None:
    write(tmp_path, result)
    path = tmp_path / "evaluation.json"
    figures = json.loads(path.read_text())
    path.write_text(json.dumps({key: value for key, value in figures.items() if key != "test"}))
    with pytest.raises(FileError, match="lack 'test'"):
        read_figures(tmp_path)
    path.write_text(json.dumps(figures | {"label": 7}))
    with pytest.raises(FileError, match="'label' is 7, not of type str"):
        read_figures(tmp_path)


def test_the_shipped_figures_are_read_and_written_as_they_are(assets: Path, tmp_path: Path) -> None:
    write_figures(tmp_path / "again.json", read_figures(assets / KEPT))
    assert json.loads((tmp_path / "again.json").read_text()) == json.loads((assets / KEPT).read_text())


def test_figures_from_before_flip_averaging_are_of_one_pass(assets: Path, tmp_path: Path) -> None:
    figures = json.loads((assets / KEPT).read_text())
    for one in (*figures["shipped_thresholds"], *figures["identification"], figures["board"]):
        del one["passes"]
    del figures["suggested_flip"], figures["robustness"], figures["groups"]
    (tmp_path / "old.json").write_text(json.dumps(figures | {"a later key": 1}))
    old = read_figures(tmp_path / "old.json")
    assert {one.passes for one in (*old.shipped_thresholds, *old.identification)} == {1}
    assert old.board is not None
    assert old.board.passes == 1
    assert (old.suggested_flip, old.robustness, old.groups) == (None, None, None)


def test_the_names_of_version_0_1_are_read(assets: Path, result: Result, tmp_path: Path) -> None:
    text = (assets / KEPT).read_text()
    renamed = {'"passes"': '"looks"', "suggested_flip": "suggested_twice", ", flip averaging": ", twice"}
    for today, former in renamed.items():
        assert today in text
        text = text.replace(today, former)
    (tmp_path / "old.json").write_text(text)
    assert read_figures(tmp_path / "old.json") == read_figures(assets / KEPT)
    write(tmp_path, result)
    curves, path = read_curves(tmp_path), tmp_path / "roc.csv"
    path.write_text(path.read_text().replace(", flip averaging", ", twice"))
    assert list(read_curves(tmp_path)) == list(curves)
