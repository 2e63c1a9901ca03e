"""One event opened: the picture, why it was decided so with all numbers, and what a person says of it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLayout,
    QMenu,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.core.decisions import Decision, Trace
from gui.core.people import Event
from gui.panes.events import wording
from gui.widgets import decision_style, decision_text, formatting
from gui.widgets.decision_style import STYLE_CLASSES
from gui.widgets.dialogs import Dialog, push_button
from gui.widgets.language import figure
from gui.widgets.row_grid import RowGrid
from gui.widgets.stylesheet import set_style_class
from gui.widgets.theme import Theme

PICTURE_PX = 128
WIDTH = 46  # times the text size


class EventDialog(Dialog):
    """``people`` (id, name) are those who can be chosen; ``can_correct`` whether the fingerprint was kept."""

    correct_asked = Signal(int, object)  # event, person id or None for "not the person named"
    undo_asked = Signal(int)

    def __init__(
        self,
        event: Event,
        people: list[tuple[int, str]],
        can_correct: bool,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(self.tr("Event {number}").format(number=event.id), parent)
        self.event_shown = event
        parts: list[QWidget | QLayout] = [self._head(event)]
        if event.trace is not None:
            self.numbers = RowGrid()
            self.numbers.set_rows((*decision_text.numbers(event.trace), *self._measured(event)))
            parts.append(self.numbers)
            if event.trace.votes:
                title = QLabel(self.tr("The last pictures of this face, oldest first"))
                set_style_class(title, "name")
                parts.append(title)
                self.votes = self._votes_table(event.trace, theme)
                parts.append(self.votes)
        if event.decision not in (Decision.BY_HAND, Decision.LOCKED_OUT):
            parts.append(self._corrections(event, people, can_correct))
        close = push_button(self.tr("Close"), self.reject)
        self.lay_out(*parts, right=(close,), margins=(20, 18, 20, 16), spacing=10)
        close.setFocus()
        self.fit(round(theme.scale.body * WIDTH))

    def _head(self, event: Event) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(16)
        image = QImage.fromData(event.thumbnail) if event.thumbnail else QImage()
        if not image.isNull():
            picture = QLabel()
            picture.setPixmap(QPixmap.fromImage(image.scaled(PICTURE_PX, PICTURE_PX)))
            picture.setAccessibleName(self.tr("Picture of the event"))
            row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        texts = QVBoxLayout()
        texts.setSpacing(4)
        who = QLabel(wording.title(event))
        set_style_class(who, "figure")
        state = QLabel(f"{decision_style.MARKS[event.decision]} {wording.decision(event.decision, event.reason)}")
        set_style_class(state, STYLE_CLASSES.get(event.decision, "muted"))
        when = QLabel(wording.moment(event.time))
        set_style_class(when, "muted")
        why = QLabel(
            decision_text.reason(event.trace) if event.trace is not None else decision_text.short(event.reason)
        )
        why.setWordWrap(True)
        for label in (who, state, when, why):
            label.setTextFormat(Qt.TextFormat.PlainText)
            texts.addWidget(label)
        if event.correction is not None:
            said = QLabel(
                self.tr("A person said: this was {name}").format(name=event.correction)
                if event.correction
                else self.tr("A person said: this was somebody else")
            )
            set_style_class(said, "warn")
            texts.addWidget(said)
        texts.addStretch(1)
        row.addLayout(texts, 1)
        return row

    def _measured(self, event: Event) -> tuple[tuple[str, str], ...]:
        if event.network_ms is None:
            return ()
        time = formatting.with_flip(f"{formatting.milliseconds(event.network_ms)} ms", event.passes)
        return ((self.tr("Network"), f"{time}, {formatting.measured(event.where)}"),)

    def _votes_table(self, trace: Trace, theme: Theme) -> QTableWidget:
        heads = (
            self.tr("Ago"), self.tr("Vote"), self.tr("Counts"), self.tr("Quality"), self.tr("Best"), self.tr("Score"),
            self.tr("Second"), self.tr("Margin"),
        )  # fmt: skip
        table = QTableWidget(len(trace.votes), len(heads))
        table.setHorizontalHeaderLabels(heads)
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setAlternatingRowColors(True)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setTabKeyNavigation(False)
        table.setAccessibleName(self.tr("Votes of the last pictures"))
        for number, one in enumerate(trace.votes):
            cells = (
                self.tr("{seconds} s").format(seconds=figure(one.age_s, 1)),
                decision_text.vote(one),
                figure(one.weight, 2),
                figure(one.quality, 2),
                one.person or "–",
                "–" if one.score is None else figure(one.score, 3),
                one.second or "–",
                "–" if one.margin is None else figure(one.margin, 3),
            )
            for column, text in enumerate(cells):
                table.setItem(number, column, QTableWidgetItem(text))
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.verticalHeader().setDefaultSectionSize(round(theme.scale.body * 1.9))
        rows = min(len(trace.votes), 8) + 1.6
        table.setFixedHeight(round(theme.scale.body * 1.9 * rows))
        return table

    def _corrections(self, event: Event, people: list[tuple[int, str]], can_correct: bool) -> QVBoxLayout:
        box = QVBoxLayout()
        box.setSpacing(6)
        row = QHBoxLayout()
        if event.correction is not None:
            undo = QPushButton(self.tr("Take back what was said"))
            undo.clicked.connect(lambda: self._say_undo(event.id))
            row.addWidget(undo)
        others = [(number, name) for number, name in people if number != event.person_id]
        if can_correct and event.correction is None:
            was = QPushButton(
                self.tr("That was me …") if event.person_id is None else self.tr("That was somebody else …")
            )
            menu = QMenu(was)
            for number, name in others:
                menu.addAction(name.replace("&", "&&")).triggered.connect(
                    lambda _checked=False, number=number: self._say(event.id, number)
                )
            was.setMenu(menu)
            was.setEnabled(bool(others))
            row.addWidget(was)
            if event.person_id is not None:
                was_not = QPushButton(self.tr("That was not me"))
                was_not.clicked.connect(lambda: self._say(event.id, None))
                row.addWidget(was_not)
        row.addStretch(1)
        box.addLayout(row)
        hint = QLabel(self._hint(event, can_correct))
        set_style_class(hint, "caption")
        hint.setWordWrap(True)
        box.addWidget(hint)
        return box

    def _hint(self, event: Event, can_correct: bool) -> str:
        if event.correction is not None:
            return self.tr("What was said counts already; taken back, the gallery is as it was before.")
        if not can_correct:
            return self.tr(
                "This event cannot correct the gallery: its fingerprint was not kept, or was deleted with the person."
            )
        if event.person_id is None:
            return self.tr(
                "The fingerprint of this event is added to the person's. Say it only of who you are sure of."
            )
        return self.tr(
            "“Not me” keeps this face as a counter-example: who looks more like it than like {name} scores less as "
            "{name}. A fingerprint of {name} is never removed."
        ).format(name=event.name)

    def _say(self, event_id: int, person_id: int | None) -> None:
        self.correct_asked.emit(event_id, person_id)
        self.accept()

    def _say_undo(self, event_id: int) -> None:
        self.undo_asked.emit(event_id)
        self.accept()
