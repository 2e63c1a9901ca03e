"""A shipped network becomes a student again that answers the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (extra 'train')")

from device.errors import FileError  # noqa: E402
from device.model.float_network import FloatLayer, forward  # noqa: E402
from device.model.fold import fold  # noqa: E402
from device.model.losses import to_tensor  # noqa: E402
from device.model.variant import Variant  # noqa: E402
from device.model.warm_start import warm_start  # noqa: E402
from device.protocol import LayerKind  # noqa: E402
from tests.model.conftest import SIZE, RandomNetwork  # noqa: E402

TARGETS = np.random.default_rng(1).normal(size=(6, 12)).astype(np.float32)


@pytest.fixture
def shipped(random_network: RandomNetwork, tmp_path: Path) -> Path:
    path = tmp_path / "net.tflite"
    path.write_bytes(random_network.content)
    return path


def dequantised(network: RandomNetwork) -> tuple[FloatLayer, ...]:
    """The layers with the int8 weights: a random network, unlike a trained one, is thrown far off by their rounding."""
    operators = iter(one for one in network.graph.operators if "CONV" in one.code)
    layers = []
    for layer in network.layers:
        if layer.weights is not None:
            weights, bias = (network.graph.tensors[index] for index in next(operators).inputs[1:3])
            assert weights.data is not None
            assert bias.data is not None
            assert weights.quantisation is not None
            assert bias.quantisation is not None
            depthwise = layer.kind == LayerKind.DEPTHWISE
            scales = weights.quantisation.scales.reshape((-1,) if depthwise else (-1, 1, 1, 1))
            real = np.asarray(weights.data * scales, np.float32).reshape(layer.weights.shape)
            layer = replace(layer, weights=real, bias=np.asarray(bias.data * bias.quantisation.scales, np.float32))
        layers.append(layer)
    return tuple(layers)


def test_the_student_answers_what_the_network_did(random_network: RandomNetwork, shipped: Path) -> None:
    pictures = random_network.pictures
    student = warm_start(shipped, Variant(0.35, SIZE), pictures, TARGETS).eval()
    wanted = forward(dequantised(random_network), pictures)[-1].reshape(len(pictures), -1)
    with torch.no_grad():
        got = student.network(to_tensor(pictures)).numpy()
    np.testing.assert_allclose(got, wanted, rtol=5e-3, atol=1e-2)  # float32, summed in another order
    folded = forward(fold(student.network), pictures)[-1].reshape(len(pictures), -1)
    np.testing.assert_allclose(folded, got, rtol=5e-3, atol=1e-2)


def test_its_projection_leads_to_the_teachers(random_network: RandomNetwork, shipped: Path) -> None:
    pictures = random_network.pictures
    student = warm_start(shipped, Variant(0.35, SIZE), pictures, TARGETS).eval()
    with torch.no_grad():
        answers = student(to_tensor(pictures)).numpy()
    wanted = TARGETS - TARGETS.mean(axis=0)
    cosines = answers @ (wanted / np.linalg.norm(wanted, axis=1, keepdims=True)).T
    assert (cosines.argmax(axis=1) == np.arange(len(pictures))).all()


def test_another_variant_is_refused(random_network: RandomNetwork, shipped: Path) -> None:
    with pytest.raises(FileError, match=r"net\.tflite: not the layers of mobilenetv2_050_32"):
        warm_start(shipped, Variant(0.5, SIZE), random_network.pictures, TARGETS)
