"""Before a gallery file is imported: who is in it, what to do where a name is taken, and what such a file is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QLabel,
    QScrollArea,
    QWidget,
)

from gui.gallery.archive import Clash, FilePerson, people_to_import
from gui.widgets.dialogs import Dialog, push_button
from gui.widgets.stylesheet import set_style_class
from gui.widgets.theme import Theme

ORDER = (Clash.RENAME, Clash.MERGE, Clash.LEAVE_OUT)


class ImportDialog(Dialog):
    """``import_asked`` brings the people to import; ``known`` are the ids of those enrolled by name in lower case."""

    import_asked = Signal(object)  # list[PersonToImport]

    def __init__(
        self,
        theme: Theme,
        file: str,
        people: Sequence[FilePerson],
        known: Mapping[str, int],
        network_hash: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(self.tr("Import a gallery"), parent)
        self._people, self._known = list(people), dict(known)
        fingerprints = [one for person in people for one in person.fingerprints]
        usable = sum(any(one.network_hash == network_hash for one in person.fingerprints) for person in people)
        heading = QLabel(
            self.tr("{file}: people {people}, fingerprints {fingerprints}").format(
                file=file, people=len(people), fingerprints=len(fingerprints)
            )
        )
        set_style_class(heading, "title")
        heading.setWordWrap(True)
        self.usable = QLabel()
        self.usable.setWordWrap(True)
        if not network_hash:
            self.usable.setText(self.tr("Without a board nobody can say who of them it will recognise."))
        elif usable < len(people):
            text = self.tr("Enrolled with another network, so they must be enrolled again here: {count}")
            self.usable.setText(text.format(count=len(people) - usable))
        else:
            self.usable.setText(self.tr("All of them were enrolled with the network that the board runs."))
        warning = QLabel(self.tr("The file holds biometric data: import it only if these people have agreed."))
        set_style_class(warning, "warn")
        warning.setWordWrap(True)
        self.choices: dict[str, QComboBox] = {}
        self.run = push_button(self.tr("Import"), self._import, primary=True)
        cancel = push_button(self.tr("Cancel"), self.reject, auto_default=False)
        taken = [person for person in people if person.name.casefold() in self._known]
        clashes = self._clash_list(taken) if taken else None
        parts = [part for part in (heading, self.usable, clashes, warning) if part is not None]
        self.lay_out(*parts, right=(cancel, self.run), stretched=clashes)
        self.run.setDefault(True)
        self.setMinimumWidth(theme.scale.body * 36)

    def _clash_list(self, clashes: Sequence[FilePerson]) -> QWidget:
        box = QWidget()
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        every = self._choice(self.tr("For all whose name is taken"))
        title = QLabel(self.tr("Names that are taken: {count}").format(count=len(clashes)))
        set_style_class(title, "name")
        grid.addWidget(title, 0, 0)
        grid.addWidget(every, 0, 1)
        for row, person in enumerate(clashes, 1):
            choice = self._choice(self.tr("What to do with {name}").format(name=person.name))
            every.currentIndexChanged.connect(choice.setCurrentIndex)
            self.choices[person.name] = choice
            name = QLabel(person.name)
            name.setTextFormat(Qt.TextFormat.PlainText)
            grid.addWidget(name, row, 0)
            grid.addWidget(choice, row, 1)
        grid.setRowStretch(len(clashes) + 1, 1)
        grid.setColumnStretch(0, 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(box)
        scroll.setMinimumHeight(min(280, 50 * (len(clashes) + 1)))
        return scroll

    def _choice(self, name: str) -> QComboBox:
        choice = QComboBox()
        choice.setAccessibleName(name)
        texts = {
            Clash.RENAME: self.tr("Add under another name"),
            Clash.MERGE: self.tr("Same person: merge"),
            Clash.LEAVE_OUT: self.tr("Leave out"),
        }
        for clash in ORDER:
            choice.addItem(texts[clash])
        return choice

    def _import(self) -> None:
        chosen = {name: ORDER[choice.currentIndex()] for name, choice in self.choices.items()}
        self.import_asked.emit(people_to_import(self._people, self._known, chosen))
        self.accept()
