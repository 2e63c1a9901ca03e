"""The commands as a person types them: what they print, write and return."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from device.model.__main__ import main
from device.model.graph.variant import Variant
from device.model.variants.board_cost import VariantCost
from device.model.variants.choose import cost
from device.network.file import read_network


def call(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    monkeypatch.setattr("sys.argv", ["device.model", *map(str, words)])
    return main()


@pytest.fixture
def network(random_network: Any, tmp_path: Path) -> Path:
    path = tmp_path / "mine.tflite"
    path.write_bytes(random_network.content)
    return path


def test_export(network: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(monkeypatch, "export", "--network", network) == 0
    written = read_network(network.with_suffix(".network.bin"))
    assert written.hash_hex in capsys.readouterr().out


def test_errors_are_printed_not_traced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "export", "--network", tmp_path / "none.tflite") == 1
    assert capsys.readouterr().err.startswith("error: ")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(
    network: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "export", "--network", network, "--out", network / "in" / "net.bin") == 1
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert str(network / "in") in said
    assert "Not a directory" in said


def test_help_loads_no_heavy_package(root: Path) -> None:
    program = (
        "import contextlib, sys; from device.model.__main__ import main\n"
        "with contextlib.suppress(SystemExit): main()\n"
        "heavy = {'torch', 'cv2', 'ai_edge_litert', 'matplotlib', 'unicorn'}\n"
        "print(*sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "--help"], cwd=root, capture_output=True, text=True, timeout=60, check=True
    )
    assert "demo-clip" in done.stdout
    assert done.stderr.split() == []


def test_int8_is_evaluated_without_torch(network: Path, tiny_faces: Path, root: Path) -> None:
    # In a process of its own: a module that was imported once stays imported.
    program = "import sys; sys.modules['torch'] = None; from device.model.__main__ import main; sys.exit(main())"
    words = ["evaluate", "--network", str(network), "--faces", str(tiny_faces), "--json"]
    done = subprocess.run(
        [sys.executable, "-c", program, *words], cwd=root, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["network"]["hash"]


def test_evaluate_gives_json(
    network: Path, tiny_faces: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "evaluate", "--network", network, "--faces", tiny_faces, "--json") == 0
    result = json.loads(capsys.readouterr().out)
    # No projection stands beside this network, so it is only compared as it is.
    row, flipped = result["rows"]
    assert (row["where"], row["kind"], row["pairs"]) == ("int8, LiteRT", "plain", 12)
    assert flipped["kind"] == "plain, flip averaging"
    assert [one["far"] for one in row["tar"]] == [0.01, 0.001, 0.0001]
    assert 0 <= row["accuracy"] <= 1


def test_evaluate_writes_a_folder_for_ones_own_people(
    network: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = np.random.default_rng(0)
    for name in ("Ada/1.png", "Ada/2.png", "Bob/1.png", "Bob/2.png", "Bob/none.png"):
        path = tmp_path / "people" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        noise = rng.integers(0, 256, (144, 144, 3), dtype=np.uint8)
        path.write_bytes(b"" if "none" in name else cv2.imencode(".png", noise)[1].tobytes())
    out = tmp_path / "out"
    words = ("evaluate", "--network", network, "--people", tmp_path / "people", "--out", out, "--far", 0.1)
    assert call(monkeypatch, *words) == 0
    printed = capsys.readouterr().out
    assert "left out: Bob/none.png: the file is empty" in printed
    assert "no folds" in printed  # two people make one fold only
    figures = json.loads((out / "evaluation.json").read_text())
    assert figures["test"] | {"sha256": 0} == {
        "name": "people", "pictures": 4, "people": 2, "pairs": 4, "sha256": 0,
        "skipped": [{"file": "Bob/none.png", "why": "the file is empty"}],
    }  # fmt: skip
    assert figures["rows"][0]["accuracy"] is None


def test_evaluate_asks_for_pictures(
    network: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "evaluate", "--network", network) == 1
    assert "--people" in capsys.readouterr().err


def test_control_c_leaves_what_was_measured(
    network: Path,
    tiny_faces: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from device.model.progress import TerminalMonitor

    stopped_at = ""

    def stop(self: object, what: str, done: int, total: int) -> None:
        if what.startswith(stopped_at):
            raise KeyboardInterrupt

    monkeypatch.setattr(TerminalMonitor, "tick", stop)
    out = tmp_path / "out"
    words = ("evaluate", "--network", network, "--faces", tiny_faces, "--out", out, "--robustness")
    stopped_at = "int8"
    assert call(monkeypatch, *words) == 130
    assert "stopped" in capsys.readouterr().err
    assert not out.exists()
    stopped_at = "blur"
    assert call(monkeypatch, *words) == 130
    figures = json.loads((out / "evaluation.json").read_text())
    assert figures["rows"][0]["pairs"] == 12
    assert "robustness" not in figures


def test_evaluate_names_a_missing_archive(
    network: Path, tiny_faces: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tiny_faces / "lfw.zip").unlink()
    assert call(monkeypatch, "evaluate", "--network", network, "--faces", tiny_faces) == 1
    assert "lfw.zip" in capsys.readouterr().err


@pytest.fixture
def quick_costs(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Costs that grow with the multiplications, instead of minutes on the virtual board; notes whether it was
    asked for."""
    asked = []

    def cost_of(variant: Variant, *, run: bool) -> VariantCost:
        asked.append(run)
        found = cost(variant)
        size = found.weight_bytes + 100_000
        return VariantCost(size, 4 * variant.input_size**2, size + 27_000, found.macs if run else None)

    monkeypatch.setattr("device.model.variants.choose.cost_of", cost_of)
    return asked


def test_choose_lists_every_variant(
    quick_costs: list[bool], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path, plot, faces = tmp_path / "table.csv", tmp_path / "plot.png", tmp_path / "faces.csv"
    faces.write_text("width,input,lfw_accuracy,tar_1e3\n0.35,128,0.95,0.7\n")
    words = ("--max-ms", 150, "--max-bytes", 1e6, "--csv", path, "--plot", plot, "--faces-csv", faces)
    assert call(monkeypatch, "choose", *words) == 0
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 22
    fits = [(row["width"], row["input_size"]) for row in rows if row["breaks"] == ""]
    assert fits == [("0.5", "128"), ("0.5", "96"), ("0.35", "160"), ("0.35", "128"), ("0.35", "96")]
    assert [row["lfw_accuracy"] for row in rows if row["lfw_accuracy"]] == ["0.95"]
    printed = capsys.readouterr().out
    assert "pick by ImageNet top-1: mobilenetv2_050_128" in printed
    assert "pick by LFW, of 1 trained for faces: mobilenetv2_035_128" in printed
    assert plot.stat().st_size > 10_000
    assert quick_costs == [True] * 22


def test_choose_without_a_board(
    quick_costs: list[bool], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("choose", "--no-board", "--faces-csv", "none.csv", "--max-activation-bytes", 1, "--json")
    assert call(monkeypatch, *words) == 0
    result = json.loads(capsys.readouterr().out)
    assert len(result["variants"]) == 22
    assert result["pick"] is None
    assert result["variants"][0]["ms"] is None
    assert not any(quick_costs)
