"""Channel pruning: a smaller network out of a trained wider one, as a start for training, of the channels that matter.

A channel matters by how much it moves what reads it: its variance over some pictures times the squared weights of the
1x1 convolutions that read it (the first-order part of ThiNet, Luo et al. 2017). The channels that residual additions
tie together are kept or dropped as one. What the network answers changes; training brings it back much faster than from
chance.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from device.model.graph.variant import Variant
from device.model.train.mobilenet import InvertedResidual, MobileNetV2, SameConv
from device.model.train.student import to_tensor


@torch.no_grad()
def _weight_of_inputs(network: MobileNetV2, views: NDArray[np.uint8]) -> dict[SameConv, Tensor]:
    """For each 1x1 convolution how much each of its input channels (C,) moves its outputs, over views (N, S, S, 3)."""
    found: dict[SameConv, Tensor] = {}

    def note(module: Any, inputs: tuple[Tensor, ...]) -> None:
        found[module] = inputs[0].var(dim=(0, 2, 3)) * module.conv.weight.pow(2).sum(dim=(0, 2, 3))

    readers = [one for one in network.modules() if isinstance(one, SameConv) and one.kernel == 1]
    hooks = [reader.register_forward_pre_hook(note) for reader in readers]
    was_training = network.training
    network.eval()(to_tensor(views))
    network.train(was_training)
    for hook in hooks:
        hook.remove()
    return found


def _best(weight: Tensor, count: int) -> Tensor:
    return weight.topk(count).indices.sort().values


def _copy(old: SameConv, new: SameConv, inputs: Tensor | None, outputs: Tensor) -> None:
    weight = old.conv.weight[outputs]
    new.conv.weight.copy_(weight if inputs is None else weight[:, inputs])
    state = old.norm.state_dict()
    for key, value in new.norm.state_dict().items():
        value.copy_(state[key][outputs] if value.ndim else state[key])


@torch.no_grad()
def prune_channels(wide: MobileNetV2, variant: Variant, views: NDArray[np.uint8]) -> MobileNetV2:
    """A network of ``variant`` with the channels of ``wide`` that matter most on ``views`` (N, S, S, 3) uint8.

    Raises ValueError where ``variant`` is wider than ``wide`` somewhere, or adds where ``wide`` does not.
    """
    pruned = MobileNetV2(variant)
    blocks = [(old, new) for old, new in zip(wide.blocks, pruned.blocks, strict=True)
              if isinstance(old, InvertedResidual) and isinstance(new, InvertedResidual)]  # fmt: skip
    for key, value in pruned.state_dict().items():
        if any(new > old for new, old in zip(value.shape, wide.state_dict()[key].shape, strict=True)):
            raise ValueError(f"{variant.name} is wider than {wide.variant.name} in {key}")
    if [new.residual for _, new in blocks] != [old.residual for old, _ in blocks]:
        raise ValueError(f"{variant.name} and {wide.variant.name} do not add in the same blocks")
    weight = _weight_of_inputs(wide, views)

    def readers_after(index: int) -> list[SameConv]:
        """What reads the sum that block ``index`` begins: blocks up to the next that begins another, or the head."""
        found = []
        for old, _ in blocks[index + 1 :]:
            assert old.expand is not None
            found.append(old.expand)
            if not old.residual:
                return found
        return [*found, wide.head]

    first, _ = blocks[0]
    channels = _best(weight[first.project], variant.stem_channels)
    _copy(wide.stem, pruned.stem, None, channels)
    for index, ((old, new), shape) in enumerate(zip(blocks, variant.blocks, strict=True)):
        inside = channels
        if old.expand is not None and new.expand is not None:
            inside = _best(weight[old.project], shape.expanded)
            _copy(old.expand, new.expand, channels, inside)
        _copy(old.depthwise, new.depthwise, None, inside)
        if not old.residual:
            told = torch.stack([weight[reader] for reader in readers_after(index)]).sum(dim=0)
            channels = _best(told, shape.outputs)
        _copy(old.project, new.project, inside, channels)
    _copy(wide.head, pruned.head, channels, torch.arange(variant.fingerprint_length))
    _measure_again(pruned, views)
    return pruned


def _measure_again(network: MobileNetV2, views: NDArray[np.uint8]) -> None:
    """The statistics of batch normalisation as they are without the channels that are gone."""
    norms = [one for one in network.modules() if isinstance(one, nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 1.0
    network.train()(to_tensor(views))
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
