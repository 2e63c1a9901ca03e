"""Every text has a translation with the same placeholders, and the files are made from the code that is there."""

from __future__ import annotations

import ast
import re
import shutil
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator
from pytestqt.qtbot import QtBot

from gui.core.i18n import formatted
from gui.tools.translate import GUI, LANGUAGES, Message, collect, messages
from gui.widgets import formatting, language
from gui.widgets.language import PREFIX, TRANSLATIONS, translate

SOURCES = sorted(GUI.rglob("*.py"))
FILES = [TRANSLATIONS / f"{PREFIX}{code}.ts" for code in LANGUAGES]
files = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


@pytest.fixture
def german(qtbot: QtBot) -> Iterator[None]:
    """The application in German; English again afterwards."""
    app, before = QCoreApplication.instance(), QLocale()
    assert app is not None
    language.install(app, "de")
    yield
    for translator in app.findChildren(QTranslator):
        app.removeTranslator(translator)
        translator.setParent(None)
    QLocale.setDefault(before)


@files
def test_every_text_of_the_code_is_translated_and_no_other(file: Path, tmp_path: Path) -> None:
    fresh = tmp_path / file.name
    shutil.copy(file, fresh)
    collect(fresh)
    there = {(message.context, message.source) for message in messages(file)}
    wanted = {(message.context, message.source) for message in messages(fresh)}
    assert wanted - there == set(), "run python -m gui.tools.translate, then translate"
    assert there - wanted == set(), "run python -m gui.tools.translate: these are not in the code any more"
    assert [message.source for message in messages(file) if not message.finished] == []


def placeholders(text: str) -> list[str]:
    return sorted(name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name is not None)


def unlike(message: Message) -> list[str]:
    """What of a text its translation must keep and does not."""
    source, translation = message.source, message.translation
    kept = {
        "placeholders": placeholders(source) == placeholders(translation),
        "the key's letter": source.count("&") == translation.count("&"),
        "the shortcut": source.count("\t") == translation.count("\t"),
        "dots for more to come": source.endswith("…") == translation.endswith("…"),
        "the full stop": source.endswith(".") == translation.endswith("."),
        "spaces at the ends": (source[0] == " ", source[-1] == " ") == (translation[0] == " ", translation[-1] == " "),
    }
    return [what for what, same in kept.items() if not same]


@files
def test_translations_keep_what_they_must(file: Path) -> None:
    assert {message.source: told for message in messages(file) if (told := unlike(message))} == {}


@files
def test_compiled_file_holds_what_the_text_file_says(file: Path) -> None:
    translator = QTranslator()
    assert translator.load(str(file.with_suffix(".qm")))
    stale = [
        message.source
        for message in messages(file)
        if translator.translate(message.context, message.source) != message.translation
    ]
    assert stale == [], "run python -m gui.tools.translate"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_texts_are_where_the_tool_finds_them_and_their_context_is_right(path: Path) -> None:
    """``translate`` and ``marked`` look texts up without a context, so in a class, where the tool notes the class, they
    take no text of their own; and in an f-string the tool sees nothing."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    wrong = []
    for holder in ast.walk(tree):
        if not isinstance(holder, ast.ClassDef | ast.JoinedStr):
            continue
        for call in ast.walk(holder):
            if not isinstance(call, ast.Call) or not call.args or not _is_text(call.args[0]):
                continue
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            in_text = isinstance(holder, ast.JoinedStr) and name in ("marked", "tr", "translate")
            if in_text or (
                isinstance(call.func, ast.Name) and name in ("translate", "marked") and not _translated(call)
            ):
                wrong.append(f"{path.name}:{call.lineno}")
    assert wrong == []


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


CONTEXTLESS = {(message.context, message.source) for file in FILES for message in messages(file)}


def _translated(call: ast.Call) -> bool:
    """Whether the tool noted this text of a class without a context too, because it stands elsewhere as well."""
    text = call.args[0]
    assert isinstance(text, ast.Constant)
    return ("", text.value) in CONTEXTLESS


def test_german_is_spoken(german: None) -> None:
    assert translate("No board") == "Kein Board"
    assert formatting.milliseconds(7.26) == "7,3"
    assert translate(formatted("there is no camera, file or folder “{name}”", name="x.mp4")) == (
        "es gibt keine Kamera, keine Datei und keinen Ordner „x.mp4“"
    )
    assert QCoreApplication.translate("Header", "Enrol") == "Registrieren"
    assert re.fullmatch(r"\d+\. \w+\.? \d{4}", formatting.when(1_700_000_000.0, 1_800_000_000.0))


def test_english_needs_no_file(qtbot: QtBot) -> None:
    app = QCoreApplication.instance()
    assert app is not None
    assert language.install(app, "en") == "en"
    assert app.findChildren(QTranslator) == []
