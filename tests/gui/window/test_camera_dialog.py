"""The choice of cameras: names, preview, counts at once, and Cancel puts it back."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QInputDialog
from pytestqt.qtbot import QtBot

from gui.capture.webcams import Webcam
from gui.core.states import CameraKind, CameraPhase
from gui.settings.store import SettingsStore
from gui.widgets.theme import Theme
from gui.window import camera_dialog
from gui.window.camera_dialog import CameraDialog
from tests.support.samples import camera, frame


@pytest.fixture
def cameras(monkeypatch: pytest.MonkeyPatch) -> list[Webcam]:
    plugged = [Webcam(0, "HD Webcam"), Webcam(2)]
    monkeypatch.setattr(camera_dialog, "webcams", lambda: list(plugged))
    return plugged


@pytest.fixture
def store() -> SettingsStore:
    return SettingsStore(None)


@pytest.fixture
def dialog(cameras: list[Webcam], store: SettingsStore, theme: Theme, qtbot: QtBot) -> CameraDialog:
    dialog = CameraDialog(store, theme, camera())
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def titles(dialog: CameraDialog) -> list[str]:
    return [dialog.list.item(row).text() for row in range(dialog.list.count())]


def test_cameras_have_their_names_and_the_current_one_is_chosen(dialog: CameraDialog) -> None:
    assert titles(dialog)[1:] == ["HD Webcam (0)", "Camera 2", "Demo clip"]
    assert dialog.list.currentRow() == 0


def test_choice_counts_at_once_and_the_preview_shows_it(dialog: CameraDialog, store: SettingsStore) -> None:
    dialog.list.setCurrentRow(1)
    assert store.text("camera/source") == "0"
    dialog.set_camera(camera(kind=CameraKind.WEBCAM, phase=CameraPhase.OPENING, description="HD Webcam"))
    assert dialog.view.frame is None
    dialog.set_frame(frame(3))
    dialog.set_camera(camera(kind=CameraKind.WEBCAM, description="HD Webcam"))
    assert dialog.view.frame.number == 3
    assert dialog.state.text() == "Camera · HD Webcam · 640x480 · 25 fps"


def test_resolution_and_mirror_count_at_once(dialog: CameraDialog, store: SettingsStore) -> None:
    dialog.resolution.setCurrentIndex(2)
    dialog.mirror.click()
    assert store.text("camera/resolution") == "1280x720"
    assert store.flag("camera/mirror")


def test_cancel_puts_everything_back(dialog: CameraDialog, store: SettingsStore) -> None:
    dialog.list.setCurrentRow(3)
    dialog.mirror.click()
    dialog.reject()
    assert store.text("camera/source") == ""
    assert not store.flag("camera/mirror")


def test_use_keeps_the_choice(dialog: CameraDialog, store: SettingsStore) -> None:
    dialog.list.setCurrentRow(3)
    dialog.accept()
    assert store.text("camera/source") == "demo"


def test_list_follows_plugging_and_keeps_the_choice(
    dialog: CameraDialog, store: SettingsStore, cameras: list[Webcam]
) -> None:
    dialog.list.setCurrentRow(1)
    cameras.append(Webcam(4, "Other"))
    dialog.refresh()
    assert "Other (4)" in titles(dialog)
    assert dialog.list.currentItem().text() == "HD Webcam (0)"
    del cameras[0]
    dialog.refresh()
    assert store.text("camera/source") == "0", "an unplugged camera stays chosen: it may come back"
    assert dialog.list.currentItem().text() == "0"


def test_file_folder_and_stream_can_be_chosen(
    dialog: CameraDialog, store: SettingsStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = str(tmp_path / "clip.mp4")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_args: (clip, ""))
    dialog.file.click()
    assert store.text("camera/source") == clip
    assert dialog.list.currentItem().text() == "clip.mp4"
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: "")
    dialog.folder.click()
    assert store.text("camera/source") == clip, "nothing chosen, nothing changed"
    monkeypatch.setattr(QInputDialog, "getText", lambda *_args: ("rtsp://me:secret@door/1", True))
    dialog.stream.click()
    assert store.text("camera/source") == "rtsp://me:secret@door/1"
    assert dialog.list.currentItem().text() == "door/1"
