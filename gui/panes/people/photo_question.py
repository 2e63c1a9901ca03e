"""Photos of one name that show several people: the groups side by side, and what a person says about them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QRadioButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gui.enrolment.photo_enrolment import PhotoCluster, PhotoMixture
from gui.widgets.language import figure
from gui.widgets.stylesheet import set_style_class
from gui.widgets.theme import Theme

GROUPS = 6  # at most so many are shown; what is beyond is left out, unless all are one person
CROPS, COLUMNS = 6, 3  # at most so many crops of a group, and so many beside each other


class PhotoQuestion(QWidget):
    """Asks who is on the photos of ``mixture``. Nothing is chosen at first; ``names`` is the answer, None before."""

    changed = Signal()

    def __init__(self, theme: Theme, mixture: PhotoMixture, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mixture, self._side = mixture, theme.scale.body * 4
        shown = mixture.clusters[:GROUPS]
        self.edits = [self._edit(number) for number in range(len(shown))]
        columns = QWidget()
        row = QHBoxLayout(columns)
        row.setContentsMargins(0, 0, 0, 0)
        for number, cluster in enumerate(shown):
            row.addWidget(self._group(number, cluster), 0, Qt.AlignmentFlag.AlignTop)
        row.addStretch(1)
        area = QScrollArea()
        area.setWidget(columns)
        area.setWidgetResizable(True)
        area.setAccessibleName(self.tr("Groups of photos"))
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setMinimumHeight(self._side * 5)  # two rows of crops, a line and a name
        self.only = [
            QRadioButton(self.tr("Take only group {number} as {name}").format(number=number + 1, name=mixture.name))
            for number in range(len(shown))
        ]
        self.separate = QRadioButton(self.tr("Take them as different people, with the names under the groups"))
        self.one_person = QRadioButton(
            self.tr("They are one person all the same: take all as {name}").format(name=mixture.name)
        )
        self.none = QRadioButton(self.tr("Take none of them"))
        self._buttons = QButtonGroup(self)
        self.hint = QLabel()
        self.hint.setWordWrap(True)
        self.hint.setTextFormat(Qt.TextFormat.PlainText)
        set_style_class(self.hint, "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area, 1)
        for button in (*self.only, self.separate, self.one_person, self.none):
            self._buttons.addButton(button)
            layout.addWidget(button)
        layout.addWidget(self.hint)
        self._buttons.buttonToggled.connect(self._refresh)
        for edit in self.edits:
            edit.textChanged.connect(self._refresh)
        self._refresh()

    @property
    def names(self) -> tuple[str, ...] | None:
        """A name for each group, empty where it is left out; None while the answer is not complete."""
        count, own = len(self._mixture.clusters), self._mixture.name
        for number, button in enumerate(self.only):
            if button.isChecked():
                return tuple(own if index == number else "" for index in range(count))
        if self.separate.isChecked():
            typed = self._typed()
            return None if self._wrong(typed) else (*typed, *[""] * (count - len(typed)))
        if self.one_person.isChecked():
            return (own,) * count
        return ("",) * count if self.none.isChecked() else None

    def _typed(self) -> tuple[str, ...]:
        return tuple(" ".join(edit.text().split()) for edit in self.edits)

    def _wrong(self, typed: tuple[str, ...]) -> str:
        """Why these names do not do; empty where they do."""
        folded = [name.casefold() for name in typed if name]
        if taken := next((name for name in typed if name.casefold() in self._mixture.taken), ""):
            return self.tr("The name {detail} is taken").format(detail=taken)
        if len(set(folded)) < 2:
            return self.tr("Give at least two groups a name each. A group without a name is left out.")
        return ""

    def _refresh(self) -> None:
        apart = self.separate.isChecked()
        for edit in self.edits:
            edit.setEnabled(apart)
        self.hint.setText(self._wrong(self._typed()) if apart else "")
        self.changed.emit()

    def _edit(self, number: int) -> QLineEdit:
        edit = QLineEdit(self._mixture.name if number == 0 else "")
        edit.setMaxLength(80)
        edit.setAccessibleName(self.tr("Name of group {number}").format(number=number + 1))
        edit.setPlaceholderText(edit.accessibleName())
        return edit

    def _group(self, number: int, cluster: PhotoCluster) -> QGroupBox:
        title = self.tr("Group {number}: photos: {count}").format(number=number + 1, count=len(cluster.files))
        box = QGroupBox(title)
        box.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        inside = QVBoxLayout(box)
        crops = QGridLayout()
        for index, (file, png) in enumerate(zip(cluster.files[:CROPS], cluster.crops, strict=False)):
            crop = QLabel()
            crop.setAccessibleName(file.name)
            crop.setToolTip(str(file))
            image = QImage.fromData(png)
            if not image.isNull():
                mode = Qt.TransformationMode.SmoothTransformation
                crop.setPixmap(QPixmap.fromImage(image.scaledToWidth(self._side, mode)))
            crops.addWidget(crop, index // COLUMNS, index % COLUMNS)
        crops.setColumnStretch(COLUMNS, 1)
        inside.addLayout(crops)
        if number:
            text = self.tr("Likeness to group 1: {likeness}; photos of one person reach {bound}").format(
                likeness=figure(cluster.likeness, 2), bound=figure(self._mixture.bound, 2)
            )
            line = QLabel(text)
            line.setWordWrap(True)
            set_style_class(line, "muted")
            inside.addWidget(line)
        inside.addStretch(1)
        inside.addWidget(self.edits[number])
        return box
