"""The door card shows what the board reported, and nothing else."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from gui.core.decisions import Effect, Entrance, Turn
from gui.core.frames import now_s
from gui.core.states import DoorView, DoorWord
from gui.panes.door.card import DoorCard
from gui.widgets.theme import Theme
from tests.support.samples import face, frame, recognition


def card_of(qtbot: QtBot, theme: Theme) -> DoorCard:
    card = DoorCard(theme)
    qtbot.addWidget(card)
    card.resize(340, 160)
    card.show()
    return card


def button_of(card: DoorCard) -> QPushButton:
    return card.findChild(QPushButton)


def test_before_the_board_reports_the_state_is_not_known(qtbot: QtBot, theme: Theme) -> None:
    card = card_of(qtbot, theme)
    assert "not known" in card.accessibleDescription()
    assert not button_of(card).isVisible()


def test_open_door_counts_down_for_a_person(qtbot: QtBot, theme: Theme) -> None:
    card = card_of(qtbot, theme)
    card.set_person("Ada")
    card.set_door(DoorView(DoorWord.OPEN, 60_000.0, now_s()))
    assert card.detail.startswith("for Ada, locks by itself in ")
    assert "open" in card.accessibleDescription()


def test_asking_changes_nothing_until_the_board_reports(qtbot: QtBot, theme: Theme) -> None:
    card = card_of(qtbot, theme)
    card.set_door(DoorView(DoorWord.LOCKED))
    with qtbot.waitSignal(card.open_asked, timeout=1000):
        qtbot.mouseClick(button_of(card), Qt.MouseButton.LeftButton)
    assert card.door.state is DoorWord.LOCKED
    card.set_door(DoorView(DoorWord.OPEN, 5_000.0, now_s()))
    with qtbot.waitSignal(card.lock_asked, timeout=1000):
        qtbot.mouseClick(button_of(card), Qt.MouseButton.LeftButton)


def test_each_state_looks_different(qtbot: QtBot, theme: Theme) -> None:
    card = card_of(qtbot, theme)
    pictures = []
    for state in DoorWord:
        card.set_door(DoorView(state, 5_000.0, now_s()))
        pictures.append(card.grab().toImage())
    assert pictures[0] != pictures[1] != pictures[2] != pictures[0]


def test_name_is_forgotten_once_locked(qtbot: QtBot, theme: Theme) -> None:
    card = card_of(qtbot, theme)
    card.set_person("Ada")
    card.set_door(DoorView(DoorWord.OPEN, 5_000.0, now_s()))
    card.set_door(DoorView(DoorWord.LOCKED))
    card.set_door(DoorView(DoorWord.OPEN, 5_000.0, now_s()))
    assert "Ada" not in card.detail


def test_lock_out_counts_down_and_ends_by_itself(qtbot: QtBot, theme: Theme) -> None:
    card = card_of(qtbot, theme)
    card.set_door(DoorView(DoorWord.LOCKED))
    plain = card.grab().toImage()
    card.set_entrance(Entrance(locked_until_s=now_s() + 20.0, failures=5))
    assert card.title == "LOCKED OUT"
    assert card.detail.startswith("too many refusals: faces again in ")
    assert "locked out" in card.accessibleDescription()
    assert card.grab().toImage() != plain
    card.set_entrance(Entrance(locked_until_s=now_s() + 0.2, failures=5))
    qtbot.waitUntil(lambda: card.accessibleDescription() == "locked, reported by the board", timeout=3000)
    assert card.title == "LOCKED"


def test_what_is_asked_of_the_person_stands_under_the_locked_door_alone(qtbot: QtBot, theme: Theme) -> None:
    card = card_of(qtbot, theme)
    card.set_door(DoorView(DoorWord.LOCKED))
    card.set_entrance(Entrance(asked=Turn.LEFT, turns=2, asked_until_s=now_s() + 20.0))
    assert card.detail == "turn your head to your left"
    card.set_door(DoorView(DoorWord.OPEN, 60_000.0, now_s()))
    assert card.detail.startswith("locks by itself in ")


def test_a_door_that_locked_again_says_for_whom_it_was_opened_while_they_stand_there(
    qtbot: QtBot, theme: Theme
) -> None:
    card = DoorCard(theme)
    qtbot.addWidget(card)
    card.set_frame(frame(faces=(face(),)))
    card.set_recognition(recognition(effect=Effect.OPEN))
    card.set_door(DoorView(DoorWord.OPEN, 5_000.0, now_s() - 6.5))
    card.set_door(DoorView(DoorWord.LOCKED, 0.0, now_s()))
    assert card.detail == "was opened for Ada 6 s ago"
    card.set_frame(frame(2))
    assert card.detail == "reported by the board"
