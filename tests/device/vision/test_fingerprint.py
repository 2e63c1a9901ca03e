"""Fingerprints: int8 to unit vectors, the projection and its stamp."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from device.errors import FileError, MismatchError
from device.vision.fingerprint import (
    FingerprintError,
    Fingerprints,
    Projection,
    cosine,
    dequantise,
    projection_files,
    unit,
)

HASH, OTHER = bytes(range(16)), bytes(range(1, 17))


def projection(inputs: int = 6, outputs: int = 4) -> Projection:
    rng = np.random.default_rng(1)
    mean = rng.normal(size=inputs).astype(np.float32)
    return Projection(mean, rng.normal(size=(inputs, outputs)).astype(np.float32), HASH)


def test_dequantise_follows_scale_and_zero_point() -> None:
    real = dequantise(np.array([-128, -5, 127], np.int8), 0.5, -128)
    np.testing.assert_array_equal(real, np.array([0, 61.5, 127.5], np.float32))
    assert real.dtype == np.float32


def test_dequantise_refuses_other_kinds() -> None:
    with pytest.raises(FingerprintError, match="uint8, not int8"):
        dequantise(np.zeros(4, np.uint8), 1.0, 0)


def test_embed_is_centre_project_normalise() -> None:
    chart = projection()
    assert chart.mean is not None
    assert chart.matrix is not None
    prints = Fingerprints(6, 0.25, 3, HASH, chart)
    values = np.array([1, -2, 3, 100, -128, 127], np.int8)
    expected = ((values.astype(np.float64) - 3) * 0.25 - chart.mean) @ chart.matrix
    expected /= np.linalg.norm(expected)
    embedded = prints.embed(values)
    assert embedded.dtype == np.float32
    np.testing.assert_allclose(embedded, expected, rtol=1e-5)
    np.testing.assert_allclose(prints.embed(np.stack([values, values])), expected, rtol=1e-5)


def test_without_a_projection_the_feature_itself_is_normalised() -> None:
    embedded = Fingerprints(3, 0.1, -1, OTHER).embed(np.array([2, -1, 3], np.int8))
    np.testing.assert_allclose(embedded, [0.6, 0.0, 0.8], rtol=1e-6)


def test_missing_projection_is_the_identity_for_every_network(tmp_path: Path) -> None:
    chart = Projection.load(tmp_path / "none.projection.npz")
    assert chart == Projection()
    chart.check(OTHER)


@pytest.mark.parametrize("kind", [np.float32, np.float16])
def test_a_projection_survives_the_file(tmp_path: Path, kind: type[np.generic]) -> None:
    chart = projection()
    assert chart.mean is not None
    assert chart.matrix is not None
    path = tmp_path / "net.projection.npz"
    Projection(chart.mean.astype(kind), chart.matrix.astype(kind), HASH).save(path)
    loaded = Projection.load(path)
    assert loaded.matrix is not None
    assert loaded.matrix.dtype == np.float32
    np.testing.assert_array_equal(loaded.matrix, chart.matrix.astype(kind).astype(np.float32))
    assert loaded.network_hash == HASH
    assert [entry.name for entry in tmp_path.iterdir()] == ["net.projection.npz"]


def test_another_network_is_refused_naming_both() -> None:
    with pytest.raises(MismatchError) as caught:
        Fingerprints(6, 0.1, 0, OTHER, projection())
    assert HASH.hex() in str(caught.value)
    assert OTHER.hex() in str(caught.value)


def test_another_length_is_refused() -> None:
    with pytest.raises(MismatchError, match="has 7 numbers, the projection takes 6"):
        Fingerprints(7, 0.1, 0, HASH, projection())
    with pytest.raises(FingerprintError, match=r"\(5,\), the board gives 6"):
        Fingerprints(6, 0.1, 0, HASH, projection()).embed(np.zeros(5, np.int8))


@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan"), float("inf")])
def test_impossible_scale_is_refused(scale: float) -> None:
    with pytest.raises(MismatchError, match="scale"):
        Fingerprints(6, scale, 0, HASH)


def test_damaged_projection_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.projection.npz"
    projection().save(path)
    whole = path.read_bytes()
    damaged = bytearray(whole)
    damaged[len(whole) // 2] ^= 0xFF
    for content in (b"", b"not a zip", whole[: len(whole) // 2], bytes(damaged)):
        path.write_bytes(content)
        with pytest.raises(FileError, match=r"net\.projection\.npz"):
            Projection.load(path)


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"mean": np.zeros(3)}, "network_hash"),
        ({"network_hash": np.zeros(3, np.uint8)}, "3 bytes"),
        ({"network_hash": np.zeros(16, np.uint8), "mean": np.zeros(3), "matrix": np.zeros((4, 2))}, "3 numbers"),
        ({"network_hash": np.zeros(16, np.uint8), "mean": np.full(3, np.nan)}, "finite"),
        ({"network_hash": np.zeros(16, np.uint8), "matrix": np.zeros(3)}, "matrix"),
        ({"network_hash": np.array("hash")}, "uint8"),
    ],
)
def test_projections_that_make_no_sense_are_refused(tmp_path: Path, arrays: dict[str, np.ndarray], said: str) -> None:
    path = tmp_path / "net.projection.npz"
    np.savez(path, **arrays)
    with pytest.raises(FileError, match=said) as caught:
        Projection.load(path)
    assert str(path) in str(caught.value)


def test_cosine() -> None:
    a = np.array([[3.0, 0.0], [0.0, 2.0], [1.0, 1.0]])
    np.testing.assert_allclose(cosine(a[0], a[0]), 1.0)
    np.testing.assert_allclose(cosine(a[0], -a[0]), -1.0)
    np.testing.assert_allclose(cosine(a, a[0]), [1.0, 0.0, np.sqrt(0.5)], atol=1e-6)


def test_no_direction_is_refused() -> None:
    with pytest.raises(FingerprintError, match="without direction"):
        unit(np.zeros(4))
    with pytest.raises(FingerprintError, match="without direction"):
        unit(np.array([1.0, np.nan]))
    with pytest.raises(FingerprintError, match="without direction"):
        Fingerprints(4, 0.1, 5, OTHER).embed(np.full(4, 5, np.int8))


def test_thresholds_travel_with_the_projection(tmp_path: Path) -> None:
    path = tmp_path / "some.projection.npz"
    measured = ((1e-4, 0.67), (1e-3, 0.58), (1e-2, 0.44))
    Projection(thresholds=measured).save(path)
    assert Projection.load(path).thresholds == measured
    Projection().save(path)
    assert Projection.load(path).thresholds == ()


@pytest.mark.parametrize(
    ("far", "score"), [(0.5, 0.44), (1e-2, 0.44), (5e-3, 0.58), (1e-3, 0.58), (1e-4, 0.67), (1e-5, None)]
)
def test_a_threshold_never_lets_more_through_than_asked(far: float, score: float | None) -> None:
    assert Projection(thresholds=((1e-4, 0.67), (1e-3, 0.58), (1e-2, 0.44))).threshold_at(far) == score


def test_a_projection_with_the_one_threshold_of_old_is_read(tmp_path: Path) -> None:
    path = tmp_path / "old.projection.npz"
    np.savez(path, network_hash=np.zeros(0, np.uint8), threshold_far_1e3=np.float32(0.5))
    loaded = Projection.load(path)
    assert loaded.thresholds == ((1e-3, 0.5),)
    assert loaded.threshold_at(1e-4) is None


@pytest.mark.parametrize(
    "wrong", [((1e-3, 7.0),), ((1e-3, float("nan")),), ((0.0, 0.5),), ((1e-2, 0.4), (1e-3, 0.5)), ((1e-3, 0.4),) * 2]
)
def test_thresholds_that_cannot_be_are_refused(tmp_path: Path, wrong: tuple[tuple[float, float], ...]) -> None:
    path = tmp_path / "wrong.projection.npz"
    np.savez(path, network_hash=np.zeros(0, np.uint8), thresholds=np.array(wrong))
    with pytest.raises(FileError, match="false-accept"):
        Projection.load(path)
    np.savez(path, network_hash=np.zeros(0, np.uint8), thresholds=np.zeros((2, 3)))
    with pytest.raises(FileError):
        Projection.load(path)


def test_flip_averaging_is_the_mean_of_the_features() -> None:
    prints = Fingerprints(6, 0.25, 3, HASH, projection())
    passes = np.array([[1, -2, 3, 100, -128, 127], [5, 2, -9, 90, -100, 12]], np.int8)
    np.testing.assert_array_equal(prints.embed(passes[:1]), prints.embed(passes[0]))
    chart = projection()
    expected = chart.apply(np.asarray((passes.astype(np.float64) - 3).mean(axis=0) * 0.25, np.float32))
    np.testing.assert_allclose(prints.embed(passes), expected, rtol=1e-5)
    assert not np.allclose(prints.embed(passes), prints.embed(passes[0]), atol=1e-3)
    for wrong in (passes[:, :5], passes[None], passes[:0]):
        with pytest.raises(FingerprintError):
            prints.embed(wrong)


def test_thresholds_with_flip_averaging_survive_the_file(tmp_path: Path) -> None:
    path = tmp_path / "net.projection.npz"
    Projection(thresholds=((1e-3, 0.58),), flip_thresholds=((1e-4, 0.66), (1e-3, 0.59))).save(path)
    loaded = Projection.load(path)
    assert (loaded.threshold_at(1e-3), loaded.threshold_at(1e-3, flip=True)) == (0.58, 0.59)
    assert (loaded.threshold_at(1e-4), loaded.threshold_at(1e-4, flip=True)) == (None, 0.66)
    older = Projection(thresholds=((1e-3, 0.58),))
    assert older.threshold_at(1e-3, flip=True) == 0.58  # measured without it only: the nearest there is
    with pytest.raises(FileError, match="no false-accept rates"):
        Projection(flip_thresholds=((1e-3, 1.58),))


def test_projections_of_the_old_name_are_found_last(tmp_path: Path) -> None:
    for name in ("a.map.npz", "b.projection.npz", "c.tflite"):
        (tmp_path / name).touch()
    assert [path.name for path in projection_files(tmp_path)] == ["b.projection.npz", "a.map.npz"]


def test_thresholds_under_their_former_key_are_read(tmp_path: Path) -> None:
    path = tmp_path / "net.projection.npz"
    thresholds = ((1e-4, 0.66), (1e-3, 0.59))
    np.savez(path, network_hash=np.zeros(0, np.uint8), mirror_thresholds=np.array(thresholds))
    assert Projection.load(path).flip_thresholds == thresholds
