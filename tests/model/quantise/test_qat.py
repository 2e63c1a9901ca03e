"""Quantisation-aware fine-tuning: its forward pass is the int8 network, and it learns."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from device.model.data.training_set import load_training_set
from device.model.embedding.fit_projection import projection_path
from device.model.export.export import convert
from device.model.graph.tflite import Quantisation, pack_tflite
from device.model.graph.variant import Variant
from device.model.quantise.calibrate import choose_activations, choose_weights, measure
from device.model.quantise.ptq import build_graph
from device.network.reference import fingerprint
from device.vision.fingerprint import Projection

torch = pytest.importorskip("torch", reason="torch is not installed (extra 'train')")

from device.link.protocol import LayerKind  # noqa: E402
from device.model.quantise.qat import RoundedNetwork, finetune, round_activation, round_weights  # noqa: E402
from device.model.train.student import Student, to_tensor  # noqa: E402


def test_the_forward_pass_is_the_int8_network(random_network: Any) -> None:
    layers, pictures = random_network.layers[:6], random_network.pictures
    activations = choose_activations(layers, measure(layers, pictures), "minmax")
    network = RoundedNetwork(layers, activations)
    graph = build_graph(layers, choose_weights(layers, activations), activations, 32, "")
    exported = convert(pack_tflite(graph), "x", "x").network
    scale, zero_point = activations[-1].scales[0], activations[-1].zero_points[0]
    with torch.no_grad():
        got = network(to_tensor(pictures[:1])).permute(0, 2, 3, 1).numpy().reshape(-1)
    steps = np.round(got / scale + zero_point) - fingerprint(exported, pictures[0])
    # Fixed-point arithmetic rounds now and then to the other side.
    assert np.abs(steps).max() <= 3
    assert np.mean(steps == 0) > 0.8


def test_gradients_pass_roundings_but_not_cuts() -> None:
    x = torch.tensor([-9.0, 0.26, 1.0, 9.0], requires_grad=True)
    y = round_activation(x, Quantisation.per_tensor(0.02, 0))
    y.sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [0, 1, 1, 0]
    np.testing.assert_allclose(y.detach().numpy(), [-2.56, 0.26, 1.0, 2.54], atol=1e-6)
    weights = torch.randn(4, 3, 1, 1, requires_grad=True)
    rounded = round_weights(weights, LayerKind.POINTWISE)
    rounded.sum().backward()
    assert weights.grad is not None
    assert (weights.grad == 1).all()
    scale = weights.detach().abs().amax(dim=(1, 2, 3), keepdim=True) / 127
    steps = (rounded / scale).detach()
    np.testing.assert_allclose(steps.numpy(), steps.round().numpy(), atol=1e-3)


def test_it_learns_and_writes_a_network(tiny_faces: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("device.model.quantise.qat._REPORT_EVERY", 5)
    variant, out, lines = Variant(0.35, 32), tmp_path / "net.tflite", []
    torch.manual_seed(2)
    student = Student(variant, 24)
    torch.save({"variant": [0.35, 32], "average": student.state_dict()}, tmp_path / "c.pt")
    network = finetune(
        tmp_path / "c.pt", load_training_set(tiny_faces, tmp_path / "cache"), tiny_faces, out,
        samples=320, calibration=12, projection_crops=20, report=lines.append,
    )  # fmt: skip
    losses = [float(match[1]) for line in lines if (match := re.search(r"loss ([\d.]+)", line))]
    assert len(losses) == 2
    assert losses[1] < losses[0]
    Projection.load(projection_path(out)).check(network.header.hash)
