"""The folder of results, the table of trained variants, and the model card that is written from them."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from device.errors import FileError
from device.model.data.face_set import sha256_of
from device.model.data.utk_labels import Label
from device.model.embedding.fit_projection import digest_of, map_path
from device.model.evaluate.demographics import compare_groups
from device.model.evaluate.evaluate import Result, Wish, evaluate
from device.model.evaluate.model_card import (
    BEGIN,
    END,
    KEPT,
    KEPT_PTQ,
    RECORD,
    ROC,
    figures_text,
    replaced,
    update_card,
)
from device.model.evaluate.provenance import command_line
from device.model.evaluate.result_files import read_curves, read_figures, read_record, record, write_results
from device.vision.fingerprint import FeatureMap, unit


@pytest.fixture(scope="module")
def result(random_network: Any, unchanged_faces: Path, tmp_path_factory: pytest.TempPathFactory) -> Result:
    path = tmp_path_factory.mktemp("net") / "net.tflite"
    path.write_bytes(random_network.content)
    return evaluate(Wish(path, unchanged_faces, enrolments=((2, 1),), robustness_pairs=12))


def test_everything_is_written(result: Result, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    written = write_results(out, result)
    assert sorted(path.name for path in out.iterdir()) == sorted(path.name for path in written)
    assert {path.name for path in written} == {
        "evaluation.json", "figures.csv", "roc.csv", "roc.png", "robustness.csv", "robustness.png",
    }  # fmt: skip
    figures = read_figures(out)
    assert figures == json.loads(json.dumps(result.figures))
    assert str(tmp_path) not in json.dumps(figures)
    curves = read_curves(out)
    assert list(curves) == ["int8, LiteRT, plain", "int8, LiteRT, plain, twice"]
    assert all(curve[0][-1] == curve[1][-1] == 1 for curve in curves.values())
    for name in ("roc.png", "robustness.png"):
        assert cv2.imread(str(out / name)).shape[1] > 500
    with (out / "roc.csv").open(newline="") as file:
        points = list(csv.DictReader(file))
    assert float(points[-1]["false_accept_rate"]) == float(points[-1]["true_accept_rate"]) == 1


def test_what_the_figures_say_of_themselves(result: Result) -> None:
    figures = result.figures
    assert figures["network"]["input"] == [32, 32, 3]
    assert figures["network"]["width"] is None  # 32 pixels: none of the published variants
    assert len(figures["network"]["sha256"]) == 64
    assert set(figures["test"]["sha256"]) == {"lfw.zip", "pairs.txt"}
    assert figures["measured_on"].startswith("PC")
    row, twice = figures["rows"]
    assert twice["kind"] == "plain, twice"
    assert twice["tar"][0]["threshold"] != row["tar"][0]["threshold"]
    protocol = row["tar"][-1]
    assert (protocol["strangers"], protocol["accepted"]) == (6, 0)
    assert protocol["far_high"] == pytest.approx(1 - 0.05 ** (1 / 6), abs=1e-4)
    # 12 pictures of 6 people, 2 each.
    assert {one["strangers"] for one in row["tar_among_all"]} <= {60}


def test_a_command_without_paths() -> None:
    words = ["evaluate", "--faces", "/home/eve/faces", "--network", "C:\\eve\\n.tflite", "--far", "1e-3"]
    line = command_line([word.replace("\\", "/") for word in words])
    assert line == "python -m device.model evaluate --faces faces --network n.tflite --far 1e-3"


def whole(figures: dict[str, Any], width: float, accuracy: float) -> dict[str, Any]:
    changed: dict[str, Any] = json.loads(json.dumps(figures))
    changed["network"] |= {"width": width, "input": [128, 128, 3]}
    changed["test"]["pairs"] = 6000
    changed["rows"][0]["accuracy"] = accuracy
    return changed


def test_the_table_of_trained_variants(result: Result, tmp_path: Path) -> None:
    path = tmp_path / "faces.csv"
    assert read_record(path) == []
    record(path, whole(result.figures, 0.35, 0.8))
    record(path, whole(result.figures, 0.5, 0.9))
    record(path, whole(result.figures, 0.35, 0.85))
    rows = read_record(path)
    assert [(row["width"], row["lfw_accuracy"]) for row in rows] == [("0.5", "0.90000"), ("0.35", "0.85000")]


def test_trained_variants_stand_in_the_card(result: Result, tmp_path: Path) -> None:
    record(tmp_path / "faces.csv", whole(result.figures, 0.35, 0.8))
    assert "Other widths" not in figures_text(result.figures, None, read_record(tmp_path / "faces.csv"))
    record(tmp_path / "faces.csv", whole(result.figures, 0.5, 0.9))
    text = figures_text(result.figures, None, read_record(tmp_path / "faces.csv"))
    assert "| 0.5 at 128 | int8 | 90.00 ± " in text
    assert "| 0.35 at 128 | int8 | 80.00 ± " in text


def test_only_whole_evaluations_are_recorded(result: Result, tmp_path: Path) -> None:
    with pytest.raises(FileError, match="all 6,000 pairs"):
        record(tmp_path / "faces.csv", result.figures)
    strange = whole(result.figures, 0.5, 0.9)
    strange["network"]["width"] = None
    with pytest.raises(FileError, match=r"net\.tflite is none of the published"):
        record(tmp_path / "faces.csv", strange)
    assert not (tmp_path / "faces.csv").exists()


@pytest.mark.parametrize("text", ["width,input\n", "width,input,lfw_accuracy\n0.5,big,0.9\n", "\0\n1,2\n"])
def test_a_damaged_table_is_named(text: str, tmp_path: Path) -> None:
    path = tmp_path / "faces.csv"
    path.write_text(text + "1,2\n")
    with pytest.raises(FileError, match=r"faces\.csv"):
        read_record(path)


def test_the_card_is_written_between_its_marks(result: Result, tmp_path: Path) -> None:
    card, out = tmp_path / "CARD.md", tmp_path / "out"
    write_results(out, result)
    card.write_text(f"# Card\n\n{BEGIN}\nstale figures\n{END}\n\n## Where it fails\n")
    update_card(card, out, out)
    text = card.read_text()
    assert text.startswith(f"# Card\n\n{BEGIN}\n\n`net.tflite`, SHA-256 `")
    assert text.endswith(f"\n{END}\n\n## Where it fails\n")
    assert "stale" not in text
    assert f"{result.figures['rows'][0]['accuracy'] * 100:.2f}" in text
    assert text.count("int8, LiteRT: feature as it is") >= 2
    kept = json.loads((tmp_path / KEPT).read_text())
    assert figures_text(kept, json.loads((tmp_path / KEPT_PTQ).read_text())) in text
    assert f"![ROC]({ROC})" in text
    assert cv2.imread(str(tmp_path / ROC)).shape[1] > 500
    update_card(card, out)
    assert not (tmp_path / KEPT_PTQ).exists()
    (out / "roc.csv").write_text("row,false_accept_rate\n1,2\n")
    with pytest.raises(FileError, match=r"roc\.csv"):
        update_card(card, out)


@pytest.mark.parametrize("text", ["no marks", f"{END}\n{BEGIN}", f"{BEGIN}{BEGIN}{END}"])
def test_a_card_without_marks_stays_as_it_is(text: str) -> None:
    with pytest.raises(FileError, match="CARD: the lines that mark"):
        replaced(text, "x", "CARD")


@pytest.mark.parametrize("content", [b"", b"[1]", b'{"format": 1}', b'{"format": 7, "rows": []}', b"\xff"])
def test_other_files_are_no_figures(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "evaluation.json"
    path.write_bytes(content)
    with pytest.raises(FileError, match=r"evaluation\.json"):
        read_figures(tmp_path)


def test_figures_that_lack_something(result: Result) -> None:
    with pytest.raises(FileError, match="lack 'test'"):
        figures_text({key: value for key, value in result.figures.items() if key != "test"})


def test_groups_stand_in_the_card(result: Result) -> None:
    labels = [Label("utk", 30, "female", "Black")] * 40
    vectors = unit(np.random.default_rng(0).normal(size=(40, 64)))
    groups = compare_groups(vectors, vectors, labels, ((0.01, 0.29), (0.001, 0.99)), rounds=5)
    figures = json.loads(json.dumps(result.figures | {"groups": [asdict(group) for group in groups]}))
    text = figures_text(figures)
    assert "| group | crops | pairs | scores | FAR at 1e-2 | FAR at 1e-3 | agreement |" in text
    (line,) = [line for line in text.splitlines() if line.startswith("| UTKFace, Black |")]
    assert "| below 3.9e-3 | 1.00 |" in line


def test_the_shipped_card_says_what_was_measured(assets: Path) -> None:
    figures = read_figures(assets / KEPT)
    ptq = read_figures(assets / KEPT_PTQ) if (assets / KEPT_PTQ).exists() else None
    text = (assets / "MODEL_CARD.md").read_text("utf-8")
    again = "write it again: python -m device.model card --results …"
    trained = read_record(assets / RECORD)
    assert replaced(text, figures_text(figures, ptq, trained), "card") == text, again
    network = assets / figures["network"]["file"]
    assert sha256_of(network) == figures["network"]["sha256"], "another network than was measured: evaluate again"
    shipped = FeatureMap.load(map_path(network))
    assert digest_of(shipped) == figures["network"]["map_sha256"], "another map than was measured: evaluate again"
    assert figures["test"]["pairs"] == 6000


def test_two_looks_stand_beside_one(result: Result) -> None:
    """The feature is the mean of those of a crop and of its mirror image."""
    figures = result.figures
    assert {one["looks"] for one in figures["identification"]} == {1, 2}
    text = figures_text(figures)
    assert "| **int8, LiteRT: feature as it is, two looks** | " in text
    assert "| 2 | 1 | 2 | " in text  # two people enrolled with one picture each, looked at twice
