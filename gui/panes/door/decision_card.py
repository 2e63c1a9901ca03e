"""What the board saw and what followed: the crop it was sent, the best person, score against threshold, the reason."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from gui.core.age import Age, age, seconds_ago
from gui.core.decisions import NO_TRACK, Decision, Entrance
from gui.core.frames import FrameView, Recognition, now_s
from gui.core.opening import NO_OPENING
from gui.core.states import BoardPhase, BoardState, DoorView
from gui.panes.door import wording
from gui.panes.door.challenge_prompt import PromptView
from gui.widgets import decision_style, decision_text, formatting
from gui.widgets.decision_style import STYLE_CLASSES
from gui.widgets.language import figure
from gui.widgets.picture import CropView
from gui.widgets.stylesheet import set_style_class
from gui.widgets.theme import Theme

TICK_MS = 250


class ScoreBar(QWidget):
    """A cosine from 0 to 1 as a bar; the threshold as a long mark and the uncertain band before it hatched."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._score: float | None = None
        self._threshold = self._band = 0.0
        self._style_class = "muted"
        self.setFixedHeight(14)
        self.setAccessibleName(self.tr("Score against threshold"))

    def set_score(
        self, score: float | None, threshold: float, decision: Decision, band: float = 0.0, old: bool = False
    ) -> None:
        """Show a score, greyed where it is old; None for nobody to compare with."""
        self._score, self._threshold, self._band = score, threshold, band
        self._style_class = "muted" if old else STYLE_CLASSES.get(decision, "muted")
        told = self.tr("no score")
        if score is not None:
            told = self.tr("score {score}, threshold {threshold}, uncertain from {low}").format(
                score=figure(score, 2), threshold=figure(threshold, 2), low=figure(threshold - band, 2)
            )
        self.setAccessibleDescription(told)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        track = QRectF(0, 4, self.width(), 6)
        painter.setBrush(QColor(colours.sunk))
        painter.drawRoundedRect(track, 3, 3)
        if self._score is not None:
            painter.setBrush(QColor(getattr(colours, self._style_class)))
            width = max(6.0, min(1.0, max(0.0, self._score)) * track.width())
            painter.drawRoundedRect(QRectF(0, 4, width, 6), 3, 3)
            x = self._threshold * track.width()
            low = max(0.0, self._threshold - self._band) * track.width()
            painter.setBrush(QBrush(QColor(colours.text), Qt.BrushStyle.BDiagPattern))
            painter.drawRect(QRectF(low, 4, x - low, 6))
            painter.setPen(QPen(QColor(colours.text), 2))
            painter.drawLine(QPointF(x, 0), QPointF(x, 14))
        painter.end()


