"""The firmware's architecture as a table: which folder may include from which. Headers form no circle."""

from __future__ import annotations

import re
from pathlib import Path

# Besides itself. board.h stands alone: what a board is to the portable part. board_memory.h is the built board's.
ALLOWED = {
    "main.c": "app board.h board_memory.h",
    "main_host.c": "app boards board_memory.h",
    "app": "network link libc board.h",
    "network": "block kernels libc",
    "block": "kernels libc",
    "kernels": "libc board_memory.h",
    "link": "libc",
    "boards": "board.h libc",
    "libc": "",
    "board.h": "",
}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def included(sources: Path) -> dict[str, list[str]]:
    """Each file of the firmware with what it includes by name."""
    files = [path for path in sources.rglob("*.[chS]") if path.relative_to(sources).parts[0] != "build"]
    return {path.relative_to(sources).as_posix(): INCLUDE.findall(path.read_text("utf-8")) for path in sorted(files)}


def test_includes_go_down(sources: Path) -> None:
    found = included(sources)
    assert len(found) > 50
    for name, others in found.items():
        folder = name.split("/")[0]
        allowed = {folder, *ALLOWED[folder].split()}
        assert {other.split("/")[0] for other in others} <= allowed, f"{name} includes {others}"


def test_headers_form_no_circle(sources: Path) -> None:
    found, done = included(sources), set[str]()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " → ".join([*path[path.index(name) :], name])
        if name in found and name not in done:
            for other in found[name]:
                visit(other, (*path, name))
            done.add(name)

    for name in found:
        visit(name, ())
