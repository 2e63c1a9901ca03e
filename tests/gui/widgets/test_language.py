"""Which language the window speaks, and numbers in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale

from gui.widgets import language


@pytest.fixture
def german() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale("de"))
    yield
    QLocale.setDefault(before)


@pytest.mark.parametrize(
    ("chosen", "system", "code"),
    [
        ("system", ["de-AT", "en-GB"], "de"),
        ("system", ["fr-FR", "de_DE", "en"], "de"),
        ("system", ["fr-FR"], "en"),
        ("system", [], "en"),
        ("en", ["de-DE"], "en"),
        ("de", ["en-GB"], "de"),
        ("xx", ["en-GB"], "en"),
    ],
)
def test_language_is_the_chosen_or_the_first_of_the_system_that_there_is(
    chosen: str, system: list[str], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(language, "available", lambda: ["en", "de"])
    assert language.pick(chosen, system) == code


def test_numbers_have_the_languages_separators(german: None) -> None:
    assert language.figure(1234.5, 1) == "1.234,5"
    assert language.figure(0.714, 2) == "0,71"


def test_english_numbers() -> None:
    assert language.figure(1234.5, 1) == "1,234.5"
