"""All figures of an evaluation as frozen records, in the order in which the JSON file holds them.

A figure names what it was measured on; intervals are 95 %. ``passes`` is how often the network ran on a
crop: 1, or 2 with flip averaging.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from device.model.data.face_set import Skipped
from device.model.embedding.metrics import TarAtFar, Verification
from device.model.evaluate.demographics import Group
from device.model.evaluate.identification import Identification
from device.model.evaluate.impostors import TarAmongAll
from device.model.evaluate.robustness import Degraded
from device.model.export.board_check import BoardCheck
from device.model.json_records import stored_as

FORMAT = 1
FLIP = ", flip averaging"  # ends the kind of a row whose feature is the mean of a crop's and of its mirror image's


@dataclass(frozen=True)
class Row:
    """One way to compute (``where``) and compare (``kind``): accuracy and TAR on the pairs of the protocol, and TAR
    among all pairs of two people. ``accuracy`` is None where the pairs make fewer than two folds."""

    where: str
    kind: str
    pairs: int
    accuracy: float | None
    deviation: float | None
    folds: int
    tar: tuple[TarAtFar, ...]
    tar_among_all: tuple[TarAmongAll, ...]

    @classmethod
    def of(
        cls, where: str, kind: str, pairs: int, found: Verification, among_all: tuple[TarAmongAll, ...] = ()
    ) -> Self:
        """From what ``verify`` found."""
        return cls(where, kind, pairs, found.accuracy, found.deviation, found.folds, found.tar, among_all)

    @property
    def name(self) -> str:
        """What its ROC curve is called."""
        return f"{self.where}, {self.kind}"


@dataclass(frozen=True)
class NetworkFigures:
    """What was measured. ``width`` is None for none of the published variants, the others where there is no such."""

    name: str
    file: str
    hash: str
    sha256: str
    input: tuple[int, ...]
    width: float | None
    bytes: int
    map_sha256: str | None
    map_columns: int | None
    checkpoint_sha256: str | None


@dataclass(frozen=True)
class Dataset:
    """What it was measured on; ``sha256`` by the name of what was read."""

    name: str
    pictures: int
    people: int
    pairs: int
    sha256: dict[str, str]
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True)
class ShippedThreshold:
    """A threshold that ships with the network, and what it does on this set: ``far`` among all pairs of two people."""

    passes: int = field(default=1, kw_only=True)
    wanted_far: float
    threshold: float
    far: float
    tar: float


@dataclass(frozen=True)
class BoardFigures(BoardCheck):
    """A sample of the pairs through a board: how many numbers differ, and its row beside LiteRT's."""

    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Figures:
    """Everything that ``evaluate`` measured. The last three are None where they were not asked for."""

    format: int
    command: str
    date: str
    measured_on: str
    versions: dict[str, str]
    label: str
    network: NetworkFigures
    dataset: Dataset = field(metadata=stored_as("test"))
    compared: str
    rows: tuple[Row, ...]
    suggested: TarAmongAll | None
    suggested_flip: TarAmongAll | None
    shipped_thresholds: tuple[ShippedThreshold, ...]
    identification: tuple[Identification, ...]
    board: BoardFigures | None = None
    robustness: tuple[Degraded, ...] | None = None
    groups: tuple[Group, ...] | None = None

    @property
    def shipped_row(self) -> Row:
        """The int8 row of what the program compares, without flip averaging."""
        (row,) = [row for row in self.rows if row.where.endswith("LiteRT") and row.kind == self.compared]
        return row


@dataclass(frozen=True, eq=False)
class Result:
    """The figures, and the scores (P,) of the pairs for each row by its name, for curves; ``same`` (P,) says which
    pairs are genuine."""

    figures: Figures
    scores: dict[str, NDArray[np.float64]] = field(repr=False)
    same: NDArray[np.bool_] = field(repr=False)
