from __future__ import annotations

import numpy as np
import pytest

from device.model.data.utk_labels import Label
from device.model.evaluate.demographics import compare_groups
from device.vision.fingerprint import unit


def test_a_group_whose_people_look_alike_to_the_network_is_found() -> None:
    rng = np.random.default_rng(0)
    targets = unit(rng.normal(size=(80, 64)))
    embeddings = targets.copy()
    labels = [Label("utk", 30, "female" if row < 40 else "male", "Black") for row in range(80)]
    embeddings[:40] = unit(embeddings[:40] + 0.6 * unit(rng.normal(size=64)))
    found = {group.name: group for group in compare_groups(embeddings, targets, labels, ((0.01, 0.3),), rounds=50)}
    assert set(found) == {"all", "UTKFace", "UTKFace, female", "UTKFace, male", "UTKFace, Black", "age 30 to 44"}
    female, male = found["UTKFace, female"], found["UTKFace, male"]
    assert female.far[0.01].value > 10 * male.far[0.01].value
    assert female.far[0.01].low <= female.far[0.01].value <= female.far[0.01].high
    assert female.mean > male.mean + 0.15
    assert male.teacher_correlation == pytest.approx(1)
    assert male.nearest == 1


def test_pairs_that_may_be_one_person_do_not_count() -> None:
    targets = unit(np.random.default_rng(0).normal(size=(30, 64)))
    targets[1] = targets[0]
    (group,) = compare_groups(targets, targets, [Label("x")] * 30, ((0.01, 0.9),), rounds=5)
    assert group.far[0.01].value == 0
    assert group.pairs < 30 * 29 // 2
