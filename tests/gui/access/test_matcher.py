"""Templates and cosines against a plain computation."""

from __future__ import annotations

import numpy as np
import pytest

from device.vision.fingerprint import Projection
from gui.access.matcher import Templates, build
from gui.core.decisions import Match
from gui.core.people import StoredFingerprint

NETWORK = bytes(range(16))


def fingerprints(seed: int, count: int, centre: int) -> list[StoredFingerprint]:
    noise = np.random.default_rng(seed).integers(-5, 6, (count, 24))
    base = np.random.default_rng(centre).integers(-100, 101, 24)
    return [StoredFingerprint(row.astype(np.int8), 0.5, 2, NETWORK.hex(), 1) for row in base + noise]


def test_the_score_is_the_cosine_with_the_mean_of_the_unit_vectors() -> None:
    people = {1: fingerprints(1, 5, 10), 2: fingerprints(2, 3, 20), 3: fingerprints(3, 1, 30)}
    mean = np.linspace(-1, 1, 24, dtype=np.float32)
    projection = Projection(mean=mean, network_hash=NETWORK)
    templates = build([(1, "Ada"), (2, "Ben"), (3, "Cy"), (4, "nobody's")], people, NETWORK, projection)
    assert templates.ids == (1, 2, 3)

    def vector(one: StoredFingerprint) -> np.ndarray:
        real = (one.data.astype(float) - 2) * 0.5 - mean
        return real / np.linalg.norm(real)

    probe = vector(fingerprints(9, 1, 20)[0])
    scores = {}
    for key, own in people.items():
        centre = np.mean([vector(one) for one in own], axis=0)
        scores[key] = float(probe @ centre / np.linalg.norm(centre))
    order = sorted(scores, key=lambda key: -scores[key])
    match = templates.match(probe.astype(np.float32))
    assert (match.person_id, match.name) == (2, "Ben") == (order[0], "Ben")
    assert match.score == pytest.approx(scores[2], abs=1e-5)
    assert match.margin == pytest.approx(scores[2] - scores[order[1]], abs=1e-5)
    assert match.second == templates.names[templates.ids.index(order[1])]


def test_one_person_has_no_margin_and_nobody_no_score() -> None:
    alone = build([(7, "Ada")], {7: fingerprints(1, 2, 10)}, NETWORK, Projection())
    match = alone.match(alone.matrix[0])
    assert (match.person_id, match.second, match.margin) == (7, None, None)
    assert match.score == pytest.approx(1.0, abs=1e-6)
    assert Templates().match(alone.matrix[0]) == Match()
    assert alone.match(np.ones(3, np.float32)) == Match()  # another network's length
