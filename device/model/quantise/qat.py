"""Quantisation-aware fine-tuning: the int8 network's roundings are in the forward pass while the weights learn on.

It starts from the post-training quantisation of a checkpoint (batch normalisation folded, channels equalised, ranges
chosen) and keeps its activation ranges. A rounding has no slope, so its gradient is taken as 1 (the straight-through
estimator of Bengio et al., 2013), and 0 outside a range. The loss is that of training.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from device.link.protocol import LayerKind
from device.model.data.augment import Augmenter
from device.model.data.sampling import Sampler
from device.model.data.training_set import TrainingSet, sources
from device.model.graph.float_network import PICTURE, FloatLayer, same_padding
from device.model.graph.tflite import Quantisation
from device.model.quantise.calibrate import (
    choose_activations,
    choose_weights,
    correct_biases,
    equalise_rectified,
    measure,
)
from device.model.quantise.ptq import INPUT, build_graph
from device.model.quantise.quantise import save, training_crops
from device.model.train.batchnorm_folding import HostMap, fold, host_map, load_student
from device.model.train.losses import Losses, LossWeights
from device.model.train.train import CropStore, reuse_memory
from device.network.file import Network

_EQUALISE, _RANGES = 0.5, "mse"
_PEAK_RATE = 2e-4
_STRENGTH = 0.5  # of the augmentation, as at the end of training
_SEED = 1
_BATCH = 64
_REPORT_EVERY = 10  # steps


def round_activation(x: Tensor, quantisation: Quantisation) -> Tensor:
    """``x`` as int8 would hold it; gradient 1 inside the range, 0 outside."""
    scale, zero_point = float(quantisation.scales[0]), int(quantisation.zero_points[0])
    inside = x.clamp((-128 - zero_point) * scale, (127 - zero_point) * scale)
    return inside + (torch.round(inside / scale) * scale - inside).detach()


def round_weights(weights: Tensor, kind: LayerKind) -> Tensor:
    """PyTorch weights (out, …) as symmetric int8 per output channel; gradient 1."""
    largest = weights.detach().abs().amax(dim=(1, 2, 3), keepdim=True)
    scale = (largest / 127).clamp_min(1e-12)
    return weights + (torch.round(weights / scale).clamp(-127, 127) * scale - weights).detach()


class RoundedNetwork(nn.Module):
    """A folded network whose every tensor is rounded as in int8: picture (N, 3, S, S) to feature (N, F)."""

    def __init__(self, layers: tuple[FloatLayer, ...], activations: list[Quantisation]) -> None:
        super().__init__()
        self.layers, self.activations = layers, activations
        self.weights, self.biases = nn.ParameterDict(), nn.ParameterDict()
        for index, layer in enumerate(layers):
            if layer.weights is not None:
                weights = torch.from_numpy(layer.weights.copy())
                order = weights.permute(2, 0, 1)[:, None] if layer.kind == LayerKind.DEPTHWISE else None
                order = weights.permute(0, 3, 1, 2) if order is None else order
                self.weights[str(index)] = nn.Parameter(order.contiguous())
                self.biases[str(index)] = nn.Parameter(torch.from_numpy(layer.table[1].copy()))

    def forward(self, x: Tensor) -> Tensor:
        made: dict[int, Tensor] = {PICTURE: round_activation(x, INPUT)}
        y = x
        for index, layer in enumerate(self.layers):
            source = made[layer.source]
            if layer.kind == LayerKind.ADD:
                assert layer.source2 is not None
                y = source + made[layer.source2]
            elif layer.kind == LayerKind.MEAN:
                y = source.mean(dim=(2, 3))
            else:
                weights = round_weights(self.weights[str(index)], layer.kind)
                kernel, size = weights.shape[-1], source.shape[-1]
                _, before, after = same_padding(size, kernel, layer.stride)
                padded = functional.pad(source, (before, after, before, after)) if before + after else source
                groups = source.shape[1] if layer.kind == LayerKind.DEPTHWISE else 1
                y = functional.conv2d(padded, weights, self.biases[str(index)], layer.stride, groups=groups)
                y = functional.relu6(y) if layer.relu6 else y
            y = round_activation(y, self.activations[index])
            made[index] = y
        return y

    def learnt(self) -> tuple[FloatLayer, ...]:
        """The layers with the weights as they are now."""
        layers = list(self.layers)
        for key, parameter in self.weights.items():
            layer, weights = layers[int(key)], parameter.detach().cpu()
            order = weights[:, 0].permute(1, 2, 0) if layer.kind == LayerKind.DEPTHWISE else weights.permute(0, 2, 3, 1)
            bias = self.biases[key].detach().cpu().numpy().copy()
            layers[int(key)] = replace(layer, weights=order.contiguous().numpy(), bias=bias)
        return tuple(layers)


def finetune(
    checkpoint: Path,
    data: TrainingSet,
    faces: Path,
    out: Path,
    *,
    samples: int,
    shares: Mapping[str, float] | None = None,
    device: str = "cpu",
    calibration: int = 256,
    projection_crops: int | None = None,
    report: Callable[[str], None] = lambda line: None,
) -> Network:
    """Learn on over ``samples`` training views of ``data``, then write ``out`` (.tflite) and its projection, fitted on
    the crops of ``faces``."""
    reuse_memory()
    student, place = load_student(checkpoint), torch.device(device)
    variant, projection = student.network.variant, host_map(student)
    calibrated = training_crops(data, variant.input_size, calibration)
    layers = fold(student.network)
    layers = equalise_rectified(layers, measure(layers, calibrated), _EQUALISE)
    activations = choose_activations(layers, measure(layers, calibrated), _RANGES)
    layers = correct_biases(layers, choose_weights(layers, activations), activations, calibrated[:64])

    network = RoundedNetwork(layers, activations).to(place)
    mean = torch.from_numpy(projection.mean).to(place)
    project = nn.Parameter(torch.from_numpy(projection.matrix.copy()).to(place))
    losses = Losses(LossWeights(), data, _SEED, place)
    batch = min(_BATCH, len(data.rows))
    optimiser = torch.optim.AdamW([*network.parameters(), project], lr=_PEAK_RATE, weight_decay=0.0)
    crops, augment = CropStore(data, place), Augmenter(place, _SEED)
    sampler = Sampler(data.rows, sources(data.names[data.rows]), shares or {}, _SEED)
    seen, steps, total = 0, 0, 0.0
    while seen < samples:
        rows = sampler.draw(seen, batch)
        views = augment(crops.take(rows), variant.input_size, _STRENGTH)
        rate = _PEAK_RATE * min(1.0, (steps + 1) / 20) * 0.5 * (1 + math.cos(math.pi * seen / samples))
        for group in optimiser.param_groups:
            group["lr"] = rate
        embedded = functional.normalize((network(views) - mean) @ project, dim=1)
        loss = losses(embedded, torch.from_numpy(rows)).total(losses.weights)
        optimiser.zero_grad(set_to_none=True)
        cast(Callable[[], None], loss.backward)()
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        seen, steps, total = seen + batch, steps + 1, total + float(loss.detach())
        if steps % _REPORT_EVERY == 0:
            report(f"{seen} samples, loss {total / _REPORT_EVERY:.4f}")
            total = 0.0
    learnt = network.learnt()
    graph = build_graph(
        learnt, choose_weights(learnt, activations), activations, variant.input_size, variant.short_name
    )
    matrix = np.asarray(project.detach().cpu().numpy(), np.float32)
    return save(graph, HostMap(projection.mean, matrix), faces, out, projection_crops, report)
