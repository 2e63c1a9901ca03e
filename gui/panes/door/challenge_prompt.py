"""What a known face is asked to do before the door opens, large enough to follow from a step away, and its time."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent, QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.core.decisions import Entrance, Turn
from gui.core.frames import now_s
from gui.panes.door import wording
from gui.widgets import palette
from gui.widgets.theme import Theme, paint_icon

TICK_MS = 100
DRAWINGS = {Turn.LEFT: "turn_left", Turn.RIGHT: "turn_right"}


class PromptView(QWidget):
    """Hidden while nothing is asked. The arrow points the way the person turns, as they see the screen."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._entrance = Entrance()
        self._whole_s = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self.hide()

    @property
    def text(self) -> str:
        """What is asked, now; empty where nothing is."""
        return "" if self._entrance.asked is None else wording.entrance_detail(self._entrance, now_s())

    def sizeHint(self) -> QSize:
        return QSize(160, round(self._theme.scale.body * 6))

    def set_entrance(self, entrance: Entrance) -> None:
        """What is asked now."""
        if entrance.asked_until_s != self._entrance.asked_until_s:
            self._whole_s = max(0.0, entrance.asked_until_s - now_s())
        self._entrance = entrance
        if self.text:
            self._timer.start()
            if self.text != self.accessibleName():
                self.setAccessibleName(self.text)
                QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.NameChanged))
        self._tick()

    def _tick(self) -> None:
        self.setVisible(bool(self.text))
        if not self.text:
            self._timer.stop()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        entrance, colours, scale = self._entrance, self._theme.colours, self._theme.scale
        if entrance.asked is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.door_unknown))
        painter.drawRoundedRect(QRectF(self.rect()), 10, 10)
        white = QColor(palette.ON_DOOR)
        side = scale.body * 2.6
        drawing = "eye" if entrance.back else DRAWINGS[entrance.asked]
        middle = (self.height() - 12) / 2
        paint_icon(painter, drawing, white, QRectF(10, middle - side / 2, side, side))
        room = QRectF(side + 20, 6, self.width() - side - 30, self.height() - 20)
        done = self.tr("{turned} of {turns}").format(turned=entrance.turned + 1, turns=entrance.turns)
        painter.setFont(self._theme.font(scale.body, bold=True))
        painter.setPen(white)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap
        painter.drawText(room, flags, f"{self.text[:1].upper()}{self.text[1:]}")
        small = self._theme.font(scale.caption)
        painter.setFont(small)
        painter.drawText(
            QRectF(10, self.height() - 16 - QFontMetricsF(small).height(), side, QFontMetricsF(small).height()),
            Qt.AlignmentFlag.AlignCenter,
            done,
        )
        if self._whole_s > 0:
            part = min(1.0, max(0.0, (entrance.asked_until_s - now_s()) / self._whole_s))
            track = QRectF(10, self.height() - 11, self.width() - 20, 5)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.ON_DOOR_TRACK))
            painter.drawRoundedRect(track, 2.5, 2.5)
            painter.setBrush(white)
            painter.drawRoundedRect(QRectF(track.x(), track.y(), max(5.0, track.width() * part), 5), 2.5, 2.5)
        painter.end()
