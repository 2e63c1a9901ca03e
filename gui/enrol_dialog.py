"""Enrolling a person: the name, the live picture with where to stand, the verdict in words, the crops taken."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.decision_card import CropView
from gui.live_view import LiveView
from gui.overlay import Detail
from gui.records import EnrolmentPhase, EnrolmentProgress, FrameView
from gui.theme import Theme

COLUMNS = 4
ASK = "Type the name, then press Start and look at the camera. Turn your head a little meanwhile."


class ProgressRing(QWidget):
    """How many crops are taken, as a ring and as figures."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._taken, self._wanted, self._phase = 0, 0, EnrolmentPhase.COLLECTING
        side = theme.scale.body * 7
        self.setFixedSize(side, side)
        self.setAccessibleName("Progress")

    def set_progress(self, taken: int, wanted: int, phase: EnrolmentPhase) -> None:
        """Show this many of so many."""
        self._taken, self._wanted, self._phase = taken, wanted, phase
        self.setAccessibleDescription(f"{taken} of {wanted} crops, {phase.value}")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = QRectF(self.rect()).adjusted(6, 6, -6, -6)
        painter.setPen(QPen(QColor(colours.sunk), 8))
        painter.drawEllipse(ring)
        saved = self._phase is EnrolmentPhase.SAVED
        colour = QColor(colours.good if saved else colours.accent)
        if self._wanted and self._taken:
            pen = QPen(colour, 8)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawArc(ring, 90 * 16, -round(360 * 16 * min(1.0, self._taken / self._wanted)))
        if saved:
            painter.setPen(QPen(colour, 5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
            at, unit = ring.center(), ring.width() / 5
            points = [QPointF(-0.9, 0.1), QPointF(-0.25, 0.75), QPointF(1.0, -0.7)]
            painter.drawPolyline([at + point * unit for point in points])
        else:
            painter.setFont(self._theme.font(self._theme.scale.figure, bold=True))
            painter.setPen(QColor(colours.text))
            text = f"{self._taken}/{self._wanted}" if self._wanted else "–"
            painter.drawText(ring, Qt.AlignmentFlag.AlignCenter, text)
        painter.end()


class EnrolDialog(QDialog):
    """Asks through its signals; ``show_progress`` shows what the pipeline answers. Closing cancels."""

    start_asked = Signal(str)
    cancel_asked = Signal()

    def __init__(self, theme: Theme, wanted: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._wanted = wanted
        self._progress: EnrolmentProgress | None = None
        self.setWindowTitle("Enrol a person")
        self.setModal(True)
        self.view = LiveView(theme)
        self.view.setMinimumSize(440, 330)
        self.view.set_detail(Detail.NAMES)
        self.view.set_guide(True)
        self.name = QLineEdit()
        self.name.setPlaceholderText("Name")
        self.name.setAccessibleName("Name of the person")
        self.name.setMaxLength(60)
        self.name.textChanged.connect(self._refresh)
        self.ring = ProgressRing(theme)
        self.verdict = QLabel(ASK)
        self.verdict.setWordWrap(True)
        self.verdict.setTextFormat(Qt.TextFormat.PlainText)
        self.verdict.setMinimumHeight(theme.scale.body * 7)
        self.verdict.setAlignment(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        self.verdict.setAccessibleName("Verdict")
        self.start = QPushButton("Start")
        self.start.setProperty("look", "primary")
        self.start.setDefault(True)
        self.start.clicked.connect(self._start)
        self.cancel = QPushButton("Cancel")
        self.cancel.setAutoDefault(False)
        self.cancel.clicked.connect(self.reject)
        self._thumbnails = [CropView(theme) for _ in range(wanted)]
        self._lay_out()
        self._refresh()
        self.name.setFocus()

    @property
    def collecting(self) -> bool:
        """Whether crops are being taken now."""
        return self._progress is not None and self._progress.phase is EnrolmentPhase.COLLECTING

    @property
    def progress(self) -> EnrolmentProgress | None:
        """What the pipeline said last."""
        return self._progress

    def set_frame(self, frame: FrameView) -> None:
        """Show the newest live picture."""
        self.view.set_frame(frame)

    def show_progress(self, progress: EnrolmentProgress) -> None:
        """The pipeline's answer: words, ring and thumbnails."""
        self._progress = progress
        self.ring.set_progress(progress.taken, progress.wanted, progress.phase)
        for number, thumbnail in enumerate(self._thumbnails):
            crop = progress.crops[number] if number < len(progress.crops) else None
            thumbnail.set_picture(crop)
        verdict = progress.verdict
        self.verdict.setText(verdict[:1].upper() + verdict[1:])
        looks = {EnrolmentPhase.SAVED: "good", EnrolmentPhase.FAILED: "bad"}
        self._look(looks.get(progress.phase, "name"))
        self._refresh()
        if progress.phase is EnrolmentPhase.SAVED:
            self.start.setFocus()

    def reject(self) -> None:
        """Escape, Cancel or the close button: nothing of a running enrolment is kept."""
        if self.collecting:
            self.cancel_asked.emit()
        super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.reject()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.start.isEnabled():
            self._start()
            return
        super().keyPressEvent(event)

    def _start(self) -> None:
        if self._progress is not None and self._progress.phase is EnrolmentPhase.SAVED:
            self.accept()
        elif not self.collecting and self.name.text().strip():
            self.start_asked.emit(self.name.text().strip())

    def _refresh(self) -> None:
        phase = self._progress.phase if self._progress else None
        saved = phase is EnrolmentPhase.SAVED
        self.name.setEnabled(not self.collecting and not saved)
        self.start.setText("Done" if saved else "Try again" if phase is EnrolmentPhase.FAILED else "Start")
        self.start.setEnabled(saved or (not self.collecting and bool(self.name.text().strip())))
        self.cancel.setVisible(not saved)

    def _look(self, look: str) -> None:
        if self.verdict.property("look") != look:
            self.verdict.setProperty("look", look)
            self.verdict.style().unpolish(self.verdict)
            self.verdict.style().polish(self.verdict)

    def _lay_out(self) -> None:
        card = QFrame()
        card.setProperty("look", "card")
        card.setFixedWidth(self._theme.scale.body * 26)
        heading = QLabel("Who is it?")
        heading.setProperty("look", "title")
        taken = QLabel("Crops taken")
        taken.setProperty("look", "muted")
        state = QHBoxLayout()
        state.setSpacing(16)
        state.addWidget(self.ring)
        state.addWidget(self.verdict, 1)
        grid = QGridLayout()
        grid.setSpacing(8)
        for number, thumbnail in enumerate(self._thumbnails):
            thumbnail.setFixedSize(QSize(*[round(self._theme.scale.body * 5.1)] * 2))
            thumbnail.setAccessibleName(f"Crop {number + 1}")
            grid.addWidget(thumbnail, number // COLUMNS, number % COLUMNS)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.start)
        side = QVBoxLayout(card)
        side.setContentsMargins(18, 16, 18, 16)
        side.setSpacing(10)
        side.addWidget(heading)
        side.addWidget(self.name)
        side.addSpacing(6)
        side.addLayout(state)
        side.addSpacing(6)
        side.addWidget(taken)
        side.addLayout(grid)
        side.addStretch(1)
        side.addLayout(buttons)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(16)
        layout.addWidget(self.view, 1)
        layout.addWidget(card)
        self.ring.set_progress(0, self._wanted, EnrolmentPhase.COLLECTING)
        self.resize(980, 560)
