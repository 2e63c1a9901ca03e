"""From the PyTorch network to plain arrays: batch normalisation goes into the convolution before it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from device.errors import FileError
from device.link.protocol import LayerKind
from device.model.graph.float_network import FloatLayer, layer_specs
from device.model.graph.variant import Variant
from device.model.train.mobilenet import MobileNetV2, SameConv
from device.model.train.student import Student


@dataclass(frozen=True, eq=False)
class HostMap:
    """What the host does with a real feature (F,): matrix^T (feature - mean), then unit length; matrix is (F, D)."""

    mean: NDArray[np.float32]
    matrix: NDArray[np.float32]


def load_student(path: Path) -> Student:
    """The averaged weights of a checkpoint, in evaluation mode; FileError where it is none."""
    try:
        state = torch.load(path, weights_only=True, map_location="cpu")
        width, size = state["variant"]
        average = state["average"]
        student = Student(Variant(float(width), int(size)), average["project.weight"].shape[0])
        student.load_state_dict(average)
    except FileNotFoundError as error:
        raise FileError(f"{path}: {error.strerror}", "train first: `python -m device.model train`") from error
    except Exception as error:  # torch raises many kinds for a damaged file
        raise FileError(f"{path}: not a checkpoint of this program: {error}") from error
    student.eval()
    return student


def fold_norm(module: SameConv) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Weights (as in a ``.tflite``) and bias that do convolution and batch normalisation in one:
    w * gamma / sqrt(variance + epsilon), beta - mean * gamma / sqrt(variance + epsilon)."""
    norm = module.norm
    assert norm.running_mean is not None
    assert norm.running_var is not None
    with torch.no_grad():
        gain = norm.weight.double() / torch.sqrt(norm.running_var.double() + norm.eps)
        weights = module.conv.weight.double() * gain[:, None, None, None]
        bias = norm.bias.double() - norm.running_mean.double() * gain
    depthwise = module.conv.groups > 1
    # PyTorch: [out][in/groups][h][w].
    order = weights[:, 0].permute(1, 2, 0) if depthwise else weights.permute(0, 2, 3, 1)
    return order.contiguous().float().numpy(), bias.float().numpy()


def fold(network: MobileNetV2) -> tuple[FloatLayer, ...]:
    """The network's layers with their batch normalisation folded in."""
    modules: dict[str, nn.Module] = dict(network.named_modules())
    layers = []
    for plan in layer_specs(network.variant):
        layer = FloatLayer(plan.name, plan.kind, plan.source, plan.source2, stride=plan.stride, relu6=plan.relu6)
        if plan.kind not in (LayerKind.ADD, LayerKind.MEAN):
            module = modules[plan.key]
            assert isinstance(module, SameConv)
            weights, bias = fold_norm(module)
            layer = FloatLayer(plan.name, plan.kind, plan.source, None, weights, bias, plan.stride, plan.relu6)
        layers.append(layer)
    return tuple(layers)


def host_map(student: Student) -> HostMap:
    """The student's centring and projection as one mean and one matrix."""
    centre = student.centre
    assert centre.running_mean is not None
    assert centre.running_var is not None
    with torch.no_grad():
        deviation = torch.sqrt(centre.running_var.double() + centre.eps)
        matrix = (student.project.weight.double() / deviation).t()
    return HostMap(centre.running_mean.numpy().copy(), matrix.contiguous().float().numpy())
