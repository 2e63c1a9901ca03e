"""Figures as pictures. matplotlib is loaded on first use."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.errors import DeviceError

Floats = NDArray[np.float64]


def draw(path: Path, size: tuple[float, float], columns: int, paint: Callable[[Any, list[Any]], None]) -> None:
    """A PNG of one row of axes; ``paint`` gets the figure and its axes. Replaces ``path`` in one step."""
    try:
        figures = importlib.import_module("matplotlib.figure")
    except ImportError as error:
        raise DeviceError("the package matplotlib is missing", "pip install matplotlib") from error
    figure = figures.Figure(figsize=size, layout="constrained")
    paint(figure, list(np.atleast_1d(figure.subplots(1, columns))))
    beside = path.with_name(path.name + ".tmp")
    figure.savefig(beside, dpi=120, format="png", metadata={"Software": None})
    beside.replace(path)


def plot_roc(path: Path, curves: Mapping[str, tuple[Floats, Floats]], pairs: int, title: str) -> None:
    """``curves``: label to (false-accept rates, true-accept rates); ``pairs`` of two people bound what can be seen."""

    def paint(figure: Any, axes: list[Any]) -> None:
        (axis,) = axes
        for label, (far, tar) in curves.items():
            seen = far > 0
            axis.step(far[seen], tar[seen], where="post", label=label)
        axis.set(xscale="log", xlim=(0.5 / pairs, 1), ylim=(0, 1))
        axis.axvspan(0.5 / pairs, min(1.0, 10 / pairs), color="0.92", zorder=0)
        axis.set(xlabel="false-accept rate", ylabel="true-accept rate", title=title)
        axis.grid(alpha=0.3)
        axis.text(0.02, 0.02, f"grey: fewer than ten of {pairs:,} pairs", transform=axis.transAxes, fontsize=8)
        axis.legend(loc="lower right", fontsize=8)

    draw(path, (6.4, 4.8), 1, paint)


def plot_robustness(path: Path, rows: Sequence[Any], title: str) -> None:
    """``rows`` are of robustness.Spoilt; one axis for each kind, all with the clean figure as a line."""
    clean = rows[0]
    kinds = list(dict.fromkeys(row.kind for row in rows[1:]))

    def paint(figure: Any, axes: list[Any]) -> None:
        for axis, kind in zip(axes, kinds, strict=True):
            own = [row for row in rows if row.kind == kind]
            places = range(len(own))
            axis.axhline(clean.accuracy, color="C0", alpha=0.4)
            axis.axhline(clean.tar, color="C1", alpha=0.4)
            axis.plot(places, [row.accuracy for row in own], "o-", color="C0", label="accuracy")
            axis.plot(places, [row.tar for row in own], "s-", color="C1", label="TAR, threshold of clean crops")
            axis.set_xticks(list(places), [f"{row.strength:g}" for row in own])
            axis.set(ylim=(0, 1), xlabel=own[0].unit, title=kind)
            axis.grid(alpha=0.3)
        axes[0].legend(fontsize=7, loc="lower left")
        figure.suptitle(title, fontsize=10)

    draw(path, (2.4 * len(kinds), 3.2), len(kinds), paint)
