"""Marks texts of modules without Qt as shown to people; ``gui.widgets.language.translate`` translates them then."""

from __future__ import annotations


def mark(text: str) -> str:
    """The text itself. The translation command collects what stands in here; use it outside of classes."""
    return text


class Filled(str):
    """A text made of a template and values, which can still be said in another language: everywhere else a ``str``."""

    __slots__ = ("template", "values")

    template: str
    values: dict[str, object]


def fill(template: str, **values: object) -> Filled:
    """``fill(mark("the name {name} is taken"), name=name)``: the filled template, which remembers its parts.

    A value may be a filled text itself, or a tuple of marked ones, which stand with commas between them.
    """
    text = Filled(template.format(**{name: ", ".join(v) if isinstance(v, tuple) else v for name, v in values.items()}))
    text.template, text.values = template, values
    return text
