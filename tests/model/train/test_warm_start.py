"""A shipped network becomes a student again that answers the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (extra 'train')")

from device.errors import FileError  # noqa: E402
from device.link.protocol import LayerKind  # noqa: E402
from device.model.graph.float_network import FloatLayer, forward  # noqa: E402
from device.model.graph.variant import Variant  # noqa: E402
from device.model.train.batchnorm_folding import fold  # noqa: E402
from device.model.train.student import Student, new_student, to_tensor  # noqa: E402
from device.model.train.warm_start import warm_start  # noqa: E402
from tests.support.networks import SIZE, RandomNetwork  # noqa: E402

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
    with pytest.raises(FileError, match=r"net\.tflite: not the layers of mobilenetv2_050_32 or a wider one"):
        warm_start(shipped, Variant(0.5, SIZE), random_network.pictures, TARGETS)


def checkpoint_of(variant: Variant, path: Path) -> Student:
    student = new_student(variant, TARGETS.shape[1])
    torch.save({"variant": [variant.width, variant.input_size], "average": student.state_dict()}, path)
    return student


def test_a_checkpoint_goes_on_as_it_is(random_network: RandomNetwork, tmp_path: Path) -> None:
    left = checkpoint_of(Variant(0.35, 64), tmp_path / "run.pt")  # another input size: the weights are the same
    student = warm_start(tmp_path / "run.pt", Variant(0.35, SIZE), random_network.pictures, TARGETS)
    for key, value in left.state_dict().items():
        torch.testing.assert_close(student.state_dict()[key], value, rtol=0, atol=0)


def test_a_wider_network_is_narrowed(random_network: RandomNetwork, tmp_path: Path) -> None:
    pictures = random_network.pictures
    left = checkpoint_of(Variant(0.5, SIZE), tmp_path / "run.pt")
    student = warm_start(tmp_path / "run.pt", Variant(0.35, SIZE), pictures, TARGETS).eval()
    old = {tuple(row) for row in left.network.stem.conv.weight.flatten(1).tolist()}
    assert {tuple(row) for row in student.network.stem.conv.weight.flatten(1).tolist()} <= old
    with torch.no_grad():
        answers = student(to_tensor(pictures)).numpy()
    wanted = TARGETS - TARGETS.mean(axis=0)
    assert ((answers @ wanted.T).argmax(axis=1) == np.arange(len(pictures))).all()


def test_a_narrower_network_is_refused(random_network: RandomNetwork, tmp_path: Path) -> None:
    checkpoint_of(Variant(0.35, SIZE), tmp_path / "run.pt")
    with pytest.raises(FileError, match=r"run\.pt: mobilenetv2_050_32 is wider than mobilenetv2_035_32"):
        warm_start(tmp_path / "run.pt", Variant(0.5, SIZE), random_network.pictures, TARGETS)
