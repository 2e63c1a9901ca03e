"""The log: a rotating file in the platform's log folder, with what Qt says; and where a crash happened.

What is written are states, errors and times; never a picture, a fingerprint or a score.
"""

from __future__ import annotations

import copy
import faulthandler
import logging
import logging.handlers
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import platformdirs
from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from gui.core.i18n import formatted, marked
from gui.core.states import Problem, Topic

LOG_FILE, CRASH_FILE = "window.log", "crash.log"
LOG_BYTES, LOG_FILES = 1_000_000, 3
INTERNAL_ERROR_HINT = marked(
    "go on if it works; if not, start it again, and report it with the log (menu: Open the log folder)"
)

log = logging.getLogger("gui")


def start_log(name: str, folder: Path | None = None) -> Path | None:
    """Log to a file in ``folder`` (None: the platform's for the program ``name``), warnings to the terminal too.

    The folder, or None where none can be written. Called again, nothing more is opened.
    """
    folder = folder or platformdirs.user_log_path(name)
    root = logging.getLogger()
    if any(isinstance(handler, logging.handlers.RotatingFileHandler) for handler in root.handlers):
        return folder
    root.setLevel(logging.INFO)
    terminal = logging.StreamHandler()
    terminal.setLevel(logging.WARNING)
    terminal.setFormatter(_Short("%(levelname)s %(message)s"))
    root.addHandler(terminal)
    qInstallMessageHandler(_qt_message)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        to_file = logging.handlers.RotatingFileHandler(
            folder / LOG_FILE, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8"
        )
        crash = os.open(folder / CRASH_FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    except OSError as error:
        log.warning("no log is written: %s", error)
        return None
    to_file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root.addHandler(to_file)
    faulthandler.enable(crash)  # open until the program ends
    return folder


@contextmanager
def internal_errors(tell: Callable[[Problem], None]) -> Iterator[None]:
    """An exception nobody caught goes to the log and ``tell`` hears of it, on the thread it happened on."""
    hook, thread_hook = sys.excepthook, threading.excepthook

    def caught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        log.critical("internal error", exc_info=(kind, error or kind(), trace))
        tell(
            Problem(formatted(marked("internal error: {kind}"), kind=kind.__name__), INTERNAL_ERROR_HINT, Topic.PROGRAM)
        )

    sys.excepthook = caught
    threading.excepthook = lambda args: caught(args.exc_type, args.exc_value, args.exc_traceback)
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook = hook, thread_hook


class _Short(logging.Formatter):
    """Without the trace, which is in the file."""

    def format(self, record: logging.LogRecord) -> str:
        short = copy.copy(record)
        short.exc_info = short.exc_text = None
        return super().format(short)


def _qt_message(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    levels = {QtMsgType.QtDebugMsg: logging.DEBUG, QtMsgType.QtInfoMsg: logging.INFO}
    logging.getLogger("qt").log(levels.get(kind, logging.WARNING), "%s", message)
