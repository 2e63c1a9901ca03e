"""The published MobileNetV2 variants: what each costs, by definition, by the exporter and on the virtual board, how
well it recognises, which limits it breaks, and which one is left."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from device.link.protocol import LayerKind
from device.model.graph.float_network import LayerSpec, layer_specs, same_padding
from device.model.graph.variant import Variant
from device.model.progress import SILENT, Monitor
from device.model.variants.board_cost import VariantCost, cost_of
from device.network.file import Network

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

    @property
    def variant(self) -> Variant:
        """The variant that the line is about."""
        return Variant(self.width, self.input_size)


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
    """Exact figures of one variant without its classifier, from its definition."""

    macs: int
    weight_bytes: int
    fingerprint_length: int

    @property
    def macs_with_classifier(self) -> int:
        """As publications count them."""
        return self.macs + self.fingerprint_length * _CLASSES

    @property
    def parameters_with_classifier(self) -> int:
        """Weights of all layers and the classifier's biases, as the published column counts them."""
        return self.weight_bytes + (self.fingerprint_length + 1) * _CLASSES


def _weights(spec: LayerSpec) -> int:
    if spec.kind in (LayerKind.ADD, LayerKind.MEAN):
        return 0
    return spec.kernel**2 * spec.outputs * (1 if spec.kind == LayerKind.DEPTHWISE else spec.inputs)


def cost(variant: Variant) -> Cost:
    """MACs and int8 weight bytes of ``variant``, biases not counted."""
    specs = layer_specs(variant)
    sizes: list[int] = []
    macs = 0
    for spec in specs:
        size = sizes[spec.source] if spec.source >= 0 else variant.input_size
        sizes.append(1 if spec.kind == LayerKind.MEAN else same_padding(size, max(spec.kernel, 1), spec.stride)[0])
        macs += sizes[-1] ** 2 * _weights(spec)
    return Cost(macs, sum(map(_weights, specs)), variant.fingerprint_length)


def width_of(network: Network) -> float | None:
    """The width of the published variant that ``network`` is, by its multiplications; None where it is none."""
    for published in PUBLISHED:
        if network.input_shape == (published.input_size, published.input_size, 3):
            found = cost(Variant(published.width, published.input_size))
            if found.macs == sum(layer.macs for layer in network.layers):
                return published.width
    return None


@dataclass(frozen=True)
class Limits:
    """What a variant may cost at most. Time is the virtual board's estimated cycles at ``clock_hz``; ``flash_bytes``
    counts the firmware's code and the network, ``activation_bytes`` the memory of the activations."""

    ms: float = math.inf
    flash_bytes: float = math.inf
    activation_bytes: float = math.inf
    clock_hz: float = 216e6


@dataclass(frozen=True)
class Choice:
    """One line of the table. ``breaks`` names the limits that are not kept, with what they are missed by; None stands
    for what nobody measured."""

    width: float
    input_size: int
    macs: int
    parameters: int  # with the classifier, as published
    weight_bytes: int
    fingerprint_length: int
    activation_bytes: int
    network_bytes: int
    flash_bytes: int
    instructions: int | None
    cycles: int | None
    ms: float | None
    different_numbers: int | None
    imagenet_top1: float
    lfw_accuracy: float | None
    tar_1e3: float | None
    breaks: str

    @property
    def name(self) -> str:
        """The variant's name in file names."""
        return Variant(self.width, self.input_size).name


Faces = Mapping[tuple[float, int], tuple[float, float]]
"""(width, input size) of a trained variant to its (LFW accuracy, TAR at FAR 1e-3), as int8."""


def face_figures(rows: Iterable[Mapping[str, str]]) -> Faces:
    """From the table that ``evaluate --record`` writes."""
    return {
        (float(row["width"]), int(row["input"])): (float(row["lfw_accuracy"]), float(row["tar_1e3"])) for row in rows
    }


def choice(published: Published, measured: VariantCost, faces: Faces, limits: Limits) -> Choice:
    """One line of the table."""
    found = cost(published.variant)
    ms = None if measured.cycles is None else measured.cycles / limits.clock_hz * 1e3
    accuracy, tar = faces.get((published.width, published.input_size), (None, None))
    breaks = []
    if ms is not None and ms > limits.ms:
        breaks.append(f"{ms:.0f} ms of {limits.ms:g}")
    if measured.flash_bytes > limits.flash_bytes:
        breaks.append(f"{measured.flash_bytes:,} bytes of {limits.flash_bytes:,.0f}")
    if measured.activation_bytes > limits.activation_bytes:
        breaks.append(f"{measured.activation_bytes:,} bytes of activations of {limits.activation_bytes:,.0f}")
    if measured.different_numbers:
        breaks.append(f"equality with LiteRT ({measured.different_numbers:,} numbers differ on the virtual board)")
    if measured.refused:
        breaks.append(f"the board ({measured.refused})")
    return Choice(
        published.width,
        published.input_size,
        found.macs,
        found.parameters_with_classifier,
        found.weight_bytes,
        found.fingerprint_length,
        measured.activation_bytes,
        measured.network_bytes,
        measured.flash_bytes,
        measured.instructions,
        measured.cycles,
        None if ms is None else round(ms, 2),
        measured.different_numbers,
        published.top1,
        accuracy,
        tar,
        "; ".join(breaks),
    )


def choices(limits: Limits, faces: Faces, *, run: bool = True, monitor: Monitor = SILENT) -> list[Choice]:
    """All published variants. ``run``: on the virtual board too."""
    rows = []
    for number, published in enumerate(PUBLISHED):
        monitor.tick(f"measuring {published.variant.name}", number, len(PUBLISHED))
        rows.append(choice(published, cost_of(published.variant, run=run), faces, limits))
    return rows


def pick(rows: Iterable[Choice]) -> Choice | None:
    """The variant of the best published ImageNet accuracy that keeps every limit."""
    return max((row for row in rows if not row.breaks), key=lambda row: row.imagenet_top1, default=None)


def pick_by_faces(rows: Iterable[Choice]) -> Choice | None:
    """The variant of the best accuracy on faces that keeps every limit, of those that were trained for faces."""
    known = [row for row in rows if not row.breaks and row.lfw_accuracy is not None]
    return max(known, key=lambda row: row.lfw_accuracy or 0.0, default=None)


def table(rows: Iterable[Choice]) -> str:
    """For people. Times are emulated: cycles that the virtual board estimates."""
    lines = [
        "width input     MACs  parameters  weights     RAM      flash      cycles      ms  top-1    LFW  TAR  breaks",
        "                  M           M    bytes   bytes      bytes    emulated  emulated   %      %    %",
    ]
    for row in rows:
        cycles = "–" if row.cycles is None else f"{row.cycles:,}"
        ms = "–" if row.ms is None else f"{row.ms:.0f}"
        accuracy, tar = ("" if value is None else f"{value * 100:.1f}" for value in (row.lfw_accuracy, row.tar_1e3))
        lines.append(
            f"{row.width:5} {row.input_size:5} {row.macs / 1e6:8.2f} {row.parameters / 1e6:11.3f} {row.weight_bytes:8} "
            f"{row.activation_bytes:7} {row.flash_bytes:10} {cycles:>11} {ms:>7} {row.imagenet_top1:6} "
            f"{accuracy:>6} {tar:>4}  {row.breaks}".rstrip()
        )
    return "\n".join(lines)
