"""Events as a CSV file for a spreadsheet: RFC 4180, UTF-8 with a mark so that spreadsheets see it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from device.errors import FileError
from gui.core.csv_files import safe
from gui.core.i18n import formatted, marked
from gui.core.people import Event

HEADER = (
    "number", "time", "person", "decision", "score", "threshold", "rule", "said to be", "network_ms", "measured on",
    "passes",
)  # fmt: skip


def rows(events: Iterable[Event]) -> Iterator[tuple[str, ...]]:
    """One row an event; times in local time with its offset from UTC, figures as English writes them."""
    for event in events:
        when = datetime.fromtimestamp(event.time).astimezone().isoformat(timespec="seconds")
        said = "" if event.correction is None else event.correction or "not the person named"
        measured = (event.where or "") if event.network_ms is not None else ""
        yield (
            str(event.id),
            when,
            safe(event.name or ""),
            event.decision.value,
            _number(event.score, 4),
            _number(event.threshold, 4),
            safe(event.reason),
            safe(said),
            _number(event.network_ms, 2),
            safe(measured),
            str(event.passes) if measured else "",
        )


def write(path: Path, events: Iterable[Event]) -> int:
    """Write the file beside ``path`` and put it in its place; how many events. Raises FileError, and leaves what was
    there before."""
    beside = path.with_name(path.name + ".tmp")
    count = 0
    try:
        with beside.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(HEADER)
            for row in rows(events):
                writer.writerow(row)
                count += 1
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        text = formatted(marked("{path} cannot be written: {why}"), path=path, why=error.strerror)
        raise FileError(text, marked("choose another folder")) from error
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    return count


def _number(value: float | None, places: int) -> str:
    return "" if value is None else f"{value:.{places}f}"
