"""Figures on held-out people against their plain definitions."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (extra 'train')")

from device.model.data.training_set import UNKNOWN, TrainingSet, middle  # noqa: E402
from device.model.graph.variant import Variant  # noqa: E402
from device.model.train.held_out import held_out_figures, pair_figures  # noqa: E402
from device.model.train.student import embed, new_student  # noqa: E402


def unit(rows: np.ndarray) -> np.ndarray:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def test_pair_figures() -> None:
    rng = np.random.default_rng(1)
    people = np.repeat(np.arange(30), 5)
    embeddings = unit(rng.normal(size=(30, 32))[people] + 0.9 * rng.normal(size=(150, 32)))
    found = pair_figures(embeddings, people)
    first, second = np.triu_indices(150, k=1)
    scores, same = (embeddings @ embeddings.T)[first, second], people[first] == people[second]
    impostor = np.sort(scores[~same])
    for key, far in (("tar_1e-02", 1e-2), ("tar_1e-03", 1e-3)):
        threshold = impostor[len(impostor) - 1 - int(far * len(impostor))]
        assert found[key] == pytest.approx(np.mean(scores[same] > threshold), abs=1e-6)
    accuracies = [(np.mean(scores[same] >= cut) + np.mean(scores[~same] < cut)) / 2 for cut in np.linspace(-1, 1, 2001)]
    assert found["accuracy"] == pytest.approx(max(accuracies), abs=0.005)
    assert pair_figures(embeddings[:5], people[:5]) == {}
    assert pair_figures(embeddings[::5], people[::5]) == {}


def test_figures_are_of_held_out_crops_by_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("device.model.train.held_out._FEWEST_PAIRS", 3)
    rng = np.random.default_rng(2)
    names = np.array([f"{'ab'[index % 2]}/{index}" for index in range(24)])
    people = np.where(np.arange(24) % 2 == 1, np.arange(24) // 8, UNKNOWN)
    crops = rng.integers(0, 256, (24, 144, 144, 3), dtype=np.uint8)
    targets, held_out = unit(rng.normal(size=(24, 6))), np.arange(18)
    data = TrainingSet(names, crops, targets, people, held_out, np.arange(18, 24))
    torch.manual_seed(1)
    student = new_student(Variant(0.35, 32), 6).train()
    found = held_out_figures(student, data, 32)
    assert student.training
    plain = embed(student, middle(crops[:18], 32)).numpy()
    cosines = (unit(plain) * targets[:18]).sum(axis=1)
    assert found["cosine"] == pytest.approx(cosines.mean(), abs=1e-5)
    assert found["a cosine"] == pytest.approx(cosines[::2].mean(), abs=1e-5)
    assert {key for key in found if key.startswith("a ")} == {"a cosine"}
    of_b = np.arange(1, 18, 2)
    assert found["b accuracy"] == pytest.approx(pair_figures(unit(plain)[of_b], people[of_b])["accuracy"])
    both = plain + embed(student, middle(crops[:18], 32)[:, :, ::-1].copy()).numpy()
    assert found["b flip tar_1e-02"] == pytest.approx(pair_figures(unit(both)[of_b], people[of_b])["tar_1e-02"])
