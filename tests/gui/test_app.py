"""The program as a process: it opens, obeys signals, and says what is missing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gui import __main__ as program
from gui.app import from_settings
from gui.core.states import PipelineOptions
from gui.settings.store import SettingsStore


def start(root: Path, folder: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    env = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "XDG_STATE_HOME": str(folder / "state"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        **environment,
    }
    command = [sys.executable, str(root / "main.py"), "--data", str(folder / "data"), *arguments]
    return subprocess.Popen(command, env=env, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def log_of(folder: Path) -> str:
    return (folder / "state" / "mcu-face-door" / "log" / "window.log").read_text(encoding="utf-8")


def test_wrong_use_ends_with_two(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        program.main(["--screenshot", "x.png"])
    assert ended.value.code == 2
    assert "--quit-after" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        program.main(["--report", "x.json"])


def test_without_a_screen_it_says_so_and_ends_with_one(root: Path, tmp_path: Path) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux can be without a screen")
    process = start(root, tmp_path, QT_QPA_PLATFORM="", DISPLAY="", WAYLAND_DISPLAY="")
    _out, told = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "no screen" in told
    assert "Traceback" not in told


def test_camera_that_is_not_there_is_told_in_the_window(root: Path, tmp_path: Path) -> None:
    quit_after = ("--board", "socket://127.0.0.1:9", "--quit-after", "2")
    process = start(root, tmp_path, "--camera", "no_such_file.mp4", *quit_after)
    _out, told = process.communicate(timeout=60)
    assert process.returncode == 0, told
    assert "no_such_file.mp4" in log_of(tmp_path)
    assert "Traceback" not in told


def test_data_folder_that_cannot_be_used_is_told_in_a_window(root: Path, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way", encoding="utf-8")
    process = start(root, tmp_path, "--camera", "demo", "--quit-after", "1")
    _out, told = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "cannot be used" in log_of(tmp_path)
    assert "Traceback" not in told


def test_it_closes_by_itself_and_leaves_a_picture_and_a_log(root: Path, tmp_path: Path) -> None:
    # A port that is not there: the window opens all the same, and says so.
    port = "socket://127.0.0.1:9"
    process = start(
        root, tmp_path, "--board", port, "--camera", "demo", "--quit-after", "2", "--screenshot", "window.png"
    )
    _out, told = process.communicate(timeout=60)
    assert process.returncode == 0, told
    assert (tmp_path / "window.png").stat().st_size > 10_000
    assert "board" in log_of(tmp_path)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no such signals")
def test_interrupt_closes_it_cleanly(root: Path, tmp_path: Path) -> None:
    process = start(root, tmp_path, "--board", "socket://127.0.0.1:9", "--camera", "demo")
    log = tmp_path / "state" / "mcu-face-door" / "log" / "window.log"
    end = time.monotonic() + 40
    while time.monotonic() < end and not (log.exists() and "board" in log.read_text(encoding="utf-8")):
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _out, told = process.communicate(timeout=30)
    assert process.returncode == 0, told
    assert "Traceback" not in told


def test_the_board_is_what_was_given_else_what_was_set(tmp_path: Path) -> None:
    settings = SettingsStore(None)
    assert from_settings(PipelineOptions(data=tmp_path), settings).board is None
    settings.set("board/port", "socket://127.0.0.1:5000")
    assert from_settings(PipelineOptions(data=tmp_path), settings).board == "socket://127.0.0.1:5000"
    assert from_settings(PipelineOptions(data=tmp_path, board="virtual"), settings).board == "virtual"
