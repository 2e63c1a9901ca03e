"""Rows as a table of text."""

from __future__ import annotations

from collections.abc import Sequence


def table(rows: Sequence[Sequence[object]], right: Sequence[int] = ()) -> str:
    """Rows in columns; those numbered in ``right`` are right-aligned."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))] if cells else []
    lines = []
    for row in cells:
        parts = [
            cell.rjust(w) if i in right else cell.ljust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(parts).rstrip())
    return "\n".join(lines)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
