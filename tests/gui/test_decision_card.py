"""What the board saw and what followed."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from gui.decision_card import DecisionCard
from gui.records import Decision
from gui.theme import Theme
from tests.gui.samples import recognition


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
    card.set_recognition(recognition(decision=Decision.SEEN, score=None, person=None))
    assert not any("score" in text for text in texts(card))


def test_long_name_is_cut_and_kept_in_the_tip(qtbot: QtBot, theme: Theme) -> None:
    card = card_of(qtbot, theme)
    name = "Wolfeschlegelsteinhausenbergerdorff the Younger"
    card.set_recognition(recognition(person=name))
    assert any(label.toolTip() == name and label.text().endswith("…") for label in card.findChildren(QLabel))
