"""The table of settings, without Qt."""

from __future__ import annotations

import pytest

from gui.settings.schema import GROUPS, Kind, Setting
from gui.settings.table import SETTINGS


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.key)
def test_every_line_of_the_table_is_sound(setting: Setting) -> None:
    assert setting.parse(setting.default) == setting.default
    assert setting.parse(str(setting.default)) == setting.default  # what an INI file gives back
    assert setting.label
    assert setting.explanation.endswith((".", "?")), "an explanation is a sentence"
    assert setting.group in GROUPS
    assert setting.key.count("/") == 1
    if setting.kind in (Kind.WHOLE, Kind.NUMBER):
        assert setting.minimum is not None
        assert setting.maximum is not None
        assert setting.minimum < setting.maximum
    assert bool(setting.choices) == (setting.kind is Kind.CHOICE)


def test_keys_and_labels_are_there_once() -> None:
    assert len({setting.key for setting in SETTINGS}) == len(SETTINGS)
    assert len({(setting.group, setting.label) for setting in SETTINGS}) == len(SETTINGS)
