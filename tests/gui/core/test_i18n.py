"""Texts that remember what they are made of."""

from __future__ import annotations

import dataclasses

from gui.core.i18n import formatted, marked
from gui.core.states import Problem, Topic
from gui.widgets.language import translate


def test_formatted_text_is_the_text_and_can_be_translated() -> None:
    text = formatted(marked("the name {name} is taken"), name="Ada")
    assert text == "the name Ada is taken"
    assert isinstance(text, str)
    assert translate(text) == "the name Ada is taken"
    assert (text.template, text.values) == ("the name {name} is taken", {"name": "Ada"})


def test_it_survives_records() -> None:
    text = formatted(marked("{count} crops"), count=3)
    problem = dataclasses.replace(Problem("x", "", Topic.BOARD), message=text)
    assert translate(problem.message) == "3 crops"
    assert problem.message is text
