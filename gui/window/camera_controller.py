"""The camera: shows its frames and its state, changes over to another source, and opens the dialog that chooses one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from gui.capture.sources import parse_spec
from gui.core.frames import FrameView
from gui.core.states import CameraPhase, CameraState
from gui.panes.door.kiosk import KioskView
from gui.pipeline.frame_view import mirrored
from gui.pipeline.pipeline import Pipeline
from gui.settings.store import SettingsStore
from gui.settings.table import size_of
from gui.widgets import formatting
from gui.widgets.language import translate
from gui.widgets.live_view import LiveView
from gui.widgets.theme import Theme
from gui.window.camera_dialog import CameraDialog


class CameraController(QObject):
    """Shows each frame where a person looks: in the door display while ``in_kiosk``, else in the window."""

    frame_shown = Signal(object)  # FrameView as it is shown in the window, mirrored where the settings say so
    picture_lost = Signal(str)  # why there is none

    def __init__(
        self,
        pipeline: Pipeline,
        settings: SettingsStore,
        theme: Theme,
        live: LiveView,
        kiosk: KioskView,
        in_kiosk: Callable[[], bool],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._pipeline, self._settings, self._theme = pipeline, settings, theme
        self._live, self._kiosk, self._in_kiosk, self._window = live, kiosk, in_kiosk, window
        self._state: CameraState | None = None
        self.dialog: CameraDialog | None = None
        pipeline.frame_ready.connect(self._show_frame)
        pipeline.camera_changed.connect(self._show_state)
        settings.on_any(("camera/source", "camera/resolution"), self._change_over)

    def choose(self) -> None:
        """Open the choice of cameras."""
        if self.dialog is None:
            dialog = CameraDialog(self._settings, self._theme, self._state, self._window)
            dialog.finished.connect(self._closed)
            if self._live.frame is not None:
                dialog.set_frame(self._live.frame)
            self.dialog = dialog
            dialog.open()

    def toggle_mirror(self) -> None:
        """Show the frames as in a mirror, or no longer."""
        self._settings.set("camera/mirror", not self._settings.flag("camera/mirror"))

    def _show_frame(self, frame: FrameView) -> None:
        if self._settings.flag("camera/mirror"):
            frame = mirrored(frame)
        if self._in_kiosk():
            self._kiosk.set_frame(frame)
            return
        self._live.set_frame(frame)
        if self.dialog is not None:
            self.dialog.set_frame(frame)
        self.frame_shown.emit(frame)

    def _show_state(self, state: CameraState) -> None:
        self._state = state
        if self.dialog is not None:
            self.dialog.set_camera(state)
        if state.phase is CameraPhase.LOST:
            why = f"{formatting.camera_title(state)}\n{translate(state.message) or state.description}"
            self._live.clear(why)
            self.picture_lost.emit(why)
        elif state.phase is CameraPhase.OPENING:
            self._live.clear(f"{formatting.camera_title(state)}\n{state.description}".strip())

    def _change_over(self) -> None:
        size = size_of(self._settings.text("camera/resolution"))
        source = self._settings.text("camera/source")
        self._pipeline.camera.choose(parse_spec(source, size) if source else None, size)

    def _closed(self, _result: int) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.deleteLater()
