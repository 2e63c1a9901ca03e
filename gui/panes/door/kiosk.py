"""The door display: the picture, and one state so large that it is read from 3 m; upright or lying screens alike."""

from __future__ import annotations

import math
import time
from datetime import datetime

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from gui.core.decisions import Decision, Entrance
from gui.core.frames import FrameView, Recognition, now_s
from gui.core.i18n import marked
from gui.core.opening import NO_OPENING
from gui.core.states import BoardPhase, BoardState, CameraPhase, CameraState, DoorView, DoorWord
from gui.panes.door import kiosk_state
from gui.panes.door.kiosk_state import KioskState, Message
from gui.widgets import palette
from gui.widgets.language import translate
from gui.widgets.picture import image_of
from gui.widgets.theme import Theme, paint_icon

TICK_MS = 100
PICTURE_PART = 0.54  # of the screen's longer side
LEAST_TITLE_PX = 20

NEUTRAL, GOOD, WARN, BAD = "neutral", "good", "warn", "bad"
APPEARANCES: dict[Message, tuple[str, str, str, str]] = {  # colour, icon, title, second line
    Message.WELCOME: (GOOD, "unlock", marked("Welcome {name}"), marked("The door is open.")),
    Message.OPEN: (GOOD, "unlock", marked("Open"), marked("The door is open.")),
    Message.OUT_OF_ORDER: (WARN, "warning", marked("Out of order"), marked("The door does not answer. Please ring.")),
    Message.NO_PICTURE: (WARN, "warning", marked("Out of order"), marked("The camera gives no picture. Please ring.")),
    Message.LOCKED_OUT: (
        BAD,
        "clock",
        marked("Please wait"),
        marked("Too many tries. Look again when the time is over."),
    ),
    Message.TURN_LEFT: (NEUTRAL, "turn_left", marked("Turn left"), marked("Turn your head slowly to your left.")),
    Message.TURN_RIGHT: (NEUTRAL, "turn_right", marked("Turn right"), marked("Turn your head slowly to your right.")),
    Message.TURN_BACK: (NEUTRAL, "eye", marked("Look ahead"), marked("Look straight into the camera again.")),
    Message.REFUSED: (BAD, "close", marked("Not recognised"), marked("Please ring, or step back and try again.")),
    Message.UNCERTAIN: (
        WARN,
        "question",
        marked("Not sure yet"),
        marked("Look straight into the camera and hold still."),
    ),
    Message.CLOSER: (NEUTRAL, "person", marked("Come closer"), marked("The face is too small in the picture.")),
    Message.LOOK: (NEUTRAL, "eye", marked("Look at the camera"), marked("Hold still for a moment.")),
    Message.WAS_OPEN: (NEUTRAL, "lock", marked("Locked"), marked("Was opened for {name} {seconds} s ago.")),
    Message.LOCKED: (NEUTRAL, "lock", marked("Locked"), marked("Step in front of the camera.")),
}


