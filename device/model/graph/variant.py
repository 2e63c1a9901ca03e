"""The shape of a headless MobileNetV2 for any width and input size, without a training framework.

Source: Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks" (2018), table 2, with the channel
rounding of the reference implementation (multiples of 8, never more than 10 % below the wanted width).
"""

from __future__ import annotations

from dataclasses import dataclass

# (expansion factor, output channels at width 1, repeats, stride of the first repeat)
_STAGES = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
WIDTHS = (0.35, 0.5, 0.75, 1.0, 1.3, 1.4)  # those published
_STEM_CHANNELS = 32
_HEAD_CHANNELS = 1280


def make_divisible(channels: float, divisor: int = 8) -> int:
    """Round ``channels`` to a multiple of ``divisor``, but not below 90 % of what was asked for."""
    rounded = max(divisor, int(channels + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * channels else rounded


@dataclass(frozen=True)
class Block:
    """One inverted-residual block: 1x1 expand (absent where ``expanded == inputs``), 3x3 depthwise, 1x1 project."""

    name: str
    inputs: int
    expanded: int
    outputs: int
    stride: int

    @property
    def residual(self) -> bool:
        """True where the block's input is added to its output."""
        return self.stride == 1 and self.inputs == self.outputs


@dataclass(frozen=True)
class Variant:
    """One MobileNetV2: width multiplier and square input size in pixels."""

    width: float
    input_size: int

    @property
    def name(self) -> str:
        """Its name in file names."""
        return f"mobilenetv2_{round(self.width * 100):03d}_{self.input_size}"

    @property
    def short_name(self) -> str:
        """The name that fits into ``network.bin``'s 16 bytes."""
        return f"mnv2_{round(self.width * 100):03d}_{self.input_size}"

    @property
    def stem_channels(self) -> int:
        """Output channels of the first layer."""
        return make_divisible(_STEM_CHANNELS * self.width)

    @property
    def fingerprint_length(self) -> int:
        """Channels of the last 1x1 convolution; widths below 1 keep all 1280."""
        return make_divisible(_HEAD_CHANNELS * max(1.0, self.width))

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The inverted-residual blocks, in order."""
        found: list[Block] = []
        channels = self.stem_channels
        for factor, outputs_at_one, repeats, first_stride in _STAGES:
            outputs = make_divisible(outputs_at_one * self.width)
            for repeat in range(repeats):
                stride = first_stride if repeat == 0 else 1
                found.append(Block(f"b{len(found) + 1}", channels, channels * factor, outputs, stride))
                channels = outputs
        return tuple(found)
