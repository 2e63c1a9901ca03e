"""The settings' file: kept, read again, and never trusted."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray
from pytestqt.qtbot import QtBot

from gui.settings.schema import Group, Kind, Setting
from gui.settings.store import SettingsStore
from gui.settings.table import SETTINGS

TABLE = (
    Setting("door/open", Group.DOOR, "Open", "How long.", Kind.WHOLE, 5, minimum=1, maximum=60, unit="s"),
    Setting("door/far", Group.DOOR, "Rate", "How many.", Kind.CHOICE, 100, choices=((100, "100"), (1000, "1,000"))),
    Setting("window/mirror", Group.WINDOW, "Mirror", "Whether.", Kind.FLAG, True),
    Setting("camera/source", Group.CAMERA, "Camera", "Which.", Kind.TEXT, ""),
    Setting("door/margin", Group.DOOR, "Margin", "How far.", Kind.NUMBER, 0.05, minimum=0.0, maximum=0.5, step=0.01),
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "settings.ini"


def test_values_are_kept_and_read_again_with_their_types(file: Path, qtbot: QtBot) -> None:
    store = SettingsStore(file, TABLE)
    with qtbot.waitSignal(store.changed, timeout=1000) as told:
        store.set("door/open", 9)
    assert told.args == ["door/open"]
    store.set("door/far", 1000)
    store.set("window/mirror", False)
    store.set("camera/source", "rtsp://a,b/c")
    store.set("door/margin", 0.12)
    store.remember("window", QByteArray(b"\x01\x00\xff"))
    store.save()
    again = SettingsStore(file, TABLE)
    assert again.refused == []
    assert again.whole("door/open") == 9
    assert again.whole("door/far") == 1000
    assert again.flag("window/mirror") is False
    assert again.text("camera/source") == "rtsp://a,b/c"
    assert again.number("door/margin") == 0.12
    assert again.recall("window") == QByteArray(b"\x01\x00\xff")
    assert again.recall("other") is None


def test_same_value_is_not_told_and_a_bad_one_changes_nothing(file: Path, qtbot: QtBot) -> None:
    store = SettingsStore(file, TABLE)
    with qtbot.assertNotEmitted(store.changed):
        store.set("door/open", 5)
        with pytest.raises(ValueError, match="not from 1 to 60"):
            store.set("door/open", 61)
    assert store.whole("door/open") == 5


def test_default_is_not_written_so_that_a_better_default_reaches_people(file: Path) -> None:
    store = SettingsStore(file, TABLE)
    store.set("door/open", 9)
    store.reset("door/open")
    store.save()
    assert store.is_default("door/open")
    assert not file.exists() or "open" not in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "line", ["[door]\nopen=900", "[door]\nopen=many", "[door]\nopen=", "[door]\nopen=1, 2", "[door]\nopen=@Invalid()"]
)
def test_bad_value_in_the_file_falls_back_and_is_told(file: Path, line: str) -> None:
    file.parent.mkdir()
    file.write_text(line + "\n", encoding="utf-8")
    store = SettingsStore(file, TABLE)
    assert store.whole("door/open") == 5
    (told,) = store.refused
    assert "door/open" in told.message
    assert told.hint


@pytest.mark.parametrize("content", [b"\x00\xff\xfe\x80" * 100, b"no ini at all"])
def test_file_that_is_no_settings_file_leaves_the_defaults(file: Path, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    store = SettingsStore(file, TABLE)
    assert [store.value(setting.key) for setting in TABLE] == [setting.default for setting in TABLE]


def test_file_that_cannot_be_written_is_told(tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    store = SettingsStore(tmp_path / "file" / "settings.ini", TABLE)
    store.set("door/open", 9)
    with qtbot.waitSignal(store.problem, timeout=1000) as told:
        store.save()
    assert "cannot be written" in told.args[0].message


def test_asking_for_the_wrong_kind_is_a_mistake_in_the_program(file: Path) -> None:
    store = SettingsStore(None, TABLE)
    for ask in (store.flag, store.text):
        with pytest.raises(TypeError):
            ask("door/open")
    with pytest.raises(KeyError):
        store.value("no/such")


def test_the_programs_own_table_survives_its_file(file: Path) -> None:
    store = SettingsStore(file)
    for setting in SETTINGS:
        for value, _label in setting.choices:
            store.set(setting.key, value)
        if setting.maximum is not None:
            store.set(setting.key, int(setting.maximum) if setting.kind is Kind.WHOLE else setting.maximum)
    wanted = {setting.key: store.value(setting.key) for setting in SETTINGS}
    store.save()
    again = SettingsStore(file)
    assert again.refused == []
    assert {setting.key: again.value(setting.key) for setting in SETTINGS} == wanted


def test_who_listens_to_a_key_hears_its_new_value_and_no_other(file: Path) -> None:
    store = SettingsStore(None, TABLE)
    told: list[object] = []
    store.on_flag("window/mirror", told.append)
    store.on_number("door/margin", told.append)
    store.on_text("camera/source", told.append)
    store.on_any(store.keys(Group.DOOR), lambda: told.append("door"))
    store.set("window/mirror", False)
    store.set("camera/source", "2")
    store.set("door/margin", 0.2)
    store.set("door/margin", 0.2)
    assert told == [False, "2", 0.2, "door"]
    with pytest.raises(TypeError):
        store.on_text("window/mirror", told.append)
    with pytest.raises(KeyError):
        store.on_any(("no/such",), lambda: None)


@pytest.mark.parametrize(
    ("former", "value"), [("once", "off"), ("twice", "on"), ("automatic", "automatic"), ("thrice", "automatic")]
)
def test_a_setting_that_an_earlier_version_called_otherwise_is_read_and_renamed(
    file: Path, former: str, value: str
) -> None:
    file.parent.mkdir()
    file.write_text(f"[decision]\nlooks={former}\n")
    store = SettingsStore(file)
    assert store.text("decision/flip") == value
    if former == "thrice":
        (told,) = store.refused
        assert "'thrice' is none of automatic, off, on" in told.message
    else:
        assert store.refused == []
    store.save()
    assert "looks" not in file.read_text()
    again = SettingsStore(file)
    assert again.text("decision/flip") == value


def test_whether_fingerprints_are_kept_is_read_under_its_former_name(file: Path) -> None:
    file.parent.mkdir()
    file.write_text("[events]\nprints=false\n")
    store = SettingsStore(file)
    assert not store.flag("events/fingerprints")
    assert store.refused == []


def test_a_setting_under_its_own_name_counts_before_its_former_one(file: Path) -> None:
    file.parent.mkdir()
    file.write_text("[decision]\nflip=off\nlooks=twice\n")
    assert SettingsStore(file).text("decision/flip") == "off"