class DecisionCard(QFrame):
    """The newest recognition: greyed with its age after a second, gone with its face or without a board."""

    def __init__(self, theme: Theme, parent: QWidget | None = None, clock: Callable[[], float] = now_s) -> None:
        super().__init__(parent)
        self._theme = theme
        self._clock = clock
        self._recognition: Recognition | None = None
        self._face_seen_s: float | None = None
        self._opening = NO_OPENING
        self._connected = True
        self._on_show: tuple[object, ...] = ()
        set_style_class(self, "card")
        self.setFixedWidth(round(theme.scale.body * 16.5))
        self.setAccessibleName(self.tr("Newest recognition"))
        title = QLabel(self.tr("What the board saw"))
        set_style_class(title, "title")
        self._crop = CropView(theme)
        self._name = QLabel()
        set_style_class(self._name, "figure")
        self._state = QLabel()
        self._state.setWordWrap(True)
        self._bar = ScoreBar(theme)
        self._score = QLabel()
        self._score.setWordWrap(True)
        self._reason = QLabel()
        self._reason.setWordWrap(True)
        set_style_class(self._reason, "caption")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(6)
        self.prompt = PromptView(theme)
        self._several = QLabel(self.tr("Of several faces the nearest decides."))
        self._several.setWordWrap(True)
        set_style_class(self._several, "caption")
        self._several.hide()
        for widget in (
            title, self._crop, self.prompt, self._name, self._state, self._bar, self._score, self._reason, self._several
        ):  # fmt: skip
            layout.addWidget(widget)
        layout.addStretch(1)
        self.set_recognition(None)
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.refresh)
        self._timer.start()

    @property
    def recognition(self) -> Recognition | None:
        """What is on show."""
        return None if self._age() is Age.GONE else self._recognition

    def set_entrance(self, entrance: Entrance) -> None:
        """What is asked of the person now, whether faces are locked out, and how many faces there are."""
        self.prompt.set_entrance(entrance)
        self._several.setVisible(entrance.faces > 1)

    def set_recognition(self, recognition: Recognition | None) -> None:
        """Show this one; None for nothing yet."""
        self._recognition = recognition
        if recognition is not None:
            self._opening = self._opening.after_outcome(recognition.outcome)
            self._face_seen_s = self._clock()
        self.refresh()

    def set_frame(self, frame: FrameView) -> None:
        """The faces that are there now: a decision goes with the face that it is about."""
        if (recognition := self._recognition) is None:
            return
        track = recognition.outcome.track_id
        track = recognition.track_id if track == NO_TRACK else track
        ages_ms = [face.age_ms for face in frame.faces if face.track_id == track]
        self._face_seen_s = self._clock() - ages_ms[0] / 1e3 if ages_ms else None
        self.refresh()

    def set_door(self, door: DoorView) -> None:
        """The board reported the door: "accepted" does not stand beside a locked one without words."""
        self._opening = self._opening.after_door(door)
        self.refresh()

    def set_board(self, state: BoardState) -> None:
        """Without a board nobody is recognised."""
        self._connected = state.phase is not BoardPhase.LOST
        self.refresh()

    def refresh(self) -> None:
        """Show the recognition as old as it is by now, where that changes anything."""
        at_s, found, recognition = self._clock(), self._age(), self._recognition
        decided_s = 0.0 if recognition is None else recognition.outcome.at_s
        ago_s = seconds_ago(decided_s, at_s) if found is Age.OLD else 0
        said = ""
        if recognition is not None and self._opening.contradicts(recognition.outcome.decision):
            said = formatting.opened(self._opening, recognition.outcome.match.name, at_s)
        on_show = (recognition, found, ago_s, said, self._connected)
        if on_show != self._on_show:
            self._on_show = on_show
            if recognition is None or found is Age.GONE:
                self._show_nobody()
            else:
                self._show(recognition, found is Age.OLD, ago_s, said)

    def _age(self) -> Age:
        if self._recognition is None:
            return Age.GONE
        decided_s = self._recognition.outcome.at_s
        return age(decided_s, self._clock(), face_seen_s=self._face_seen_s, connected=self._connected)

    def _show_nobody(self) -> None:
        for widget in (self._state, self._bar, self._score):
            widget.hide()
        self._crop.set_picture(None)
        set_style_class(self._name, "figure")
        if not self._connected:
            self._set_name(self.tr("No board"))
            reason = self.tr("no board: nobody is recognised")
        else:
            self._set_name(self.tr("Nobody yet") if self._recognition is None else self.tr("Nobody there"))
            reason = self.tr("A face in front of the camera is cut out, turned upright and sent as 128x128 pixels.")
        self._reason.setText(reason)
        self.setAccessibleDescription(f"{self._name.text()}, {reason}")

    def _show(self, recognition: Recognition, old: bool, ago_s: int, opened: str) -> None:
        """``opened`` stands in place of the state where the door has locked again."""
        outcome = recognition.outcome
        reason = decision_text.reason(outcome.trace)
        self._crop.set_picture(recognition.decided_crop)
        self._crop.set_old(old)
        self._set_name(wording.recognised(recognition))
        set_style_class(self._name, "figure_old" if old else "figure")
        mark = decision_style.MARKS[outcome.decision]
        state = opened or f"{mark} {formatting.decision(outcome.decision)}"
        self._state.setText(f"{state}, {formatting.seconds_old(ago_s)}" if old and not opened else state)
        muted = old or bool(opened)
        set_style_class(self._state, "muted" if muted else STYLE_CLASSES.get(outcome.decision, "muted"))
        self._state.show()
        for widget in (self._bar, self._score):
            widget.setVisible(outcome.match.score is not None)
        rules = outcome.trace.rules
        self._bar.set_score(outcome.match.score, rules.threshold, outcome.decision, rules.band, muted)
        self._score.setText(wording.score_line(recognition))
        self._reason.setText(reason)
        self.setAccessibleDescription(f"{self._name.text()}, {self._state.text()}, {reason}")

    def _set_name(self, name: str) -> None:
        metrics = QFontMetricsF(self._theme.font(self._theme.scale.figure, bold=True))
        self._name.setText(metrics.elidedText(name, Qt.TextElideMode.ElideRight, self.width() - 32))
        self._name.setToolTip(name)
