"""The live picture: paints what ``gui.widgets.overlay`` decides, and says how long painting took."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetricsF, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.core.frames import FrameView, Recognition, now_s
from gui.core.opening import NO_OPENING
from gui.core.states import BoardPhase, BoardState, DoorView
from gui.widgets import overlay, palette
from gui.widgets.language import figure
from gui.widgets.overlay import Detail, FaceTiming, Instant, Rect
from gui.widgets.picture import image_of
from gui.widgets.theme import Theme

RADIUS = 12
TICK_MS = 250  # how often the age of what is shown is written anew where no frames come
BY_KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)  # the window gives it the focus too, and then nobody needs to see it


class LiveView(QWidget):
    """Shows the newest frame with its faces; texts where there is no picture, and a hint over it."""

    drawn = Signal(int, float)  # frame number, milliseconds of painting, at most once a frame

    def __init__(self, theme: Theme, parent: QWidget | None = None, clock: Callable[[], float] = now_s) -> None:
        super().__init__(parent)
        self._theme = theme
        self._clock = clock
        self._opening = NO_OPENING
        self._connected = True
        self._ringed = False
        self._frame: FrameView | None = None
        self._image: QImage | None = None  # of the frame on show, as large as it was painted last
        self._told = -1
        self._timings: dict[int, FaceTiming] = {}
        self._detail = Detail.SCORES
        self._waiting = "Opening the camera"
        self._hint = ""
        self._guide = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 240)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a screen reader comes by
        self.setAccessibleName(self.tr("Live picture"))
        self._describe()
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    @property
    def detail(self) -> Detail:
        """How much is written over the picture."""
        return self._detail

    @property
    def frame(self) -> FrameView | None:
        """The frame on show."""
        return self._frame

    @property
    def hint(self) -> str:
        """The words over the picture's lower edge."""
        return self._hint

    def sizeHint(self) -> QSize:
        return QSize(640, 480)

    def set_frame(self, frame: FrameView) -> None:
        """Show a frame at the next painting."""
        first = self._frame is None
        self._image = None
        self._frame = frame
        if first:
            self._describe()
        self.update()

    def set_recognition(self, recognition: Recognition) -> None:
        """What the newest fingerprint of a face took, for its tag, and whether it opened the door."""
        self._opening = self._opening.after_outcome(recognition.outcome)
        there = {face.track_id for face in self._frame.faces} if self._frame is not None else set()
        self._timings = {track: timing for track, timing in self._timings.items() if track in there}
        inference = recognition.inference
        self._timings[recognition.track_id] = FaceTiming(
            inference.network_ms, recognition.end_to_end_ms, inference.where, inference.passes
        )

    def set_door(self, door: DoorView) -> None:
        """The board reported the door: "accepted" is not painted as an open door while it is locked."""
        self._opening = self._opening.after_door(door)
        self.update()

    def set_board(self, state: BoardState) -> None:
        """Without a board nobody is recognised."""
        self._connected = state.phase is not BoardPhase.LOST
        self.update()

    def _tick(self) -> None:
        if self._frame is not None and self._frame.faces:
            self.update()

    def clear(self, waiting: str) -> None:
        """No picture: say why."""
        self._frame = self._image = None
        self._waiting = waiting
        self._describe()
        self.update()

    def set_detail(self, detail: Detail) -> None:
        """Write more or less over the picture."""
        self._detail = detail
        self.update()

    def set_hint(self, hint: str) -> None:
        """Words over the lower edge of the picture; empty for none."""
        if hint != self._hint:
            self._hint = hint
            self._describe()
            self.update()

    def set_guide(self, shown: bool) -> None:
        """An outline of where to stand."""
        self._guide = shown
        self.update()

    def _describe(self) -> None:
        self.setAccessibleDescription(self._hint if self._frame else self._waiting)

    def paintEvent(self, _event: QPaintEvent) -> None:
        began = time.perf_counter()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_stage(painter)
        frame = self._frame
        if frame is None:
            self._paint_waiting(painter)
            return
        size = (frame.picture.shape[1], frame.picture.shape[0])
        place = overlay.fit(size, (self.width(), self.height()))
        painter.drawImage(_rect(place), self._scaled(frame, place))
        if self._guide:
            self._paint_guide(painter, place)
        self._paint_shapes(painter, frame, size, place)
        if self._hint:
            self._paint_hint(painter, place)
        if self._detail.shows(Detail.SCORES):
            self._paint_rates(painter, frame, place)
        self._paint_corners(painter)
        painter.end()
        if frame.number != self._told:
            self._told = frame.number
            self.drawn.emit(frame.number, (time.perf_counter() - began) * 1e3)

    def _scaled(self, frame: FrameView, place: Rect) -> QImage:
        ratio = self.devicePixelRatioF()
        size = (max(1, round(place.width * ratio)), max(1, round(place.height * ratio)))
        if self._image is None or (self._image.width(), self._image.height()) != size:
            self._image = image_of(frame.picture, size)
        return self._image

    def _paint_stage(self, painter: QPainter) -> None:
        painter.fillRect(self.rect(), QColor(self._theme.colours.stage))

    def _paint_corners(self, painter: QPainter) -> None:
        """Round the stage by painting the window's colour over its corners: cheaper than clipping the picture."""
        rect = QRectF(self.rect())
        outside, inside = QPainterPath(), QPainterPath()
        outside.addRect(rect)
        inside.addRoundedRect(rect, RADIUS, RADIUS)
        behind = self.palette().color(self.backgroundRole())
        painter.fillPath(outside.subtracted(inside), behind)
        if self._ringed:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self._theme.colours.accent), 3))
            painter.drawRoundedRect(rect.adjusted(1.5, 1.5, -1.5, -1.5), RADIUS, RADIUS)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ringed = event.reason() in BY_KEYBOARD
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._ringed = False
        super().focusOutEvent(event)

    def _paint_waiting(self, painter: QPainter) -> None:
        painter.setFont(self._theme.font(self._theme.scale.title))
        painter.setPen(QColor(palette.WAITING))
        area = QRectF(self.rect()).adjusted(24, 24, -24, -24)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._waiting)
        self._paint_corners(painter)

    def _paint_shapes(self, painter: QPainter, frame: FrameView, size: tuple[int, int], place: Rect) -> None:
        small = self._theme.font(self._theme.scale.caption)
        bold = self._theme.font(self._theme.scale.body, bold=True)
        metrics = QFontMetricsF(bold)
        shapes = overlay.shapes(
            faces=frame.faces,
            picture_size=size,
            place=place,
            detail=self._detail,
            heading_width=metrics.horizontalAdvance,
            text_width=QFontMetricsF(small).horizontalAdvance,
            line_height=metrics.height(),
            timings=self._timings,
            instant=Instant(self._clock(), self._opening, self._connected),
        )
        colours = self._theme.colours
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for outline in shapes.outlines:
            for colour, width in ((QColor(palette.OUTLINE_SHADOW), 4.5), (colours.role(outline.role), 2.5)):
                pen = QPen(colour, width)
                if outline.dashed:
                    pen.setDashPattern([4.0 * 2.5 / width, 2.6 * 2.5 / width])
                painter.setPen(pen)
                painter.drawRoundedRect(_rect(outline.rect), 8, 8)
        painter.setPen(QPen(QColor(palette.DOT_RIM), 1))
        for dot in shapes.dots:
            painter.setBrush(colours.role(dot.role))
            painter.drawEllipse(QPointF(dot.x, dot.y), 2.6, 2.6)
        for tag in shapes.tags:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.PLATE))
            painter.drawRoundedRect(_rect(tag.rect), 6, 6)
            for number, line in enumerate(tag.lines):
                painter.setFont(small if number else bold)
                painter.setPen(QColor(palette.ON_PLATE) if number else colours.role(tag.role))
                at = QPointF(tag.rect.x + 8, tag.rect.y + 4 + metrics.height() * number + metrics.ascent())
                painter.drawText(at, line)

    def _paint_hint(self, painter: QPainter, place: Rect) -> None:
        painter.setFont(self._theme.font(self._theme.scale.title, bold=True))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        room = QRectF(place.x + 24, place.y, place.width - 48, place.height - 20)
        text = painter.boundingRect(room, flags, self._hint)
        text.moveBottom(room.bottom() - 10)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(palette.HINT_PLATE))
        painter.drawRoundedRect(text.adjusted(-16, -10, 16, 10), 10, 10)
        painter.setPen(QColor(palette.ON_HINT))
        painter.drawText(text, flags, self._hint)

    def _paint_rates(self, painter: QPainter, frame: FrameView, place: Rect) -> None:
        rates = {"camera": figure(frame.camera_fps, 0), "shown": figure(frame.shown_fps, 0)}
        text = self.tr("camera {camera} fps · shown {shown} fps").format(**rates)
        painter.setFont(self._theme.font(self._theme.scale.caption))
        width = painter.fontMetrics().horizontalAdvance(text)
        height = painter.fontMetrics().height()
        box = QRectF(place.right - width - 22, place.y + 8, width + 14, height + 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(palette.RATES_PLATE))
        painter.drawRoundedRect(box, 6, 6)
        painter.setPen(QColor(palette.ON_PLATE))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_guide(self, painter: QPainter, place: Rect) -> None:
        height = place.height * 0.66
        width = height * 0.74
        oval = QRectF(place.x + (place.width - width) / 2, place.y + place.height * 0.13, width, height)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, thick in ((QColor(palette.GUIDE_SHADOW), 4.0), (QColor(palette.GUIDE), 2.0)):
            pen = QPen(colour, thick)
            pen.setDashPattern([6 / thick, 8 / thick])
            painter.setPen(pen)
            painter.drawEllipse(oval)


def _rect(rect: Rect) -> QRectF:
    return QRectF(rect.x, rect.y, rect.width, rect.height)
