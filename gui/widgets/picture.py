"""A picture on a widget: as an image of Qt, and as a square with round corners."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.core.frames import Picture
from gui.core.opencv import cv2
from gui.widgets.theme import Theme


class CropView(QWidget):
    """A square picture with round corners, or an outline where there is none."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._image: QImage | None = None
        self._old = False
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(self.tr("Crop sent to the board"))

    def heightForWidth(self, width: int) -> int:
        return min(width, 200)

    def sizeHint(self) -> QSize:
        return QSize(160, 160)

    def minimumSizeHint(self) -> QSize:
        return QSize(96, 96)

    def set_picture(self, picture: Picture | None) -> None:
        """Show this RGB picture; None for the outline."""
        self._image = None if picture is None else image_of(picture)
        self.update()

    def set_old(self, old: bool) -> None:
        """Show the picture without its colours where it is old."""
        self._old = old
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = self._theme.colours
        side = min(self.width(), self.height())
        square = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        if self._image is None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.sunk))
            painter.drawRoundedRect(square.adjusted(1, 1, -1, -1), 10, 10)
            painter.setPen(QPen(QColor(colours.muted), 1.5, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(square.center(), side * 0.24, side * 0.32)
        else:
            path = QPainterPath()
            path.addRoundedRect(square, 10, 10)
            painter.setClipPath(path)
            grey = QImage.Format.Format_Grayscale8
            painter.drawImage(square, self._image.convertToFormat(grey) if self._old else self._image)
        painter.end()


def image_of(picture: Picture, size: tuple[int, int] | None = None) -> QImage:
    """A QImage of an RGB picture (height, width, 3), with pixels of its own, scaled to ``size`` (width, height).

    OpenCV scales on every core at several times the speed of a painter, which matters on large screens.
    """
    pixels = cv2.cvtColor(picture, cv2.COLOR_RGB2BGRA)
    if size is not None and size != (picture.shape[1], picture.shape[0]):
        far = size[0] < picture.shape[1] / 2  # averaging is ten times slower, and needed only here
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if far else cv2.INTER_LINEAR)
    image = QImage(pixels.data, pixels.shape[1], pixels.shape[0], pixels.strides[0], QImage.Format.Format_RGB32)
    image.pixels = pixels  # type: ignore[attr-defined]  # Qt does not own them
    return image
