"""The bar that says what went wrong and what to do."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from gui.core.states import Problem, Topic
from gui.widgets import formatting
from gui.widgets.language import translate
from gui.widgets.stylesheet import set_style_class
from gui.widgets.theme import Theme, icon


class ProblemBar(QFrame):
    """The newest problem: what happened and what to do. Goes away when what broke works again, or by its button.

    One of every part is remembered: when the newest is over, one that still stands comes back.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._problems: dict[Topic, Problem] = {}  # the newest last
        set_style_class(self, "bar")
        self.setAccessibleName(self.tr("Problem"))
        self._icon = QLabel()
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        set_style_class(self._text, "name")
        self._hint = QLabel()
        self._hint.setWordWrap(True)
        self._hint.setTextFormat(Qt.TextFormat.PlainText)
        self._close = QToolButton()
        self._close.setAccessibleName(self.tr("Dismiss the problem"))
        self._close.setToolTip(self.tr("Dismiss"))
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
        self._problems.pop(problem.topic, None)
        self._problems[problem.topic] = problem
        self._refresh()

    def settle(self, topic: Topic) -> None:
        """This part works again: its problem goes away."""
        if self._problems.pop(topic, None) is not None:
            self._refresh()

    def _dismiss(self) -> None:
        if self.problem is not None:
            self.settle(self.problem.topic)

    def _refresh(self) -> None:
        problem = self.problem
        if problem is None:
            self.hide()
            return
        message = formatting.sentence(translate(problem.message))
        self._text.setText(message)
        self._hint.setText(self.tr("What to do: {hint}").format(hint=translate(problem.hint)) if problem.hint else "")
        self._hint.setVisible(bool(problem.hint))
        self.setAccessibleDescription(f"{message}. {translate(problem.hint)}")
        self.show()

    def _restyle(self) -> None:
        colours = self._theme.colours
        self._icon.setPixmap(icon("warning", colours.bad, 22).pixmap(QSize(22, 22)))
        self._close.setIcon(icon("close", colours.muted))
