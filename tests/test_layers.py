"""Imports form a DAG: main → gui → device; Qt only in gui/ and main.py, training packages only in device/model/."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TOP = ("main.py", "gui", "device")
QT = {"PySide6", "pyqtgraph", "shiboken6", "PyQt5", "PyQt6", "qtpy"}
TRAINING = {"torch", "torchvision", "tensorflow", "ai_edge_litert", "matplotlib", "onnx", "keras"}


def files() -> list[Path]:
    found = [ROOT / "main.py"] if (ROOT / "main.py").exists() else []
    found += [path for folder in ("gui", "device") for path in (ROOT / folder).rglob("*.py")]
    return sorted(path for path in found if "build" not in path.relative_to(ROOT).parts)


def module(path: Path) -> str:
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path) -> set[str]:
    """Every module named in an import, at any depth, with relative ones made absolute."""
    package = module(path).split(".") if path.name == "__init__.py" else module(path).split(".")[:-1]
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"), str(path))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            start = ".".join([*base, node.module] if node.module else base)
            names |= {start} | {f"{start}.{alias.name}" for alias in node.names}
    return names


def roots(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imported(path)}


@pytest.fixture(scope="module")
def graph() -> dict[str, set[str]]:
    """Each module with the project's modules that it imports while it is loaded, not inside a function."""
    known = {module(path): path for path in files()}
    edges: dict[str, set[str]] = {}
    for name, path in known.items():
        tree = ast.parse(path.read_text("utf-8"))
        body = ast.Module([node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)], [])
        package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
        found: set[str] = set()
        for node in body.body:
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                base = package[: len(package) - node.level + 1] if node.level else []
                start = ".".join([*base, node.module] if node.module else base)
                found |= {start} | {f"{start}.{alias.name}" for alias in node.names}
        edges[name] = {other for other in found if other in known and other != name}
    return edges


def test_there_is_something_to_check() -> None:
    assert {"device.link.protocol", "device.link.link"} <= {module(path) for path in files()}


@pytest.mark.parametrize("path", files(), ids=module)
def test_placement(path: Path) -> None:
    used, top = roots(path), path.relative_to(ROOT).parts[0]
    if top == "device":
        assert not used & {"gui", "main"}, "device imports nothing above it"
        assert not used & QT, "Qt belongs in gui/"
    if top == "gui":
        assert "main" not in used, "gui imports nothing above it"
    if path.relative_to(ROOT).parts[:2] != ("device", "model"):
        assert not used & TRAINING, "training packages belong in device/model/"
    assert "tests" not in used


def test_no_module_imports_itself_in_a_circle(graph: dict[str, set[str]]) -> None:
    done: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, " → ".join([*way[way.index(name) :], name])
        if name not in done:
            for other in sorted(graph[name]):
                visit(other, (*way, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def test_device_loads_without_qt_and_torch() -> None:
    code = (
        "import sys, device.cli.main, device.link.ports, device.link.board\n"
        f"bad = {sorted(QT | TRAINING)!r}\n"
        "print([name for name in bad if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
