"""Begin training with the weights of a network: a checkpoint's, kept float weights, or those of an int8 ``.tflite``.

An int8 network's weights are dequantised, and the batch normalisation that was folded into them is put in again: on
training views, layer by layer, each channel's mean m and variance v are measured behind the convolution, and scale and
offset are chosen so that the layer still answers what it did. A filter's own size is free then (the normalisation
undoes it), so filters are brought to the size that training starts with.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from device.errors import FileError
from device.model.graph.float_network import layer_specs
from device.model.graph.tflite import Graph, Operator, read_tflite
from device.model.graph.variant import WIDTHS, Variant
from device.model.train.batchnorm_folding import load_student
from device.model.train.channel_pruning import prune_channels
from device.model.train.float_weights import read_float_weights
from device.model.train.mobilenet import MobileNetV2, SameConv
from device.model.train.student import Student, new_student, to_tensor

_RIDGE = 0.1  # of the normalised features' variance
_MEASURED_ON = 1024  # views, all of whose activations are held at once
_AT_ONCE = 128
_GIVE_WIDTH = "give --width of this network, or a smaller one"


def _real(graph: Graph, index: int) -> NDArray[np.float64]:
    tensor = graph.tensors[index]
    assert tensor.data is not None
    assert tensor.quantisation is not None
    shape = [1] * tensor.data.ndim
    shape[tensor.quantisation.axis if len(tensor.quantisation.scales) > 1 else 0] = -1
    return tensor.data * tensor.quantisation.scales.astype(np.float64).reshape(shape)


def _filters(graph: Graph, operator: Operator) -> tuple[Tensor, Tensor]:
    """Weights in PyTorch's order and bias (C,), both float64."""
    weights, bias = (torch.from_numpy(_real(graph, index)) for index in operator.inputs[1:3])
    depthwise = operator.code == "DEPTHWISE_CONV_2D"
    return weights[0].permute(2, 0, 1)[:, None] if depthwise else weights.permute(0, 3, 1, 2), bias


@torch.no_grad()
def _fill(module: SameConv, weights: Tensor, bias: Tensor, x: Tensor) -> Tensor:
    """Give the module its weights, and the normalisation that fits its input ``x``; its output."""
    size = weights.pow(2).mean(dim=(1, 2, 3)).sqrt().clamp_min(1e-8)
    usual = module.conv.weight.double().pow(2).mean().sqrt()
    gain = usual / size
    module.conv.weight.copy_((weights * gain[:, None, None, None]).float())
    y = module.conv(functional.pad(x, (0, 1, 0, 1)) if module.stride == 2 else x)
    norm = module.norm
    assert norm.running_mean is not None
    assert norm.running_var is not None
    variance, mean = torch.var_mean(y.double(), dim=(0, 2, 3))
    norm.running_mean.copy_(mean)
    norm.running_var.copy_(variance)
    norm.weight.copy_(torch.sqrt(variance + norm.eps) / gain)
    norm.bias.copy_(bias + mean / gain)
    y = norm.eval()(y)
    return functional.relu6(y) if module.relu6 else y


def _dequantised(network: Path, variant: Variant, views: NDArray[np.uint8]) -> MobileNetV2:
    """The int8 network of this width or a wider one with its batch normalisation put in again."""
    graph = read_tflite(network)
    operators = [operator for operator in graph.operators if operator.code in ("CONV_2D", "DEPTHWISE_CONV_2D")]
    filters = [_filters(graph, operator) for operator in operators]
    for width in sorted({variant.width, *(width for width in WIDTHS if width > variant.width)}):
        trained = MobileNetV2(Variant(width, variant.input_size))
        modules = dict(trained.named_modules())
        convolutions = [modules[plan.key] for plan in layer_specs(trained.variant) if plan.kernel]
        if [weights.shape for weights, _ in filters] == [module.conv.weight.shape for module in convolutions]:
            break
    else:
        raise FileError(f"{network}: not the layers of {variant.name} or a wider one", _GIVE_WIDTH)
    # The network itself knows how its layers hang together: each module is filled when its input comes by.
    for module, (weights, bias) in zip(convolutions, filters, strict=True):
        assert isinstance(module, SameConv)
        module.forward = lambda x, m=module, w=weights, b=bias: _fill(m, w, b, x)  # type: ignore[method-assign, misc]
    with torch.no_grad():
        trained(to_tensor(views))
    for module in convolutions:
        del module.forward
    return trained


def warm_start(start: Path, variant: Variant, views: NDArray[np.uint8], targets: NDArray[np.float32]) -> Student:
    """A student that answers to ``views`` (N, S, S, 3) nearly what the network ``start`` answers, a ``.tflite``, float
    weights (``.npz``) or a checkpoint (``.pt``), and whose projection leads to ``targets`` (N, D), the teachers'
    embeddings of the same crops.

    From a wider network it takes the channels that matter (``channel_pruning.py``), and answers less well than that.
    Raises FileError if the file is a network neither of this width nor of a wider one.
    """
    student = new_student(variant, targets.shape[1])
    few = views[:_MEASURED_ON]
    if start.suffix == ".pt":
        given = load_student(start)
        trained = given.network
        if trained.variant.width == variant.width and given.project.weight.shape == student.project.weight.shape:
            student.load_state_dict(given.state_dict())
            return student.train()
    elif start.suffix == ".npz":
        trained = read_float_weights(start)
    else:
        trained = _dequantised(start, variant, few)
    if trained.variant.width != variant.width:
        try:
            trained = prune_channels(trained, variant, few)
        except ValueError as error:
            raise FileError(f"{start}: {error}", _GIVE_WIDTH) from error
    student.network.load_state_dict(trained.state_dict())
    student.network.eval()
    with torch.no_grad():
        features = torch.cat([student.network(to_tensor(views[at : at + _AT_ONCE]))
                              for at in range(0, len(views), _AT_ONCE)])  # fmt: skip
    _fit_projection(student, features, torch.from_numpy(targets))
    return student.train()


@torch.no_grad()
def _fit_projection(student: Student, features: Tensor, targets: Tensor) -> None:
    """Ridge regression from the features to the teachers' embeddings; the shipped projection may lead to others."""
    centre = student.centre
    assert centre.running_mean is not None
    assert centre.running_var is not None
    variance, mean = torch.var_mean(features, dim=0)
    centre.running_var.copy_(variance)
    centre.running_mean.copy_(mean)
    x = (features - mean).double() / torch.sqrt(variance.double() + centre.eps)
    y = (targets - targets.mean(dim=0)).double()
    spread = x.t() @ x / len(x) + _RIDGE * torch.eye(x.shape[1], dtype=torch.double)
    student.project.weight.copy_(torch.linalg.solve(spread, x.t() @ y / len(x)).t().float())
