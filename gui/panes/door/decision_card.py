"""What the board saw and what followed: the crop it was sent, the best person, score against threshold, the reason."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from gui.core.decisions import Decision, Entrance
from gui.core.frames import Recognition
from gui.panes.door import wording
from gui.panes.door.challenge_prompt import PromptView
from gui.widgets import decision_style, decision_text, formatting
from gui.widgets.decision_style import STYLE_CLASSES
from gui.widgets.language import figure
from gui.widgets.picture import CropView
from gui.widgets.stylesheet import set_style_class
from gui.widgets.theme import Theme


class ScoreBar(QWidget):
    """A cosine from 0 to 1 as a bar; the threshold as a long mark and the uncertain band before it hatched."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._score: float | None = None
        self._threshold = self._band = 0.0
        self._decision = Decision.SEEN
        self.setFixedHeight(14)
        self.setAccessibleName(self.tr("Score against threshold"))

    def set_score(self, score: float | None, threshold: float, decision: Decision, band: float = 0.0) -> None:
        """Show a score; None for nobody to compare with."""
        self._score, self._threshold, self._band, self._decision = score, threshold, band, decision
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
            colour = STYLE_CLASSES.get(self._decision, "muted")
            painter.setBrush(QColor(getattr(colours, colour)))
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
    """The newest recognition."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._recognition: Recognition | None = None
        set_style_class(self, "card")
        self.setFixedWidth(round(theme.scale.body * 16.5))
        self.setAccessibleName(self.tr("Newest recognition"))
        title = QLabel(self.tr("What the board saw"))
        set_style_class(title, "title")
        self._crop = CropView(theme)
        self._name = QLabel()
        set_style_class(self._name, "figure")
        self._state = QLabel()
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

    @property
    def recognition(self) -> Recognition | None:
        """What is on show."""
        return self._recognition

    def set_entrance(self, entrance: Entrance) -> None:
        """What is asked of the person now, whether faces are locked out, and how many faces there are."""
        self.prompt.set_entrance(entrance)
        self._several.setVisible(entrance.faces > 1)

    def set_recognition(self, recognition: Recognition | None) -> None:
        """Show this one; None for nothing yet."""
        self._recognition = recognition
        for widget in (self._state, self._bar, self._score):
            widget.setVisible(recognition is not None)
        if recognition is None:
            self._crop.set_picture(None)
            self._set_name(self.tr("Nobody yet"))
            self._reason.setText(
                self.tr("A face in front of the camera is cut out, turned upright and sent as 128x128 pixels.")
            )
            return
        outcome = recognition.outcome
        reason = decision_text.reason(outcome.trace)
        self._crop.set_picture(recognition.picture)
        self._set_name(wording.recognised(recognition))
        mark = decision_style.MARKS[outcome.decision]
        self._state.setText(f"{mark} {formatting.decision(outcome.decision)}")
        set_style_class(self._state, STYLE_CLASSES.get(outcome.decision, "muted"))
        for widget in (self._bar, self._score):
            widget.setVisible(outcome.match.score is not None)
        rules = outcome.trace.rules
        self._bar.set_score(outcome.match.score, rules.threshold, outcome.decision, rules.band)
        self._score.setText(wording.score_line(recognition))
        self._reason.setText(reason)
        self.setAccessibleDescription(f"{self._name.text()}, {self._state.text()}, {reason}")

    def _set_name(self, name: str) -> None:
        metrics = QFontMetricsF(self._theme.font(self._theme.scale.figure, bold=True))
        self._name.setText(metrics.elidedText(name, Qt.TextElideMode.ElideRight, self.width() - 32))
        self._name.setToolTip(name)
