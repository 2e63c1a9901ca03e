"""How often photos of two people are told apart, and how often one person's photos are taken for two people's.

Folders of photos are drawn as somebody would give them to the door: of one person, or of two. Whether they would be a
question, and whether anybody would be saved with somebody else's photos, is counted.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from device.errors import FileError
from device.text_table import table
from device.vision.clusters import SAME_PERSON, cluster, shows_several
from device.vision.fingerprint import Floats

FOLDERS = 500  # of each kind
# Photos of each person in a folder.
KINDS = ((2,), (3,), (4,), (6,), (8,), (1, 1), (2, 1), (5, 1), (2, 2), (2, 4), (3, 3))
MOST = max(max(kind) for kind in KINDS)
SEED = 5


@dataclass(frozen=True)
class Counts:
    """Shares of the folders of one ``kind``: that are a question, that lose single photos without one, that are taken
    whole, and that would save somebody with another person's photos unasked."""

    kind: str
    folders: int
    question: float
    photos_refused: float
    whole: float
    mixed: float


def choose_photos(names: Iterable[tuple[str, str]], people: int) -> dict[str, list[str]]:
    """Of (photo, person) those of at most ``people`` people with two photos and more, evenly chosen, ``MOST`` each.

    Raises FileError where there are not two.
    """
    found: dict[str, list[str]] = {}
    for name, person in names:
        found.setdefault(person, []).append(name)
    several = [(person, sorted(own)[:MOST]) for person, own in sorted(found.items()) if len(own) > 1]
    if len(several) < 2:
        raise FileError("no two people have two photos", "give another archive")
    return dict(several[index] for index in np.unique(np.linspace(0, len(several) - 1, people).astype(int)))


def read_identities(faces: Path, archive: str) -> list[tuple[str, str]]:
    """(photo, person) of an archive's photos as ``identities.csv`` names them, the photos as ``celeba2/1.webp``."""
    path = faces / "identities.csv"
    try:
        with path.open(newline="") as file:
            rows = [(row["name"], row["identity"]) for row in csv.DictReader(file)]
    except (OSError, KeyError) as error:
        raise FileError(f"{path}: {error}", "give the folder that holds identities.csv and the archives") from error
    return [(name, person) for name, person in rows if name.startswith(f"{archive}/")]


def measure(
    embeddings: Mapping[str, Floats],
    folders: int = FOLDERS,
    bound: float = SAME_PERSON,
    progress: Callable[[str], object] = lambda _kind: None,
) -> list[Counts]:
    """Draw ``folders`` of every kind from the unit embeddings (N, D) of each person, and count."""
    rows = []
    for kind in KINDS:
        own = [found for found in embeddings.values() if len(found) >= max(kind)]
        if len(own) < len(kind):
            continue
        label = " + ".join(str(count) for count in kind)
        progress(label)
        rng = np.random.default_rng((SEED, *kind))
        rows.append(_count(label, own, kind, folders, bound, rng))
    return rows


def _count(
    label: str, own: list[Floats], kind: tuple[int, ...], folders: int, bound: float, rng: np.random.Generator
) -> Counts:
    people = np.repeat(np.arange(len(kind)), kind)
    question, refused, whole, mixed = 0, 0, 0, 0
    for _ in range(folders):
        chosen = rng.choice(len(own), len(kind), replace=False)
        photos = [
            own[one][rng.choice(len(own[one]), count, replace=False)] for one, count in zip(chosen, kind, strict=True)
        ]
        clusters = cluster(np.concatenate(photos), bound)
        if shows_several(clusters):
            question += 1
            continue
        refused += len(clusters) > 1
        whole += len(clusters) == 1
        mixed += len(set(people[clusters[0]])) > 1
    return Counts(label, folders, *(count / folders for count in (question, refused, whole, mixed)))


def describe(rows: list[Counts]) -> str:
    """A table for people."""
    lines: list[tuple[str, ...]] = [
        ("photos of each person", "folders", "question", "single photos refused", "taken whole", "two people as one")
    ]
    for row in rows:
        shares = (row.question, row.photos_refused, row.whole, row.mixed)
        lines.append((row.kind, f"{row.folders}", *(f"{share:.1%}" for share in shares)))
    return table(lines, range(1, 6))
