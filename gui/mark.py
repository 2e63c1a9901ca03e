"""Marks a text of a module without Qt as one that is shown to people; ``gui.language.say`` translates it when shown."""

from __future__ import annotations


def mark(text: str) -> str:
    """The text itself. The translation command collects what stands in here; use it outside of classes."""
    return text
