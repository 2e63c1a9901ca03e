"""The log is written, rotates, and hears of internal errors on every thread."""

from __future__ import annotations

import faulthandler
import logging
import logging.handlers
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import qInstallMessageHandler

from gui.core.states import Problem
from gui.log import CRASH_FILE, LOG_FILE, internal_errors, start_log


@pytest.fixture
def clean_log(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The root logger as it was; what the test opened is closed. pytest's own faulthandler stays."""
    monkeypatch.setattr(faulthandler, "enable", os.close)
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    for handler in root.handlers[:]:
        if handler not in before:
            root.removeHandler(handler)
            handler.close()
    root.setLevel(level)
    qInstallMessageHandler(None)


def test_log_goes_to_the_folder_once(clean_log: None, tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "log"
    assert start_log("x", folder) == folder
    assert start_log("x", folder) == folder
    logging.getLogger("gui").info("hello")
    text = (folder / LOG_FILE).read_text(encoding="utf-8")
    assert text.count("hello") == 1
    assert (folder / CRASH_FILE).exists()
    files = [h for h in logging.getLogger().handlers if isinstance(h, logging.handlers.RotatingFileHandler)]
    assert len(files) == 1
    assert files[0].maxBytes * (files[0].backupCount + 1) <= 5_000_000


def test_folder_that_cannot_be_is_told_and_nothing_breaks(
    clean_log: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert start_log("x", tmp_path / "file" / "log") is None


def test_internal_error_is_logged_with_its_trace_and_told_without(
    clean_log: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start_log("x", tmp_path)
    told: list[Problem] = []
    with internal_errors(told.append):
        try:
            raise ZeroDivisionError("a secret place")
        except ZeroDivisionError:
            sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
        thread = threading.Thread(target=lambda: [][1])
        thread.start()
        thread.join()
    assert [problem.topic for problem in told] == ["program", "program"]
    assert "ZeroDivisionError" in told[0].message
    assert "IndexError" in told[1].message
    assert all(problem.hint for problem in told)
    text = (tmp_path / LOG_FILE).read_text(encoding="utf-8")
    assert text.count("Traceback") == 2
    (terminal,) = [h for h in logging.getLogger().handlers if type(h) is logging.StreamHandler]
    record = logging.makeLogRecord({"msg": "an error", "exc_info": (ValueError, ValueError("x"), None)})
    assert terminal.format(record) == "Level None an error"
