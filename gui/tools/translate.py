"""Collects the window's texts and makes its translation files: ``python -m gui.tools.translate``.

Texts go into ``assets/translations/door_LANGUAGE.ts``, where they are translated by hand or with Qt Linguist
(``pyside6-linguist``); from these the ``.qm`` files that the program loads are made. What has no translation yet is
listed. The tools come with PySide6.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import PySide6

from device.paths import ROOT
from gui.widgets.language import PREFIX, TRANSLATIONS

GUI = ROOT / "gui"
LANGUAGES = ("de",)
ALIASES = "QT_TR_NOOP+=marked,translate=QT_TRANSLATE,tr+=translate"  # ours takes no context, unlike Qt's ``translate``


@dataclass(frozen=True)
class Message:
    """One text of a .ts file; ``translation`` is empty where there is none, ``gone`` where the code has it no more."""

    context: str
    source: str
    translation: str
    finished: bool
    gone: bool


def collect(file: Path) -> None:
    """Bring a .ts file up to date with the code; translations stay. OSError or RuntimeError where that fails."""
    sources = sorted(path for path in GUI.rglob("*.py"))
    _tool(
        "lupdate",
        *(str(path) for path in sources),
        *("-silent", "-no-obsolete", "-locations", "none", "-sort-messages"),
        *("-tr-function-alias", ALIASES, "-source-language", "en", "-target-language", _language(file)),
        *("-ts", str(file)),
    )


def release(file: Path) -> Path:
    """Make the .qm file of a .ts file, beside it."""
    made = file.with_suffix(".qm")
    _tool("lrelease", "-silent", str(file), "-qm", str(made))
    return made


def messages(file: Path) -> Iterator[Message]:
    """Every text of a .ts file."""
    for context in ElementTree.parse(file).getroot().iter("context"):
        name = context.findtext("name") or ""
        for message in context.iter("message"):
            found = message.find("translation")
            kind = "" if found is None else found.get("type", "")
            text = (found.text or "") if found is not None else ""
            gone = kind in ("vanished", "obsolete")
            yield Message(name, message.findtext("source") or "", text, not kind and bool(text), gone)


def main(arguments: Sequence[str] | None = None) -> int:
    """0 everything is translated, 1 something is not or a tool failed."""
    argparse.ArgumentParser(prog="python -m gui.tools.translate", description=__doc__).parse_args(arguments)
    TRANSLATIONS.mkdir(parents=True, exist_ok=True)
    left = 0
    for language in LANGUAGES:
        file = TRANSLATIONS / f"{PREFIX}{language}.ts"
        try:
            collect(file)
            release(file)
        except (OSError, RuntimeError) as error:
            print(f"{file.name}: {error}", file=sys.stderr)
            return 1
        every = list(messages(file))
        missing = [message for message in every if not message.finished]
        print(f"{file.name}: {len(every)} texts, {len(missing)} without translation")
        for message in missing:
            print(f"  {message.context or 'no class'}: {message.source!r}")
        left += len(missing)
    return 1 if left else 0


def _tool(name: str, *arguments: str) -> None:
    folder = Path(PySide6.__file__).parent
    program = next((path for path in (folder / name, folder / f"{name}.exe") if path.exists()), None)
    if program is None:
        raise OSError(f"{name} is not in {folder}: install PySide6-Essentials again")
    ran = subprocess.run([str(program), *arguments], capture_output=True, text=True, check=False)
    if ran.returncode:
        raise RuntimeError(f"{name} failed: {(ran.stderr or ran.stdout).strip()}")


def _language(file: Path) -> str:
    return file.stem.removeprefix(PREFIX)


if __name__ == "__main__":
    sys.exit(main())
