"""Which crops a training step sees: a stated share of each source, drawn by chance.

The draw depends on the seed and on the samples seen alone. A run that was killed goes on with the crops that it would
have seen, and a step of several processes sees what one process with as large a batch would.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from device.errors import FileError
from device.model.data.training_set import Rows


class Sampler:
    """Draws from ``rows``, whose sources are ``source`` (both (M,)).

    ``shares`` is a source to its share of the samples, at most 1 in all; sources that are not named divide the rest by
    how many crops they have. Raises FileError if a source has no crop, ValueError if the shares are too large.
    """

    def __init__(self, rows: Rows, source: NDArray[np.str_], shares: Mapping[str, float], seed: int) -> None:
        there = sorted(set(source.tolist()))
        if unknown := sorted(set(shares) - set(there)):
            raise FileError(f"no crops of {', '.join(unknown)}", f"the sources are {', '.join(there)}")
        named = sum(shares.values())
        others = [one for one in there if one not in shares]
        if any(share < 0 for share in shares.values()) or named > 1 + 1e-9 or (not others and named <= 0):
            raise ValueError(f"shares of {named:.0%} in all")
        counts = {one: int((source == one).sum()) for one in there}
        rest = sum(counts[one] for one in others)
        # With every source named, shares are relative to each other.
        whole = named if not others else 1.0
        weight = {one: shares[one] / whole if one in shares else (1 - named) * counts[one] / rest for one in there}
        self._ends = np.cumsum([weight[one] for one in there])
        self._rows = [rows[source == one] for one in there]
        self._seed = seed

    def draw(self, samples_seen: int, count: int) -> Rows:
        """The next ``count`` rows of a run that has seen ``samples_seen``."""
        rng = np.random.default_rng([self._seed, samples_seen])
        drawn = np.minimum(np.searchsorted(self._ends, rng.random(count), side="right"), len(self._rows) - 1)
        where = rng.random(count)
        return np.array([self._rows[one][int(at * len(self._rows[one]))] for one, at in zip(drawn, where, strict=True)])
