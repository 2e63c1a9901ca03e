"""How alike a face's pictures are from one frame to the next, and how alike somebody else's are to them.

A door follows a face from frame to frame; a fingerprint that contradicts the face's own says that somebody else stands
there now. Where that bound lies is measured here: a track's reference is the mean embedding of four frames of one
photo, and four kinds of pictures are compared with it.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from device.errors import FileError
from device.model.data.training_set import ARCHIVE_SIZE, read_members
from device.model.embedding.fingerprints import Floats
from device.model.progress import SILENT, Monitor
from device.text_table import table
from device.vision.crop import CROP_SIZE
from device.vision.fingerprint import Projection, unit

Crops = NDArray[np.uint8]

OWN_FRAMES = 4  # the door compares with the mean of so many, see gui.access.decider
BOUNDS = (0.275, 0.30, 0.35, 0.40, 0.45, 0.50, 0.55, 0.60, 0.65, 0.70)


@dataclass(frozen=True)
class Scores:
    """Cosines of one ``kind`` with a track's reference. ``below`` is the share of them below each of ``BOUNDS``."""

    kind: str
    count: int
    least: float
    percent_1: float
    mean: float
    deviation: float
    percent_99: float
    most: float
    below: dict[float, float]

    @classmethod
    def of(cls, kind: str, scores: NDArray[np.floating]) -> Scores:
        """The figures of cosines (N,)."""
        low, high = (float(np.quantile(scores, part)) for part in (0.01, 0.99))
        below = {bound: float(np.mean(scores < bound)) for bound in BOUNDS}
        return cls(
            kind, len(scores), float(scores.min()), low, float(scores.mean()), float(scores.std()), high,
            float(scores.max()), below,
        )  # fmt: skip


def next_frame(wide: Crops, size: int, rng: np.random.Generator) -> Crops:
    """Another frame of the face in a 144-pixel crop, as a camera and a detector give it a moment later: (size, size, 3)
    turned by up to 5 degrees, scaled by up to 5 %, off by up to 3 pixels, in other light, less sharp, with noise."""
    angle, scale = np.deg2rad(rng.uniform(-5, 5)), rng.uniform(0.95, 1.05) * size / CROP_SIZE
    linear = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    off = rng.uniform(-3, 3, 2) * size / CROP_SIZE
    moved = (size - 1) / 2 + off - linear @ np.full(2, (ARCHIVE_SIZE - 1) / 2)
    crop = cv2.warpAffine(wide, np.column_stack([linear, moved]), (size, size), flags=cv2.INTER_LINEAR)
    crop = cv2.GaussianBlur(crop, (0, 0), rng.uniform(0.3, 1.0))
    lit = crop * rng.uniform(0.8, 1.2) + rng.uniform(-10, 10) + rng.normal(0, 3, crop.shape)
    return np.clip(np.round(lit), 0, 255).astype(np.uint8)


def unusable(wide: Crops, size: int, rng: np.random.Generator) -> Crops:
    """The same frame, too blurred to judge by: a Gaussian of 3 crop pixels."""
    return next_frame(np.asarray(cv2.GaussianBlur(wide, (0, 0), 3.0), np.uint8), size, rng)


def read_two_photos(faces: Path, archive: str, people: int, monitor: Monitor = SILENT) -> tuple[Crops, Crops]:
    """Two photos each, (P, 144, 144, 3), of at most ``people`` people of ``archive`` (``celeba2``) in ``faces``, who
    stand in no other archive; ``identities.csv`` names them."""
    path = faces / "identities.csv"
    try:
        with path.open(newline="") as file:
            rows = [(row["name"], row["identity"]) for row in csv.DictReader(file)]
    except (OSError, KeyError) as error:
        raise FileError(f"{path}: {error}", "give the folder that holds identities.csv and the archives") from error
    elsewhere = {identity for name, identity in rows if not name.startswith(f"{archive}/")}
    own: dict[str, list[str]] = {}
    for name, identity in rows:
        if name.startswith(f"{archive}/") and identity not in elsewhere:
            own.setdefault(identity, []).append(name)
    chosen = [sorted(names) for _, names in sorted(own.items()) if len(names) > 1]
    chosen = [chosen[n] for n in np.linspace(0, len(chosen) - 1, min(people, len(chosen))).astype(int)]
    if len(chosen) < 2:
        raise FileError(f"{path}: no two people of {archive} have two photos", "give another archive")
    monitor.line(f"{len(chosen)} people of {archive}, two photos each")
    return read_members(faces, [one[0] for one in chosen]), read_members(faces, [one[1] for one in chosen])


def measure(
    photos: Crops, others: Crops, projection: Projection, features: Callable[[Crops, str], Floats], size: int
) -> list[Scores]:
    """The cosines with each person's reference, which is made of ``photos`` (P, 144, 144, 3): of the next frame, of one
    too bad to judge by, of another photo of the same person (``others``), and of everybody else's next frame.

    ``features`` gives real features (N, F) of crops (N, size, size, 3) and takes a word for the progress.
    """
    rng = np.random.default_rng(5)

    def embed(wide: Crops, make: Callable[[Crops, int, np.random.Generator], Crops], what: str) -> Floats:
        return projection.apply(features(np.stack([make(crop, size, rng) for crop in wide]), what))

    own = np.stack([embed(photos, next_frame, f"own frame {n + 1}") for n in range(OWN_FRAMES)])
    reference = unit(own.sum(axis=0))
    coming = embed(photos, next_frame, "next frame")
    blurred = embed(photos, unusable, "blurred frame")
    another = embed(others, next_frame, "another photo")
    across = reference @ coming.T
    return [
        Scores.of("next frame", np.diag(across)),
        Scores.of("next frame, blurred beyond use", np.einsum("nd,nd->n", reference, blurred)),
        Scores.of("one frame and the next", np.einsum("nd,nd->n", own[-1], coming)),
        Scores.of("another photo of the person", np.einsum("nd,nd->n", reference, another)),
        Scores.of("somebody else", across[~np.eye(len(across), dtype=bool)]),
    ]


def describe(rows: list[Scores]) -> str:
    """Two tables for people: where the cosines lie, and what share of them a bound takes for somebody else."""
    where: list[tuple[str, ...]] = [
        ("cosine with the track's own", "count", "least", "1 %", "mean", "deviation", "99 %", "most")
    ]
    shares: list[tuple[str, ...]] = [("share below", *(f"{bound:g}" for bound in BOUNDS))]
    for row in rows:
        values = (row.least, row.percent_1, row.mean, row.deviation, row.percent_99, row.most)
        where.append((row.kind, f"{row.count:,}", *(f"{value:.3f}" for value in values)))
        shares.append((row.kind, *(f"{share:.2%}" for share in row.below.values())))
    right = range(1, len(BOUNDS) + 1)
    return f"{table(where, right)}\n\n{table(shares, right)}"
