"""The host's projection on features made up so that the best one is known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from device.model.data.training_set import UNKNOWN
from device.model.embedding.projection_choice import (
    Judge,
    ProjectionFitter,
    ProjectionRecipe,
    choose_recipe,
    same_and_apart,
)
from device.model.progress import LineMonitor
from device.vision.fingerprint import Projection, unit

Floats = NDArray[np.float32]
FEATURES, TEACHER, HIDDEN = 120, 64, 30


@pytest.fixture(scope="module")
def world() -> tuple[Floats, Floats, Floats, Floats]:
    """(features, embeddings) to fit on and to judge on: people, two pictures each, who differ in thirty ways; the
    features see those through a matrix, beside noise that is large in a few directions."""
    rng = np.random.default_rng(2)
    seen, known = rng.normal(size=(HIDDEN, FEATURES)), rng.normal(size=(HIDDEN, TEACHER))

    def pictures(people: int) -> tuple[Floats, Floats]:
        hidden = np.repeat(rng.normal(size=(people, HIDDEN)), 2, axis=0)
        loud = rng.normal(size=(2 * people, 4)) @ rng.normal(size=(4, FEATURES)) * 3
        features = 5 + hidden @ seen + loud + 0.3 * rng.normal(size=(2 * people, FEATURES))
        return features.astype(np.float32), unit(hidden @ known + 3 * rng.normal(size=(2 * people, TEACHER)))

    return *pictures(800), *pictures(150)


def follows(mapped: Floats, wanted: Floats) -> float:
    """How the scores of all pairs follow the teachers'."""
    pairs = np.triu_indices(len(mapped), k=1)
    return float(np.corrcoef((mapped @ mapped.T)[pairs], (wanted @ wanted.T)[pairs])[0, 1])


def test_the_projection_finds_the_way_to_the_teachers(world: tuple[Floats, Floats, Floats, Floats]) -> None:
    features, targets, fresh, wanted = world
    crooked = np.random.default_rng(0).normal(size=(FEATURES, TEACHER)).astype(np.float32)
    fitter = ProjectionFitter(features, targets, crooked)
    plain = follows(Projection(mean=features.mean(axis=0)).apply(fresh), wanted)
    whole, part = (follows(fitter.fit(ProjectionRecipe(0.003, start)).apply(fresh), wanted) for start in (False, True))
    assert plain + 0.05 < part < whole


def test_fewer_columns_and_whitening(world: tuple[Floats, Floats, Floats, Floats]) -> None:
    features, targets, fresh, _ = world
    fitter = ProjectionFitter(features, targets, np.eye(FEATURES, TEACHER, dtype=np.float32))
    whole = fitter.fit(ProjectionRecipe(0.01)).apply(fresh)
    # The people differ in thirty ways, so as many columns keep all scores.
    fewer = fitter.fit(ProjectionRecipe(0.01, columns=HIDDEN))
    assert fewer.matrix is not None
    assert fewer.matrix.shape == (FEATURES, HIDDEN)
    np.testing.assert_allclose(fewer.apply(fresh) @ fewer.apply(fresh).T, whole @ whole.T, atol=0.15)
    white = fitter.fit(ProjectionRecipe(0.01, columns=HIDDEN, whitening=1.0))
    assert white.mean is not None
    assert white.matrix is not None
    spread = np.var((features - white.mean) @ white.matrix, axis=0)
    assert spread.max() < 1.1 * spread.min()


def judge_of(features: Floats, targets: Floats) -> Judge:
    return Judge(features, targets)


def test_the_judge_prefers_the_projection_that_tells_people_apart(world: tuple[Floats, Floats, Floats, Floats]) -> None:
    features, targets, fresh, wanted = world
    judge = judge_of(fresh, wanted)
    assert judge.by_pairs
    good = ProjectionFitter(features, targets, np.eye(FEATURES, TEACHER, dtype=np.float32)).fit(ProjectionRecipe(0.01))
    assert judge(good)[0] > judge(Projection(mean=features.mean(axis=0)))[0] + 0.2


