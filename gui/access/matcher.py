"""Who a fingerprint is most like: cosine with the template of every person, by NumPy.

A person may have negative examples: faces that were taken for this person and were not. A fingerprint that is more like
one of them than like the template scores less as this person, by as much as it is more like the example.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from device.vision.fingerprint import Fingerprints, Projection
from gui.access.template import template
from gui.core.decisions import Match
from gui.core.people import StoredFingerprint

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Templates:
    """What to compare with: ``matrix`` (P, D) unit rows, ``ids`` and ``names`` in its order.

    ``negatives`` (N, D) unit rows are the negative examples, ``owners`` (N,) the row of ``matrix`` that each is about.
    """

    ids: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    matrix: Floats = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    negatives: Floats = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    owners: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))

    def scores(self, embedding: Floats) -> Floats:
        """Cosine of a unit embedding (D,) with every person (P,), less what negative examples take off."""
        scores = np.clip(self.matrix @ embedding, -1.0, 1.0)
        if len(self.owners):
            nearest = np.full(len(scores), -1.0, np.float32)
            np.maximum.at(nearest, self.owners, np.clip(self.negatives @ embedding, -1.0, 1.0))
            scores = np.clip(scores - np.maximum(0.0, nearest - scores), -1.0, 1.0)
        return np.asarray(scores, np.float32)

    def match(self, embedding: Floats) -> Match:
        """The best two for a unit embedding (D,). One that has another length than the templates fits nobody."""
        if not self.ids or embedding.shape != self.matrix.shape[1:]:
            return Match()
        scores = self.scores(embedding)
        order = np.argsort(-scores, kind="stable")
        best = int(order[0])
        if len(order) == 1:
            return Match(self.ids[best], self.names[best], float(scores[best]))
        second = int(order[1])
        margin = float(scores[best] - scores[second])
        return Match(self.ids[best], self.names[best], float(scores[best]), self.names[second], margin)


def embed(fingerprints: Sequence[StoredFingerprint], network_hash: bytes, projection: Projection) -> Floats:
    """Unit rows (N, D) of a person's fingerprints, all of one network."""
    readers: dict[tuple[int, float, int], Fingerprints] = {}
    rows = []
    for one in fingerprints:
        key = (one.length, one.scale, one.zero_point)
        if key not in readers:
            readers[key] = Fingerprints(*key, network_hash=network_hash, projection=projection)
        rows.append(readers[key].embed(one.data))
    return np.stack(rows)


def build(
    people: Sequence[tuple[int, str]],
    fingerprints: Mapping[int, Sequence[StoredFingerprint]],
    network_hash: bytes,
    projection: Projection,
    negatives: Mapping[int, Sequence[StoredFingerprint]] = MappingProxyType({}),
) -> Templates:
    """The templates of ``people`` (id, name) who have fingerprints in ``fingerprints``, all of ``network_hash``."""
    ids, names, rows = [], [], []
    against, owners = [], []
    for person_id, name in people:
        if own := fingerprints.get(person_id):
            ids.append(person_id)
            names.append(name)
            quality = np.array([one.quality for one in own], np.float32)
            user_confirmed = np.array([one.user_confirmed for one in own])
            rows.append(template(embed(own, network_hash, projection), quality, user_confirmed))
            if wrong := negatives.get(person_id):
                against.append(embed(wrong, network_hash, projection))
                owners += [len(rows) - 1] * len(wrong)
    if not ids:
        return Templates()
    people_only = Templates(tuple(ids), tuple(names), np.stack(rows))
    if not owners:
        return people_only
    return replace(people_only, negatives=np.concatenate(against), owners=np.array(owners))