class KioskView(QWidget):
    """Shows what ``gui.panes.door.kiosk_state`` decides. No controls; the mouse pointer is hidden."""

    drawn = Signal(int, float)  # frame number, milliseconds of painting

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._image: QImage | None = None
        self._frame: FrameView | None = None
        self._told = -1
        self._door = DoorView(DoorWord.UNKNOWN)
        self._open_ms = 0.0
        self._person: str | None = None
        self._board = BoardPhase.CONNECTING
        self._camera = CameraPhase.OPENING
        self._entrance = Entrance()
        self._locked_whole_s = 0.0
        self._refused_s: float | None = None
        self._opening = NO_OPENING
        self._fitted: dict[tuple[str, int, int, int], QFont] = {}
        self.state = self._decide()
        self.setCursor(Qt.CursorShape.BlankCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.refresh)
        self._timer.start()
        self.refresh()

    def set_frame(self, frame: FrameView) -> None:
        """Show this picture."""
        self._frame = frame
        self._image = image_of(frame.picture)
        self.refresh()
        self.update()

    def set_door(self, door: DoorView) -> None:
        """The board reported this."""
        self._opening = self._opening.after_door(door)
        if door.state is DoorWord.OPEN:
            left = door.remaining_at(now_s())
            self._open_ms = left if self._door.state is not DoorWord.OPEN else max(self._open_ms, left)
        elif door.state is DoorWord.LOCKED:
            self._person = None
        self._door = door
        self.refresh()

    def set_person(self, person: str | None) -> None:
        """For whom the door opens; None by hand."""
        self._person = person
        self.refresh()

    def set_board(self, state: BoardState) -> None:
        """Whether the board answers."""
        self._board = state.phase
        self.refresh()

    def set_camera(self, state: CameraState) -> None:
        """Whether there is a picture."""
        self._camera = state.phase
        if state.phase is not CameraPhase.LIVE:
            self._frame = self._image = None
        self.refresh()

    def set_entrance(self, entrance: Entrance) -> None:
        """Lock-out and challenge."""
        if entrance.locked_until_s != self._entrance.locked_until_s:
            self._locked_whole_s = max(0.0, entrance.locked_until_s - now_s())
        self._entrance = entrance
        self.refresh()

    def set_recognition(self, recognition: Recognition) -> None:
        """The newest decision about some face."""
        self._opening = self._opening.after_outcome(recognition.outcome)
        if recognition.outcome.decision is Decision.REFUSED:
            self._refused_s = now_s()
        elif recognition.outcome.decision is Decision.ACCEPTED:
            self._refused_s = None

    def refresh(self) -> None:
        """Decide anew what to say; a change is told to screen readers."""
        before, self.state = self.state, self._decide()
        if (before.message, before.name) != (self.state.message, self.state.name) or not self.accessibleName():
            title, detail = self._texts()
            self.setAccessibleName(title)
            self.setAccessibleDescription(detail)
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.NameChanged))
            self.update()
        elif self.state.left_s is not None or self.state.ago_s != before.ago_s:
            self.update()

    def _decide(self) -> KioskState:
        return kiosk_state.decide_state(
            now_s=now_s(),
            door=self._door,
            board=self._board,
            camera=self._camera,
            person=self._person,
            entrance=self._entrance,
            faces=() if self._frame is None else self._frame.faces,
            refused_s=self._refused_s,
            opening=self._opening,
        )

    def _texts(self) -> tuple[str, str]:
        _colour, _drawing, title, detail = APPEARANCES[self.state.message]
        name, seconds = self.state.name, self.state.ago_s
        return translate(title).format(name=name), translate(detail).format(name=name, seconds=seconds)

    def paintEvent(self, _event: QPaintEvent) -> None:
        began = time.perf_counter()
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        whole = QRectF(self.rect())
        if whole.width() >= whole.height():
            edge = whole.width() * PICTURE_PART
            picture = QRectF(0, 0, edge, whole.height())
            panel = QRectF(edge, 0, whole.width() - edge, whole.height())
        else:
            edge = whole.height() * PICTURE_PART
            picture = QRectF(0, 0, whole.width(), edge)
            panel = QRectF(0, edge, whole.width(), whole.height() - edge)
        self._paint_picture(painter, picture)
        self._paint_panel(painter, panel)
        painter.end()
        if self._frame is not None and self._frame.number != self._told:
            self._told = self._frame.number
            self.drawn.emit(self._frame.number, (time.perf_counter() - began) * 1e3)

    def _paint_picture(self, painter: QPainter, place: QRectF) -> None:
        """The middle of the picture, as large as fills the place, and a frame round the faces in the state's colour."""
        painter.fillRect(place, QColor(self._theme.colours.stage))
        image, frame = self._image, self._frame
        if image is None or frame is None or image.isNull():
            side = min(place.width(), place.height()) * 0.2
            middle = QRectF(place.center().x() - side / 2, place.center().y() - side / 2, side, side)
            paint_icon(painter, "camera", QColor(palette.NO_PICTURE), middle)
            return
        scale = max(place.width() / image.width(), place.height() / image.height())
        width, height = place.width() / scale, place.height() / scale
        seen = QRectF((image.width() - width) / 2, (image.height() - height) / 2, width, height)
        painter.drawImage(place, image, seen)
        painter.save()
        painter.setClipRect(place)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        role = APPEARANCES[self.state.message][0]
        for face in frame.faces:
            x, y, wide, high = face.box
            box = QRectF(
                place.x() + (x - seen.x()) * scale, place.y() + (y - seen.y()) * scale, wide * scale, high * scale
            )
            thick = max(3.0, place.height() / 180)
            for colour, line in (
                (QColor(palette.OUTLINE_SHADOW), thick * 1.8),
                (self._theme.colours.role(role), thick),
            ):
                painter.setPen(QPen(colour, line))
                painter.drawRoundedRect(box, thick * 4, thick * 4)
        painter.restore()

    def _paint_panel(self, painter: QPainter, place: QRectF) -> None:
        colours = self._theme.colours
        role, drawing, _title, _detail = APPEARANCES[self.state.message]
        fill = {GOOD: colours.door_open, WARN: colours.door_unknown, BAD: colours.door_refused}.get(
            role, colours.door_locked
        )
        painter.fillRect(place, QColor(fill))
        upright = place.width() > place.height() * 1.4
        pad = min(place.width(), place.height()) * 0.08
        inside = place.adjusted(pad, pad, -pad, -pad)
        white, soft = QColor(palette.ON_DOOR), QColor(palette.ON_KIOSK_SOFT)
        small = self._theme.font(max(LEAST_TITLE_PX, round(min(place.width(), place.height()) * 0.045)))
        painter.setFont(small)
        painter.setPen(soft)
        right_top = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
        painter.drawText(inside, right_top, datetime.fromtimestamp(time.time()).strftime("%H:%M"))
        side = inside.height() * (0.3 if upright else 0.2)
        paint_icon(painter, drawing, white, QRectF(inside.x() - side * 0.08, inside.y(), side, side))
        title, detail = self._texts()
        countdown = inside.height() * 0.18 if self.state.left_s is not None else 0.0
        top = inside.y() + side * 1.15
        rest = QRectF(inside.x(), top, inside.width(), inside.bottom() - top - countdown)
        titles = QRectF(rest.x(), rest.y(), rest.width(), rest.height() * 0.62)
        wrap = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft
        painter.setFont(self._fitting(title, titles, most=round(self.height() * 0.16)))
        painter.setPen(white)
        used = painter.boundingRect(titles, wrap, title)
        painter.drawText(titles, wrap, title)
        details = QRectF(rest.x(), used.bottom() + pad * 0.3, rest.width(), rest.bottom() - used.bottom() - pad * 0.3)
        painter.setFont(
            self._fitting(detail, details, most=max(LEAST_TITLE_PX, painter.font().pixelSize() // 2), bold=False)
        )
        painter.setPen(soft)
        painter.drawText(details, wrap, detail)
        if countdown:
            self._paint_countdown(painter, inside.adjusted(0, inside.height() - countdown, 0, 0))

    def _paint_countdown(self, painter: QPainter, room: QRectF) -> None:
        """The seconds left and a bar of them, in the lower part of the room."""
        left_s = self.state.left_s or 0.0
        whole_s = self._locked_whole_s if self.state.message is Message.LOCKED_OUT else self._open_ms / 1e3
        place = room.adjusted(0, room.height() * 0.72, 0, 0)
        font = self._theme.font(max(LEAST_TITLE_PX, round(room.height() * 0.5)), bold=True)
        painter.setFont(font)
        painter.setPen(QColor(palette.ON_DOOR))
        text = translate("{seconds} s").format(seconds=math.ceil(left_s))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(room.adjusted(0, 0, 0, -room.height() * 0.32), right, text)
        painter.setPen(Qt.PenStyle.NoPen)
        radius = place.height() / 2
        painter.setBrush(QColor(palette.ON_DOOR_TRACK))
        painter.drawRoundedRect(place, radius, radius)
        part = min(1.0, left_s / whole_s) if whole_s > 0 else 0.0
        if part * place.width() > place.height():
            painter.setBrush(QColor(palette.ON_DOOR))
            painter.drawRoundedRect(QRectF(place.x(), place.y(), place.width() * part, place.height()), radius, radius)

    def _fitting(self, text: str, place: QRectF, *, most: int, bold: bool = True) -> QFont:
        """The largest font, at most ``most`` pixels, in which the text, wrapped between words, fits the place."""
        key = (text, round(place.width()), round(place.height()), most)
        if key not in self._fitted:
            low, high = LEAST_TITLE_PX // 2, max(LEAST_TITLE_PX // 2, most)
            while low < high:
                px = (low + high + 1) // 2
                low, high = (px, high) if self._fits(text, place, px, bold) else (low, px - 1)
            if len(self._fitted) > 64:
                self._fitted.clear()
            self._fitted[key] = self._theme.font(low, bold=bold)
        return self._fitted[key]

    def _fits(self, text: str, place: QRectF, px: int, bold: bool) -> bool:
        metrics = QFontMetricsF(self._theme.font(px, bold=bold))
        if any(metrics.horizontalAdvance(word) > place.width() for word in text.split()):
            return False
        wrap = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft
        return metrics.boundingRect(place, wrap, text).height() <= place.height()
