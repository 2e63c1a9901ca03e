"""The whole window on a pipeline that is not started: signals in, words out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QDialog, QLabel, QLineEdit, QTabWidget, QWidget
from pytestqt.qtbot import QtBot

from gui.core.decisions import Decision, Entrance, Turn
from gui.core.frames import now_s
from gui.core.states import BoardPhase, CameraPhase, DoorView, DoorWord, PipelineOptions, Problem, Topic
from gui.enrolment.progress import EnrolmentPhase, EnrolmentProgress
from gui.pipeline.pipeline import Pipeline
from gui.settings.store import SettingsStore
from gui.widgets import formatting
from gui.widgets.overlay import Detail
from gui.widgets.palette import DARK, LIGHT
from gui.widgets.theme import Theme
from gui.window.commands import COMMANDS
from gui.window.main_window import Window
from gui.window.settings_dialog import SettingsDialog
from tests.support.samples import board, camera, event, face, frame, person, picture, recognition


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    pipeline = Pipeline(PipelineOptions(data=tmp_path, board="virtual", camera="demo"))
    yield pipeline
    pipeline.stop()


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, pipeline: Pipeline, tmp_path: Path) -> Window:
    window = Window(pipeline, PipelineOptions(data=tmp_path), theme)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    return window


def test_it_fits_the_smallest_screen(window: Window) -> None:
    smallest = window.minimumSizeHint()
    assert smallest.width() <= 1280
    assert smallest.height() <= 800 - 40  # a title bar and a panel


def test_first_run_says_what_to_do(window: Window, pipeline: Pipeline) -> None:
    pipeline.camera_changed.emit(camera())
    pipeline.frame_ready.emit(frame())
    assert window.hints.isVisible()
    assert "Press E" in window.hints.text.text()
    window.hints.close_button.click()
    assert not window.hints.isVisible()
    assert window.live.hint == formatting.NOBODY_ENROLLED


def test_hints_go_on_with_what_was_done_and_come_back_from_the_menu(
    window: Window, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(pipeline.people, "everyone", lambda: [person()])
    pipeline.gallery_changed.emit()
    assert "come back" in window.hints.text.text()
    pipeline.event_logged.emit(event(name=None, person_id=None, decision=Decision.REFUSED))
    assert "come back" in window.hints.text.text()
    pipeline.event_logged.emit(event())
    assert "F11" in window.hints.text.text()
    window.hints.close_button.click()
    assert not window.settings.flag("window/hints")
    qtbot.keyClick(window, Qt.Key.Key_F1)
    assert window.hints.isVisible()


def test_frame_is_shown_and_its_drawing_told(window: Window, pipeline: Pipeline, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.live.drawn, timeout=2000) as told:
        pipeline.frame_ready.emit(frame(5, (face(),)))
    assert told.args[0] == 5


def test_recognition_goes_to_every_pane(window: Window, pipeline: Pipeline) -> None:
    pipeline.recognised.emit(recognition())
    assert window.decision.recognition is window.strip.recognition
    assert window.plot.figures.endswith("emulated")
    window.findChild(QTabWidget).setCurrentWidget(window.board)
    assert window.board.figures.rows()["Network time"].startswith("246 ms, emulated")


def test_head_follows_board_and_camera(window: Window, pipeline: Pipeline) -> None:
    pipeline.board_changed.emit(board())
    pipeline.camera_changed.emit(camera())
    assert window.header.board.title.text() == "Virtual board, emulated timing"
    assert window.header.camera.title.text() == "Demo clip"


def test_door_opens_for_who_was_let_in(window: Window, pipeline: Pipeline) -> None:
    pipeline.event_logged.emit(event())
    pipeline.door_changed.emit(DoorView(DoorWord.OPEN, 5_000.0, now_s()))
    assert window.door.detail.startswith("for Ada")
    assert window.events.model.events[0].name == "Ada"


def test_refused_face_does_not_name_the_door(window: Window, pipeline: Pipeline) -> None:
    pipeline.event_logged.emit(event(name=None, person_id=None, decision=Decision.REFUSED))
    pipeline.door_changed.emit(DoorView(DoorWord.OPEN, 5_000.0, now_s()))
    assert window.door.detail.startswith("locks by itself")


def test_problem_is_a_bar_that_goes_when_it_is_over(window: Window, pipeline: Pipeline) -> None:
    pipeline.problem.emit(Problem("the board does not answer", "plug it in again", Topic.BOARD))
    assert window.problems.isVisible()
    pipeline.board_changed.emit(board(phase=BoardPhase.LOST))
    assert window.problems.isVisible()
    pipeline.board_changed.emit(board())
    assert not window.problems.isVisible()


def test_lost_camera_leaves_words_instead_of_an_old_picture(window: Window, pipeline: Pipeline) -> None:
    pipeline.frame_ready.emit(frame())
    pipeline.camera_changed.emit(camera(phase=CameraPhase.LOST, message="the webcam is gone"))
    assert window.live.frame is None
    assert "the webcam is gone" in window.live.accessibleDescription()


def test_key_e_opens_the_dialog_once(window: Window, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_E)
    first = window.enrol_dialog
    assert first is not None
    assert first.isVisible()
    window.enrol()
    assert window.enrol_dialog is first
    first.reject()
    assert window.enrol_dialog is None


def test_taken_name_comes_back_in_the_dialog(window: Window, qtbot: QtBot) -> None:
    window.enrol()
    dialog = window.enrol_dialog
    assert dialog is not None
    dialog.start_asked.emit(" ")
    qtbot.waitUntil(lambda: dialog.progress is not None, timeout=2000)
    assert dialog.progress is not None
    assert dialog.progress.phase is EnrolmentPhase.FAILED
    dialog.reject()


def test_progress_without_a_dialog_is_harmless(window: Window, pipeline: Pipeline) -> None:
    pipeline.enrolment_changed.emit(EnrolmentProgress("Ada", EnrolmentPhase.COLLECTING, 8))
    assert window.enrol_dialog is None


def test_key_d_steps_through_the_detail_and_it_is_remembered(window: Window, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_D)
    assert window.live.detail is Detail.EVERYTHING
    assert window.settings.text("timing/detail") == "everything"
    qtbot.keyClick(window, Qt.Key.Key_D)
    assert window.live.detail is Detail.OFF


def test_the_detail_of_the_last_time_counts_from_the_start(
    qtbot: QtBot, theme: Theme, pipeline: Pipeline, tmp_path: Path
) -> None:
    settings = SettingsStore(None)
    settings.set("timing/detail", "off")
    window = Window(pipeline, PipelineOptions(data=tmp_path), theme, settings)
    qtbot.addWidget(window)
    assert window.live.detail is Detail.OFF


def test_key_t_opens_the_timing_window_with_what_came_before(window: Window, pipeline: Pipeline, qtbot: QtBot) -> None:
    pipeline.recognised.emit(recognition())
    qtbot.keyClick(window, Qt.Key.Key_T)
    timing = window.timing.window
    assert timing is not None
    assert timing.isVisible()
    assert timing._summary.text().startswith("Network under 500 ms: p99 is 246 ms, emulated")
    timing.close()


def test_a_board_that_is_chosen_is_remembered_and_used_once(
    window: Window, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[str | None] = []
    monkeypatch.setattr(pipeline.engine.board, "use", used.append)
    window.board.chooser.use_asked.emit("socket://127.0.0.1:5000")
    assert window.settings.text("board/port") == "socket://127.0.0.1:5000"
    window.settings.set("board/port", "")
    assert used == ["socket://127.0.0.1:5000", None]
    assert window.board.chooser.spec is None


def test_letters_typed_into_a_name_are_no_shortcuts(window: Window, qtbot: QtBot) -> None:
    window.people.set_people([person()])
    window.people.rename_current()
    editor = window.people.view.viewport().findChild(QLineEdit)
    qtbot.keyClicks(editor, "ed?")
    assert editor.text() == "ed?"
    assert window.enrol_dialog is None
    assert window.live.detail is Detail.SCORES


def test_shortcuts_are_listed(window: Window, qtbot: QtBot) -> None:
    window.show_shortcuts()
    dialog = next(shown for shown in window.findChildren(QDialog) if shown.windowTitle() == "Keyboard shortcuts")
    told = {label.text() for label in dialog.findChildren(QLabel)}
    assert {command.text for command in COMMANDS if command.keys} <= told
    assert {"E", "F2", "F11", "D", "?"} <= told
    dialog.close()


def test_menu_holds_every_command_with_its_key(window: Window) -> None:
    menu = window.header.menu.menu()
    shown = {act.text(): act.shortcut().toString() for act in menu.actions() if not act.isSeparator()}
    wanted = {command.text: command for command in COMMANDS if command.name != "menu"}
    assert shown.keys() == wanted.keys()
    assert all(shown[text] == (command.keys[0] if command.keys else "") for text, command in wanted.items())


def test_keys_show_the_lists_and_put_the_keyboard_there(window: Window, qtbot: QtBot) -> None:
    for key, pane in ((Qt.Key.Key_2, window.events), (Qt.Key.Key_3, window.board), (Qt.Key.Key_1, window.people)):
        qtbot.keyClick(window, key, Qt.KeyboardModifier.ControlModifier)
        assert pane.isVisible()


def test_mirror_turns_what_is_shown(window: Window, pipeline: Pipeline, qtbot: QtBot) -> None:
    left = picture()
    left[:, :80] = 255
    pipeline.frame_ready.emit(frame(1, (face(),), left))
    assert window.live.frame.picture[0, 0, 0] == 255
    qtbot.keyClick(window, Qt.Key.Key_M)
    assert window.settings.flag("camera/mirror")
    pipeline.frame_ready.emit(frame(2, (face(),), left))
    assert window.live.frame.picture[0, 0, 0] != 255


def test_camera_changes_over_when_the_setting_does(
    window: Window, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[object, ...]] = []
    monkeypatch.setattr(pipeline.camera, "choose", lambda spec, size: asked.append((spec and spec.value, size)))
    window.settings.set("camera/source", "2")
    window.settings.set("camera/resolution", "1280x720")
    window.settings.set("camera/source", "")
    assert asked == [("2", None), ("2", (1280, 720)), (None, (1280, 720))]


def test_key_c_opens_the_choice_of_cameras_once(window: Window, pipeline: Pipeline, qtbot: QtBot) -> None:
    pipeline.camera_changed.emit(camera())
    qtbot.keyClick(window, Qt.Key.Key_C)
    dialog = window.camera_controller.dialog
    assert dialog is not None
    assert "Demo clip" in dialog.state.text()
    window.camera_controller.choose()
    assert window.camera_controller.dialog is dialog
    pipeline.frame_ready.emit(frame(4))
    assert dialog.view.frame.number == 4
    dialog.reject()
    assert window.camera_controller.dialog is None


def test_log_folder_that_is_not_there_is_told(window: Window) -> None:
    window.open_log()
    assert window.problems.problem is not None
    assert window.problems.problem.topic == "log"


def test_f11_fills_the_screen_and_goes_back(window: Window, pipeline: Pipeline, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_F11)
    assert window.isFullScreen()
    assert window.kiosk.isVisible()
    pipeline.entrance_changed.emit(Entrance(asked=Turn.LEFT))
    assert window.kiosk.accessibleName() == "Turn left"
    qtbot.keyClick(window, Qt.Key.Key_E)
    assert window.enrol_dialog is None, "the door display has no controls"
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isFullScreen()
    assert window.live.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.in_kiosk, "Esc only leaves"
    qtbot.keyClick(window, Qt.Key.Key_F11)
    qtbot.keyClick(window, Qt.Key.Key_F11)
    assert not window.isFullScreen()


def test_layout_is_remembered(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    settings = SettingsStore(tmp_path / "settings.ini")
    options = PipelineOptions(data=tmp_path, board="virtual", camera="demo")
    heights: list[int] = []
    shown: list[bool] = []
    for _ in range(2):
        window = Window(Pipeline(options), options, theme, settings)
        window.show()
        qtbot.waitExposed(window)
        heights.append(window.live.height())
        window._arranged.down.setSizes([window.live.height() - 60, 400])
        heights.append(window.live.height())
        shown.append(window._arranged.tabs.currentWidget() is window.board)
        window._arranged.tabs.setCurrentWidget(window.board)
        window.close()
        window.deleteLater()
    assert heights[1] < heights[0] - 40
    assert heights[2] == pytest.approx(heights[1], abs=20)
    assert shown == [False, True]


def test_colours_follow_the_setting_at_once(window: Window, theme: Theme) -> None:
    window.settings.set("window/theme", "dark")
    assert theme.colours is DARK
    window.settings.set("window/theme", "light")
    assert theme.colours is LIGHT


def test_settings_are_opened_by_a_key(window: Window, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    dialog = window.findChild(SettingsDialog)
    assert dialog is not None
    assert dialog.isVisible()
    dialog.close()


def test_bad_settings_file_is_told_in_the_bar(qtbot: QtBot, theme: Theme, pipeline: Pipeline, tmp_path: Path) -> None:
    file = tmp_path / "settings.ini"
    file.write_text("[window]\ntheme=pink\n", encoding="utf-8")
    window = Window(pipeline, PipelineOptions(data=tmp_path), theme, SettingsStore(file))
    qtbot.addWidget(window)
    assert window.problems.problem is not None
    assert "'pink'" in window.problems.problem.message


def test_buttons_have_names_and_dark_paints_otherwise(window: Window, pipeline: Pipeline, theme: Theme) -> None:
    pipeline.recognised.emit(recognition())
    named = [button for button in window.findChildren(QAbstractButton) if button.isVisible()]
    assert all(button.text() or button.accessibleName() for button in named)
    window.plot.build()
    reached = [w for w in window.findChildren(QWidget) if w.isVisible() and w.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert all(w.accessibleName() or (isinstance(w, QAbstractButton) and w.text()) for w in reached)
    light = window.grab().toImage()
    theme.use(DARK)
    assert window.grab().toImage() != light


def test_what_was_said_of_a_name_goes_with_the_next_try(window: Window, pipeline: Pipeline) -> None:
    pipeline.problem.emit(Problem("the name Bo is taken", "choose another name", Topic.GALLERY))
    assert window.problems.isVisible()
    window.people.rename_asked.emit(99, "Bob")
    assert window.problems.problem is None


def test_lost_camera_is_told_in_the_dialog_too(window: Window, pipeline: Pipeline) -> None:
    window.enrol()
    dialog = window.enrol_dialog
    assert dialog is not None
    pipeline.frame_ready.emit(frame(1, (face(),)))
    pipeline.camera_changed.emit(camera(phase=CameraPhase.LOST, message="the webcam is gone"))
    assert dialog.view.frame is None
    assert "the webcam is gone" in dialog.view.accessibleDescription()
    dialog.reject()
