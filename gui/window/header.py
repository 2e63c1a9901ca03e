"""The window's head: what the board and the camera are, in plain words, and the way to every command."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from gui.core.states import BoardPhase, BoardState, CameraKind, CameraPhase, CameraState
from gui.widgets import formatting
from gui.widgets.language import translate
from gui.widgets.palette import ON_DOOR
from gui.widgets.stylesheet import set_style_class
from gui.widgets.theme import Theme, icon
from gui.window.commands import COMMANDS, Command

BUTTONS = ("detail", "kiosk", "settings")
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
        set_style_class(self.title, "name")
        set_style_class(self.detail, "caption")
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

    def show_text(self, title: str, detail: str, *, drawing: str, warns: bool) -> None:
        """Show this text; ``warns`` also changes icon and colour."""
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
    """Product name, board, camera, the most used commands, and the menu of all."""

    asked = Signal(str)  # a command's name

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        set_style_class(self, "header")
        mark = QLabel()
        mark.setPixmap(icon("door", ON_DOOR, 34).pixmap(QSize(34, 34)))
        product = QLabel(self.tr("Face door"))
        set_style_class(product, "figure")
        self.board = Chip(theme, "chip", self.tr("Board"))
        self.camera = Chip(theme, "camera", self.tr("Camera"))
        self.enrol = QPushButton(" " + self.tr("Enrol"))
        set_style_class(self.enrol, "primary")
        self.enrol.setAccessibleName(self.tr("Enrol a person"))
        self.enrol.setIconSize(QSize(20, 20))
        self.enrol.setToolTip(self.tr("Enrol a person ({key})").format(key="E"))
        self.enrol.clicked.connect(lambda: self.asked.emit("enrol"))
        self._tools: list[tuple[QToolButton, str]] = []
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 9, 16, 9)
        layout.setSpacing(12)
        layout.addWidget(mark)
        layout.addWidget(product)
        for chip in (self.board, self.camera):
            layout.addWidget(self._line())
            layout.addWidget(chip)
        layout.addStretch(1)
        commands = {command.name: command for command in COMMANDS}
        for name in BUTTONS:
            button = self._tool(commands[name].drawing, _tip(commands[name]))
            button.clicked.connect(lambda _checked=False, name=name: self.asked.emit(name))
            layout.addWidget(button)
        self.menu = self._tool("menu", self.tr("Menu ({key})").format(key="F10"))
        self.menu.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        layout.addWidget(self.menu)
        layout.addSpacing(4)
        layout.addWidget(self.enrol)
        theme.changed.connect(self._restyle)
        self._restyle()
        self.set_board(None)
        self.set_camera(None)

    def set_board(self, state: BoardState | None) -> None:
        """What executes the network, and whether its timing is emulated."""
        lost = state is not None and state.phase is BoardPhase.LOST
        self.board.show_text(formatting.board_title(state), formatting.board_detail(state), drawing="chip", warns=lost)

    def set_camera(self, state: CameraState | None) -> None:
        """Where the pictures come from."""
        lost = state is not None and state.phase is CameraPhase.LOST
        film = state is not None and state.kind in (CameraKind.DEMO, CameraKind.FILE, CameraKind.FOLDER)
        drawing = "film" if film else "camera"
        self.camera.show_text(
            formatting.camera_title(state), formatting.camera_detail(state), drawing=drawing, warns=lost
        )

    def _tool(self, drawing: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setIconSize(QSize(20, 20))
        button.setFixedSize(34, 34)
        self._tools.append((button, drawing))
        return button

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


def _tip(command: Command) -> str:
    text = translate(command.text).rstrip("…")
    return f"{text} ({QKeySequence(command.keys[0]).toString(QKeySequence.SequenceFormat.NativeText)})"
