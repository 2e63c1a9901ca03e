"""Runs the window: application, theme, pipeline, log, and a clean end."""

from __future__ import annotations

import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType

import platformdirs
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from device.errors import DeviceError
from gui.core.states import PipelineOptions
from gui.log import internal_errors, start_log
from gui.pipeline.pipeline import Pipeline
from gui.settings.store import FILE_NAME, SettingsStore
from gui.settings.table import size_of
from gui.widgets import language
from gui.widgets.palette import ON_DOOR
from gui.widgets.theme import Theme, icon
from gui.window.data_folder_dialog import StartProblem
from gui.window.main_window import Window
from gui.window.run_report import Report

NAME = "mcu-face-door"
SIGNAL_POLL_MS = 200  # Python runs its signal handlers only between Qt's events

log = logging.getLogger("gui")


@dataclass(frozen=True)
class Options:
    """What the program is started with; ``quit_after_s``, ``screenshot`` and ``report`` are for trials."""

    pipeline: PipelineOptions
    quit_after_s: float | None = None
    screenshot: Path | None = None
    report: Path | None = None
    log_folder: Path | None = None  # None: the platform's
    settings: Path | None = None  # their file; None: in the platform's config folder


def run(options: Options) -> int:
    """Open the window and stay until it closes. 0 when it closed, 1 when it could not be opened."""
    log_folder = start_log(NAME, options.log_folder)
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        QApplication.setApplicationName(NAME)
        QApplication.setApplicationDisplayName("Face door")
        QApplication.setDesktopFileName(NAME)
        app = QApplication([NAME])
    settings = SettingsStore(options.settings or platformdirs.user_config_path(NAME) / FILE_NAME)
    language.install(app, settings.text("window/language"))
    theme = Theme(app)
    theme.choose(settings.text("window/theme"))
    app.setWindowIcon(icon("door", ON_DOOR, 64))
    with _signals(app):
        opened = _open(replace(options, pipeline=from_settings(options.pipeline, settings)), theme)
    if opened is None:
        return 1
    pipeline, window_options = opened
    window = Window(pipeline, window_options, theme, settings, log_folder)
    report = Report(pipeline, window) if options.report is not None else None
    pipeline.problem.connect(lambda problem: log.warning("%s: %s (%s)", problem.topic, problem.message, problem.hint))
    with _signals(app), internal_errors(pipeline.problem.emit):
        window.show()
        if settings.flag("window/kiosk"):
            window.toggle_kiosk()
        QTimer.singleShot(0, pipeline.start)
        if options.quit_after_s is not None:
            QTimer.singleShot(round(options.quit_after_s * 1e3), lambda: _finish(window, options, report))
        try:
            app.exec()
        finally:
            pipeline.stop()
    return 0


def from_settings(given: PipelineOptions, settings: SettingsStore) -> PipelineOptions:
    """What was given, and for what was not, the settings."""
    return replace(
        given,
        board=given.board or settings.text("board/port") or None,
        camera=given.camera or settings.text("camera/source") or None,
        camera_size=size_of(settings.text("camera/resolution")),
    )


def _open(options: Options, theme: Theme) -> tuple[Pipeline, PipelineOptions] | None:
    """The pipeline, in another data folder where the person chose one; None where it cannot be and they gave up."""
    wanted = options.pipeline
    while True:
        try:
            return Pipeline(wanted), wanted
        except DeviceError as error:
            log.error("the data in %s cannot be used: %s", wanted.data, error)
            asked = StartProblem(error, wanted.data, theme)
            if options.quit_after_s is not None:
                QTimer.singleShot(round(options.quit_after_s * 1e3), asked.reject)
            if not asked.exec():
                return None
            wanted = replace(wanted, data=asked.folder)


def _finish(window: Window, options: Options, report: Report | None) -> None:
    if report is not None and options.report is not None:
        try:
            report.write(options.report)
        except OSError as error:
            log.error("the report could not be written to %s: %s", options.report, error)
    if options.screenshot is not None and not window.grab().save(str(options.screenshot)):
        log.error("the screenshot could not be written to %s", options.screenshot)
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
