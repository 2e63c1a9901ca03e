"""End-to-end latency as a strip: two lanes on one time axis, and every stage with its milliseconds and its clock."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.core.frames import Recognition, Stage
from gui.panes.timing import stages
from gui.widgets import formatting
from gui.widgets.language import translate
from gui.widgets.theme import Theme

PAD = 14.0
LANE_LABEL = 74.0
LANE_HEIGHT = 14.0
LANE_GAP = 5.0


class TimingStrip(QWidget):
    """Shows the newest recognition's timeline."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._recognition: Recognition | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Timing of one frame"))
        self.setAccessibleDescription(stages.spoken(None))

    @property
    def recognition(self) -> Recognition | None:
        """What is on show."""
        return self._recognition

    def set_recognition(self, recognition: Recognition | None) -> None:
        """Show this one's timings; None for nothing yet."""
        self._recognition = recognition
        self.setAccessibleDescription(stages.spoken(recognition))
        self.update()

    def sizeHint(self) -> QSize:
        scale = self._theme.scale
        text = scale.title + 2 * scale.caption + scale.body
        return QSize(600, round(text * 1.35 + 2 * LANE_HEIGHT + scale.caption * 1.4 + 40))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            stage = self._stage_at(event.pos().x(), event.pos().y())
            if stage is None:
                QToolTip.hideText()
            else:
                told = f"{translate(stages.LABELS[stage])}: {translate(stages.MEANINGS[stage])}"
                if stage is Stage.NETWORK:
                    told += f"\n{stages.limit_meaning()}"
                QToolTip.showText(event.globalPos(), told, self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours, scale = self._theme.colours, self._theme.scale
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.line), 1))
        painter.setBrush(QColor(colours.card))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 12, 12)
        y = PAD - 3
        y = self._paint_head(painter, y) + 8
        y = self._paint_chart(painter, y) + scale.caption * 0.6
        self._paint_cells(painter, y)
        painter.end()

    def _paint_head(self, painter: QPainter, y: float) -> float:
        colours, scale = self._theme.colours, self._theme.scale
        title, body = self._theme.font(scale.title, bold=True), self._theme.font(scale.body)
        height = QFontMetricsF(title).height()
        room = QRectF(PAD, y, self.width() - 2 * PAD, height)
        painter.setFont(title)
        painter.setPen(QColor(colours.text))
        heading = self.tr("End-to-end latency")
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, heading)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(body)
        painter.setPen(QColor(colours.muted))
        recognition = self._recognition
        if recognition is None:
            painter.drawText(room, right, self.tr("no face has been sent to the board yet"))
            return y + height
        whole = f"   {stages.end_to_end(recognition)}"
        painter.drawText(room, right, whole)
        room.setRight(room.right() - QFontMetricsF(body).horizontalAdvance(whole))
        painter.setPen(QColor(colours.text))
        left = PAD + QFontMetricsF(title).horizontalAdvance(heading) + 20
        line = stages.head(recognition, QFontMetricsF(body).horizontalAdvance, room.right() - left)
        painter.drawText(room, right, line)
        return y + height

    def _paint_chart(self, painter: QPainter, y: float) -> float:
        colours, scale = self._theme.colours, self._theme.scale
        caption = self._theme.font(scale.caption)
        painter.setFont(caption)
        painter.setPen(QColor(colours.muted))
        where = formatting.measured(self._recognition.inference.where) if self._recognition else "board"
        middle = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        label_width = max(LANE_LABEL, QFontMetricsF(caption).horizontalAdvance(where) + 12)
        axis = QRectF(PAD + label_width, y, self.width() - 2 * PAD - label_width - 34, LANE_HEIGHT)
        lanes = (axis, axis.translated(0, LANE_HEIGHT + LANE_GAP))
        for lane, text in zip(lanes, ("PC", where), strict=True):
            painter.drawText(QRectF(PAD, lane.y(), label_width - 8, LANE_HEIGHT), middle, text)
            painter.fillRect(lane, QColor(colours.sunk))
        chart = stages.chart(self._recognition.timeline.spans if self._recognition else ())
        self._paint_limit(painter, chart, lanes[1])
        for number, bar in enumerate(chart.bars):
            lane = lanes[bar.lane]
            rect = QRectF(
                lane.x() + bar.start * lane.width(), lane.y(), max(1.5, bar.width * lane.width()), LANE_HEIGHT
            )
            painter.fillRect(
                rect.adjusted(0, 0, -0.5 if rect.width() > 3 else 0, 0), self._bar_colour(bar.stage, number)
            )
            label = translate(stages.LABELS[bar.stage])
            if painter.fontMetrics().horizontalAdvance(label) + 8 < rect.width():
                painter.setPen(QColor(colours.accent_text if bar.stage is Stage.NETWORK else colours.text))
                painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, label)
        bottom = lanes[1].bottom()
        painter.setPen(QColor(colours.muted))
        height = QFontMetricsF(caption).height()
        for part, text in chart.marks:
            x = axis.x() + part * axis.width()
            painter.drawLine(QPointF(x, bottom), QPointF(x, bottom + 3))
            painter.drawText(QRectF(x - 30, bottom + 3, 60, height), Qt.AlignmentFlag.AlignCenter, text)
        painter.drawText(QRectF(axis.right() + 18, bottom + 3, 30, height), middle, "ms")
        return bottom + 3 + height

    def _paint_limit(self, painter: QPainter, chart: stages.Chart, lane: QRectF) -> None:
        """A bracket over the network's bar with what it took of its limit. The axis begins at capture, the limit with
        the network: at the limit's own place on this axis a line would be read as one for the whole."""
        network = next((bar for bar in chart.bars if bar.stage is Stage.NETWORK), None)
        if network is None or self._recognition is None:
            return
        colours = self._theme.colours
        start, end = lane.x() + network.start * lane.width(), lane.x() + (network.start + network.width) * lane.width()
        top, foot = lane.y() - LANE_GAP, lane.y() - 1
        colour = QColor(colours.bad if chart.over_limit else colours.text)
        painter.setPen(QPen(colour, 1))
        painter.drawPolyline([QPointF(start, foot), QPointF(start, top), QPointF(end, top), QPointF(end, foot)])
        painter.setFont(self._theme.font(self._theme.scale.caption))
        text = stages.limit_line(self._recognition.inference.network_ms)
        width = painter.fontMetrics().horizontalAdvance(text) + 8
        x = min(max(lane.x(), (start + end - width) / 2), lane.right() - width)
        room = QRectF(x, top - LANE_HEIGHT, width, LANE_HEIGHT)
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)

    def _bar_colour(self, stage: Stage, number: int) -> QColor:
        colours = self._theme.colours
        if stage is Stage.NETWORK:
            return QColor(colours.accent)
        if stage is Stage.RECEIVE:
            light = QColor(colours.accent)
            light.setAlphaF(0.5)
            return light
        grey = QColor(colours.muted)
        grey.setAlphaF(0.5 if number % 2 else 0.3)
        return grey

    def _cells_top(self) -> float:
        scale = self._theme.scale
        return self.height() - PAD + 4 - (scale.caption * 2 + scale.title) * 1.32

    def _paint_cells(self, painter: QPainter, _y: float) -> None:
        colours, scale = self._theme.colours, self._theme.scale
        small, strong = self._theme.font(scale.caption), self._theme.font(scale.title, bold=True)
        y, width = self._cells_top(), (self.width() - 2 * PAD) / len(Stage)
        rows = (QFontMetricsF(small).height(), QFontMetricsF(strong).height())
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        for number, cell in enumerate(stages.cells(self._recognition)):
            x = PAD + number * width
            painter.setFont(small)
            painter.setPen(QColor(colours.muted))
            painter.drawText(QRectF(x, y, width, rows[0]), left, cell.label)
            painter.setFont(strong)
            painter.setPen(QColor(colours.accent if cell.on_board and cell.value != "–" else colours.text))
            painter.drawText(QRectF(x, y + rows[0], width, rows[1]), left, cell.value)
            value_width = QFontMetricsF(strong).horizontalAdvance(cell.value)
            painter.setFont(small)
            painter.setPen(QColor(colours.muted))
            if cell.value != "–":
                painter.drawText(QRectF(x + value_width + 3, y + rows[0], width, rows[1] + 1), left, "ms")
            painter.drawText(QRectF(x, y + sum(rows), width, rows[0]), left, cell.place)

    def _stage_at(self, x: float, y: float) -> Stage | None:
        if y < self._cells_top() or not PAD <= x < self.width() - PAD:
            return None
        number = int((x - PAD) / ((self.width() - 2 * PAD) / len(Stage)))
        return list(Stage)[number]
