"""MobileNetV2 without its classifier, as a PyTorch module whose padding is TensorFlow's SAME."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from device.model.graph.variant import Block, Variant
from device.model.train import cpu_kernels


class SameConv(nn.Module):
    """Convolution, batch normalisation, optional ReLU6; stride 2 pads below and right only, as LiteRT's SAME does.

    Input and output are NCHW float tensors.
    """

    def __init__(
        self, inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1, relu6: bool = True
    ) -> None:
        super().__init__()
        self.stride, self.kernel, self.relu6 = stride, kernel, relu6
        self.own_kernels: torch.dtype | None = None  # of the activations while training: see cpu_kernels.py
        padding = kernel // 2 if stride == 1 else 0
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(outputs, momentum=0.03)

    def forward(self, x: Tensor) -> Tensor:
        kind = self.own_kernels if self.training else None
        if kind is not None and self.conv.groups > 1:
            x = cpu_kernels.depthwise(x, self.conv.weight, self.stride)
        else:
            if self.stride == 2:
                # SAME for an even size needs one pixel in all: TensorFlow puts it after the picture.
                x = functional.pad(x, (0, 1, 0, 1))
            if kind is not None:
                weight = self.conv.weight.to(kind)
                x = functional.conv2d(x.to(kind), weight, stride=self.stride, padding=self.conv.padding)
            else:
                x = self.conv(x)
        if kind is not None:
            return cpu_kernels.normalise(x, self.norm, self.relu6)
        x = self.norm(x)
        y: Tensor = functional.relu6(x) if self.relu6 else x
        return y


class InvertedResidual(nn.Module):
    """Expand, depthwise, project; the input is added where shapes allow."""

    def __init__(self, block: Block) -> None:
        super().__init__()
        self.residual = block.residual
        self.expand = SameConv(block.inputs, block.expanded, 1) if block.expanded != block.inputs else None
        self.depthwise = SameConv(block.expanded, block.expanded, 3, block.stride, groups=block.expanded)
        self.project = SameConv(block.expanded, block.outputs, 1, relu6=False)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = x if self.expand is None else self.expand(x)
        y = self.project(self.depthwise(y))
        return x + y if self.residual else y


class MobileNetV2(nn.Module):
    """Picture (N, 3, S, S) in [-1, 1) to feature (N, fingerprint_length): the mean over the last 1x1 convolution."""

    def __init__(self, variant: Variant) -> None:
        super().__init__()
        self.variant = variant
        self.stem = SameConv(3, variant.stem_channels, 3, 2)
        self.blocks = nn.ModuleList(InvertedResidual(block) for block in variant.blocks)
        self.head = SameConv(variant.blocks[-1].outputs, variant.fingerprint_length, 1)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out")

    def use_own_kernels(self, kind: torch.dtype) -> None:
        """From now on, in training mode, activations are float32 or bfloat16 and computed by ``cpu_kernels.py``."""
        for module in self.modules():
            if isinstance(module, SameConv):
                module.own_kernels = kind

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        feature: Tensor = torch.mean(self.head(x).float(), dim=(2, 3))
        return feature
