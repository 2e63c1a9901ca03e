"""The model card that is written from the figures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from device.errors import FileError
from device.model.data.face_set import sha256_of
from device.model.data.utk_labels import Label
from device.model.embedding.fit_projection import digest_of, projection_path
from device.model.evaluate.demographics import compare_groups
from device.model.evaluate.figures import Result
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
from device.model.evaluate.result_files import read_figures, read_record, record, write
from device.vision.fingerprint import Projection, unit
from tests.support.figures import whole


def test_the_card_is_written_between_its_marks(result: Result, tmp_path: Path) -> None:
    card, out = tmp_path / "CARD.md", tmp_path / "out"
    write(out, result)
    card.write_text(f"# Card\n\n{BEGIN}\nstale figures\n{END}\n\n## Where it fails\n")
    update_card(card, out, out)
    text = card.read_text()
    assert text.startswith(f"# Card\n\n{BEGIN}\n\n`net.tflite`, SHA-256 `")
    assert text.endswith(f"\n{END}\n\n## Where it fails\n")
    assert "stale" not in text
    assert f"{result.figures.rows[0].accuracy * 100:.2f}" in text
    assert text.count("int8, LiteRT: feature as it is") >= 2
    assert figures_text(read_figures(tmp_path / KEPT), read_figures(tmp_path / KEPT_PTQ)) in text
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


def test_trained_variants_stand_in_the_card(result: Result, tmp_path: Path) -> None:
    record(tmp_path / "faces.csv", whole(result.figures, 0.35, 0.8))
    assert "Other widths" not in figures_text(result.figures, None, read_record(tmp_path / "faces.csv"))
    record(tmp_path / "faces.csv", whole(result.figures, 0.5, 0.9))
    text = figures_text(result.figures, None, read_record(tmp_path / "faces.csv"))
    assert "| 0.5 at 128 | int8 | 90.00 ± " in text
    assert "| 0.35 at 128 | int8 | 80.00 ± " in text


def test_groups_stand_in_the_card(result: Result) -> None:
    labels = [Label("utk", 30, "female", "Black")] * 40
    embeddings = unit(np.random.default_rng(0).normal(size=(40, 64)))
    groups = compare_groups(embeddings, embeddings, labels, ((0.01, 0.29), (0.001, 0.99)), rounds=5)
    text = figures_text(replace(result.figures, groups=tuple(groups)))
    assert "| group | crops | pairs | scores | FAR at 1e-2 | FAR at 1e-3 | teacher correlation |" in text
    (line,) = [line for line in text.splitlines() if line.startswith("| UTKFace, Black |")]
    assert "| below 3.9e-3 | 1.00 |" in line


def test_flip_averaging_stands_beside_one_pass(result: Result) -> None:
    """The feature is the mean of those of a crop and of its mirror image."""
    figures = result.figures
    assert {one.passes for one in figures.identification} == {1, 2}
    text = figures_text(figures)
    assert "| **int8, LiteRT: feature as it is, flip averaging** | " in text
    assert "| 2 | 1 | 2 | " in text  # two people enrolled with one picture each, flip averaging


def test_the_shipped_card_says_what_was_measured(assets: Path) -> None:
    figures = read_figures(assets / KEPT)
    ptq = read_figures(assets / KEPT_PTQ) if (assets / KEPT_PTQ).exists() else None
    text = (assets / "MODEL_CARD.md").read_text("utf-8")
    again = "write it again: python -m device.model card --results …"
    trained = read_record(assets / RECORD)
    assert replaced(text, figures_text(figures, ptq, trained), "card") == text, again
    network = assets / figures.network.file
    assert sha256_of(network) == figures.network.sha256, "another network than was measured: evaluate again"
    shipped = Projection.load(projection_path(network))
    assert digest_of(shipped) == figures.network.map_sha256, "another projection than was measured: evaluate again"
    assert figures.dataset.pairs == 6000
