"""The window's language: Qt's translation files in ``assets/translations``, chosen by the system or the settings.

In a QObject a text is ``self.tr("…")``; elsewhere ``gui.core.i18n.marked`` marks it and ``translate`` translates it.
Placeholders are named, ``self.tr("for {name}").format(name=…)``: a translation may put them in another order.
``python -m gui.tools.translate`` collects the texts and makes the files.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from device.paths import ASSETS
from gui.core.i18n import Formatted

TRANSLATIONS = ASSETS / "translations"
SOURCE = "en"  # what the texts in the code are
PREFIX = "door_"
CONTEXT = ""  # of the texts that stand outside classes


def translate(text: str) -> str:
    """A text in the window's language; use it in functions, not in methods (a QObject has ``tr``)."""
    if isinstance(text, Formatted):
        values = {name: _value(value) for name, value in text.values.items()}
        return QCoreApplication.translate(CONTEXT, text.template).format(**values)
    return QCoreApplication.translate(CONTEXT, text)


def _value(value: object) -> object:
    if isinstance(value, tuple):
        return ", ".join(translate(one) for one in value)
    return translate(value) if isinstance(value, Formatted) else value


def figure(value: float, decimals: int) -> str:
    """A number with this many decimals and the language's separators: ``1,234.5``, in German ``1.234,5``."""
    text = f"{value:,.{decimals}f}"
    return text.translate({ord(","): ".", ord("."): ","}) if QLocale().decimalPoint() == "," else text


def available() -> list[str]:
    """Codes of the languages the window speaks: English and what there are files for."""
    return [SOURCE, *sorted(path.stem.removeprefix(PREFIX) for path in TRANSLATIONS.glob(f"{PREFIX}*.qm"))]


def pick(chosen: str, wanted_by_system: Sequence[str]) -> str:
    """The code to speak: the chosen one, or with ``system`` the first of the system's that there is, else English."""
    there = available()
    if chosen in there:
        return chosen
    for name in wanted_by_system:
        code = name.replace("_", "-").split("-")[0].lower()
        if code in there:
            return code
    return SOURCE


def install(app: QCoreApplication, chosen: str) -> str:
    """Let the application speak the chosen language (``system``: the desktop's); the code that came of it.

    Call it before the first widget is made: texts are translated when a widget is built.
    """
    code = pick(chosen, QLocale.system().uiLanguages())
    country = QLocale.system()
    QLocale.setDefault(country if country.name().startswith(f"{code}_") else QLocale(code))
    if code == SOURCE:
        return code
    qt = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
    for folder, name in ((qt, f"qtbase_{code}"), (TRANSLATIONS, f"{PREFIX}{code}")):
        translator = QTranslator(app)
        if translator.load(name, str(folder)):
            app.installTranslator(translator)
    return code
