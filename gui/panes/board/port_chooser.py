"""Which board to talk to: the ports as they come and go, the virtual board, or any address that is typed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from device.link.ports import VIRTUAL, Port
from gui.core.states import BoardPhase, BoardState
from gui.panes.board import wording
from gui.widgets.stylesheet import set_style_class

AUTO = ""  # the first known board, else the virtual one
_SPEC = Qt.ItemDataRole.UserRole


class PortChooser(QWidget):
    """A list that can be typed into, and a button. Nothing is opened before the button or the return key is pressed."""

    use_asked = Signal(object)  # str, or None for the first known board

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ports: tuple[Port, ...] = ()
        self.list = QComboBox()
        self.list.setEditable(True)
        self.list.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.list.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.list.setMinimumContentsLength(8)
        self.list.setAccessibleName(self.tr("Port of the board"))
        self.list.setToolTip(self.tr("A port, the virtual board, or an address such as socket://localhost:5000"))
        line = self.list.lineEdit()
        assert line is not None
        line.setAccessibleName(self.tr("Port of the board"))
        line.setPlaceholderText(self.tr("port or socket://host:port"))
        line.returnPressed.connect(self._use)
        self.connect_button = QPushButton(self.tr("Connect"))
        self.connect_button.clicked.connect(self._use)
        self.state = QLabel()
        self.state.setWordWrap(True)
        self.state.setTextFormat(Qt.TextFormat.PlainText)
        self.state.setAccessibleName(self.tr("Connection"))
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 0, 0)
        top.addWidget(self.list, 1)
        top.addWidget(self.connect_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(top)
        layout.addWidget(self.state)
        self.set_ports(())
        self.set_board(None)

    @property
    def spec(self) -> str | None:
        """What would be connected to: a port, a URL, ``virtual``, or None for the first known board."""
        text = self.list.currentText().strip()
        at = self.list.findText(text)
        spec = str(self.list.itemData(at, _SPEC)) if at >= 0 else text
        return spec or None

    def set_ports(self, ports: Sequence[Port]) -> None:
        """The ports that there are now; what is typed or chosen stays."""
        self._ports = tuple(ports)
        chosen, typed = self.spec, self.list.currentText()
        if self.list.findText(typed) >= 0:
            typed = chosen or ""  # a port that goes keeps its name alone
        with QSignalBlocker(self.list):
            self.list.clear()
            self._add(self.tr("By itself: a known board, else the virtual one"), AUTO)
            self._add(self.tr("Virtual board"), VIRTUAL)
            for port in sorted(self._ports, key=lambda port: port.board is None):
                what = port.board or self.tr("no known board: {what}").format(what=port.description)
                self._add(f"{port.device} · {what}", port.device)
            self._show(chosen, typed)

    def set_spec(self, spec: str | None) -> None:
        """Choose this one in the list."""
        self._show(spec, spec or "")

    def set_board(self, state: BoardState | None) -> None:
        """How the connection stands."""
        self.state.setText(wording.phase(state))
        lost = state is not None and state.phase is BoardPhase.LOST
        set_style_class(self.state, "bad" if lost else "muted")

    def _add(self, text: str, spec: str) -> None:
        self.list.addItem(text)
        self.list.setItemData(self.list.count() - 1, spec, _SPEC)

    def _show(self, spec: str | None, typed: str) -> None:
        at = self.list.findData(spec or AUTO, _SPEC)
        self.list.setCurrentIndex(at)
        if at < 0:
            self.list.setEditText(typed)
        line = self.list.lineEdit()
        if line is not None and not line.hasFocus():
            line.setCursorPosition(0)  # the beginning says which it is

    def _use(self) -> None:
        self.use_asked.emit(self.spec)
