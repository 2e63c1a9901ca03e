"""Marks texts of modules without Qt as shown to people; ``gui.widgets.language.translate`` translates them then."""

from __future__ import annotations


def marked(text: str) -> str:
    """The text itself. The translation command collects what stands in here; use it outside of classes."""
    return text


class Formatted(str):
    """A text made of a template and values, which can still be translated: everywhere else a ``str``."""

    __slots__ = ("template", "values")

    template: str
    values: dict[str, object]


def formatted(template: str, **values: object) -> Formatted:
    """``formatted(marked("the name {name} is taken"), name=name)``: the template with its values, which it remembers.

    A value may be a formatted text itself, or a tuple of marked ones, which stand with commas between them.
    """
    text = Formatted(
        template.format(**{name: ", ".join(v) if isinstance(v, tuple) else v for name, v in values.items()})
    )
    text.template, text.values = template, values
    return text
