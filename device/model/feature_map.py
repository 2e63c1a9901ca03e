"""Features of many crops, and the host's map, fitted to what the int8 network really answers.

The student's own projection was trained with the float network and changing pictures. Here a second matrix behind it
is fitted in closed form (ridge regression) from projected int8 features of training crops to their teachers'
embeddings. The two matrices are one on the host: (feature - mean) @ matrix.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.fingerprint import FeatureMap
from device.model.calibrate import Crops, Layers, chunks
from device.model.data import middle, read_members
from device.model.export import convert
from device.model.float_network import forward
from device.model.litert import LiteRT
from device.model.network_file import Network

_RIDGE = 0.02  # of the projected features' mean variance
_CHUNK = 128
_PERHAPS_THE_SAME = 0.3  # teacher cosine; on LFW the teachers' own threshold lies a little below

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


def impostor_threshold(mapped: Floats, targets: Floats, far: float = 1e-3) -> float:
    """The cosine that a share ``far`` of the pairs of two different people reaches, from mapped unit features (N, D).

    The crops carry no names: two that the teachers' embeddings (N, E) find similar may be one person and are left out.
    """
    first, second = np.triu_indices(len(mapped), k=1)
    strangers = (targets @ targets.T)[first, second] < _PERHAPS_THE_SAME
    scores = (mapped @ mapped.T)[first, second][strangers]
    return float(np.quantile(scores, 1 - far))


def float_features(layers: Layers, crops: Crops) -> NDArray[np.float32]:
    """Features (N, F) of crops (N, S, S, 3) by the float network."""
    return np.concatenate([forward(layers, chunk)[-1].reshape(len(chunk), -1) for chunk in chunks(crops)])


def int8_features(content: bytes, where: str, crops: Crops) -> NDArray[np.float32]:
    """Real features (N, F) of crops by LiteRT's reference kernels, which is what a board computes."""
    oracle, header = LiteRT(content, where), convert(content, where, "").network.header
    raw = np.stack([oracle.run(crop) for crop in crops]).astype(np.float32)
    return np.asarray((raw - header.output_zero_point) * np.float32(header.output_scale), np.float32)


def map_path(network: Path) -> Path:
    """Where the feature map of a ``.tflite`` stands."""
    return network.with_name(network.stem + ".map.npz")


def write_map(
    mean: NDArray[np.float32],
    matrix: NDArray[np.float32],
    network: Network,
    out: Path,
    threshold: float | None = None,
) -> None:
    """The feature map of ``network`` beside ``out``; float16 is far finer than the fingerprint it is applied to."""
    halves: list[Any] = [array.astype(np.float16) for array in (mean, matrix)]
    FeatureMap(halves[0], halves[1], network.header.hash, threshold).save(map_path(out))
