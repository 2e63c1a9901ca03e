"""How figures fall on degraded copies: the second crop of each pair is degraded, the first (the enrolled) not.

The threshold is kept as it is for clean crops: that is what happens at a door. Strengths are in crop pixels (of 128),
degrees, share of the light, or JPEG quality; each crop's direction is drawn by a fixed seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from device.model.data.face_set import FaceSet, thin
from device.model.data.training_set import ARCHIVE_SIZE
from device.model.embedding.fingerprints import Floats
from device.model.embedding.metrics import best_threshold, pair_scores, threshold_at_far
from device.model.progress import Monitor
from device.vision.crop import CROP_SIZE
from device.vision.fingerprint import Projection

Crop = NDArray[np.uint8]
Degradation = Callable[[Crop, int, float, np.random.Generator], Crop]
"""(a 144-pixel crop, the network's input size, strength, randomness) to the degraded crop (size, size, 3)."""

_FAR = 1e-2


def _cut(wide: Crop, size: int, linear: NDArray[np.float64], shift: NDArray[np.float64]) -> Crop:
    """The middle of ``wide`` after turning and shifting about its centre, (size, size, 3); black outside."""
    scale = size / CROP_SIZE
    centre = (ARCHIVE_SIZE - 1) / 2
    moved = (size - 1) / 2 + scale * shift - scale * linear @ np.full(2, centre)
    matrix = np.column_stack([scale * linear, moved])
    return np.asarray(cv2.warpAffine(wide, matrix, (size, size), flags=cv2.INTER_LINEAR), np.uint8)


def _plain(wide: Crop, size: int) -> Crop:
    return _cut(wide, size, np.eye(2), np.zeros(2))


def shift(wide: Crop, size: int, strength: float, rng: np.random.Generator) -> Crop:
    """The detector is off by ``strength`` crop pixels, in any direction."""
    angle = rng.uniform(0, 2 * np.pi)
    return _cut(wide, size, np.eye(2), strength * np.array([np.cos(angle), np.sin(angle)]))


def turn(wide: Crop, size: int, strength: float, rng: np.random.Generator) -> Crop:
    """Turned by ``strength`` degrees to one side or the other."""
    angle = np.deg2rad(strength) * rng.choice([-1, 1])
    cos, sin = np.cos(angle), np.sin(angle)
    return _cut(wide, size, np.array([[cos, -sin], [sin, cos]]), np.zeros(2))


def blur(wide: Crop, size: int, strength: float, rng: np.random.Generator) -> Crop:
    """A Gaussian of ``strength`` crop pixels' deviation."""
    return _plain(np.asarray(cv2.GaussianBlur(wide, (0, 0), strength), np.uint8), size)


def darkness(wide: Crop, size: int, strength: float, rng: np.random.Generator) -> Crop:
    """Only ``strength`` of the light, with a sensor noise of 2 grey levels, rounded to whole ones."""
    dark = wide * strength + rng.normal(0, 2, wide.shape)
    return _plain(np.clip(np.round(dark), 0, 255).astype(np.uint8), size)


def jpeg(wide: Crop, size: int, strength: float, rng: np.random.Generator) -> Crop:
    """Packed as JPEG of quality ``strength`` and unpacked."""
    _, packed = cv2.imencode(".jpg", wide[:, :, ::-1], (cv2.IMWRITE_JPEG_QUALITY, int(strength)))
    unpacked = cv2.imdecode(packed, cv2.IMREAD_COLOR)
    assert unpacked is not None
    return _plain(np.ascontiguousarray(unpacked[:, :, ::-1]), size)


LEVELS: tuple[tuple[str, str, Degradation, tuple[float, ...]], ...] = (
    ("shift", "pixels", shift, (2, 4, 6, 8)),
    ("turn", "degrees", turn, (5, 10, 20)),
    ("blur", "pixels", blur, (1, 2, 3)),
    ("darkness", "of the light", darkness, (0.5, 0.25, 0.1)),
    ("jpeg", "quality", jpeg, (50, 20, 10)),
)


@dataclass(frozen=True)
class Degraded:
    """``accuracy`` (10-fold) and TAR at FAR 1e-2 with the thresholds of the clean crops, on ``pairs`` pairs; ``far`` is
    what the impostor pairs then really reach. ``kind`` is "clean" in the first row."""

    kind: str
    strength: float
    unit: str
    pairs: int
    accuracy: float
    tar: float
    far: float


def measure(
    faces: FaceSet,
    count: int,
    projection: Projection,
    features: Callable[[Crop, str], Floats],
    monitor: Monitor,
) -> list[Degraded]:
    """A row for the clean crops, then one for every kind and strength. ``features`` gives real features (N, F) of crops
    (N, S, S, 3) and takes a word for the progress; empty where the set has no wide crops."""
    if faces.wide is None:
        monitor.line("robustness needs 144-pixel crops, with a margin to move in: left out")
        return []
    pairs = thin(faces.pairs, count)
    probes = sorted(set(pairs.second))
    size = faces.crops.shape[1]
    row = {name: index for index, name in enumerate(faces.names)}
    first = sorted(set(pairs.first))
    enrolled = projection.apply(features(faces.crops[[row[name] for name in first]], "enrolled crops"))
    wide = faces.wide(probes)
    # The same picture may stand on both sides: the degraded one goes by another name.
    degraded_pairs = replace(pairs, second=tuple(f"degraded {name}" for name in pairs.second))
    names = first + [f"degraded {name}" for name in probes]

    def score(crops: Crop, what: str) -> NDArray[np.float64]:
        embeddings = np.concatenate([enrolled, projection.apply(features(crops, what))])
        return pair_scores(embeddings, names, degraded_pairs)

    same, fold = pairs.same, pairs.fold
    clean = score(np.stack([_plain(crop, size) for crop in wide]), "clean")
    folds = [int(number) for number in np.unique(fold)]
    # With a single fold there is no other to choose the threshold on.
    chosen = {one: best_threshold(clean[apart], same[apart]) for one in folds
              for apart in [fold != one if len(folds) > 1 else fold == one]}  # fmt: skip
    fixed = np.array([chosen[int(number)] for number in fold])
    strict = threshold_at_far(clean[~same], _FAR)

    def judge(kind: str, strength: float, unit: str, scores: NDArray[np.float64]) -> Degraded:
        right = (scores >= fixed) == same
        accuracy = float(np.mean([np.mean(right[fold == number]) for number in folds]))
        far, tar = float(np.mean(scores[~same] >= strict)), float(np.mean(scores[same] >= strict))
        return Degraded(kind, strength, unit, len(same), accuracy, tar, far)

    rows = [judge("clean", 0, "", clean)]
    monitor.line(describe(rows[-1]))
    for kind, unit, degrade, strengths in LEVELS:
        for strength in strengths:
            rng = np.random.default_rng(3)
            crops = np.stack([degrade(crop, size, strength, rng) for crop in wide])
            rows.append(judge(kind, strength, unit, score(crops, f"{kind} {strength:g} {unit}")))
            monitor.line(describe(rows[-1]))
    return rows


def describe(row: Degraded) -> str:
    """One line for people."""
    what = "clean" if row.kind == "clean" else f"{row.kind} {row.strength:g} {row.unit}"
    return f"{what:26} accuracy {row.accuracy:6.1%}  TAR {row.tar:6.1%} at a FAR of {row.far:.2%}"
