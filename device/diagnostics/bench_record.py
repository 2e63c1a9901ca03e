"""The results file: one line for each bench, with the commit that it was measured at."""

from __future__ import annotations

import csv
import hashlib
import subprocess
from pathlib import Path

from device.diagnostics.bench import BenchResult
from device.errors import FileError
from device.link.protocol import LayerKind
from device.link.replies import Where
from device.paths import INSTALLED, ROOT

MEASURED = {
    Where.VIRTUAL: "virtual board: cycles estimated",
    Where.BOARD: "board: cycles counted",
    Where.QEMU: "QEMU: no cycles",
    Where.HOST: "host program: nanoseconds",
}
KINDS = tuple(kind.name.lower() for kind in LayerKind)
_OTHER_FILE = "name another file"
COLUMNS = (
    *("commit", "image_sha256", "network", "board", "measured", "instructions", "cycles"),
    *(f"{kind}_cycles" for kind in KINDS),
    *("arena_bytes", "stack_bytes", "flash_bytes"),
)


def record(result: BenchResult, path: Path, image: Path | None = None) -> None:
    """Append one line to the results file, with a heading where it is new. ``image``: what the virtual board ran.

    Raises FileError where the file is none that a bench wrote, or cannot be written.
    """
    kinds = {one.kind: one.cycles for one in result.kinds}
    row = {
        "commit": _commit(),
        "image_sha256": "" if image is None else hashlib.sha256(image.read_bytes()).hexdigest(),
        "network": result.hello.network,
        "board": result.hello.board,
        "measured": MEASURED[result.where],
        "instructions": result.network_instructions,
        "cycles": result.network_cycles,
        **{f"{kind}_cycles": kinds.get(kind, 0) for kind in KINDS},
        "arena_bytes": result.hello.arena_bytes,
        "stack_bytes": result.stack_bytes,
        "flash_bytes": result.hello.flash_bytes,
    }
    fresh = check_record(path)
    try:
        with path.open("a", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
            if fresh:
                writer.writeheader()
            writer.writerow(row)
    except OSError as error:
        raise FileError(f"cannot write to {path}: {error}", _OTHER_FILE) from error


def check_record(path: Path) -> bool:
    """Whether the results file is new or empty; raises FileError for one that a bench did not write."""
    try:
        if not path.is_file() and not path.parent.is_dir():
            raise FileError(f"there is no folder {path.parent}", _OTHER_FILE)
        heading = path.read_text("utf-8").splitlines()[:1] if path.exists() else []
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"cannot read {path}: {error}", _OTHER_FILE) from error
    if heading and heading[0].split(",") != list(COLUMNS):
        raise FileError(f"{path} has other columns than a bench writes", _OTHER_FILE)
    return not heading


def _commit() -> str:
    """The checkout's commit, with + where ``device/`` has been changed since; empty outside a checkout."""
    if INSTALLED:  # a repository around the environment would be another one
        return ""
    try:
        words = ["git", "-C", str(ROOT)]
        head = subprocess.run([*words, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
        changed = subprocess.run([*words, "status", "--porcelain", "--", "device"], capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return head + "+" * bool(changed.stdout.strip())
