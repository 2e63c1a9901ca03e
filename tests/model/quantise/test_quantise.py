"""Folding and post-training quantisation: what is kept equal, and what must become better."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from device.link.protocol import LayerKind
from device.model.embedding.fingerprints import float_features
from device.model.embedding.fit_projection import projection_path, write_projection
from device.model.evaluate.evaluate import EvaluationConfig, evaluate
from device.model.graph.float_network import FloatLayer, forward, same_padding
from device.model.graph.tflite import pack_tflite
from device.model.graph.variant import Variant
from device.model.quantise.calibrate import (
    Spread,
    best_range,
    best_tops,
    choose_activations,
    choose_weights,
    correct_biases,
    equalise_rectified,
    measure,
    restore,
)
from device.model.quantise.ptq import activation_scale, quantise_bias, quantise_weights
from device.vision.fingerprint import Projection

torch = pytest.importorskip("torch", reason="torch is not installed (extra 'train')")

from device.errors import FileError  # noqa: E402
from device.model.quantise.quantise import RECIPES, quantise, try_recipe  # noqa: E402
from device.model.train.batchnorm_folding import fold, host_map, load_student  # noqa: E402
from device.model.train.student import Student, to_tensor  # noqa: E402


def lively_student(variant: Variant) -> Student:
    """Random weights, and statistics of normalisation as they are in training, so that features differ."""
    torch.manual_seed(3)
    student = Student(variant, 24)
    for module in student.modules():
        if isinstance(module, torch.nn.BatchNorm2d | torch.nn.BatchNorm1d):
            module.momentum = 0.5
            if module.affine:
                torch.nn.init.uniform_(module.weight, 0.5, 1.5)
                torch.nn.init.normal_(module.bias, 0, 0.5)
    with torch.no_grad():
        for _ in range(6):
            student.train()(torch.rand(8, 3, variant.input_size, variant.input_size) * 2 - 1)
    return student.eval()


@pytest.mark.parametrize("variant", [Variant(0.35, 32), Variant(0.5, 64)], ids=str)
def test_folding_changes_nothing(variant: Variant) -> None:
    student = lively_student(variant)
    pictures = np.random.default_rng(0).integers(0, 256, (3, *[variant.input_size] * 2, 3), dtype=np.uint8)
    with torch.no_grad():
        features = student.network(to_tensor(pictures))
        mapped = torch.nn.functional.normalize(student.project(student.centre(features)), dim=1).numpy()
    ours = float_features(fold(student.network), pictures)
    np.testing.assert_allclose(ours, features.numpy(), atol=2e-5 * float(features.abs().max()))
    projection = host_map(student)
    np.testing.assert_allclose(Projection(projection.mean, projection.matrix).apply(ours), mapped, atol=2e-5)


def save_checkpoint(student: Student, variant: Variant, path: Path) -> None:
    state = {"variant": [variant.width, variant.input_size], "average": student.state_dict()}
    torch.save(state, path)


def test_quantise_writes_a_network_and_its_projection(tiny_faces: Path, tmp_path: Path) -> None:
    variant, out = Variant(0.35, 32), tmp_path / "net.tflite"
    save_checkpoint(lively_student(variant), variant, tmp_path / "c.pt")
    lines: list[str] = []
    network = quantise(tmp_path / "c.pt", tiny_faces, out, calibration=12, held_out=6, report=lines.append)
    assert sum("biases" in line for line in lines) == len(RECIPES)
    assert any(line.startswith("chosen: ridge") for line in lines)
    projection = Projection.load(projection_path(out))
    projection.check(network.header.hash)
    assert projection.thresholds
    assert all(-1 <= score <= 1 for _, score in projection.thresholds)
    assert projection.input_length == 1280
    assert projection.matrix is not None
    assert projection.matrix.shape == (1280, 24)
    assert network.name == "mnv2_035_32"
    assert network.header.input_scale == 1 / 128
    assert network.header.input_zero_point == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.pt", "net.projection.npz", "net.tflite"]

    result = evaluate(EvaluationConfig(out, tiny_faces, checkpoint=tmp_path / "c.pt")).figures
    kinds = [(row.where, row.kind) for row in result.rows]
    ways = ("plain", "centred", "mapped")
    assert kinds == [
        *(("float", way) for way in (*ways, "mapped, flip averaging", "mapped as trained")),
        *(("int8, LiteRT", way) for way in (*ways, "mapped, flip averaging")),
    ]
    assert result.network.hash == network.hash_hex


def test_other_files_are_no_checkpoints(tmp_path: Path) -> None:
    (tmp_path / "c.pt").write_bytes(b"something else")
    with pytest.raises(FileError, match=r"c\.pt: not a checkpoint"):
        load_student(tmp_path / "c.pt")
    with pytest.raises(FileError, match=r"none\.pt"):
        load_student(tmp_path / "none.pt")


def test_the_chosen_recipe_beats_the_plainest(random_network: Any) -> None:
    pictures, identity = random_network.pictures, Projection()
    wanted = float_features(random_network.layers, pictures)
    plain, best = (
        try_recipe(RECIPES[index], random_network.layers, "test", pictures, pictures, wanted, identity)
        for index in (0, 2)
    )
    assert best.distance < 0.9 * plain.distance


def test_a_projection_is_stamped_with_its_network(random_network: Any, tmp_path: Path) -> None:
    network = random_network.exported.network
    mean, matrix = np.zeros(1280, np.float32), np.eye(1280, 4, dtype=np.float32)
    write_projection(Projection(mean, matrix, network.header.hash), tmp_path / "a.tflite")
    assert Projection.load(tmp_path / "a.projection.npz").network_hash == network.header.hash


def test_equalising_keeps_what_is_computed(random_network: Any) -> None:
    layers, pictures = random_network.layers, random_network.pictures
    spreads = measure(layers, pictures)
    # Every channel's largest value counts so much that nothing may be cut off.
    uncut = []
    for spread in spreads:
        largest = spread.counts.shape[1] - 1 - np.argmax(spread.counts[:, ::-1] > 0, axis=1)
        counts = np.zeros_like(spread.counts)
        counts[np.arange(len(counts)), np.minimum(largest + 1, counts.shape[1] - 1)] = 1
        uncut.append(Spread(spread.low, spread.high, counts))
    changed = equalise_rectified(layers, uncut, 0.5)
    before, after = forward(layers, pictures), forward(changed, pictures)
    assert np.abs(after[0] - before[0]).max() > 0.1
    error = np.linalg.norm(after[-1] - before[-1]) / np.linalg.norm(before[-1])
    assert error < 0.02


def test_biases_are_corrected(random_network: Any) -> None:
    layers, pictures = random_network.layers, random_network.pictures
    activations = choose_activations(layers, measure(layers, pictures), "minmax")
    coarse = {index: quantise_weights(layers[index], 1 / 128) for index in (0,)}
    weights = choose_weights(layers, activations) | coarse
    shifted = tuple(
        FloatLayer(
            layer.name, layer.kind, layer.source, layer.source2, layer.weights, layer.bias + 0.25, 2, layer.relu6
        )
        if index == 0 and layer.bias is not None
        else layer
        for index, layer in enumerate(layers)
    )
    corrected = correct_biases(shifted, weights, activations, pictures)
    assert corrected[0].bias is not None
    assert shifted[0].bias is not None
    # The shift is in both, so it stays; only the rounding of the weights is taken off.
    assert np.abs(corrected[0].bias - shifted[0].bias).max() < 0.05


def test_weights_are_symmetric_and_near(random_network: Any) -> None:
    for layer in random_network.layers:
        if layer.weights is None:
            continue
        quantised = quantise_weights(layer, 0.02)
        assert np.abs(quantised.values.astype(int)).max() == 127
        error = np.abs(restore(layer, quantised) - layer.weights)
        axes = (0, 1) if layer.kind == LayerKind.DEPTHWISE else (1, 2, 3)
        assert (error.max(axis=axes) <= quantised.scales * 0.5001).all()


def test_a_dead_channel_does_not_overflow_its_bias() -> None:
    weights = np.zeros((2, 1, 1, 3), np.float32)
    weights[1] = 1e-20
    layer = FloatLayer("dead", LayerKind.POINTWISE, 0, None, weights, np.array([5.0, -7.0], np.float32))
    quantised = quantise_weights(layer, 0.02)
    bias = quantise_bias(layer, 0.02, quantised.scales)
    np.testing.assert_allclose(bias * quantised.scales * 0.02, [5.0, -7.0], rtol=1e-6)


def test_activation_ranges_hold_zero_exactly() -> None:
    for low, high in ((0.0, 6.0), (-1.0, 3.0), (2.0, 5.0), (-4.0, -1.0), (0.0, 0.0)):
        quantisation = activation_scale(low, high)
        scale, zero_point = float(quantisation.scales[0]), int(quantisation.zero_points[0])
        assert -128 <= zero_point <= 127
        assert scale * (127 - zero_point) >= high - scale
        assert scale * (-128 - zero_point) <= low + scale


def test_ranges_cut_off_rare_values(random_network: Any) -> None:
    spread = measure(random_network.layers, random_network.pictures)[0]
    counts = np.zeros_like(spread.counts)
    counts[:, :100] = 100_000
    counts[0, -1] = 1
    rare = Spread(0.0, 6.0, counts)
    assert best_range(rare)[1] < 3.5
    assert best_tops(rare)[1] < 1.0


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "expected"),
    [(128, 3, 2, (64, 0, 1)), (7, 3, 2, (4, 1, 1)), (8, 3, 1, (8, 1, 1)), (5, 1, 1, (5, 0, 0)), (6, 1, 2, (3, 0, 0))],
)
def test_same_padding(size: int, kernel: int, stride: int, expected: tuple[int, int, int]) -> None:
    assert same_padding(size, kernel, stride) == expected


def test_the_same_network_gives_the_same_file(random_network: Any) -> None:
    assert pack_tflite(random_network.graph) == random_network.content
