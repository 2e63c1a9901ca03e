"""What the network is worth on LFW: float beside int8, as the feature is, centred, and mapped.

One crop a picture, no mirror image. The thresholds that the program suggests come from all pairs of two different
people among the pictures, which are thousands of times more than the protocol's 3,000.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.errors import FileError
from device.fingerprint import FeatureMap
from device.model.data import decode_member, middle
from device.model.metrics import Pairs, pair_scores, read_pairs, threshold_at_far, verify
from device.model.network_file import Network

FARS = (1e-2, 1e-3, 1e-4)
SUGGESTED_FARS = (1e-3, 1e-4, 1e-5)

Crops = NDArray[np.uint8]
Features = NDArray[np.float32]


@dataclass(frozen=True)
class Row:
    """One line of the table; ``tar`` holds [value, low, high] by false-accept rate."""

    where: str
    kind: str
    pairs: int
    accuracy: float
    deviation: float
    tar: dict[str, tuple[float, float, float]]
    suggested_threshold: dict[str, float]
    tar_at_suggested: dict[str, float]


def thin(pairs: Pairs, count: int | None) -> Pairs:
    """About ``count`` pairs, evenly from all folds and both kinds."""
    if count is None or count >= len(pairs.same):
        return pairs
    picked = np.linspace(0, len(pairs.same) - 1, max(count, 40)).astype(np.int64)
    first, second = ([names[index] for index in picked] for names in (pairs.first, pairs.second))
    return replace(pairs, first=tuple(first), second=tuple(second), same=pairs.same[picked], fold=pairs.fold[picked])


def read_lfw(faces: Path, names: list[str], size: int) -> Crops:
    """Crops (N, size, size, 3) of ``lfw.zip`` in the order of ``names``."""
    path = faces / "lfw.zip"
    try:
        with zipfile.ZipFile(path) as archive:
            cut = [middle(decode_member(archive, f"{name}.webp", str(path))[None], size)[0] for name in names]
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise FileError(f"{path}: {error}", "give the folder that holds lfw.zip and pairs.txt") from error
    return np.stack(cut)


def views(features: Features, mapping: FeatureMap) -> dict[str, Features]:
    """Unit vectors for each way of comparing: ``plain``, and with a map ``centred`` and ``mapped``."""
    found = {"plain": FeatureMap().apply(features)}
    if mapping.mean is not None:
        found["centred"] = FeatureMap(mean=mapping.mean).apply(features)
    if mapping.matrix is not None:
        found["mapped"] = mapping.apply(features)
    return found


def strangers_scores(vectors: Features, names: list[str]) -> NDArray[np.float32]:
    """Cosines of all pairs of pictures of different people."""
    person = np.array([name.split("/", 1)[0] for name in names])
    found = []
    for start in range(0, len(vectors), 512):
        block = vectors[start : start + 512] @ vectors[start:].T
        rows, columns = np.arange(len(block))[:, None], np.arange(block.shape[1])[None, :]
        other = person[start : start + 512][:, None] != person[start:][None, :]
        found.append(block[other & (columns > rows)])
    return np.concatenate(found)


def judge(where: str, features: Features, mapping: FeatureMap, names: list[str], pairs: Pairs) -> list[Row]:
    """All figures for the features (N, F) of ``names``."""
    rows = []
    for kind, vectors in views(features, mapping).items():
        scores = pair_scores(vectors, names, pairs)
        figures = verify(scores, pairs, FARS)
        strangers = strangers_scores(vectors, names).astype(np.float64)
        thresholds = {far: threshold_at_far(strangers, far) for far in SUGGESTED_FARS}
        rows.append(
            Row(
                where,
                kind,
                len(pairs.same),
                round(figures.accuracy, 5),
                round(figures.deviation, 5),
                {f"{far:g}": (round(t.value, 4), round(t.low, 4), round(t.high, 4)) for far, t in figures.tar.items()},
                {f"{far:g}": round(threshold, 4) for far, threshold in thresholds.items()},
                {f"{far:g}": round(float(np.mean(scores[pairs.same] >= t)), 4) for far, t in thresholds.items()},
            )
        )
    return rows


def board_agreement(board: str, network: Network, crops: Crops) -> dict[str, Any]:
    """Send ``crops`` through a board or the virtual one; counts the numbers that differ from the NumPy reference."""
    from device.model.reference import fingerprint
    from device.ports import open_board

    with open_board(board, network_hash=network.header.hash) as opened:
        different = sum(
            int(np.count_nonzero(opened.board.infer(crop).fingerprint != fingerprint(network, crop))) for crop in crops
        )
        return {"where": str(opened.where), "crops": len(crops), "different_numbers": different}


def evaluate(
    path: Path,
    faces: Path,
    *,
    checkpoint: Path | None = None,
    count: int | None = None,
    board: str | None = None,
    report: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """Figures of the ``.tflite`` at ``path``, and of the float ``checkpoint`` where one is given, ready for JSON."""
    from device.model.export import export
    from device.model.feature_map import float_features, int8_features, map_path

    network = export(path)
    mapping = FeatureMap.load(map_path(path))
    mapping.check(network.header.hash)
    pairs = thin(read_pairs(faces / "pairs.txt"), count)
    names = pairs.names
    crops = read_lfw(faces, names, network.input_shape[0])
    report(f"{len(pairs.same)} pairs of {len(crops)} pictures; network {network.name} {network.hash_hex}")
    rows: list[Row] = []
    if checkpoint is not None:
        from device.model.fold import fold, host_map, load_student

        student = load_student(checkpoint)
        own = host_map(student)
        features = float_features(fold(student.network), crops)
        rows += judge("float", features, FeatureMap(own.mean, own.matrix), names, pairs)
    rows += judge("int8, LiteRT", int8_features(path.read_bytes(), str(path), crops), mapping, names, pairs)
    for row in rows:
        report(describe(row))
    result: dict[str, Any] = {"network": network.name, "hash": network.hash_hex}
    result["results"] = [asdict(row) for row in rows]
    if board is not None:
        result["board"] = board_agreement(board, network, crops[:20])
        report(str(result["board"]))
    return result


def describe(row: Row) -> str:
    """One line for people."""
    tar = "  ".join(f"TAR@{far} {v:.1%} [{low:.1%}, {high:.1%}]" for far, (v, low, high) in row.tar.items())
    accuracy = f"{row.accuracy:.2%} ± {row.deviation:.2%}"
    return f"{row.where:13} {row.kind:8} accuracy {accuracy}  {tar}  thresholds {row.suggested_threshold}"
