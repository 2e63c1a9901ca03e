"""The architecture as a table: which package may import which, held against the code. Imports form no circle.

``ALLOWED`` is the one source: ARCHITECTURE.md quotes it. Whoever needs a new arrow changes the table and says why in
the commit.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from device.paths import ROOT

# Which packages a package may import, besides itself. "device" stands for the modules that lie directly in it, but for
# device.connect, which has a row of its own. "*": everything below, because it puts the others together.
ALLOWED = {
    "main": "gui.__main__",
    "gui.__main__": "gui.app gui.core gui.preflight",
    "gui.app": "*",
    "gui.preflight": "",
    "gui.log": "gui.core",
    "gui.core": "device.link",  # records only: Hello, Inference, Stage
    "gui.settings": "gui.core",
    "gui.widgets": "gui.core device",
    "gui.capture": "gui.core device device.vision",
    "gui.gallery": "gui.core device device.vision",
    "gui.access": "gui.core gui.gallery device device.link device.vision",
    "gui.board": "gui.core device device.connect device.link device.flash device.diagnostics",
    "gui.enrolment": "gui.core gui.capture gui.gallery gui.access device device.link device.vision",
    "gui.pipeline": "gui.core gui.capture gui.gallery gui.access gui.board gui.enrolment "
    "device device.connect device.link device.flash device.diagnostics",
    "gui.panes.door": "gui.core gui.widgets",
    "gui.panes.events": "gui.core gui.widgets gui.gallery device",
    "gui.panes.people": "gui.core gui.widgets gui.gallery gui.enrolment",
    "gui.panes.board": "gui.core gui.widgets gui.board device.link device.flash device.diagnostics",
    "gui.panes.timing": "gui.core gui.widgets gui.board",
    "gui.window": "*",
    "gui.tools": "*",
    "device": "",
    "device.__main__": "device.cli",
    "device.connect": "device device.link device.emulator",
    "device.link": "device",
    "device.vision": "device",
    "device.network": "device device.link",
    "device.flash": "device device.link device.network",
    "device.diagnostics": "device device.link device.flash device.network",
    "device.emulator": "device device.link device.emulator.chip device.emulator.cost",
    "device.emulator.chip": "device device.link device.emulator.cost",
    "device.emulator.cost": "device",
    "device.cli": "*",
    "device.model": "device device.connect device.link device.vision device.network device.flash",
}
# Nobody imports these but one another.
ABOVE = {"gui.app", "gui.window", "gui.tools", "device.cli", "gui.__main__", "main"}
# Where Qt may be imported. The engines of the window (everything else in gui/) load without it.
QT_ALLOWED = (
    "gui.app", "gui.log", "gui.pipeline.pipeline", "gui.pipeline.mailbox", "gui.pipeline.board_service",
    "gui.pipeline.event_service", "gui.pipeline.people_service", "gui.settings.store", "gui.widgets", "gui.panes",
    "gui.window", "gui.tools",
)  # fmt: skip
ENGINES = (
    "gui.core", "gui.capture", "gui.gallery", "gui.access", "gui.enrolment", "gui.board", "gui.pipeline.engine",
    "gui.pipeline.door_service", "gui.pipeline.frame_view",
)  # fmt: skip
QT = {"PySide6", "pyqtgraph", "shiboken6", "PyQt5", "PyQt6", "qtpy"}
TRAINING = {"torch", "torchvision", "tensorflow", "ai_edge_litert", "matplotlib", "onnx", "onnxruntime", "keras"}
# Not loaded when the door's program is: the training code, and the engine of the virtual board.
NOT_AT_THE_DOOR = ("device.model", "unicorn")


@cache
def modules() -> dict[str, Path]:
    """Every module of the project by its name."""
    paths = [ROOT / "main.py", *(path for top in ("gui", "device") for path in (ROOT / top).rglob("*.py"))]
    found = {}
    for path in sorted(paths):
        parts = list(path.relative_to(ROOT).with_suffix("").parts)
        if "build" not in parts:
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def row_of(module: str) -> str:
    """The row of ``ALLOWED`` that speaks of a module: the longest name that it begins with."""
    if module.startswith("device.") and module.count(".") == 1 and module not in ALLOWED and module not in packages():
        return "device"
    names = [name for name in ALLOWED if module == name or module.startswith(name + ".")]
    return max(names, key=len, default="")


@cache
def packages() -> frozenset[str]:
    """The names that are folders."""
    return frozenset(name for name, path in modules().items() if path.name == "__init__.py")


def imported(module: str, *, at_load: bool = False) -> set[str]:
    """Every module named in an import of this one, at any depth or only while it is loaded; of the project's own the
    module, of others the whole name."""
    tree = ast.parse(modules()[module].read_text("utf-8"))
    nodes = tree.body if at_load else list(ast.walk(tree))
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module}: relative imports hide where a name comes from"
            base = node.module or ""
            found |= {f"{base}.{a.name}" if f"{base}.{a.name}" in modules() else base for a in node.names}
    return found - {module}


def own(module: str, *, at_load: bool = False) -> set[str]:
    """The project's modules among the imported."""
    return {name for name in imported(module, at_load=at_load) if name in modules()}


