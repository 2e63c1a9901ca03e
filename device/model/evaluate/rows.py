"""The rows of an evaluation: what was measured of one way to compute and compare, for the file and for people."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from device.model.embedding.metrics import Verification
from device.model.evaluate.impostors import TarAmongAll

TWICE = ", twice"  # ends the kind of a row whose feature is the mean of two looks, at the crop and its mirror image


@dataclass(frozen=True)
class Row:
    """One way to compute and compare. ``verification`` is on the pairs, ``among_all`` on all pairs of two people."""

    where: str
    kind: str
    pairs: int
    verification: Verification
    among_all: tuple[TarAmongAll, ...] = ()


@dataclass(frozen=True)
class Shipped:
    """A threshold of the feature map for so many ``looks`` at a crop, and what it does on this set: ``far`` among all
    pairs of two people."""

    looks: int
    wanted_far: float
    threshold: float
    far: float
    tar: float


def row_figures(row: Row) -> dict[str, Any]:
    """A row as it goes into the JSON file."""
    return {
        "where": row.where,
        "kind": row.kind,
        "pairs": row.pairs,
        "accuracy": row.verification.accuracy,
        "deviation": row.verification.deviation,
        "folds": row.verification.folds,
        "tar": [asdict(one) for one in row.verification.tar],
        "tar_among_all": [asdict(one) for one in row.among_all],
    }


def rounded(value: Any) -> Any:
    """Six digits are more than any figure here is worth."""
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(one) for one in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


def describe(row: Row) -> str:
    """One line for people."""
    found = row.verification
    accuracy = "no folds" if found.accuracy is None else f"{found.accuracy:.2%} ± {found.deviation:.2%}"
    tars = [f"TAR@{one.far:g} {one.tar.value:.1%} [{one.tar.low:.1%}, {one.tar.high:.1%}]" for one in found.tar]
    lines = [f"{row.where:14} {row.kind:17} {accuracy}  " + "  ".join(tars)]
    if (lowest := found.tar[-1]).accepted == 0:
        lines.append(
            f"  none of {lowest.strangers:,} pairs of two people may pass at FAR {lowest.far:g}: "
            f"that shows only a rate below {lowest.far_high:.2g} (95 %)"
        )
    if row.among_all:
        tars = [f"TAR@{one.far:g} {one.tar.value:.1%} [{one.tar.low:.1%}, {one.tar.high:.1%}]" for one in row.among_all]
        lines.append(f"  among all {row.among_all[0].strangers:,} pairs of two people: " + "  ".join(tars))
    return "\n".join(lines)
