"""Who a fingerprint is most like: cosine with the template of every person, by NumPy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from device.fingerprint import FeatureMap, Fingerprints, unit
from gui.gallery import Print

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Match:
    """The best person and the runner-up. Everything None where nobody can be compared with; scores are cosines."""

    person_id: int | None = None
    name: str | None = None
    score: float | None = None
    second: str | None = None
    margin: float | None = None  # None with fewer than two people


@dataclass(frozen=True, eq=False)
class Templates:
    """What to compare with: ``matrix`` (P, D) unit rows, ``ids`` and ``names`` in its order."""

    ids: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    matrix: Floats = field(default_factory=lambda: np.zeros((0, 0), np.float32))

    def match(self, embedding: Floats) -> Match:
        """The best two for a unit embedding (D,). One that has another length than the templates fits nobody."""
        if not self.ids or embedding.shape != self.matrix.shape[1:]:
            return Match()
        scores = np.clip(self.matrix @ embedding, -1.0, 1.0)
        order = np.argsort(-scores, kind="stable")
        best = int(order[0])
        if len(order) == 1:
            return Match(self.ids[best], self.names[best], float(scores[best]))
        second = int(order[1])
        margin = float(scores[best] - scores[second])
        return Match(self.ids[best], self.names[best], float(scores[best]), self.names[second], margin)


def embed(prints: Sequence[Print], network_hash: bytes, feature_map: FeatureMap) -> Floats:
    """Unit rows (N, D) of a person's fingerprints, all of one network."""
    readers: dict[tuple[int, float, int], Fingerprints] = {}
    rows = []
    for one in prints:
        key = (one.data.size, one.scale, one.zero_point)
        if key not in readers:
            readers[key] = Fingerprints(*key, network_hash=network_hash, feature_map=feature_map)
        rows.append(readers[key].embed(one.data))
    return np.stack(rows)


def template(embeddings: Floats) -> Floats:
    """A person's template (D,): the mean of unit embeddings (N, D), scaled to length 1."""
    return unit(embeddings.mean(axis=0))


def cohesion(embeddings: Floats) -> Floats:
    """How well each embedding of (N, D) agrees with the mean of the others: cosines (N,); a single one gives 1."""
    if len(embeddings) < 2:
        return np.ones(len(embeddings), np.float32)
    others = unit(embeddings.sum(axis=0, keepdims=True) - embeddings)
    return np.asarray(np.einsum("nd,nd->n", embeddings, others), np.float32)


def build(
    people: Sequence[tuple[int, str]],
    prints: Mapping[int, Sequence[Print]],
    network_hash: bytes,
    feature_map: FeatureMap,
) -> Templates:
    """The templates of ``people`` (id, name) who have fingerprints in ``prints``, all of ``network_hash``."""
    ids, names, rows = [], [], []
    for person_id, name in people:
        if own := prints.get(person_id):
            ids.append(person_id)
            names.append(name)
            rows.append(template(embed(own, network_hash, feature_map)))
    return Templates(tuple(ids), tuple(names), np.stack(rows)) if ids else Templates()
