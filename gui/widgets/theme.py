"""Colours, type scale and spacing, written once; light and dark follow the system's palette."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontInfo, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QStyleFactory

from gui.widgets.palette import DARK, ICONS, LIGHT, MAX_BODY_PX, MIN_BODY_PX, Colours, Scale
from gui.widgets.stylesheet import stylesheet


class Theme(QObject):
    """Applies the colours to the application and tells when they change."""

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._chosen = "system"
        self._system = app.styleHints().colorScheme()
        self._fonts: dict[tuple[int, bool], QFont] = {}
        # Qt's own default text size: what the desktop says, within what the layout is made for.
        size = QFontInfo(app.font()).pixelSize()
        self.scale = Scale(min(MAX_BODY_PX, max(MIN_BODY_PX, size)))
        app.setStyle(QStyleFactory.create("Fusion"))
        self.colours = self._wanted()
        self._apply()
        app.styleHints().colorSchemeChanged.connect(self._follow)

    def font(self, px: int, *, bold: bool = False) -> QFont:
        """The desktop's font at a size in pixels, figures all of one width."""
        if (px, bold) not in self._fonts:
            font = QFont(self._app.font())
            font.setPixelSize(px)
            font.setBold(bold)
            font.setFeature(QFont.Tag("tnum"), 1)
            self._fonts[px, bold] = font
        return self._fonts[px, bold]

    def use(self, colours: Colours) -> None:
        """Switch to these colours now."""
        if colours is not self.colours:
            self.colours = colours
            self._apply()
            self.changed.emit()

    def choose(self, chosen: str) -> None:
        """``light``, ``dark``, or ``system`` to follow the desktop from now on."""
        self._chosen = chosen
        self.use(self._wanted())

    def _follow(self, scheme: Qt.ColorScheme) -> None:
        self._system = scheme
        self.use(self._wanted())

    def _wanted(self) -> Colours:
        if self._chosen in ("light", "dark"):
            return DARK if self._chosen == "dark" else LIGHT
        return DARK if self._system is Qt.ColorScheme.Dark else LIGHT

    def _apply(self) -> None:
        font = self.font(self.scale.body)
        self._app.setFont(font)
        self._app.setPalette(_palette(self.colours))
        self._app.setStyleSheet(stylesheet(self.colours, self.scale))


def _palette(colours: Colours) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for name, value in {
        role.Window: colours.window,
        role.Base: colours.card,
        role.AlternateBase: colours.sunk,
        role.Button: colours.card,
        role.ToolTipBase: colours.card,
        role.WindowText: colours.text,
        role.Text: colours.text,
        role.ButtonText: colours.text,
        role.ToolTipText: colours.text,
        role.PlaceholderText: colours.muted,
        role.Highlight: colours.accent,
        role.HighlightedText: colours.accent_text,
        role.Link: colours.accent,
        role.Accent: colours.accent,
        role.Light: colours.line,
        role.Mid: colours.line,
        role.Dark: colours.line,
        role.Shadow: colours.stage,
    }.items():
        palette.setColor(name, QColor(value))
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(colours.muted))
    return palette


@lru_cache(maxsize=256)
def _drawing(name: str, colour: str) -> bytes:
    text = (ICONS / f"{name}.svg").read_text(encoding="utf-8")
    return text.replace("currentColor", colour).encode()


def paint_icon(painter: QPainter, name: str, colour: QColor, rect: QRectF) -> None:
    """An icon of ``assets/icons`` in one colour."""
    QSvgRenderer(QByteArray(_drawing(name, colour.name()))).render(painter, rect)


def icon(name: str, colour: str, px: int = 20) -> QIcon:
    """An icon for a button, sharp at the usual device pixel ratios."""
    result = QIcon()
    for ratio in (1, 2, 3):
        pixmap = QPixmap(px * ratio, px * ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        paint_icon(painter, name, QColor(colour), QRectF(0, 0, px * ratio, px * ratio))
        painter.end()
        pixmap.setDevicePixelRatio(ratio)
        result.addPixmap(pixmap)
    return result
