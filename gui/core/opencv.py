"""OpenCV made fit for living beside PySide6. Import this before a QApplication is made.

OpenCV's Linux wheels carry a Qt of their own and, when imported, point QT_QPA_PLATFORM_PLUGIN_PATH and QT_QPA_FONTDIR
at it; PySide6 would then load the xcb plugin of another Qt version and abort. The folders are also put into
LD_LIBRARY_PATH, which a child process would inherit.
"""

from __future__ import annotations

import os
from pathlib import Path

import cv2

__all__ = ["cv2", "restore_environment"]

_SPOILED = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR", "LD_LIBRARY_PATH")


def restore_environment() -> None:
    """Take OpenCV's own folders out of the variables that it set."""
    own = str(Path(cv2.__file__).parent)
    for name in _SPOILED:
        if own in os.environ.get(name, ""):
            kept = [part for part in os.environ[name].split(os.pathsep) if part and not part.startswith(own)]
            if kept:
                os.environ[name] = os.pathsep.join(kept)
            else:
                del os.environ[name]


restore_environment()
# One thread each for detector, camera and board is what two cores can carry; OpenCV's pool would fight over them.
cv2.setNumThreads(1)
# A webcam index that is not there is an answer here, not something to print.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_FATAL)
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")  # quiet; read when the first video is opened
