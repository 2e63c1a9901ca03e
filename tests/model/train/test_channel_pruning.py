"""A narrower network made of a wider one's channels."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (extra 'train')")

from device.model.graph.variant import Variant  # noqa: E402
from device.model.train.channel_pruning import prune_channels  # noqa: E402
from device.model.train.mobilenet import MobileNetV2  # noqa: E402
from device.model.train.student import to_tensor  # noqa: E402

VIEWS = np.random.default_rng(3).integers(0, 256, (48, 32, 32, 3), dtype=np.uint8)
WIDE, NARROW = Variant(0.5, 32), Variant(0.35, 32)


def settled(variant: Variant) -> MobileNetV2:
    """A random network whose batch normalisation has seen the views."""
    torch.manual_seed(2)
    network = MobileNetV2(variant)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 1.0
            torch.nn.init.uniform_(module.weight, 0.5, 2.0)
    with torch.no_grad():
        network.train()(to_tensor(VIEWS))
    return network.eval()


def answers(network: MobileNetV2) -> torch.Tensor:
    with torch.no_grad():
        found: torch.Tensor = network.eval()(to_tensor(VIEWS))
    return found


def test_all_channels_are_the_network_itself() -> None:
    wide = settled(WIDE)
    torch.testing.assert_close(answers(prune_channels(wide, WIDE, VIEWS)), answers(wide), rtol=2e-2, atol=2e-2)


def test_channels_that_nothing_reads_are_dropped() -> None:
    """Where only as many channels count as the narrower network has, it answers the same."""
    wide = settled(WIDE)
    rng = np.random.default_rng(4)

    def silence(conv: torch.nn.Conv2d, dead: np.ndarray) -> None:
        with torch.no_grad():
            conv.weight[:, torch.from_numpy(dead)] = 0

    sizes = [(block.expanded, block.inputs) for block in NARROW.blocks]
    dead_input = np.empty(0, np.int64)
    for index, (block, shape) in enumerate(zip(wide.blocks, WIDE.blocks, strict=True)):
        expanded, inputs = sizes[index]
        if index and not WIDE.blocks[index - 1].residual:
            dead_input = rng.permutation(shape.inputs)[inputs:]
        if block.expand is not None:
            silence(block.expand.conv, dead_input)
        silence(block.project.conv, rng.permutation(shape.expanded)[expanded:])
    head_inputs = WIDE.blocks[-1].outputs
    silence(wide.head.conv, rng.permutation(head_inputs)[NARROW.blocks[-1].outputs :])
    for module in wide.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 1.0
    with torch.no_grad():
        wide.train()(to_tensor(VIEWS))
    torch.testing.assert_close(answers(prune_channels(wide, NARROW, VIEWS)), answers(wide), rtol=2e-2, atol=2e-2)


def test_a_wider_network_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="mobilenetv2_050_32 is wider than mobilenetv2_035_32 in blocks"):
        prune_channels(settled(NARROW), WIDE, VIEWS)
