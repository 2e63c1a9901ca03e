"""The door's state as the board reported it, large enough for across the room: icon, word, colour and countdown."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from gui.core.decisions import Decision, Entrance
from gui.core.frames import FrameView, Recognition, now_s
from gui.core.opening import NO_OPENING
from gui.core.states import DoorView, DoorWord
from gui.panes.door import wording
from gui.widgets import formatting, palette
from gui.widgets.stylesheet import set_style_class
from gui.widgets.theme import Theme, paint_icon

PAD = 18.0
TICK_MS = 50


class DoorCard(QWidget):
    """Never shows a state the window hoped for: only ``set_door`` changes it. The buttons ask, the board answers."""

    open_asked = Signal()
    lock_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._door = DoorView(DoorWord.UNKNOWN)
        self._whole_ms = 0.0
        self._entrance = Entrance()
        self._locked_whole_s = 0.0
        self._person: str | None = None
        self._opening = NO_OPENING
        self._there: str | None = None  # the accepted person who stands before the camera
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Door"))
        self._button = QPushButton(self.tr("Open now"))
        set_style_class(self._button, "on_door")
        self._button.clicked.connect(self.ask)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 16)
        layout.addLayout(row)
        layout.addStretch(1)
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self.set_door(self._door)

    @property
    def door(self) -> DoorView:
        """The state on show."""
        return self._door

    @property
    def title(self) -> str:
        """The large word, now."""
        return wording.door_title(self._door, self._entrance, now_s())

    @property
    def detail(self) -> str:
        """The line under the word, now."""
        if self._door.state is DoorWord.LOCKED and (asked := wording.entrance_detail(self._entrance, now_s())):
            return asked
        if self._let_in():
            return formatting.opened(self._opening, self._there, now_s())
        return wording.door_detail(self._door, now_s(), self._person)

    def sizeHint(self) -> QSize:
        return QSize(320, self._theme.scale.body * 12)

    def set_person(self, person: str | None) -> None:
        """For whom the door opened, for the countdown's words."""
        self._person = person
        self._tick()

    def set_recognition(self, recognition: Recognition) -> None:
        """A decision, which perhaps opens the door."""
        self._opening = self._opening.after_outcome(recognition.outcome)

    def set_frame(self, frame: FrameView) -> None:
        """Who stands there now: for them a door that has locked again says when it was opened."""
        nearest = max(frame.faces, key=lambda face: face.box[2] * face.box[3], default=None)
        there = nearest.name if nearest is not None and nearest.decision is Decision.ACCEPTED else None
        if there != self._there:
            self._there = there
            self._run()
            self._describe()
            self._tick()

    def _let_in(self) -> bool:
        """Whether the door is locked and the person whom it was opened for stands there."""
        is_locked = self._door.state is DoorWord.LOCKED
        return is_locked and self._opening.opened_ago(self._there, now_s()) is not None

    def set_entrance(self, entrance: Entrance) -> None:
        """Whether faces are locked out, and what is asked of the person."""
        if entrance.locked_until_s != self._entrance.locked_until_s:
            self._locked_whole_s = max(0.0, entrance.locked_until_s - now_s())
        self._entrance = entrance
        self._run()
        self._describe()
        self._tick()

    def set_door(self, door: DoorView) -> None:
        """The board reported this."""
        if door.state is DoorWord.OPEN:
            fresh = self._door.state is not DoorWord.OPEN
            left = door.remaining_at(now_s())
            self._whole_ms = left if fresh else max(self._whole_ms, left)
        elif door.state is DoorWord.LOCKED:
            self._person = None
        self._door = door
        self._opening = self._opening.after_door(door)
        self._button.setText(self.tr("Lock now") if door.state is DoorWord.OPEN else self.tr("Open now"))
        self._button.setVisible(door.state is not DoorWord.UNKNOWN)
        self._run()
        self._describe()
        self._tick()

    def _run(self) -> None:
        """Tick while something counts down."""
        counting = max(self._entrance.locked_until_s, self._entrance.asked_until_s) > now_s()
        if self._door.state is DoorWord.OPEN or counting or self._let_in():
            self._timer.start()
        else:
            self._timer.stop()

    def _describe(self) -> None:
        self.setAccessibleDescription(f"{self.title.lower()}, {self.detail}")

    def ask(self) -> None:
        """What the button does: ask to lock an open door, to open any other."""
        (self.lock_asked if self._door.state is DoorWord.OPEN else self.open_asked).emit()

    def _tick(self) -> None:
        if self._door.state is not DoorWord.OPEN and self._timer.isActive():
            self._run()
            if not self._timer.isActive():
                self._describe()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours, scale = self._theme.colours, self._theme.scale
        fill, drawing = {
            DoorWord.OPEN: (colours.door_open, "unlock"),
            DoorWord.LOCKED: (colours.door_locked, "lock"),
            DoorWord.UNKNOWN: (colours.door_unknown, "question"),
        }[self._door.state]
        locked_out = self._door.state is DoorWord.LOCKED and self._entrance.locked_until_s > now_s()
        if locked_out:
            fill, drawing = colours.door_refused, "clock"
        white, soft = QColor(palette.ON_DOOR), QColor(palette.ON_DOOR_SOFT)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(fill))
        painter.drawRoundedRect(QRectF(self.rect()), 12, 12)
        caption = self._theme.font(scale.body)
        painter.setFont(caption)
        painter.setPen(soft)
        painter.drawText(
            QRectF(PAD, PAD, 120, QFontMetricsF(caption).height()), Qt.AlignmentFlag.AlignLeft, self.tr("Door")
        )
        line = QFontMetricsF(caption).height()
        side = self.height() * 0.42
        middle = (PAD + line + self.height() - PAD - line - 14) / 2 + 2
        paint_icon(painter, drawing, white, QRectF(PAD - 6, middle - side / 2, side, side))
        left = PAD + side + 8
        room = QRectF(left, middle - side / 2, self.width() - left - PAD, side)
        word = self.title
        painter.setFont(self._fitting(word, room.width(), self.height() // 3))
        painter.setPen(white)
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, word)
        painter.setFont(caption)
        painter.setPen(soft)
        bottom = self.height() - PAD - line - (8 if self._door.state is DoorWord.OPEN or locked_out else 0)
        detail = QFontMetricsF(caption).elidedText(self.detail, Qt.TextElideMode.ElideRight, self.width() - 2 * PAD)
        painter.drawText(QRectF(PAD, bottom, self.width() - 2 * PAD, line), Qt.AlignmentFlag.AlignLeft, detail)
        part = 0.0
        if self._door.state is DoorWord.OPEN and self._whole_ms > 0:
            part = min(1.0, self._door.remaining_at(now_s()) / self._whole_ms)
        elif locked_out and self._locked_whole_s > 0:
            part = min(1.0, (self._entrance.locked_until_s - now_s()) / self._locked_whole_s)
        if part > 0:
            track = QRectF(PAD, self.height() - PAD + 0.0, self.width() - 2 * PAD, 6)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.ON_DOOR_TRACK))
            painter.drawRoundedRect(track, 3, 3)
            painter.setBrush(white)
            if part > 0.01:
                painter.drawRoundedRect(QRectF(track.x(), track.y(), track.width() * part, 6), 3, 3)
        painter.end()

    def _fitting(self, text: str, width: float, px: int) -> QFont:
        """The largest bold font, at most ``px`` pixels, in which the text fits the width."""
        needed = QFontMetricsF(self._theme.font(px, bold=True)).horizontalAdvance(text)
        return self._theme.font(px if needed <= width else max(12, int(px * width / needed)), bold=True)
