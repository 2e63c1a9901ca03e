"""The rules as the settings say them."""

from __future__ import annotations

from dataclasses import fields

from gui.core.decisions import LEAST_ALIKE, Rules
from gui.settings.table import SETTINGS
from gui.window.wiring import rules_from


def test_the_defaults_of_the_settings_are_those_of_the_rules() -> None:
    values = {setting.key: setting.default for setting in SETTINGS}
    assert rules_from(values.__getitem__) == Rules()


def test_every_setting_of_the_decision_changes_the_rules() -> None:
    values = {setting.key: setting.default for setting in SETTINGS}
    for setting in SETTINGS:
        if not setting.key.startswith(("decision/", "door/")) or setting.key == "door/open_s":
            continue
        other = setting.choices[-1][0] if setting.choices else not setting.default
        if not setting.choices and not isinstance(setting.default, bool):
            other = setting.maximum
        changed = rules_from({**values, setting.key: other}.__getitem__)
        different = [one.name for one in fields(Rules) if getattr(changed, one.name) != getattr(Rules(), one.name)]
        assert different == [setting.key.split("/")[1]]


def test_the_memory_is_long_enough_for_the_votes_that_are_asked_for() -> None:
    for votes in (0.4, 2.0, 10.0):
        rules = Rules(accept_votes=votes, refuse_votes=votes)
        assert rules.window * 0.4 >= votes - 1e-9
        assert rules.memory_s >= 15.0


def test_strangers_are_told_apart_however_wide_the_band() -> None:
    assert Rules(threshold=0.44, band=0.5).same_face == LEAST_ALIKE
