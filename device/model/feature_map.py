"""Features of many crops, and the host's map, fitted to what the int8 network really answers.

The student's own projection was trained with the float network and changing pictures. Here a second matrix behind it
is fitted in closed form (ridge regression) from projected int8 features of training crops to their teachers'
embeddings. The two matrices are one on the host: (feature - mean) @ matrix.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.errors import FileError
from device.fingerprint import FeatureMap, FingerprintError
from device.model.data import read_teachers, split_rows
from device.model.export import export
from device.model.features import Floats, quick_features
from device.model.network_file import Network

_RIDGE = 0.02  # of the projected features' mean variance
FARS = (1e-4, 1e-3, 1e-2)
PERHAPS_THE_SAME = 0.3  # teacher cosine; on LFW the teachers' own threshold lies a little below

Thresholds = tuple[tuple[float, float], ...]  # (false-accept rate, cosine), by rate


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


def impostor_thresholds(mapped: Floats, targets: Floats, fars: tuple[float, ...] = FARS) -> Thresholds:
    """(rate, cosine) for each of ``fars``: the cosine that this share of the pairs of two different people reaches.

    ``mapped`` are unit features (N, D). Rates of which the pairs hold less than one are left out.

    The crops carry no names: two that the teachers' embeddings (N, E) find similar may be one person and are left out.
    """
    first, second = np.triu_indices(len(mapped), k=1)
    strangers = (targets @ targets.T)[first, second] < PERHAPS_THE_SAME
    scores = (mapped @ mapped.T)[first, second][strangers]
    measurable = sorted(far for far in fars if far * len(scores) >= 1)
    return tuple((far, float(np.clip(np.quantile(scores, 1 - far), -1, 1))) for far in measurable)


def held_out_thresholds(
    content: bytes, network: Network, faces: Path, mapping: FeatureMap, report: Callable[[str], None]
) -> Thresholds:
    """The thresholds of a network and its map from the held-out crops of ``faces``; none where it has no direction."""
    names, targets, _ = read_teachers(faces)
    held, _ = split_rows(len(names))
    report(f"thresholds from the pairs of {len(held)} held-out crops")
    features = quick_features(content, network, faces, [str(names[row]) for row in held])
    try:
        found = impostor_thresholds(mapping.apply(features), targets[held])
    except FingerprintError as error:  # a network that answers nothing to some picture
        report(f"no thresholds: {error.message}")
        return ()
    report(", ".join(f"{score:.3f} for one in {1 / far:,.0f}" for far, score in reversed(found)))
    return found


def map_path(network: Path) -> Path:
    """Where the feature map of a ``.tflite`` stands."""
    return network.with_name(network.stem + ".map.npz")


def write_map(
    mean: NDArray[np.float32],
    matrix: NDArray[np.float32],
    network: Network,
    out: Path,
    thresholds: Thresholds = (),
) -> None:
    """The feature map of ``network`` beside ``out``; float16 is far finer than the fingerprint it is applied to."""
    halves: list[Any] = [array.astype(np.float16) for array in (mean, matrix)]
    FeatureMap(halves[0], halves[1], network.header.hash, thresholds).save(map_path(out))


def measure_thresholds(path: Path, faces: Path, report: Callable[[str], None]) -> Thresholds:
    """Measure the thresholds of the ``.tflite`` at ``path`` anew and write them into the feature map beside it, which
    else stays as it is. FileError where there is no such network or no map of it."""
    network = export(path)
    mapping = FeatureMap.load(map_path(path))
    if mapping.mean is None or mapping.matrix is None:
        raise FileError(f"{map_path(path)}: no feature map", "python -m device.model quantise writes one")
    mapping.check(network.header.hash)
    found = held_out_thresholds(path.read_bytes(), network, faces, mapping, report)
    write_map(mapping.mean, mapping.matrix, network, path, found)
    return found
