"""Choose where pictures come from, and see at once what it gives."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.capture.sources import IMAGE_ENDINGS, parse_spec
from gui.capture.webcams import Webcam, webcams
from gui.core.frames import FrameView
from gui.core.states import CameraKind, CameraPhase, CameraState
from gui.settings.store import SettingsStore
from gui.widgets import formatting
from gui.widgets.dialogs import Dialog, push_button
from gui.widgets.language import translate
from gui.widgets.live_view import LiveView
from gui.widgets.overlay import Detail
from gui.widgets.stylesheet import set_style_class
from gui.widgets.theme import Theme

KEYS = ("camera/source", "camera/resolution", "camera/mirror")
REFRESH_MS = 1_500  # the list follows plugging and unplugging
VIDEOS = "*.mp4 *.avi *.mkv *.mov *.webm *.m4v"


@dataclass(frozen=True)
class Choice:
    """One line of the list: what the setting becomes, and the words."""

    source: str
    title: str


class CameraDialog(Dialog):
    """Every choice counts at once, so that the preview shows it; Cancel puts everything back."""

    def __init__(
        self, settings: SettingsStore, theme: Theme, current: CameraState | None, parent: QWidget | None = None
    ) -> None:
        super().__init__(self.tr("Camera"), parent)
        self._settings = settings
        self._before = {key: settings.value(key) for key in KEYS}
        self._told: list[Choice] = []
        self.view = LiveView(theme)
        self.view.set_detail(Detail.NAMES)
        self.view.setMinimumSize(400, 300)
        self.state = QLabel()
        set_style_class(self.state, "muted")
        self.state.setWordWrap(True)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Cameras and other sources"))
        set_style_class(self.list, "list")
        self.list.setMinimumWidth(round(theme.scale.body * 19))
        self.list.currentRowChanged.connect(self._chosen)
        self.file = push_button(self.tr("Video file…"), self._choose_file, auto_default=False)
        self.folder = push_button(self.tr("Folder of photos…"), self._choose_folder, auto_default=False)
        self.stream = push_button(self.tr("Stream…"), self._choose_stream, auto_default=False)
        others = QHBoxLayout()
        others.setSpacing(8)
        for button in (self.file, self.folder, self.stream):
            others.addWidget(button)
        self.resolution = QComboBox()
        self.resolution.setAccessibleName(self.tr("Resolution"))
        row = next(setting for setting in settings.table if setting.key == "camera/resolution")
        for value, label in row.choices:
            self.resolution.addItem(translate(label), value)
        self.resolution.setCurrentIndex(self.resolution.findData(settings.value("camera/resolution")))
        self.resolution.currentIndexChanged.connect(
            lambda index: settings.set("camera/resolution", self.resolution.itemData(index))
        )
        self.mirror = QCheckBox(self.tr("Mirror the picture"))
        self.mirror.setChecked(settings.flag("camera/mirror"))
        self.mirror.toggled.connect(lambda on: settings.set("camera/mirror", on))
        options = QGridLayout()
        options.setHorizontalSpacing(12)
        size = QLabel(self.tr("&Resolution"))
        size.setBuddy(self.resolution)
        options.addWidget(size, 0, 0)
        options.addWidget(self.resolution, 0, 1)
        options.addWidget(self.mirror, 1, 1)
        options.setColumnStretch(1, 1)
        left = QVBoxLayout()
        left.setSpacing(10)
        left.addWidget(self.list, 1)
        left.addLayout(others)
        left.addLayout(options)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addWidget(self.view, 1)
        right.addWidget(self.state)
        columns = QHBoxLayout()
        columns.setSpacing(16)
        columns.addLayout(left)
        columns.addLayout(right, 1)
        use = push_button(self.tr("Use it"), self.accept, primary=True)
        use.setDefault(True)
        cancel = push_button(self.tr("Cancel"), self.reject)
        self.lay_out(columns, right=(cancel, use), stretched=columns, margins=(20, 18, 20, 16), spacing=16)
        self._timer = QTimer(self)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self.refresh)
        self._timer.start()
        self.refresh()
        self.set_camera(current)
        self.list.setFocus()

    def set_frame(self, frame: FrameView) -> None:
        """Show what comes, as the window shows it."""
        self.view.set_frame(frame)

    def set_camera(self, state: CameraState | None) -> None:
        """How the chosen source is doing."""
        title, detail = formatting.camera_title(state), formatting.camera_detail(state)
        self.state.setText(" · ".join(part for part in (title, detail) if part))
        if state is not None and state.phase is not CameraPhase.LIVE:
            self.view.clear(f"{title}\n{detail}".strip())

    def refresh(self) -> None:
        """List what there is now; what is chosen stays chosen."""
        choices = self._choices(webcams())
        if choices == self._told:
            return
        self._told = choices
        self.list.blockSignals(True)
        self.list.clear()
        chosen = self._settings.text("camera/source")
        for choice in choices:
            item = QListWidgetItem(choice.title)
            self.list.addItem(item)
            if choice.source == chosen:
                self.list.setCurrentItem(item)
        self.list.blockSignals(False)

    def reject(self) -> None:
        for key, value in self._before.items():
            self._settings.set(key, value)
        super().reject()

    def _choices(self, cameras: list[Webcam]) -> list[Choice]:
        found = [Choice("", self.tr("First camera found, else the demo clip"))]
        for camera in cameras:
            title = self.tr("Camera {index}").format(index=camera.index)
            found.append(Choice(str(camera.index), f"{camera.name} ({camera.index})" if camera.name else title))
        found.append(Choice("demo", self.tr("Demo clip")))
        chosen = self._settings.text("camera/source")
        if chosen not in {choice.source for choice in found}:
            found.append(Choice(chosen, _title(chosen)))
        return found

    def _chosen(self, row: int) -> None:
        if 0 <= row < len(self._told):
            self._settings.set("camera/source", self._told[row].source)

    def _take(self, source: str) -> None:
        if source.strip():
            self._settings.set("camera/source", source)
            self.refresh()

    def _choose_file(self) -> None:
        title = self.tr("A video or photo")
        pattern = self.tr("Videos and photos ({endings})").format(
            endings=f"{VIDEOS} {' '.join(f'*{ending}' for ending in sorted(IMAGE_ENDINGS))}"
        )
        chosen, _filter = QFileDialog.getOpenFileName(self, title, str(Path.home()), pattern)
        self._take(chosen)

    def _choose_folder(self) -> None:
        self._take(QFileDialog.getExistingDirectory(self, self.tr("A folder of photos"), str(Path.home())))

    def _choose_stream(self) -> None:
        title, label = self.tr("Stream"), self.tr("Address, such as rtsp://camera/1 or http://camera/video")
        chosen, good = QInputDialog.getText(self, title, label)
        if good:
            self._take(chosen)


def _title(source: str) -> str:
    spec = parse_spec(source)
    if spec.kind is CameraKind.STREAM:
        return source.split("@")[-1]
    return Path(source).name or source
