"""The host's map, fitted to what the int8 network really answers.

The student's own projection was trained with the float network and changing pictures. Here a second matrix behind it
is fitted in closed form (ridge regression) from projected int8 features of training crops to their teachers'
embeddings. The two matrices are one on the host: (feature - mean) @ matrix.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device.model.data import middle, read_members
from device.model.litert import LiteRT
from device.model.network_file import Network

_RIDGE = 0.02  # of the projected features' mean variance
_CHUNK = 128

Floats = NDArray[np.float32]


def quick_features(content: bytes, network: Network, faces: Path, names: list[str]) -> Floats:
    """Real features (N, F) of archived crops by LiteRT's fast kernels: hundreds a second, and, unlike those of the
    board, rounded in another way here and there. Good enough to average over."""
    oracle = LiteRT(content, network.name, reference=False)
    found = []
    for start in range(0, len(names), _CHUNK):
        crops = middle(read_members(faces, names[start : start + _CHUNK]), network.input_shape[0])
        found.append(np.stack([oracle.run(crop) for crop in crops]))
    raw = np.concatenate(found).astype(np.float32)
    return np.asarray((raw - network.header.output_zero_point) * np.float32(network.header.output_scale), np.float32)


def refit(features: Floats, targets: Floats, matrix: Floats) -> tuple[Floats, Floats]:
    """(mean (F,), matrix (F, D)) from features (N, F), the teachers' embeddings (N, D) and the student's matrix (F, D):
    the least squared distance between mapped features and embeddings, both without their means."""
    mean = features.mean(axis=0, dtype=np.float64)
    projected = (features - mean) @ matrix.astype(np.float64)
    wanted = targets - targets.mean(axis=0, dtype=np.float64)
    spread = projected.T @ projected / len(projected)
    ridge = _RIDGE * np.trace(spread) / len(spread) + 1e-12
    second = np.linalg.solve(spread + ridge * np.eye(len(spread)), projected.T @ wanted / len(projected))
    return mean.astype(np.float32), np.asarray(matrix.astype(np.float64) @ second, np.float32)
