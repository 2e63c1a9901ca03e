"""The wheel: what it holds, and that both commands run from it, outside the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

SIZE_LIMIT = 5 << 20  # two images and the clip are 3.5 MiB of it
# In the environment of the tests, but put there by no wheel: the checkout itself.
OUTSIDE = ("*.pth", "*editable*", "mcu_face_door*")


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built without network."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--wheel-dir", str(folder), str(root)], check=True, cwd=folder)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def commands(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the commands in a fresh environment; its dependencies are those of the tests, by links."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, symlinks=os.name == "posix", with_pip=False)
    packages = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder), "platbase": str(folder)}))
    theirs = Path(sysconfig.get_path("purelib"))
    left_out = {path for pattern in OUTSIDE for path in theirs.glob(pattern)}
    for path in theirs.iterdir():
        if path not in left_out:
            (packages / path.name).symlink_to(path)
    commands = Path(sysconfig.get_path("scripts", "venv", {"base": str(folder), "platbase": str(folder)}))
    pip = [sys.executable, "-m", "pip", "--python", str(commands / "python"), "install", "--quiet"]
    subprocess.run([*pip, "--no-deps", "--no-index", str(wheel)], check=True, cwd=folder)
    return commands


def run(command: Path, arguments: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment |= {
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONWARNINGS": "error::ResourceWarning",
        **{name: str(folder / name) for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")},
    }
    return subprocess.run(
        [str(command), *arguments],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_it_holds_what_the_programs_read_and_nothing_else(root: Path, wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {name.split("/")[0] for name in names} == {"device", "gui", "mcu_face_door-0.1.0.dist-info"}
    icons = {f"device/_assets/icons/{path.name}" for path in (root / "assets" / "icons").iterdir()}
    maps = {f"device/_assets/{path.name}" for path in (root / "assets").glob("*.npz")}
    texts = {f"device/_assets/translations/{path.name}" for path in (root / "assets").rglob("*.qm")}
    images = {f"device/_firmware_bin/{path.name}" for path in (root / "firmware_bin").glob("*.bin")}
    clip = {"device/_assets/demo.mp4", "device/_assets/demo.json"}
    assert len(icons) > 20
    assert maps
    assert texts
    assert images
    data = {name for name in names if name.startswith(("device/_assets/", "device/_firmware_bin/"))}
    assert data == icons | maps | texts | images | clip | {"device/_firmware_bin/manifest.json"}
    code = {
        path.relative_to(root).as_posix()
        for top in ("device", "gui")
        for path in (root / top).rglob("*.py")
        if not path.is_relative_to(root / "gui" / "tools")
    }
    assert {name for name in names if name.endswith(".py")} == code
    assert wheel.stat().st_size < SIZE_LIMIT


def test_the_self_test_runs_from_it(commands: Path, tmp_path: Path) -> None:
    (tmp_path / "device").mkdir()
    (tmp_path / "device" / "__init__.py").write_text("raise SystemExit('a stranger of the same name')\n", "utf-8")
    ended = run(commands / "face-door-device", ["selftest", "--board", "virtual", "--json"], tmp_path)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert json.loads(ended.stdout)["passed"] is True


def test_the_window_opens_from_it(commands: Path, tmp_path: Path) -> None:
    picture, report = tmp_path / "window.png", tmp_path / "report.json"
    options = ["--camera", "demo", "--board", "virtual", "--data", str(tmp_path / "data"), "--quit-after", "5"]
    ended = run(commands / "face-door", [*options, "--screenshot", str(picture), "--report", str(report)], tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert "Traceback" not in ended.stderr
    assert picture.stat().st_size > 10_000
    said = (tmp_path / "XDG_STATE_HOME" / "mcu-face-door" / "log" / "window.log").read_text("utf-8")
    warnings = [line for line in said.splitlines() if " WARNING " in line or " ERROR " in line]
    assert [line for line in warnings if "This plugin does not support" not in line] == []


def test_its_commands_say_their_names(commands: Path, tmp_path: Path) -> None:
    for name in ("face-door", "face-door-device"):
        ended = run(commands / name, ["--help"], tmp_path)
        assert ended.returncode == 0, ended.stderr
        assert ended.stdout.startswith(f"usage: {name} ")
