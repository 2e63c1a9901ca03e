"""The folder of results: the figures as JSON and CSV, the curves as CSV and PNG; and the table of trained variants."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from device.errors import FileError
from device.model.embedding.metrics import roc
from device.model.evaluate.demographics import Group
from device.model.evaluate.figures import FLIP, FORMAT, Figures, Result, Row
from device.model.evaluate.plots import Floats, plot_robustness, plot_roc
from device.model.json_records import RecordError, from_json, to_json

JSON_NAME, ROC_NAME = "evaluation.json", "roc.csv"
RECORD_FIELDS = (
    "width", "input", "network", "label", "test", "pairs", "lfw_accuracy", "deviation", "tar_1e2", "tar_1e3",
    "tar_1e3_low", "tar_1e3_high", "network_sha256", "date", "command",
)  # fmt: skip
Curves = Mapping[str, tuple[Floats, Floats]]
"""Row, as ``PTQ, LiteRT, mapped``, to (false-accept rates, true-accept rates)."""


def write_text(path: Path, text: str) -> None:
    """Replace ``path`` in one step."""
    beside = path.with_name(path.name + ".tmp")
    beside.write_text(text, encoding="utf-8", newline="\n")
    beside.replace(path)


def write_csv(path: Path, rows: Iterable[dict[str, Any]], fields: Sequence[str]) -> None:
    """Rows under a line of ``fields``; replaces ``path`` in one step."""
    beside = path.with_name(path.name + ".tmp")
    with beside.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fields, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    beside.replace(path)


def write(folder: Path, result: Result) -> list[Path]:
    """Everything ``result`` holds, into ``folder``; gives the files written."""
    figures = result.figures
    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / name for name in (JSON_NAME, "figures.csv", ROC_NAME, "roc.png")]
    write_figures(written[0], figures)
    rows = [flat(row) for row in figures.rows]
    write_csv(written[1], rows, list(rows[0]))
    curves = {label: roc(scores, result.same) for label, scores in result.scores.items()}
    points = [
        {"row": label, "false_accept_rate": f"{f:.6g}", "true_accept_rate": f"{t:.6g}", "threshold": f"{s:.6g}"}
        for label, curve in curves.items()
        for f, t, s in zip(*curve, strict=True)
    ]
    write_csv(written[2], points, list(points[0]))
    draw_roc(written[3], {label: (far, tar) for label, (far, tar, _) in curves.items()}, figures)
    if degraded := figures.robustness:
        table = [to_json(row) for row in degraded]
        write_csv(folder / "robustness.csv", table, list(table[0]))
        plot_robustness(folder / "robustness.png", degraded, _title(figures))
        written += [folder / "robustness.csv", folder / "robustness.png"]
    if groups := figures.groups:
        table = [_flat_group(group) for group in groups]
        write_csv(folder / "groups.csv", table, list(table[0]))
        written.append(folder / "groups.csv")
    return written


def write_figures(path: Path, figures: Figures) -> None:
    """Replace the JSON file at ``path``."""
    write_text(path, json.dumps(to_json(figures), indent=1) + "\n")


def _title(figures: Figures) -> str:
    network, dataset = figures.network, figures.dataset
    return f"{network.name} on {dataset.name}, {dataset.pairs:,} pairs (PC, LiteRT)"


def draw_roc(path: Path, curves: Curves, figures: Figures) -> None:
    """``curves`` of rows of ``figures`` as a PNG."""
    plot_roc(path, curves, figures.rows[0].tar[0].impostors, _title(figures))


def flat(row: Row) -> dict[str, Any]:
    """A row of the figures as one line of a table."""
    found: dict[str, Any] = {
        "where": row.where,
        "kind": row.kind,
        "pairs": row.pairs,
        "accuracy": row.accuracy,
        "deviation": row.deviation,
    }
    for name, tars in (("tar", row.tar), ("tar_among_all", row.tar_among_all)):
        for one in tars:
            key = f"{name}_{one.far:g}"
            found |= {key: one.tar.value, f"{key}_low": one.tar.low, f"{key}_high": one.tar.high}
    return found


def _flat_group(group: Group) -> dict[str, Any]:
    found = {key: value for key, value in to_json(group).items() if key != "far"}
    for far, rate in group.far.items():
        found |= {f"far_at_{far:g}": rate.value, f"far_at_{far:g}_low": rate.low, f"far_at_{far:g}_high": rate.high}
    return found


def read_figures(path: Path) -> Figures:
    """What ``evaluate --out`` wrote; ``path`` is the JSON file or its folder. FileError where it is none, or where
    figures are missing."""
    path = path / JSON_NAME if path.is_dir() else path
    try:
        found = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise FileError(f"{path}: {error.strerror}", "give the folder that `evaluate --out` wrote") from error
    except ValueError as error:
        raise FileError(f"{path}: {error}", "give the folder that `evaluate --out` wrote") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT or not isinstance(found.get("rows"), list):
        raise FileError(f"{path}: no figures of this program", "give the folder that `evaluate --out` wrote")
    try:
        return from_json(Figures, _renamed(found))
    except RecordError as error:
        raise FileError(f"{path}: the figures {error}", "evaluate again with --out") from error


def _renamed(found: Any) -> Any:
    """What version 0.1 wrote, with the names of today."""
    if isinstance(found, list):
        return [_renamed(one) for one in found]
    if not isinstance(found, dict):
        return found
    names = {"looks": "passes", "suggested_twice": "suggested_flip"}
    today = {names.get(key, key): _renamed(value) for key, value in found.items()}
    return today | {"kind": _kind(today["kind"])} if isinstance(today.get("kind"), str) else today


def _kind(name: str) -> str:
    return name.removesuffix(", twice") + FLIP if name.endswith(", twice") else name


def read_curves(folder: Path) -> Curves:
    """The ROC that ``evaluate --out`` wrote into ``folder``. FileError where it is missing or damaged."""
    path = folder / ROC_NAME
    found: dict[str, list[tuple[float, float]]] = {}
    try:
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                point = float(row["false_accept_rate"]), float(row["true_accept_rate"])
                found.setdefault(_kind(row["row"]), []).append(point)
    except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
        raise FileError(f"{path}: {error}", "give the folder that `evaluate --out` wrote") from error
    return {name: (np.array(points)[:, 0], np.array(points)[:, 1]) for name, points in found.items()}


def read_record(path: Path) -> list[dict[str, str]]:
    """The table of trained variants; empty where there is none."""
    if not path.exists():
        return []
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
            numbers = [(float(row["width"]), int(row["input"]), float(row["lfw_accuracy"])) for row in rows]
    except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
        raise FileError(f"{path}: {error}", "evaluate the trained variants again with --record") from error
    if not all(0 <= accuracy <= 1 for _, _, accuracy in numbers):
        raise FileError(f"{path}: an accuracy is not between 0 and 1", "evaluate the trained variants again")
    return rows


def record(path: Path, figures: Figures) -> None:
    """Put the figures of a whole LFW evaluation into the table, in place of those of the same width and input."""
    dataset, network = figures.dataset, figures.network
    if dataset.name != "LFW" or dataset.pairs != 6000:
        raise FileError(f"{path} holds figures of all 6,000 pairs of LFW only", "evaluate with --faces, no --subset")
    if network.width is None:
        raise FileError(f"{network.file} is none of the published MobileNetV2 variants", "leave out --record")
    row = figures.shipped_row
    tar = {one.far: one.tar for one in row.tar}
    line = {
        "width": f"{network.width:g}",
        "input": str(network.input[0]),
        "network": network.name,
        "label": figures.label,
        "test": dataset.name,
        "pairs": str(dataset.pairs),
        "lfw_accuracy": f"{row.accuracy:.5f}",
        "deviation": f"{row.deviation:.5f}",
        "tar_1e2": f"{tar[1e-2].value:.4f}",
        "tar_1e3": f"{tar[1e-3].value:.4f}",
        "tar_1e3_low": f"{tar[1e-3].low:.4f}",
        "tar_1e3_high": f"{tar[1e-3].high:.4f}",
        "network_sha256": network.sha256,
        "date": figures.date,
        "command": figures.command,
    }
    key = (line["width"], line["input"])
    rows = [old for old in read_record(path) if (old["width"], old["input"]) != key] + [line]
    rows.sort(key=lambda one: (-float(one["width"]), -int(one["input"])))
    write_csv(path, rows, RECORD_FIELDS)
