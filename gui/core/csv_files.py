"""CSV files that spreadsheets open as they are meant."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

# A text that begins so is a formula to a spreadsheet, and a person's name may be anything. An apostrophe before it
# makes it a text again (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe(text: str) -> str:
    """The text, so that no spreadsheet computes it."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def write_csv(path: Path, rows: Iterable[Sequence[str]]) -> int:
    """Write beside, then replace: a write that fails leaves the old file whole. The lines written, header included.

    Raises OSError.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    count = 0
    for row in rows:
        writer.writerow(row)
        count += 1
    beside = path.with_name(path.name + ".new")
    try:
        beside.write_text(text.getvalue(), "utf-8", newline="")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return count
