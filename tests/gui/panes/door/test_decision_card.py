"""What the board saw and what followed."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from gui.core.decisions import Decision, Effect, Entrance, Rule, Turn
from gui.core.frames import now_s
from gui.core.states import BoardPhase, DoorView, DoorWord
from gui.panes.door.decision_card import DecisionCard, ScoreBar
from gui.widgets import decision_style, formatting
from gui.widgets.theme import Theme
from tests.support.samples import board, face, frame, picture, recognition, trace


def texts(card: DecisionCard) -> set[str]:
    return {label.text() for label in card.findChildren(QLabel) if not label.isHidden()}


def card_of(qtbot: QtBot, theme: Theme) -> DecisionCard:
    card = DecisionCard(theme)
    qtbot.addWidget(card)
    card.resize(card.width(), 420)
    return card


def test_nobody_yet(qtbot: QtBot, theme: Theme) -> None:
    assert "Nobody yet" in texts(card_of(qtbot, theme))


def test_accepted_person_with_score_and_reason(qtbot: QtBot, theme: Theme) -> None:
    card = card_of(qtbot, theme)
    card.set_recognition(recognition())
    assert {"Ada", "✓ accepted", "score 0.71, needs 0.45, 0.42 ahead of Bo"} <= texts(card)


def test_refused_face_has_no_name(qtbot: QtBot, theme: Theme) -> None:
    card = card_of(qtbot, theme)
    card.set_recognition(recognition(decision=Decision.REFUSED, score=0.1))
    assert {"Unknown", "✕ refused"} <= texts(card)
    assert "Ada" not in texts(card)


def test_score_is_left_out_where_nobody_is_enrolled(qtbot: QtBot, theme: Theme) -> None:
    card = card_of(qtbot, theme)
    card.set_recognition(recognition(decision=Decision.SEEN, score=None, name=None))
    assert not any("score" in text for text in texts(card))


def test_long_name_is_cut_and_kept_in_the_tip(qtbot: QtBot, theme: Theme) -> None:
    card = card_of(qtbot, theme)
    name = "Wolfeschlegelsteinhausenbergerdorff the Younger"
    card.set_recognition(recognition(name=name))
    assert any(label.toolTip() == name and label.text().endswith("…") for label in card.findChildren(QLabel))


@pytest.mark.parametrize("decision", sorted(set(Decision) - {Decision.BY_HAND}))
def test_every_decision_is_told_by_mark_and_word(qtbot: QtBot, theme: Theme, decision: Decision) -> None:
    card = card_of(qtbot, theme)
    card.set_recognition(recognition(decision=decision))
    assert f"{decision_style.MARKS[decision]} {formatting.decision(decision)}" in texts(card)
    assert not card.grab().isNull()


def test_the_door_rule_is_stated_with_several_faces_and_the_turn_that_is_asked_for(qtbot: QtBot, theme: Theme) -> None:
    card = card_of(qtbot, theme)
    card.set_recognition(recognition(decision=Decision.CHALLENGED))
    card.set_entrance(Entrance(faces=1))
    assert "Of several faces the nearest decides." not in texts(card)
    assert card.prompt.isHidden()
    card.set_entrance(Entrance(faces=2, asked=Turn.LEFT, turns=2, asked_until_s=now_s() + 9.0))
    assert "Of several faces the nearest decides." in texts(card)
    assert not card.prompt.isHidden()


def test_score_bar_tells_the_band_too(qtbot: QtBot, theme: Theme) -> None:
    bar = ScoreBar(theme)
    qtbot.addWidget(bar)
    bar.resize(200, 14)
    bar.set_score(0.4, 0.45, Decision.UNCERTAIN, 0.1)
    assert bar.accessibleDescription() == "score 0.40, threshold 0.45, uncertain from 0.35"
    with_band = bar.grab().toImage()
    bar.set_score(0.4, 0.45, Decision.UNCERTAIN)
    assert bar.grab().toImage() != with_band


def test_the_card_shows_the_picture_of_the_decision(
    qtbot: QtBot, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = card_of(qtbot, theme)
    shown = []
    monkeypatch.setattr(card._crop, "set_picture", shown.append)
    of_then, of_now = picture(128, 128, (1, 2, 3)), picture(128, 128, (9, 9, 9))
    card.set_recognition(recognition(crop=of_now, decided_crop=of_then, trace=trace(Rule.KEPT)))
    assert shown[0] is of_then


class Clock:
    """An instant that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def timed_card(qtbot: QtBot, theme: Theme) -> tuple[DecisionCard, Clock]:
    clock = Clock()
    card = DecisionCard(theme, clock=clock)
    qtbot.addWidget(card)
    return card, clock


def test_a_decision_is_old_after_a_second_and_gone_with_its_face(qtbot: QtBot, theme: Theme) -> None:
    card, clock = timed_card(qtbot, theme)
    card.set_recognition(recognition(at_s=100.0))
    clock.now = 103.2
    card.set_frame(frame(faces=(face(),)))
    assert {"Ada", "✓ accepted, 3 s ago"} <= texts(card)
    card.set_frame(frame(faces=(face(track_id=8),)))
    assert "Nobody there" in texts(card)
    assert not {"Ada", "✓ accepted", "✓ accepted, 3 s ago"} & texts(card)
    assert card.recognition is None


def test_a_decision_ages_without_frames_too(qtbot: QtBot, theme: Theme) -> None:
    card, clock = timed_card(qtbot, theme)
    card.set_recognition(recognition(at_s=98.5))
    assert "✓ accepted, 1 s ago" in texts(card)
    clock.now = 101.0
    qtbot.waitUntil(lambda: "Nobody there" in texts(card))


def test_without_a_board_nobody_is_on_the_card(qtbot: QtBot, theme: Theme) -> None:
    card, _clock = timed_card(qtbot, theme)
    card.set_recognition(recognition(at_s=100.0))
    card.set_board(board(phase=BoardPhase.LOST))
    assert "no board: nobody is recognised" in texts(card)
    assert "Ada" not in texts(card)


def test_accepted_beside_the_locked_door_says_when_it_was_opened(qtbot: QtBot, theme: Theme) -> None:
    card, clock = timed_card(qtbot, theme)
    card.set_recognition(recognition(at_s=100.0, effect=Effect.OPEN))
    card.set_door(DoorView(DoorWord.OPEN, 5_000.0, 100.0))
    assert "✓ accepted" in texts(card)
    clock.now = 106.0
    card.set_recognition(recognition(at_s=106.0))
    card.set_door(DoorView(DoorWord.LOCKED, 0.0, 106.0))
    assert "was opened for Ada 6 s ago" in texts(card)
    assert "✓ accepted" not in texts(card)
    assert card._state.property("style_class") == "muted"
