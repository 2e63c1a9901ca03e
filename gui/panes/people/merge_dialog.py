"""Making two people one: who the other is, and whose name is kept."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import QComboBox, QLabel, QRadioButton, QWidget

from gui.core.people import Person
from gui.widgets.dialogs import Dialog, push_button
from gui.widgets.stylesheet import set_style_class
from gui.widgets.theme import Theme


class MergeDialog(Dialog):
    """``merge_asked`` says who becomes a part of whom."""

    merge_asked = Signal(int, int)

    def __init__(self, theme: Theme, person: Person, others: Sequence[Person], parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Merge two people"), parent)
        self._person, self._others = person, list(others)
        text = QLabel(self.tr("{name} is the same person as").format(name=person.name))
        set_style_class(text, "title")
        self.other = QComboBox()
        self.other.setAccessibleName(text.text())
        self.other.setIconSize(QSize(theme.scale.body * 2, theme.scale.body * 2))
        for one in self._others:
            image = QImage.fromData(one.thumbnail) if one.thumbnail else QImage()
            self.other.addItem(QIcon(QPixmap.fromImage(image)) if not image.isNull() else QIcon(), one.name)
        self.other.currentIndexChanged.connect(self._refresh)
        self.keep_other, self.keep_own = QRadioButton(), QRadioButton()
        self.keep_other.setChecked(True)
        explain = QLabel(self.tr("The shots and events of both stay. Undo parts them again until the program ends."))
        set_style_class(explain, "muted")
        explain.setWordWrap(True)
        merge = push_button(self.tr("Merge"), self._merge, primary=True)
        merge.setDefault(True)
        cancel = push_button(self.tr("Cancel"), self.reject, auto_default=False)
        self.lay_out(text, self.other, self.keep_other, self.keep_own, explain, right=(cancel, merge))
        self.fit(theme.scale.body * 36)
        self._refresh()

    def _chosen(self) -> Person:
        return self._others[max(0, self.other.currentIndex())]

    def _refresh(self) -> None:
        keep = self.tr("Keep the name {name}")
        self.keep_other.setText(keep.format(name=self._chosen().name))
        self.keep_own.setText(keep.format(name=self._person.name))

    def _merge(self) -> None:
        pair = (self._person.id, self._chosen().id)
        self.merge_asked.emit(*(pair if self.keep_other.isChecked() else pair[::-1]))
        self.accept()
