"""The figures of the model card, written from what ``evaluate --out`` measured, so that none is typed in by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from device.errors import FileError
from device.model.embedding.metrics import Interval, TarAtFar
from device.model.evaluate.figures import FLIP, Figures, Row
from device.model.evaluate.impostors import TarAmongAll
from device.model.evaluate.result_files import (
    draw_roc,
    read_curves,
    read_figures,
    read_record,
    write_figures,
    write_text,
)

BEGIN = "<!-- figures: written by `python -m device.model card`, do not edit up to the end mark -->"
END = "<!-- end of figures -->"
KEPT, KEPT_PTQ, ROC, RECORD = "evaluation.json", "evaluation.ptq.json", "roc.png", "face_results.csv"
_DEGREES = {"0.01": "1e-2", "0.001": "1e-3", "0.0001": "1e-4", "1e-05": "1e-5"}


def update_card(card: Path, results: Path, ptq: Path | None = None) -> None:
    """Write the figures between the marks of ``card``; the JSON they come from and the ROC curves go beside it.

    ``results`` is the folder of ``evaluate --out``; ``ptq`` that of the same network quantised without training on, to
    stand in the same table.
    """
    figures = read_figures(results)
    before = None if ptq is None else read_figures(ptq)
    try:
        text = card.read_text("utf-8")
    except OSError as error:
        raise FileError(f"{card}: {error.strerror}", "give the path of the model card") from error
    trained = read_record(card.with_name(RECORD))
    curves = [read_curves(folder) for folder in (ptq, results) if folder is not None]
    write_text(card, replaced(text, figures_text(figures, before, trained), str(card)))
    # What the program compares: float, before training on, and the network itself.
    shown = f", {figures.compared}", f", {figures.compared}{FLIP}"
    drawn = {name: curve for rows in curves for name, curve in rows.items() if name.endswith(shown)}
    draw_roc(card.with_name(ROC), drawn, figures)
    for name, kept in ((KEPT, figures), (KEPT_PTQ, before)):
        path = card.with_name(name)
        if kept is not None:
            write_figures(path, kept)
        else:
            path.unlink(missing_ok=True)


def replaced(text: str, figures: str, where: str) -> str:
    """``text`` with ``figures`` between its marks; FileError where it has not one of each, in order."""
    start, end = text.find(BEGIN), text.find(END)
    if text.count(BEGIN) != 1 or text.count(END) != 1 or end < start:
        raise FileError(f"{where}: the lines that mark the figures are missing", f"put in {BEGIN} and {END}")
    return text[: start + len(BEGIN)] + "\n\n" + figures + "\n" + text[end:]


def figures_text(figures: Figures, ptq: Figures | None = None, trained: Sequence[Mapping[str, str]] = ()) -> str:
    """The whole block in Markdown; ``trained`` is the table of ``evaluate --record``."""
    parts = [
        _head(figures),
        _pairs(figures, ptq),
        _among_all(figures, ptq),
        _shipped(figures),
        _identification(figures),
        _robustness(figures),
        _groups(figures),
        _board(figures),
        _trained(trained),
    ]
    return "\n".join(part for part in parts if part)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)]) + "\n"


def _rate(value: float) -> str:
    return f"{value * 100:.1f} %"


def _accuracy(value: float, deviation: float) -> str:
    return f"{value * 100:.2f} ± {deviation * 100:.2f} %"


def _span(one: Interval) -> str:
    return f"{one.value * 100:.1f} % ({one.low * 100:.1f} to {one.high * 100:.1f})"


def _far(value: float) -> str:
    return _DEGREES.get(f"{value:g}", f"{value:g}")


def _small(value: float) -> str:
    return f"{value:.1e}".replace("e-0", "e-") if value else "0"


def _rare(rate: float, pairs: int) -> str:
    """A rate that ``pairs`` showed; where none passed, what that bounds it to (95 %)."""
    return _small(rate) if rate else f"below {_small(3 / max(pairs, 1))}"


def _head(figures: Figures) -> str:
    network, dataset = figures.network, figures.dataset
    return (
        f"`{network.file}`, SHA-256 `{network.sha256[:16]}…`; measured on {figures.date} "
        f"({figures.measured_on}, ai-edge-litert {figures.versions.get('ai-edge-litert', 'of an unknown version')}) on "
        f"{dataset.name}: {dataset.pairs:,} pairs, {dataset.pictures:,} pictures of {dataset.people:,} people, one "
        "crop a picture, by\n\n"
        f"    {figures.command}\n"
    )


def _rows(figures: Figures, ptq: Figures | None) -> list[Row]:
    """The rows to show: those of the float network, those before training on, the network itself."""
    before = () if ptq is None else ptq.rows
    floats = _of_float(figures.rows) or _of_float(before)
    return [*floats, *(row for row in (*before, *figures.rows) if row.where != "float")]


def _of_float(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.where == "float"]


def _name(row: Row, figures: Figures) -> str:
    words = {
        "plain": "feature as it is",
        "centred": "mean taken off",
        "mapped": "with the projection",
        "mapped as trained": "with the projection of training",
    }
    kind = row.kind.removesuffix(FLIP)
    text = f"{row.where}: {words.get(kind, kind)}{FLIP if kind != row.kind else ''}"
    shipped = kind == figures.compared and any(row is own for own in figures.rows)
    return f"**{text}**" if shipped and row.where != "float" else text


def _tar_heads(tars: Sequence[TarAtFar] | Sequence[TarAmongAll]) -> list[str]:
    return [f"TAR at FAR {_far(one.far)}" for one in tars]


def _pairs(figures: Figures, ptq: Figures | None) -> str:
    rows = _rows(figures, ptq)
    table = _table(
        ["", "accuracy", *_tar_heads(rows[0].tar)],
        [
            [
                _name(row, figures),
                "–" if row.accuracy is None or row.deviation is None else _accuracy(row.accuracy, row.deviation),
                *(_span(one.tar) for one in row.tar),
            ]
            for row in rows
        ],
    )
    lowest = rows[-1].tar[-1]
    averaging = (
        " Flip averaging: the feature is the mean of those of the crop and of its mirror image."
        if any(row.kind.endswith(FLIP) for row in rows)
        else ""
    )
    return (
        "Accuracy is the mean of the folds, ± their standard deviation. FAR, the false-accept rate, is the share of "
        "impostor pairs (two people) that are taken for one person; TAR, the true-accept rate, the share of genuine "
        "pairs (one person) that are. In brackets are 95 % intervals, pairs resampled. In bold is what the program "
        f"uses.{averaging}\n\n{table}\n"
        f"The protocol has {lowest.impostors:,} impostor pairs. At FAR {_far(lowest.far)} "
        f"{lowest.accepted or 'none'} of them may pass, which shows only that the rate is below "
        f"{lowest.far_high:.2g} (95 %).\n\n![ROC]({ROC})\n"
    )


def _among_all(figures: Figures, ptq: Figures | None) -> str:
    rows = [row for row in _rows(figures, ptq) if row.tar_among_all]
    if not rows:
        return ""
    first = rows[0].tar_among_all
    table = _table(
        ["", *_tar_heads(first)],
        [[_name(row, figures), *(_span(one.tar) for one in row.tar_among_all)] for row in rows],
    )
    return (
        f"The same among all {first[0].impostors:,} impostor pairs (intervals: people resampled, with all their "
        f"pictures):\n\n{table}"
    )


def _shipped(figures: Figures) -> str:
    if not figures.shipped_thresholds:
        return ""
    rows = [
        [_far(one.wanted_far), f"{one.passes}", f"{one.threshold:.3f}", _small(one.far), _rate(one.tar)]
        for one in reversed(figures.shipped_thresholds)
    ]
    table = _table(["FAR wanted", "passes", "threshold", f"FAR on {figures.dataset.name}", "TAR"], rows)
    return f"The thresholds in the projection come from held-out training crops. What they do here:\n\n{table}"


def _identification(figures: Figures) -> str:
    if not figures.identification:
        return ""
    rows = [
        [f"{one.enrolled}", f"{one.shots}", f"{one.passes}", _span(one.dir), _rate(one.first.value)]
        for one in figures.identification
    ]
    table = _table(["people enrolled", "pictures each", "passes", "DIR at FAR 1 %", "right person first"], rows)
    return (
        "Open-set identification: DIR, the detection and identification rate, is the share of enrolled people's "
        "pictures that find the right person above the threshold that one in a hundred impostors' pictures reaches "
        f"(mean and spread of 20 draws of who is enrolled):\n\n{table}"
    )


def _robustness(figures: Figures) -> str:
    if not figures.robustness:
        return ""
    rows = [
        [
            "clean" if one.kind == "clean" else f"{one.kind}, {one.strength:g} {one.unit}",
            _rate(one.accuracy), _rate(one.tar), _rate(one.far),
        ]
        for one in figures.robustness
    ]  # fmt: skip
    table = _table(["second picture of each pair", "accuracy", "TAR", "FAR"], rows)
    return (
        f"Degraded copies, one pass, on {figures.robustness[0].pairs:,} pairs, with the thresholds of clean ones "
        f"(TAR and FAR: that of FAR 1e-2):\n\n{table}"
    )


def _groups(figures: Figures) -> str:
    groups = figures.groups
    if not groups:
        return ""
    fars = sorted({far for one in groups for far in one.far}, reverse=True)
    rows = [
        [
            one.name, f"{one.crops:,}", f"{one.pairs:,}", f"{one.mean:.2f} ± {one.deviation:.2f}",
            *(_rare(one.far[far].value, one.pairs) for far in fars), f"{one.teacher_correlation:.2f}",
        ]
        for one in groups
    ]  # fmt: skip
    heads = ["group", "crops", "pairs", "scores", *(f"FAR at {_far(far)}" for far in fars), "teacher correlation"]
    return (
        "Demographics, one pass, on the held-out training crops: how often two different people of one group pass the "
        "shipped thresholds, and how well their scores follow the teachers'. It does not measure how "
        "often a person is missed, nor what the teachers get wrong themselves; UTKFace's labels of gender and race are "
        "what others saw in a picture. The thresholds come from these same crops.\n\n"
        f"{_table(heads, rows)}"
    )


def _board(figures: Figures) -> str:
    board = figures.board
    if board is None:
        return ""
    prints = board.crops * board.passes
    total = prints * board.length
    return (
        f"The same crops through {board.board}: of {total:,} numbers of {prints} fingerprints "
        f"{board.different_numbers:,} differ from LiteRT's.\n"
    )


def _trained(rows: Sequence[Mapping[str, str]]) -> str:
    if len(rows) < 2:
        return ""
    lines = []
    for row in rows:
        value, low, high = (float(row[key]) for key in ("tar_1e3", "tar_1e3_low", "tar_1e3_high"))
        lines.append(
            [
                f"{row['width']} at {row['input']}",
                row["label"],
                _accuracy(float(row["lfw_accuracy"]), float(row["deviation"])),
                _rate(float(row["tar_1e2"])),
                _span(Interval(value, low, high)),
            ]
        )
    table = _table(["width, input", "int8 by", "accuracy", "TAR at FAR 1e-2", "TAR at FAR 1e-3"], lines)
    return (
        f"Other widths and input sizes, each with a projection of its own, measured the same way, one pass:\n\n{table}"
    )