def document_rows() -> list[str]:
    """The table as ARCHITECTURE.md has it, purposes from the packages' docstrings; ``python -m tests.test_layers``."""
    rows = ["| package | purpose | may import |", "|---|---|---|"]
    for row, allowed in ALLOWED.items():
        path = modules().get(row)
        purpose = "the modules that lie in `device` itself" if row == "device" else ""
        if path is not None and row != "device":
            purpose = re.split(r"[:;]|\.\s|\.$", ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "")[
                0
            ].replace("\n", " ")
        names = (
            "everything below" if allowed == "*" else ", ".join(f"`{name}`" for name in allowed.split()) or "nothing"
        )
        rows.append(f"| `{row}` | {purpose} | {names} |")
    return rows


def test_the_document_quotes_the_table() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    begin, end = "<!-- table of tests/test_layers.py -->\n", "<!-- end of table -->"
    assert text.count(begin) == text.count(end) == 1
    quoted = text[text.index(begin) + len(begin) : text.index(end)].splitlines()
    assert quoted == document_rows(), "python -m tests.test_layers prints the rows"


def test_there_is_something_to_check() -> None:
    assert {"device.link.protocol", "gui.pipeline.engine", "gui.pipeline.pipeline", "main"} <= set(modules())
    assert {row_of(name) for name in modules()} >= set(ALLOWED) - {"gui.panes.door"}


@pytest.mark.parametrize("module", sorted(modules()))
def test_only_allowed_imports(module: str) -> None:
    row = row_of(module)
    if module in packages() and not own(module):
        return
    assert row, f"{module} has no row in ALLOWED"
    allowed = ALLOWED[row]
    for name in sorted(own(module)):
        target = row_of(name)
        if target == row or (allowed == "*" and target not in ("main", "gui.__main__")):
            if row.startswith("device"):
                assert not name.startswith("gui"), f"{module} imports {name}"
            continue
        assert target in allowed.split(), f"{module} imports {name}: {row} may not import {target}"


@pytest.mark.parametrize("module", sorted(modules()))
def test_other_packages_stay_where_they_belong(module: str) -> None:
    roots = {name.split(".")[0] for name in imported(module)}
    assert "tests" not in roots
    if not module.startswith(QT_ALLOWED):
        assert not roots & QT, "Qt does not belong here"
    if not module.startswith("device.model"):
        assert not roots & TRAINING, "training packages belong in device/model/"


def test_the_table_has_no_circle() -> None:
    arrows = {
        row: [name for name in (ALLOWED if allowed == "*" else allowed.split()) if name not in ABOVE | {row}]
        for row, allowed in ALLOWED.items()
    }
    find_circle({row: set(names) for row, names in arrows.items() if ALLOWED[row] != "*"})


def test_no_module_imports_itself_in_a_circle() -> None:
    find_circle({name: own(name, at_load=True) for name in modules()})


def find_circle(arrows: dict[str, set[str]]) -> None:
    """Fail where following the arrows leads back."""
    done: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, " → ".join([*way[way.index(name) :], name])
        if name not in done:
            for other in sorted(arrows.get(name, ())):
                visit(other, (*way, name))
            done.add(name)

    for name in arrows:
        visit(name, ())


def loaded_by(statement: str, unwanted: tuple[str, ...]) -> list[str]:
    """Which of the unwanted modules a fresh interpreter has loaded after a statement."""
    code = (
        f"import sys\n{statement}\n"
        f"print(sorted(n for n in sys.modules if any(n == u or n.startswith(u + '.') for u in {unwanted!r})))"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return list(ast.literal_eval(run.stdout.strip()))


def test_engines_load_without_qt() -> None:
    names = [name for name in modules() if name.startswith(ENGINES) and name not in packages()]
    assert loaded_by(f"import {', '.join(names)}", tuple(QT)) == []


def test_the_command_line_loads_without_qt_and_training() -> None:
    wanted = "import device.cli.main, device.connect, device.link.board, device.diagnostics.parity"
    assert loaded_by(wanted, (*QT, *TRAINING, "device.model")) == []


def test_the_door_loads_no_training_code() -> None:
    assert loaded_by("import main, gui.__main__, gui.app", (*TRAINING, *NOT_AT_THE_DOOR)) == []


if __name__ == "__main__":
    print("\n".join(document_rows()))