def test_the_judge_takes_the_mean_over_the_rates_that_its_pairs_can_show() -> None:
    rng = np.random.default_rng(6)
    people = unit(rng.normal(size=(150, 64)))
    crops = unit(np.concatenate([people, people]) + 0.08 * rng.normal(size=(300, 64)))
    noisy = unit(crops + 0.12 * rng.normal(size=crops.shape))
    judge = Judge(noisy, crops)
    assert judge.by_pairs
    assert judge.fars == [1e-3, 1e-4]  # of some 44,000 pairs of two people, 1e-5 is less than one
    first, second = np.triu_indices(300, k=1)
    scores, teacher = (noisy @ noisy.T)[first, second], (crops @ crops.T)[first, second]
    impostor, same = np.sort(scores[teacher < 0.3]), (teacher >= 0.55) & (teacher < 0.95)
    shares = [float(np.mean(scores[same] > impostor[-1 - int(far * len(impostor))])) for far in judge.fars]
    assert shares[0] > shares[1]
    share, follows = judge(Projection(mean=np.zeros(64, np.float32)))
    assert share == pytest.approx(np.mean(shares), abs=1e-6)
    assert follows == pytest.approx(np.corrcoef(scores, teacher)[0, 1], abs=1e-6)


def test_who_is_known_outweighs_what_the_teachers_find_and_pairs_are_of_one_source() -> None:
    targets = np.eye(6, dtype=np.float32)
    targets[5] = unit(targets[4] + 0.5 * targets[3])  # the teachers find 4 and 5 the same
    people = np.array([1, 1, 2, UNKNOWN, UNKNOWN, UNKNOWN])
    first, second = np.triu_indices(6, k=1)
    same, apart = same_and_apart((targets @ targets.T)[first, second], people, first, second)
    assert {(a, b) for a, b in zip(first[same], second[same], strict=True)} == {(0, 1), (4, 5)}
    assert {(a, b) for a, b in zip(first[~same & ~apart], second[~same & ~apart], strict=True)} == {(3, 5)}
    judge = Judge(targets, targets, people, np.array(["a", "a", "a", "b", "b", "b"]))
    assert len(judge.same) == 6
    assert np.count_nonzero(judge.same) == 2


def test_with_few_pairs_the_scores_must_follow_the_teachers(world: tuple[Floats, Floats, Floats, Floats]) -> None:
    features, targets, fresh, wanted = world
    judge = judge_of(fresh[:60], wanted[:60])
    assert not judge.by_pairs
    good = ProjectionFitter(features, targets, np.eye(FEATURES, TEACHER, dtype=np.float32)).fit(ProjectionRecipe(0.01))
    assert judge(good)[0] > judge(Projection(mean=features.mean(axis=0)))[0] + 0.2


def test_the_same_picture_twice_is_no_pair() -> None:
    targets = unit(np.random.default_rng(0).normal(size=(300, 64)))
    assert not Judge(np.tile(targets, (2, 1)), np.tile(targets, (2, 1))).same.any()


def test_what_is_chosen_follows_the_teachers_best_of_what_the_pairs_cannot_tell_apart(
    world: tuple[Floats, Floats, Floats, Floats],
) -> None:
    features, targets, fresh, wanted = world
    fitter, judge = (
        ProjectionFitter(features, targets, np.eye(FEATURES, TEACHER, dtype=np.float32)),
        judge_of(fresh, wanted),
    )
    lines: list[str] = []
    chosen = choose_recipe(fitter, judge, LineMonitor(lines.append))
    tried = [(float(line.split()[0]), float(line.split()[1])) for line in lines if line[0].isdigit()]
    assert len(tried) == 18
    best = max(share for share, _ in tried)
    share, follows = judge(fitter.fit(chosen))
    assert share > best - 0.01
    assert follows == pytest.approx(max(follows for share, follows in tried if share > best - 0.005), abs=1e-3)
    assert lines[0].startswith("choosing the projection by ")
    assert lines[-1] == f"chosen: {chosen}"


def test_without_the_students_projection_all_recipes_begin_from_the_feature(
    world: tuple[Floats, Floats, Floats, Floats],
) -> None:
    features, targets, fresh, wanted = world
    lines: list[str] = []
    chosen = choose_recipe(
        ProjectionFitter(features, targets, None), judge_of(fresh, wanted), LineMonitor(lines.append)
    )
    assert not chosen.projected
    assert sum(line[0].isdigit() for line in lines) == 10
    assert not any("student's projection" in line for line in lines)


def test_many_features_are_summed_up_in_parts(world: tuple[Floats, Floats, Floats, Floats]) -> None:
    features, targets, _, _ = world
    start = np.eye(FEATURES, TEACHER, dtype=np.float32)
    once = ProjectionFitter(features, targets, start).fit(ProjectionRecipe(0.01)).matrix
    often = (
        ProjectionFitter(np.tile(features, (4, 1)), np.tile(targets, (4, 1)), start).fit(ProjectionRecipe(0.01)).matrix
    )
    assert len(features) * 4 > 4_096
    np.testing.assert_allclose(often, once, rtol=1e-4, atol=1e-6)
