"""The host's projection, fitted in closed form to what the int8 network really answers, and chosen on held-out crops.

A projection is (feature - mean) @ matrix. Ridge regression carries training crops' features to their teachers'
embeddings; what is free is the strength of the ridge, whether it starts from all numbers of the feature or from the
student's own projection, how far the outputs are whitened, and how many of their principal directions are kept as
columns. LFW has no part in it.

Verification is judged on pairs of held-out crops of one source: of one person where people are known, and otherwise
those that the teachers agree on, taken as one person from a teacher cosine of 0.55 (so rare among all pairs that chance
makes none) and as two below 0.3. Children are left out: the teachers' embeddings of them lie close together whoever
they are. Pairs cannot tell projections apart that differ by half a point; of those the one is taken whose scores of all
pairs follow the teachers' best. Other projections measured no better on these pairs: PCA whitening of the feature, and
directions that separate what the teachers explain from what they do not (as in linear discriminant analysis).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from device.model.data.training_set import UNKNOWN
from device.model.embedding.fingerprints import Floats
from device.model.embedding.metrics import threshold_at_far
from device.model.progress import SILENT, Monitor
from device.vision.fingerprint import Projection

RIDGES = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
WHITENINGS = (0.25, 0.5)
COLUMNS = (128, 64)
SAME, APART, COPY = 0.55, 0.3, 0.95  # teacher cosines; from COPY on it is the same picture
_FARS = (1e-3, 1e-4, 1e-5)  # at the first alone, good projections all find the same pairs
_FEWEST = 100  # pairs of one person that a share can be told from
_WORTH = 0.005  # of the share: less is no difference
_AT_ONCE = 4_096

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class ProjectionRecipe:
    """``ridge`` of the inputs' mean variance; ``projected``: on the student's projection; ``whitening`` 0 to 1: the
    power of the outputs' deviations that is divided out; ``columns`` None: all."""

    ridge: float = 0.03
    projected: bool = False
    whitening: float = 0.0
    columns: int | None = None

    def __str__(self) -> str:
        start = "student's projection" if self.projected else "feature"
        columns = "all" if self.columns is None else str(self.columns)
        return f"ridge {self.ridge:g} on the {start}, whitening {self.whitening:g}, {columns} columns"


class ProjectionFitter:
    """Fits projections on features (N, F) and the teachers' embeddings (N, E) of training crops; ``start`` (F, D) is
    the student's own matrix, None where it is not known."""

    def __init__(self, features: Floats, targets: Floats, start: Floats | None) -> None:
        self.mean = features.mean(axis=0, dtype=np.float64)
        self.start = start
        middle = targets.mean(axis=0, dtype=np.float64)
        self._spread: Doubles = np.zeros((features.shape[1], features.shape[1]))
        self._shared: Doubles = np.zeros((features.shape[1], targets.shape[1]))
        for first in range(0, len(features), _AT_ONCE):  # all of them in float64 would be a gigabyte
            centred = features[first : first + _AT_ONCE] - self.mean
            self._spread += centred.T @ centred / len(features)
            self._shared += centred.T @ (targets[first : first + _AT_ONCE] - middle) / len(features)

    def fit(self, recipe: ProjectionRecipe) -> Projection:
        """The projection of one recipe; one on the student's projection needs ``start``."""
        spread, shared, start = self._spread, self._shared, None
        if recipe.projected:
            assert self.start is not None
            start = self.start.astype(np.float64)
            spread, shared = start.T @ spread @ start, start.T @ shared
        ridge = recipe.ridge * np.trace(spread) / len(spread) + 1e-12
        matrix = np.linalg.solve(spread + ridge * np.eye(len(spread)), shared)
        if start is not None:
            matrix = start @ matrix
        if recipe.whitening or recipe.columns is not None:
            variances, directions = np.linalg.eigh(matrix.T @ self._spread @ matrix)
            kept = slice(-recipe.columns if recipe.columns is not None else None, None)
            gains = (np.maximum(variances, 0) + 1e-3 * variances[-1]) ** (-recipe.whitening / 2)
            matrix = (matrix @ directions * gains)[:, kept]
        return Projection(self.mean.astype(np.float32), matrix.astype(np.float32))


