"""Clusters of embeddings: who is put together, in which order, and what is a question."""

from __future__ import annotations

import numpy as np
import pytest

from device.vision.clusters import cluster, mean_cosine, shows_several
from device.vision.fingerprint import Floats, unit


def people(*counts: int, noise: float = 0.05) -> Floats:
    """Embeddings of so many photos of each person."""
    rng = np.random.default_rng(1)
    faces = np.repeat(np.eye(len(counts), 64), counts, axis=0)
    return unit(faces + rng.normal(0, noise, faces.shape))


@pytest.mark.parametrize("counts", [(1,), (6,), (3, 3), (4, 2), (5, 1), (1, 1), (3, 2, 1)])
def test_each_person_is_a_cluster_the_largest_first(counts: tuple[int, ...]) -> None:
    ends = np.cumsum(counts)
    expected = [list(range(end - count, end)) for end, count in zip(ends, counts, strict=True)]
    assert cluster(people(*counts)) == expected


def test_photos_in_any_order_are_found() -> None:
    shuffled = people(2, 4)[[2, 0, 3, 4, 1, 5]]
    assert cluster(shuffled) == [[0, 2, 3, 5], [1, 4]]


def test_the_mean_cosine_counts_and_not_the_nearest_pair() -> None:
    """A chain: neighbours are alike, the ends are not."""
    angles = np.deg2rad([0, 50, 100, 150])
    chain = np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)
    assert cluster(chain, 0.5) == [[0, 1], [2, 3]]


def plain(embeddings: Floats, bound: float) -> list[list[int]]:
    """The definition: every pair of clusters is compared before every merge."""
    likeness = embeddings @ embeddings.T
    found = [[index] for index in range(len(embeddings))]
    while len(found) > 1:
        pairs = [(i, j) for i in range(len(found)) for j in range(i + 1, len(found))]
        one, other = max(pairs, key=lambda pair: float(np.mean(likeness[np.ix_(found[pair[0]], found[pair[1]])])))
        if np.mean(likeness[np.ix_(found[one], found[other])]) < bound:
            break
        found[one] = sorted(found[one] + found.pop(other))
    return sorted(found, key=lambda own: (-len(own), own[0]))


@pytest.mark.parametrize("seed", range(20))
def test_it_equals_the_plain_definition(seed: int) -> None:
    rng = np.random.default_rng(seed)
    embeddings = unit(rng.normal(0, 1, (12, 8)) + 1.6 * np.eye(8)[rng.integers(0, 3, 12)])
    assert cluster(embeddings, 0.36) == plain(embeddings, 0.36)


def test_the_bound_is_reached_by_equal() -> None:
    pair = np.float32([[1, 0], [0.5, np.sqrt(0.75)]])
    assert len(cluster(pair, float(np.float64(pair @ pair.T)[0, 1]))) == 1
    assert len(cluster(pair, 0.5001)) == 2


def test_a_second_cluster_of_two_is_a_question_and_a_single_photo_is_none() -> None:
    questions = {(6,): False, (5, 1): False, (4, 1, 1): False, (4, 2): True, (3, 3): True, (1, 1): True, (1,): False}
    for counts, question in questions.items():
        assert shows_several(cluster(people(*counts))) is question


def test_mean_cosine() -> None:
    eye = np.eye(2, dtype=np.float32)
    assert mean_cosine(eye, eye[:1]) == pytest.approx(0.5)
