"""The window's head: what the board and the camera are, in plain words, and the bar that says what went wrong."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from gui import words
from gui.records import BoardPhase, BoardState, CameraKind, CameraPhase, CameraState, Problem
from gui.theme import Theme, icon

LEAST_WIDTH = 120  # pixels that a line of a chip keeps


class ElidedLabel(QLabel):
    """One line that gives way where there is no room: the whole of it is in the tooltip."""

    def minimumSizeHint(self) -> QSize:
        whole = super().minimumSizeHint()
        return QSize(min(whole.width(), LEAST_WIDTH), whole.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        middle = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.rect(), middle, shown)
        painter.end()


class Chip(QFrame):
    """An icon and two lines: what it is, and the details."""

    def __init__(self, theme: Theme, drawing: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._drawing, self._warns = drawing, False
        self.setAccessibleName(name)
        self._icon = QLabel()
        self.title, self.detail = ElidedLabel(), ElidedLabel()
        self.title.setProperty("look", "name")
        self.detail.setProperty("look", "caption")
        text = QVBoxLayout()
        text.setSpacing(0)
        text.addWidget(self.title)
        text.addWidget(self.detail)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self._icon)
        layout.addLayout(text)
        theme.changed.connect(self._restyle)

    def say(self, title: str, detail: str, *, drawing: str, warns: bool) -> None:
        """Show these words; ``warns`` also changes icon and colour."""
        self.title.setText(title)
        self.detail.setText(detail)
        self.detail.setVisible(bool(detail))
        self.setToolTip(f"{title}\n{detail}" if detail else title)
        self.setAccessibleDescription(f"{title}, {detail}")
        self._drawing, self._warns = drawing, warns
        self._restyle()

    def _restyle(self) -> None:
        colours = self._theme.colours
        colour = colours.warn if self._warns else colours.muted
        self._icon.setPixmap(icon("warning" if self._warns else self._drawing, colour, 24).pixmap(QSize(24, 24)))


class Header(QFrame):
    """Product name, board, camera, and the buttons."""

    enrol_asked = Signal()
    detail_asked = Signal()
    settings_asked = Signal()
    shortcuts_asked = Signal()
    full_screen_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setProperty("look", "header")
        self._mark = QLabel()
        self._mark.setPixmap(icon("door", "#ffffff", 34).pixmap(QSize(34, 34)))
        name = QLabel("Face door")
        name.setProperty("look", "figure")
        self.board = Chip(theme, "chip", "Board")
        self.camera = Chip(theme, "camera", "Camera")
        self.enrol = QPushButton(" Enrol")
        self.enrol.setProperty("look", "primary")
        self.enrol.setAccessibleName("Enrol a person")
        self.enrol.setIconSize(QSize(20, 20))
        self.enrol.setToolTip("Enrol a person (E)")
        self.enrol.clicked.connect(self.enrol_asked)
        self._tools: list[tuple[QToolButton, str]] = []
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 9, 16, 9)
        layout.setSpacing(12)
        layout.addWidget(self._mark)
        layout.addWidget(name)
        for chip in (self.board, self.camera):
            layout.addWidget(self._line())
            layout.addWidget(chip)
        layout.addStretch(1)
        for drawing, tip, signal in (
            ("layers", "Write more or less over the picture (D)", self.detail_asked),
            ("full_screen", "Full screen (F11)", self.full_screen_asked),
            ("settings", "Settings (Ctrl+,)", self.settings_asked),
            ("keyboard", "Keyboard shortcuts (?)", self.shortcuts_asked),
        ):
            button = QToolButton()
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            button.setIconSize(QSize(20, 20))
            button.setFixedSize(34, 34)
            button.clicked.connect(signal)
            self._tools.append((button, drawing))
            layout.addWidget(button)
        layout.addSpacing(4)
        layout.addWidget(self.enrol)
        theme.changed.connect(self._restyle)
        self._restyle()
        self.set_board(None)
        self.set_camera(None)

    def set_board(self, state: BoardState | None) -> None:
        """What executes the network, and whether its timing is emulated."""
        lost = state is not None and state.phase is BoardPhase.LOST
        self.board.say(words.board_title(state), words.board_detail(state), drawing="chip", warns=lost)

    def set_camera(self, state: CameraState | None) -> None:
        """Where the pictures come from."""
        lost = state is not None and state.phase is CameraPhase.LOST
        film = state is not None and state.kind in (CameraKind.DEMO, CameraKind.FILE, CameraKind.FOLDER)
        drawing = "film" if film else "camera"
        self.camera.say(words.camera_title(state), words.camera_detail(state), drawing=drawing, warns=lost)

    def _line(self) -> QWidget:
        line = QFrame()
        line.setFixedSize(1, 30)
        line.setObjectName("line")
        return line

    def _restyle(self) -> None:
        colours = self._theme.colours
        for button, drawing in self._tools:
            button.setIcon(icon(drawing, colours.muted))
        self.enrol.setIcon(icon("enrol", colours.accent_text, 20))
        for line in self.findChildren(QFrame, "line"):
            line.setStyleSheet(f"background: {colours.line};")


class ProblemBar(QFrame):
    """The newest problem: what happened and what to do. Goes away when what broke works again, or by its button.

    One of every part is remembered: when the newest is over, one that still stands comes back.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._problems: dict[str, Problem] = {}  # by part, the newest last
        self.setProperty("look", "bar")
        self.setAccessibleName("Problem")
        self._icon = QLabel()
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setProperty("look", "name")
        self._hint = QLabel()
        self._hint.setWordWrap(True)
        self._hint.setTextFormat(Qt.TextFormat.PlainText)
        self._close = QToolButton()
        self._close.setAccessibleName("Dismiss the problem")
        self._close.setToolTip("Dismiss")
        self._close.clicked.connect(self._dismiss)
        text = QVBoxLayout()
        text.setSpacing(1)
        text.addWidget(self._text)
        text.addWidget(self._hint)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 8, 8, 8)
        layout.setSpacing(12)
        layout.addWidget(self._icon)
        layout.addLayout(text, 1)
        layout.addWidget(self._close)
        theme.changed.connect(self._restyle)
        self._restyle()
        self.hide()

    @property
    def problem(self) -> Problem | None:
        """What is on show."""
        return next(reversed(self._problems.values()), None)

    def show_problem(self, problem: Problem) -> None:
        """Put this one in the bar."""
        self._problems.pop(problem.where, None)
        self._problems[problem.where] = problem
        self._refresh()

    def settle(self, where: str) -> None:
        """This part works again: its problem goes away."""
        if self._problems.pop(where, None) is not None:
            self._refresh()

    def _dismiss(self) -> None:
        if self.problem is not None:
            self.settle(self.problem.where)

    def _refresh(self) -> None:
        problem = self.problem
        if problem is None:
            self.hide()
            return
        message = problem.message[:1].upper() + problem.message[1:]
        self._text.setText(message)
        self._hint.setText(f"What to do: {problem.hint}" if problem.hint else "")
        self._hint.setVisible(bool(problem.hint))
        self.setAccessibleDescription(f"{message}. {problem.hint}")
        self.show()

    def _restyle(self) -> None:
        colours = self._theme.colours
        self._icon.setPixmap(icon("warning", colours.bad, 22).pixmap(QSize(22, 22)))
        self._close.setIcon(icon("close", colours.muted))