class Judge:
    """What projections are worth on crops that none was fitted on: ``features`` (H, F) with the teachers' embeddings
    and, if known, whose they are: ``people`` (H,), UNKNOWN of the others. With ``source`` (H,) only pairs of one count.
    Pass grown-ups only."""

    def __init__(
        self,
        features: Floats,
        targets: Floats,
        people: NDArray[np.int64] | None = None,
        source: NDArray[np.str_] | None = None,
    ) -> None:
        self._features = features
        self._first, self._second = np.triu_indices(len(features), k=1)
        if source is not None:
            kept = source[self._first] == source[self._second]
            self._first, self._second = self._first[kept], self._second[kept]
        self._teacher = (targets @ targets.T)[self._first, self._second]
        self.same, self._apart = same_and_apart(self._teacher, people, self._first, self._second)
        self.by_pairs = int(np.count_nonzero(self.same)) >= _FEWEST
        apart = int(np.count_nonzero(self._apart))
        self.fars = [far for far in _FARS if far * apart >= 1] or [_FARS[0]]

    def __call__(self, projection: Projection) -> tuple[float, float]:
        """(share, correlation): of the pairs of one person that pass at a false-accept rate, the mean over ``fars``;
        and of the scores with the teachers'. Where there are too few such pairs the share is the correlation, too."""
        embeddings = projection.apply(self._features)
        scores = (embeddings @ embeddings.T)[self._first, self._second]
        follows = float(np.corrcoef(scores, self._teacher)[0, 1])
        if not self.by_pairs:
            return follows, follows
        same, apart = scores[self.same], scores[self._apart]
        return float(np.mean([np.mean(same >= threshold_at_far(apart, far)) for far in self.fars])), follows


def same_and_apart(
    teacher: Floats, people: NDArray[np.int64] | None, first: NDArray[np.int64], second: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which pairs are of one person and which of two, from whose they are, and if that is not known from the teachers'
    cosines ``teacher`` (P,). Neither holds of some; crop ``first`` (P,) is compared with crop ``second``."""
    same, apart = (teacher >= SAME) & (teacher < COPY), teacher < APART
    if people is not None:
        both = (people[first] != UNKNOWN) & (people[second] != UNKNOWN)
        equal = people[first] == people[second]
        same, apart = np.where(both, equal, same), np.where(both, ~equal, apart)
    return same, apart


def choose_recipe(fitter: ProjectionFitter, judge: Judge, monitor: Monitor = SILENT) -> ProjectionRecipe:
    """The best recipe: ridge and start first, then whitening, then as few columns as cost less than half a point."""
    worth: dict[ProjectionRecipe, tuple[float, float]] = {}

    def measure(recipe: ProjectionRecipe) -> float:
        if recipe not in worth:
            worth[recipe] = judge(fitter.fit(recipe))
            share, follows = worth[recipe]
            monitor.line(f"{share:.3f}  {follows:.4f}  {recipe}")
        return worth[recipe][0]

    def best_of(recipes: Iterable[ProjectionRecipe]) -> ProjectionRecipe:
        tried = list(recipes)
        enough = max(measure(recipe) for recipe in tried) - _WORTH
        return max((recipe for recipe in tried if measure(recipe) >= enough), key=lambda recipe: worth[recipe][1])

    fars = ", ".join(f"{far:g}" for far in judge.fars)
    by = "how the scores follow the teachers'"
    if judge.by_pairs:
        count = np.count_nonzero(judge.same)
        by = f"{count} held-out pairs of one person, mean share that passes at FAR {fars}, and by {by}"
    monitor.line(f"choosing the projection by {by}:")
    starts = (False,) if fitter.start is None else (False, True)
    best = best_of(ProjectionRecipe(ridge, start) for start in starts for ridge in RIDGES)
    best = best_of((best, *(replace(best, whitening=power) for power in WHITENINGS)))
    widest, enough = fitter.fit(best).matrix, measure(best) - _WORTH
    assert widest is not None
    for columns in COLUMNS:
        fewer = replace(best, columns=columns)
        if columns < widest.shape[1] and measure(fewer) >= enough:
            best = fewer
    monitor.line(f"chosen: {best}")
    return best
