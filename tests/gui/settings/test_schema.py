"""What values a setting takes, without Qt."""

from __future__ import annotations

import dataclasses

import pytest

from gui.settings.schema import Group, Kind, Setting

NUMBER = Setting("a/b", Group.WINDOW, "B", "What it is.", Kind.NUMBER, 0.5, minimum=0.0, maximum=1.0, step=0.05)
WHOLE = dataclasses.replace(NUMBER, kind=Kind.WHOLE, default=3, minimum=1, maximum=9, step=1)
CHOICE = dataclasses.replace(NUMBER, kind=Kind.CHOICE, default=100, choices=((100, "1 in 100"), (1000, "1 in 1,000")))


@pytest.mark.parametrize("raw", ["", "much", "nan", "inf", "1.5", "-0.1", None, True, ["0", "1"], b"0.5"])
def test_number_out_of_range_or_no_number_is_refused(raw: object) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        NUMBER.parse(raw)


@pytest.mark.parametrize("raw", ["2.5", "0", "10", "three", True])
def test_whole_number_is_refused_unless_whole_and_within(raw: object) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        WHOLE.parse(raw)
    assert WHOLE.parse("4") == 4
    assert isinstance(WHOLE.parse(4.0), int)


def test_choice_comes_back_with_its_own_type() -> None:
    assert CHOICE.parse("1000") == 1000
    assert isinstance(CHOICE.parse("1000"), int)
    with pytest.raises(ValueError, match="none of 100, 1000"):
        CHOICE.parse("10")


@pytest.mark.parametrize(("raw", "value"), [("true", True), ("0", False), (True, True), ("off", False), ("YES", True)])
def test_flag_reads_what_people_write(raw: object, value: bool) -> None:
    flag = dataclasses.replace(NUMBER, kind=Kind.FLAG, default=False)
    assert flag.parse(raw) is value
    with pytest.raises(ValueError, match="neither"):
        flag.parse("perhaps")
