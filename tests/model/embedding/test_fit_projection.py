from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from device.errors import FileError, MismatchError
from device.model.embedding.fit_projection import (
    digest_of,
    find_projection,
    impostor_thresholds,
    projection_path,
    remake_projection,
    stamp_projection,
    write_projection,
)
from device.model.export.export import export
from device.model.progress import LineMonitor
from device.vision.fingerprint import Projection, unit


def _units(count: int, length: int, seed: int) -> np.ndarray:
    return unit(np.random.default_rng(seed).normal(size=(count, length)).astype(np.float32))


def _one_source(count: int) -> np.ndarray:
    return np.array(["utk"] * count)


def test_thresholds_are_what_the_wanted_shares_of_strangers_reach() -> None:
    mapped, targets = _units(200, 16, 1), np.eye(200, dtype=np.float32)
    scores = (mapped @ mapped.T)[np.triu_indices(200, k=1)]
    found = impostor_thresholds(mapped, targets, _one_source(200))
    assert [far for far, _ in found] == [1e-4, 1e-3, 1e-2]
    for far, threshold in found:
        assert np.mean(scores >= threshold) == pytest.approx(far, abs=1e-4)


def test_pairs_of_two_sources_do_not_count() -> None:
    mapped, targets = _units(200, 16, 1), np.eye(200, dtype=np.float32)
    source = np.array(["utk"] * 100 + ["celeba"] * 100)
    scores = (mapped @ mapped.T)[np.triu_indices(200, k=1)]
    own = np.concatenate([(half @ half.T)[np.triu_indices(100, k=1)] for half in (mapped[:100], mapped[100:])])
    threshold = dict(impostor_thresholds(mapped, targets, source))[1e-2]
    assert np.mean(own >= threshold) == pytest.approx(1e-2, abs=2e-4)
    assert np.mean(scores >= threshold) != pytest.approx(1e-2, abs=2e-4)


def test_a_rate_that_too_few_pairs_could_show_is_left_out() -> None:
    mapped, targets = _units(20, 16, 1), np.eye(20, dtype=np.float32)  # 190 pairs
    assert [far for far, _ in impostor_thresholds(mapped, targets, _one_source(20))] == [1e-2]


def test_pairs_that_may_be_one_person_do_not_raise_the_threshold() -> None:
    mapped, targets = _units(100, 16, 2), np.eye(100, dtype=np.float32)
    alone = dict(impostor_thresholds(mapped, targets, _one_source(100)))[1e-3]
    both = np.vstack([mapped, mapped]), np.vstack([targets, targets])
    twins = dict(impostor_thresholds(*both, _one_source(200)))[1e-3]
    assert twins == pytest.approx(alone, abs=0.02)
    assert twins < 0.95


def test_thresholds_are_measured_again_without_touching_the_projection(
    random_network: Any, tiny_faces: Path, tmp_path: Path
) -> None:
    path = tmp_path / "net.tflite"
    path.write_bytes(random_network.content)
    with pytest.raises(FileError, match="no projection"):
        remake_projection(path, tiny_faces, 0)
    mean, matrix = np.zeros(1280, np.float32), np.random.default_rng(4).normal(size=(1280, 4)).astype(np.float16)
    write_projection(Projection(mean, matrix.astype(np.float32), export(path).header.hash), path)
    found = remake_projection(path, tiny_faces, 0)
    loaded = Projection.load(projection_path(path))
    assert loaded.thresholds == found.thresholds != ()
    assert loaded.flip_thresholds == found.flip_thresholds != ()
    assert found.thresholds != found.flip_thresholds
    np.testing.assert_array_equal(loaded.matrix, matrix)
    np.testing.assert_array_equal(loaded.mean, mean)


def test_a_projection_is_chosen_anew_for_a_network_that_is_there(
    random_network: Any, tiny_faces: Path, tmp_path: Path
) -> None:
    path, lines = tmp_path / "net.tflite", []
    path.write_bytes(random_network.content)
    start = np.random.default_rng(4).normal(size=(1280, 24)).astype(np.float32)
    write_projection(Projection(np.zeros(1280, np.float32), start, export(path).header.hash), path)
    made = remake_projection(path, tiny_faces, 18, LineMonitor(lines.append))
    loaded = Projection.load(projection_path(path))
    loaded.check(export(path).header.hash)
    assert made.matrix is not None
    np.testing.assert_allclose(loaded.matrix, made.matrix, rtol=1e-3, atol=1e-5)
    assert loaded.thresholds == made.thresholds != ()
    assert lines[-3].startswith("chosen: ")
    assert loaded.source == hashlib.sha256(random_network.content).hexdigest()


def test_a_projection_is_stamped_anew_and_does_the_same(random_network: Any, tmp_path: Path) -> None:
    path, old = tmp_path / "net.tflite", bytes(range(16))
    path.write_bytes(random_network.content)
    with pytest.raises(FileError, match="no projection"):
        stamp_projection(path)
    matrix = np.random.default_rng(4).normal(size=(1280, 4)).astype(np.float32)
    made = Projection(np.zeros(1280, np.float32), matrix, old, ((1e-3, 0.5),))
    write_projection(made, path)
    before = Projection.load(projection_path(path))
    with pytest.raises(MismatchError, match="made for an unknown file"):
        stamp_projection(path)
    assert stamp_projection(path, trust=True) == (old.hex(), export(path).hash_hex)
    after = Projection.load(projection_path(path))
    after.check(export(path).header.hash)
    assert digest_of(after) == digest_of(before) != digest_of(Projection(after.mean, after.matrix))
    # It knows its file now, and no other is taken for it.
    write_projection(replace(after, network_hash=old), path)
    stamp_projection(path)
    Projection.load(projection_path(path)).check(export(path).header.hash)
    write_projection(replace(after, source="0" * 64), path)
    with pytest.raises(MismatchError, match="made for 000000000000"):
        stamp_projection(path, trust=True)
    write_projection(Projection(np.zeros(12, np.float32), None, old), path)
    with pytest.raises(MismatchError):
        stamp_projection(path, trust=True)


def test_the_shipped_projection_fits_the_shipped_network(assets: Path) -> None:
    path = assets / "mobilenetv2_050_128.tflite"
    Projection.load(projection_path(path)).check(export(path).header.hash)


def test_a_projection_of_the_old_name_is_read_and_written_under_the_new(random_network: Any, tmp_path: Path) -> None:
    path, old = tmp_path / "net.tflite", tmp_path / "net.map.npz"
    path.write_bytes(random_network.content)
    network = export(path)
    source = hashlib.sha256(random_network.content).hexdigest()
    mean = np.zeros(network.header.output_length, np.float32)
    Projection(mean, np.eye(len(mean), 4, dtype=np.float32), b"0" * 16, source=source).save(old)
    assert find_projection(path) == old
    assert stamp_projection(path) == ((b"0" * 16).hex(), network.hash_hex)
    assert find_projection(path) == projection_path(path)
    assert Projection.load(find_projection(path)).network_hash == network.header.hash
