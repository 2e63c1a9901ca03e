"""Flashing from the window: which image, by which method, asked once more by its own button, with progress and stop."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from device.flash.images import DEFAULT_BOARD
from device.flash.programmer import LABELS, FlashMethod
from gui.board.reports import ActionKind, ActionPhase, ActionReport
from gui.core.states import Problem
from gui.panes.board import wording
from gui.widgets.dialogs import Dialog, push_button
from gui.widgets.language import translate
from gui.widgets.stylesheet import set_style_class


class FlashDialog(Dialog):
    """Finds nothing and flashes nothing itself: it asks by signals and shows what comes back."""

    methods_asked = Signal(str)  # the kind of board
    flash_asked = Signal(str, object, object)  # the kind of board, the image's path, the FlashMethod
    cancel_asked = Signal()

    def __init__(self, kind: str = DEFAULT_BOARD, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Flash a board"), parent)
        self._image: Path | None = None
        self._methods: list[FlashMethod] = []
        self._running = False
        self.kind = QComboBox()
        self.kind.addItems(sorted(LABELS))
        self.kind.setCurrentText(kind if kind in LABELS else DEFAULT_BOARD)
        self.kind.setAccessibleName(self.tr("Kind of board"))
        self.kind.currentTextChanged.connect(lambda _text: self._ask_methods())
        self._path = QLabel()
        self._path.setWordWrap(True)
        self._path.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.methods = QComboBox()
        self.methods.setAccessibleName(self.tr("Flash method"))
        self.again = push_button(self.tr("Look again"), self._ask_methods)
        self._status = QLabel()
        self._status.setWordWrap(True)
        self._status.setTextFormat(Qt.TextFormat.PlainText)
        self._status.setAccessibleName(self.tr("Flashing"))
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Progress"))
        self.start = push_button(self.tr("Flash"), self._start, primary=True)
        self.stop = push_button(self.tr("Stop"), self.cancel_asked)
        self.stop.setToolTip(self.tr("The board may then hold half an image and has to be flashed again"))
        self.leave = push_button(self.tr("Close"), self.reject)
        warning = QLabel(
            self.tr(
                "The image replaces what is on the board. Recognition stops meanwhile and goes on by itself; "
                "the door stays locked. Keep the board plugged in until it is done."
            )
        )
        warning.setWordWrap(True)
        row = QHBoxLayout()
        row.addWidget(self.methods, 1)
        row.addWidget(self.again)
        form = QFormLayout()
        form.addRow(self.tr("Board"), self.kind)
        form.addRow(self.tr("Image"), self._path)
        form.addRow(self.tr("Method"), row)
        form.setVerticalSpacing(10)
        rest = QVBoxLayout()
        rest.addStretch(1)
        buttons = (self.stop, self.leave, self.start)
        self.lay_out(warning, form, self._status, self._bar, rest, right=buttons, stretched=rest)
        self.resize(580, 380)
        self._refresh()

    @property
    def said(self) -> str:
        """What the dialog says of the search or the flashing."""
        return self._status.text()

    def find_methods(self) -> None:
        """Ask for the methods; to be called once the signals are connected."""
        self._ask_methods()

    def set_methods(self, found: tuple[Path, list[FlashMethod]] | Problem) -> None:
        """What was found, or why nothing could be looked for."""
        self.methods.clear()
        self._methods = []
        if isinstance(found, Problem):
            self._image = None
            self._tell("bad", f"{translate(found.message)}\n{translate(found.hint)}")
        else:
            self._image, self._methods = found
            self.methods.addItems([method.name for method in self._methods])
            self._path.setText(str(self._image))
            disks = [method for method in self._methods if method.disk is not None]
            if not self._methods:
                self._tell(
                    "warn",
                    self.tr(
                        "No disk named {disk} is mounted and no programmer is installed. Plug the board in at its "
                        "ST-LINK side and open its disk, then look again."
                    ).format(disk=LABELS[self.kind.currentText()][0]),
                )
            elif len(disks) > 1:
                self._tell("warn", self.tr("More than one board shows a disk: make sure that the right one is chosen."))
            else:
                self._tell("", "")
        self._refresh()

    def set_action(self, report: ActionReport) -> None:
        """Flashing got on, or ended."""
        if report.kind is not ActionKind.FLASH:
            return
        self._running = not report.over
        if not report.over:
            self._tell("", wording.progress(report))
        elif report.phase is ActionPhase.DONE:
            self._tell("good", self.tr("✓ The image is on the board. It connects again by itself."))
        else:
            style_class, text = wording.outcome(report)
            self._tell(style_class, f"✕ {text}")
        self._refresh()

    def reject(self) -> None:
        """Closing waits until flashing is over or was stopped."""
        if self._running:
            self._tell("warn", self.tr("The board is being flashed: wait, or stop first."))
            return
        super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._running:
            self.reject()
            event.ignore()
        else:
            super().closeEvent(event)

    def _ask_methods(self) -> None:
        self._image = None
        self._tell("", self.tr("Looking for the board's disk and for programmers"))
        self._refresh()
        self.methods_asked.emit(self.kind.currentText())

    def _start(self) -> None:
        at = self.methods.currentIndex()
        if self._image is not None and 0 <= at < len(self._methods):
            self.flash_asked.emit(self.kind.currentText(), self._image, self._methods[at])

    def _tell(self, style_class: str, text: str) -> None:
        self._status.setText(text)
        set_style_class(self._status, style_class)

    def _refresh(self) -> None:
        idle = not self._running
        for widget in (self.kind, self.methods, self.again, self.leave):
            widget.setEnabled(idle)
        self.start.setEnabled(idle and self._image is not None and bool(self._methods))
        self._bar.setVisible(self._running)
        self.stop.setVisible(self._running)
