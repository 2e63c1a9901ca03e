"""What each MobileNetV2 variant costs, computed from its definition, beside what was published about it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from device.model.float_network import LayerPlan, plan_layers, same_padding
from device.model.network_file import Network
from device.model.variant import Variant
from device.protocol import LayerKind

_CLASSES = 1001  # of the published networks: ImageNet's thousand and one for the background


@dataclass(frozen=True)
class Published:
    """One row of the table of released networks. MACs and parameters count the classifier; decimals are cut off."""

    width: float
    input_size: int
    macs_millions: int
    parameters_millions: float
    top1: float
    top5: float


# Source: https://github.com/tensorflow/models/blob/master/research/slim/nets/mobilenet/README.md
PUBLISHED = tuple(
    Published(*row)
    for row in (
        (1.4, 224, 582, 6.06, 75.0, 92.5),
        (1.3, 224, 509, 5.34, 74.4, 92.1),
        (1.0, 224, 300, 3.47, 71.8, 91.0),
        (1.0, 192, 221, 3.47, 70.7, 90.1),
        (1.0, 160, 154, 3.47, 68.8, 89.0),
        (1.0, 128, 99, 3.47, 65.3, 86.9),
        (1.0, 96, 56, 3.47, 60.3, 83.2),
        (0.75, 224, 209, 2.61, 69.8, 89.6),
        (0.75, 192, 153, 2.61, 68.7, 88.9),
        (0.75, 160, 107, 2.61, 66.4, 87.3),
        (0.75, 128, 69, 2.61, 63.2, 85.3),
        (0.75, 96, 39, 2.61, 58.8, 81.6),
        (0.5, 224, 97, 1.95, 65.4, 86.4),
        (0.5, 192, 71, 1.95, 63.9, 85.4),
        (0.5, 160, 50, 1.95, 61.0, 83.2),
        (0.5, 128, 32, 1.95, 57.7, 80.8),
        (0.5, 96, 18, 1.95, 51.2, 75.8),
        (0.35, 224, 59, 1.66, 60.3, 82.9),
        (0.35, 192, 43, 1.66, 58.2, 81.2),
        (0.35, 160, 30, 1.66, 55.7, 79.1),
        (0.35, 128, 20, 1.66, 50.8, 75.0),
        (0.35, 96, 11, 1.66, 45.5, 70.4),
    )
)


@dataclass(frozen=True)
class Cost:
    """Exact figures of one variant without its classifier; activations as when whole layers run one after another."""

    macs: int
    weight_bytes: int
    activation_bytes: int
    fingerprint_length: int

    @property
    def macs_with_classifier(self) -> int:
        return self.macs + self.fingerprint_length * _CLASSES

    @property
    def parameters_with_classifier(self) -> int:
        """Weights of all layers and the classifier's biases, as the published column counts them."""
        return self.weight_bytes + (self.fingerprint_length + 1) * _CLASSES


def _weights(plan: LayerPlan) -> int:
    if plan.kind in (LayerKind.ADD, LayerKind.MEAN):
        return 0
    return plan.kernel**2 * plan.outputs * (1 if plan.kind == LayerKind.DEPTHWISE else plan.inputs)


def cost(variant: Variant) -> Cost:
    """MACs, int8 weight bytes and activation bytes of ``variant``."""
    plans = plan_layers(variant)
    sizes: list[int] = []
    macs, peak = 0, 0
    needed_until = {plan.source2: index for index, plan in enumerate(plans)}
    needed_until |= {index: max(needed_until.get(index, 0), index + 1) for index in range(len(plans))}
    for plan in plans:
        if plan.kind == LayerKind.ADD and plan.source >= 0:
            needed_until[plan.source] = len(sizes)
        size = sizes[plan.source] if plan.source >= 0 else variant.input_size
        sizes.append(1 if plan.kind == LayerKind.MEAN else same_padding(size, max(plan.kernel, 1), plan.stride)[0])
        macs += sizes[-1] ** 2 * _weights(plan)
    elements = [size**2 * plan.outputs for size, plan in zip(sizes, plans, strict=True)]
    for index, plan in enumerate(plans):
        # An addition writes over its first input.
        own = 0 if plan.kind == LayerKind.ADD else elements[index]
        live = sum(elements[other] for other in range(index) if needed_until[other] >= index)
        picture = 3 * variant.input_size**2 if plan.source < 0 else 0
        peak = max(peak, own + live + picture)
    return Cost(macs, sum(map(_weights, plans)), peak, variant.fingerprint_length)


def width_of(network: Network) -> float | None:
    """The width of the published variant that ``network`` is, by its multiplications; None where it is none."""
    for published in PUBLISHED:
        if network.input_shape == (published.input_size, published.input_size, 3):
            found = cost(Variant(published.width, published.input_size))
            if found.macs == sum(layer.macs for layer in network.layers):
                return published.width
    return None


@dataclass(frozen=True)
class Choice:
    """One line of the table of variants; ``breaks`` names the limits it does not keep."""

    width: float
    input_size: int
    macs: int
    parameters: int
    weight_bytes: int
    activation_bytes: int
    fingerprint_length: int
    imagenet_top1: float
    breaks: str


def choices(max_bytes: float = math.inf, max_activation_bytes: float = math.inf) -> list[Choice]:
    """All published variants with their costs, and which limit each one breaks."""
    rows = []
    for published in PUBLISHED:
        found = cost(Variant(published.width, published.input_size))
        limits = {
            "weights": found.weight_bytes > max_bytes,
            "activations": found.activation_bytes > max_activation_bytes,
        }
        rows.append(
            Choice(
                published.width,
                published.input_size,
                found.macs,
                found.parameters_with_classifier,
                found.weight_bytes,
                found.activation_bytes,
                found.fingerprint_length,
                published.top1,
                " ".join(name for name, broken in limits.items() if broken),
            )
        )
    return rows


def pick(rows: list[Choice]) -> Choice | None:
    """The variant of the best published accuracy that keeps every limit."""
    return max((row for row in rows if not row.breaks), key=lambda row: row.imagenet_top1, default=None)
