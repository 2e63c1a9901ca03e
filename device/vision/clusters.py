"""Which embeddings show one person: average-linkage clustering on their cosines. Pure."""

from __future__ import annotations

import numpy as np

from device.vision.fingerprint import Floats

# Two clusters whose mean cosine is below this show two people, as far as embeddings tell. A mixture that passes lets a
# second person in, a pure folder that is split costs a question: so nearly every mixture is found. Of 500 folders each
# by ``python -m device.model photo-clusters`` (int8 by LiteRT, flip averaging, 400 people): on CelebA, where it was
# chosen, and on LFW two people become one unasked in 0.2 % and 0.2 % (3 + 3 photos), 0.4 % and 0.2 % (2 + 4) and 0.4 %
# and 0.4 % (5 + 1); six photos of one person are a question in 2.2 % and 2.8 %, and 18 % and 2 % lose single ones.
SAME_PERSON = 0.36


def cluster(embeddings: Floats, bound: float = SAME_PERSON) -> list[list[int]]:
    """The unit embeddings (N, D) in clusters of indices: the two clusters with the highest mean cosine between their
    members become one until no two reach ``bound``. The largest cluster first; each in the order given.

    Takes 0.1 s for 300 photos of one person and 23 s for 5,000 (two busy cores of a PC), where it holds 200 MB.
    """
    members = [[index] for index in range(len(embeddings))]
    likeness = np.asarray(embeddings @ np.transpose(embeddings), np.float64)
    np.fill_diagonal(likeness, -np.inf)
    nearest = likeness.argmax(axis=1)
    rows = np.arange(len(members))
    for _ in range(len(members) - 1):
        found = int(np.argmax(likeness[rows, nearest]))
        if likeness[found, nearest[found]] < bound:
            break
        one, other = sorted((found, int(nearest[found])))
        weights = len(members[one]), len(members[other])
        likeness[one] = likeness[:, one] = np.average(likeness[[one, other]], axis=0, weights=weights)
        likeness[other] = likeness[:, other] = likeness[one, one] = -np.inf
        members[one] = sorted(members[one] + members[other])
        members[other] = []
        # A mean is never above both of its parts: what was nearest to a third cluster stays so.
        stale = np.flatnonzero((nearest == one) | (nearest == other) | (rows == one))
        nearest[stale] = likeness[stale].argmax(axis=1)
    return sorted((own for own in members if own), key=lambda own: (-len(own), own[0]))


def shows_several(clusters: list[list[int]]) -> bool:
    """Whether a person has to say who is meant: a second cluster has two photos, or no cluster has a second photo.

    Single photos beside one larger cluster are no question: hard photos of the same person are too often among them.
    """
    return len(clusters) > 1 and (len(clusters[1]) > 1 or len(clusters[0]) == 1)


def mean_cosine(one: Floats, other: Floats) -> float:
    """The mean cosine between the unit embeddings (N, D) and (M, D)."""
    return float(np.mean(one @ np.transpose(other)))
