"""Figures as pictures. matplotlib is loaded on first use."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.errors import DeviceError
from device.model.evaluate.robustness import Degraded

Floats = NDArray[np.float64]

_BYTES_PER_AREA = 4e3  # of flash, in square points of a variant's disc


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


def plot_robustness(path: Path, rows: Sequence[Degraded], title: str) -> None:
    """One axis for each kind of degradation, all with the clean figure as a line."""
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


def _name_point(axis: Any, row: Any, point: tuple[float, float], area: float) -> None:
    """Beside the disc, each width on its own side: variants of two widths often cost and achieve the same."""
    radius = (area / np.pi) ** 0.5 + 5
    right, down = {0.35: (0.5, -0.8), 0.75: (-1, 0)}.get(row.width, (1, 0))
    axis.annotate(
        f"{row.width:g}@{row.input_size}",
        point,
        (right * radius, down * radius),
        textcoords="offset points",
        fontsize=7,
        ha="left" if right > 0 else "right",
        va="top" if down else "center",
    )


def plot_choices(
    path: Path, rows: Sequence[Any], picks: tuple[str | None, str | None], max_ms: float, max_bytes: float
) -> None:
    """Latency against accuracy; ``rows`` are of choose.Choice. The area of a point is its flash; red is what breaks a
    limit. A second axis shows accuracy on faces, where any variant was trained. ``picks``: the names to put a ring
    around, by published accuracy and by faces."""
    timed = [row for row in rows if row.ms is not None]
    trained = [row for row in timed if row.lfw_accuracy is not None]
    axes_wanted = [("ImageNet top-1, published (%)", [(row, row.imagenet_top1) for row in timed])]
    if trained:
        axes_wanted.append(("LFW accuracy, int8 (%)", [(row, row.lfw_accuracy * 100) for row in trained]))

    def paint(figure: Any, axes: list[Any]) -> None:
        for axis, (label, shown), picked in zip(axes, axes_wanted, picks, strict=False):
            for row, value in shown:
                good, point, area = not row.breaks, (row.ms, value), row.flash_bytes / _BYTES_PER_AREA
                axis.scatter(*point, s=area, alpha=0.6 if good else 0.2, color="C0" if good else "C3")
                _name_point(axis, row, point, area)
                if row.name == picked:
                    axis.scatter(*point, s=area * 1.8, facecolors="none", edgecolors="C2", linewidths=2)
            if np.isfinite(max_ms):
                axis.axvline(max_ms, color="C3", linestyle="--", label=f"limit {max_ms:g} ms")
            if np.isfinite(max_bytes):
                axis.scatter([], [], s=max_bytes / _BYTES_PER_AREA, facecolors="none", edgecolors="C3", linestyle="--",
                             label=f"limit {max_bytes / 1e3:,.0f} kB of flash")  # fmt: skip
            axis.set(xscale="log", xlabel="estimated time on the virtual board (ms, emulated)", ylabel=label)
            axis.xaxis.set_major_locator(importlib.import_module("matplotlib.ticker").LogLocator(subs=(1, 2, 5)))
            axis.xaxis.set_major_formatter("{x:g}")
            axis.xaxis.set_minor_formatter("")
            axis.margins(0.12)
            axis.grid(alpha=0.3, which="both")
            if axis.get_legend_handles_labels()[0]:
                axis.legend(fontsize=8, loc="lower right")
        left_out = len(rows) - len(timed)
        figure.suptitle(
            f"{len(timed)} variants; {left_out} do not fit the board; area: flash with code; ring: the pick", fontsize=9
        )

    draw(path, (6.4 * len(axes_wanted), 4.8), len(axes_wanted), paint)
