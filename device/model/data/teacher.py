"""One of the two networks that gave ``teacher.npz``, asked about pictures that the file does not know."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device.errors import FileError
from device.model.data.training_set import Crops, Embeddings, middle
from device.model.graph.litert import open_interpreter

_MATCH = 0.99
_GET = "give the .tflite of a network whose embeddings teacher.npz holds"


class Teacher:
    """A face network as a float ``.tflite``: two pictures (112x112 RGB, -1 to 1) in, two embeddings out."""

    def __init__(self, path: Path) -> None:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise FileError(f"{path}: {error.strerror or error}", _GET) from error
        self._interpreter = open_interpreter(content, str(path), _GET, reference=False)
        taken, given = self._interpreter.get_input_details()[0], self._interpreter.get_output_details()[0]
        shapes = [int(side) for side in taken["shape"]], [int(side) for side in given["shape"]]
        if (
            [taken["dtype"], given["dtype"]] != [np.float32] * 2
            or len(shapes[0]) != 4
            or (shapes[0][0], shapes[0][3]) != (2, 3)
            or (len(shapes[1]), shapes[1][0]) != (2, 2)
        ):
            raise FileError(
                f"{path}: takes {shapes[0]} and gives {shapes[1]}, not two pictures and two embeddings", _GET
            )
        self._taken, self._given, self._side = taken["index"], given["index"], shapes[0][1]

    def embed(self, crops: Crops) -> Embeddings:
        """Unit embeddings (N, D) of archived crops (N, 144, 144, 3): each the sum over the crop and its mirror image,
        as in ``teacher.npz``."""
        found = []
        for picture in middle(crops, self._side):
            scaled = (picture.astype(np.float32) - 127.5) / 127.5
            self._interpreter.set_tensor(self._taken, np.stack([scaled, scaled[:, ::-1]]))
            self._interpreter.invoke()
            total: NDArray[np.float32] = self._interpreter.get_tensor(self._given).sum(axis=0)
            found.append(total / np.linalg.norm(total))
        return np.stack(found).astype(np.float32)


def part_of(embeddings: Embeddings, targets: Embeddings, sizes: tuple[int, ...]) -> slice:
    """Which part of the joined ``targets`` (N, D), of the given ``sizes``, a teacher's ``embeddings`` (N, d) are.

    Raises FileError where they are none of them: another network, or one that wants its pictures otherwise.
    """
    closest = 0.0
    for start, size in zip(np.cumsum([0, *sizes[:-1]]).tolist(), sizes, strict=True):
        part = targets[:, start : start + size]
        if size == embeddings.shape[1]:
            cosines = (embeddings * part).sum(axis=1) / np.linalg.norm(part, axis=1)
            closest = max(closest, float(cosines.mean()))
            if cosines.mean() > _MATCH:
                return slice(start, start + size)
    raise FileError(f"the network's embeddings are not in teacher.npz: mean cosine {closest:.3f} of a wanted {_MATCH}",
                    _GET)  # fmt: skip
