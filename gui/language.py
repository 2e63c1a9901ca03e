"""The window's language: Qt's translation files in ``assets/translations``, chosen by the system or the settings.

In a QObject a text is ``self.tr("…")``; elsewhere it is marked with ``gui.mark.mark`` and said with ``say``.
Placeholders are named, ``self.tr("for {name}").format(name=…)``: a translation may put them in another order.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication


def say(text: str) -> str:
    """A text in the window's language; use it in functions, not in methods (a method of a QObject has ``tr``)."""
    return QCoreApplication.translate("", text)
