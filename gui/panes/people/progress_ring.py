"""How far an enrolment is, as a ring of one piece for each shot, with the pose asked for drawn in its middle."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from gui.enrolment.poses import Pose
from gui.enrolment.progress import EnrolmentPhase, EnrolmentProgress
from gui.panes.people.wording import prompt
from gui.widgets.theme import Theme

GAP_DEGREES = 8.0
# Unit vectors on the screen. Who faces a screen has their left on its left, as before a mirror.
ARROWS = {Pose.LEFT: (-1.0, 0.0), Pose.RIGHT: (1.0, 0.0), Pose.UP: (0.0, -1.0), Pose.DOWN: (0.0, 1.0)}


class ProgressRing(QWidget):
    """Shows the progress of one enrolment."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._taken, self._wanted = 0, 0
        self._phase = EnrolmentPhase.CANCELLED
        self._pose = Pose.FRONT
        side = theme.scale.body * 9
        self.setFixedSize(side, side)
        self.setAccessibleName(self.tr("Progress"))
        self.clear(0)

    def clear(self, wanted: int) -> None:
        """Nothing taken yet."""
        self._taken, self._wanted, self._phase = 0, wanted, EnrolmentPhase.CANCELLED
        self._tell()

    def set_progress(self, progress: EnrolmentProgress) -> None:
        """Show how far it is."""
        self._taken, self._wanted = progress.taken, progress.wanted
        self._phase, self._pose = progress.phase, progress.pose
        self._tell()

    def _tell(self) -> None:
        told = self.tr("{taken} of {wanted} shots").format(taken=self._taken, wanted=self._wanted)
        if self._phase is EnrolmentPhase.COLLECTING:
            told += f", {prompt(self._pose)}"
        self.setAccessibleDescription(told)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = QRectF(self.rect()).adjusted(7, 7, -7, -7)
        saved = self._phase is EnrolmentPhase.SAVED
        done = QColor(colours.good if saved or self._taken >= self._wanted else colours.accent)
        pieces = max(1, self._wanted)
        span = 360.0 / pieces
        gap = min(GAP_DEGREES, span / 3) if pieces > 1 else 0.0
        for piece in range(pieces):
            pen = QPen(done if piece < self._taken else QColor(colours.line), 9 if piece < self._taken else 5)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            start = 90 - piece * span - gap / 2
            painter.drawArc(ring, round(start * 16), -round((span - gap) * 16))
        centre, unit = ring.center(), ring.width() / 2
        if saved:
            self._paint_tick(painter, centre, unit * 0.4, QColor(colours.good))
        else:
            self._paint_head(painter, centre, unit)
        painter.end()

    def _paint_tick(self, painter: QPainter, centre: QPointF, unit: float, colour: QColor) -> None:
        painter.setPen(QPen(colour, 5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        points = [QPointF(-0.9, 0.1), QPointF(-0.25, 0.75), QPointF(1.0, -0.7)]
        painter.drawPolyline([centre + point * unit for point in points])

    def _paint_head(self, painter: QPainter, centre: QPointF, unit: float) -> None:
        """The count, and an arrow to where the head should turn."""
        colours = self._theme.colours
        painter.setFont(self._theme.font(self._theme.scale.figure, bold=True))
        painter.setPen(QColor(colours.text))
        box = QRectF(centre.x() - unit, centre.y() - unit, 2 * unit, 2 * unit)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"{self._taken}/{self._wanted}" if self._wanted else "–")
        arrow = ARROWS.get(self._pose)
        if self._phase is not EnrolmentPhase.COLLECTING or arrow is None:
            return
        ahead = QPointF(*arrow)
        aside = QPointF(-ahead.y(), ahead.x())
        tip = centre + ahead * unit * 0.82
        base = centre + ahead * unit * 0.58
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.accent))
        painter.drawPolygon(QPolygonF([tip, base + aside * unit * 0.2, base - aside * unit * 0.2]))
