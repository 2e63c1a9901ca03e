"""Runs the window: application, theme, pipeline, log, and a clean end."""

from __future__ import annotations

import logging
import logging.handlers
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType

import platformdirs
from PySide6.QtCore import QMessageLogContext, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from device.errors import DeviceError
from gui.pipeline import Pipeline
from gui.records import PipelineOptions, Problem
from gui.settings_store import FILE_NAME, SettingsStore
from gui.theme import Theme, icon
from gui.window import Window

NAME = "mcu-face-door"
SIGNAL_POLL_MS = 200  # Python runs its signal handlers only between Qt's events
LOG_BYTES, LOG_FILES = 1_000_000, 3

log = logging.getLogger("gui")


@dataclass(frozen=True)
class Options:
    """What the program is started with. ``quit_after_s`` and ``screenshot`` are for documents and trials."""

    pipeline: PipelineOptions
    quit_after_s: float | None = None
    screenshot: Path | None = None
    log_folder: Path | None = None  # None: the platform's
    settings: Path | None = None  # their file; None: in the platform's config folder


def run(options: Options) -> int:
    """Open the window and stay until it closes. 0 when it closed, 1 when it could not be opened."""
    log_file = _start_log(options.log_folder)
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        QApplication.setApplicationName(NAME)
        QApplication.setApplicationDisplayName("Face door")
        QApplication.setDesktopFileName(NAME)
        app = QApplication([NAME])
    settings = SettingsStore(options.settings or platformdirs.user_config_path(NAME) / FILE_NAME)
    theme = Theme(app)
    theme.choose(settings.text("window/theme"))
    app.setWindowIcon(icon("door", "#ffffff", 64))
    try:
        pipeline = Pipeline(options.pipeline)
    except DeviceError as error:
        log.info("not opened: %s", error)  # the terminal is told in two lines, once
        print(f"The window cannot be opened: {error.message}\nWhat to do: {error.hint}", file=sys.stderr)
        return 1
    window = Window(pipeline, options.pipeline, theme, settings)
    pipeline.problem.connect(lambda problem: log.warning("%s: %s (%s)", problem.where, problem.message, problem.hint))
    with _signals(app), _mistakes(pipeline, log_file):
        window.show()
        QTimer.singleShot(0, pipeline.start)
        if options.quit_after_s is not None:
            QTimer.singleShot(round(options.quit_after_s * 1e3), lambda: _finish(window, options.screenshot))
        try:
            app.exec()
        finally:
            pipeline.stop()
    return 0


def _finish(window: Window, screenshot: Path | None) -> None:
    if screenshot is not None and not window.grab().save(str(screenshot)):
        log.error("the screenshot could not be written to %s", screenshot)
    window.close()


@contextmanager
def _signals(app: QApplication) -> Iterator[None]:
    """Ctrl+C and a polite kill close the window like its button does."""

    def close(_number: int, _frame: FrameType | None) -> None:
        QTimer.singleShot(0, app.closeAllWindows)  # not now: Python may be in the midst of painting

    before = {number: signal.signal(number, close) for number in (signal.SIGINT, signal.SIGTERM)}
    timer = QTimer()
    timer.start(SIGNAL_POLL_MS)
    timer.timeout.connect(lambda: None)
    try:
        yield
    finally:
        timer.stop()
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _mistakes(pipeline: Pipeline, log_file: Path | None) -> Iterator[None]:
    """An exception nobody caught goes to the log, and the window says so instead of falling silent."""
    before = sys.excepthook

    def caught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log.critical("a mistake in the program", exc_info=(kind, error, trace))
        hint = f"please report it; the details are in {log_file}" if log_file else "please report it"
        pipeline.problem.emit(Problem(f"the program made a mistake: {kind.__name__}", hint, "program"))

    sys.excepthook = caught
    try:
        yield
    finally:
        sys.excepthook = before


def _start_log(folder: Path | None) -> Path | None:
    """Log to a file in the platform's log folder, warnings to the terminal too; Qt's own messages as well."""
    folder = folder or platformdirs.user_log_path(NAME)
    root = logging.getLogger()
    if any(isinstance(handler, logging.handlers.RotatingFileHandler) for handler in root.handlers):
        return folder / "window.log"
    root.setLevel(logging.INFO)
    terminal = logging.StreamHandler()
    terminal.setLevel(logging.WARNING)
    terminal.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    root.addHandler(terminal)
    qInstallMessageHandler(_qt_message)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "window.log"
        to_file = logging.handlers.RotatingFileHandler(
            path, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8"
        )
    except OSError as error:
        log.warning("no log is written: %s", error)
        return None
    to_file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root.addHandler(to_file)
    return path


def _qt_message(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    levels = {QtMsgType.QtDebugMsg: logging.DEBUG, QtMsgType.QtInfoMsg: logging.INFO}
    logging.getLogger("qt").log(levels.get(kind, logging.WARNING), "%s", message)
