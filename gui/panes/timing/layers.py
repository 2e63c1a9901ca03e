"""The layers of a profile as bars, sums and lines of a file: pure functions. No Qt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from gui.board.reports import ProfileResult
from gui.core.states import Where
from gui.panes.timing.frame_log import PLACES


class LayerGroup(StrEnum):
    """What a layer is, as people look at MobileNetV2."""

    STEM = "stem"  # any other convolution
    POINTWISE = "1x1"
    DEPTHWISE = "depthwise"
    ADD = "add"
    MEAN = "mean"
    OTHER = "other"


_GROUPS = {
    "conv": LayerGroup.STEM,
    "pointwise": LayerGroup.POINTWISE,
    "depthwise": LayerGroup.DEPTHWISE,
    "add": LayerGroup.ADD,
    "mean": LayerGroup.MEAN,
}


@dataclass(frozen=True)
class LayerBar:
    """One layer: ``share`` is its part of all layers' cycles, ``ms`` at the board's clock."""

    number: int
    name: str
    group: LayerGroup
    shape: tuple[int, int, int]  # of the output: height, width, channels
    macs: int
    cycles: int
    instructions: int | None
    ms: float
    share: float

    @property
    def per_mac(self) -> float | None:
        """Cycles for one multiply-accumulate; None where the layer has none."""
        return self.cycles / self.macs if self.macs else None


@dataclass(frozen=True)
class LayerChart:
    """All layers, their sum, and the whole network as the board counted it, which holds a little more."""

    where: Where
    clock_hz: int
    bars: tuple[LayerBar, ...]
    sum_cycles: int
    total_cycles: int
    groups: tuple[tuple[LayerGroup, int], ...]  # cycles of each kind that is there, the most first

    def ms(self, cycles: int) -> float:
        """Cycles as time at the board's clock; 0 where it is not known."""
        return cycles / self.clock_hz * 1e3 if self.clock_hz else 0.0


def chart(result: ProfileResult) -> LayerChart:
    """From what PROFILE brought, whatever the number of layers."""
    profile, hz = result.profile, result.clock_hz
    total = sum(layer.cycles for layer in profile.layers)
    bars = tuple(
        LayerBar(
            number,
            layer.name,
            _GROUPS.get(layer.kind, LayerGroup.OTHER),
            layer.output_shape,
            layer.macs,
            layer.cycles,
            layer.instructions,
            layer.cycles / hz * 1e3 if hz else 0.0,
            layer.cycles / total if total else 0.0,
        )
        for number, layer in enumerate(profile.layers, 1)
    )
    groups: dict[LayerGroup, int] = {}
    for bar in bars:
        groups[bar.group] = groups.get(bar.group, 0) + bar.cycles
    ordered = tuple(sorted(groups.items(), key=lambda item: -item[1]))
    return LayerChart(result.where, hz, bars, total, profile.network_cycles, ordered)


def rows(result: ProfileResult) -> Iterator[list[str]]:
    """A header, a line for every layer, their sum and the whole network, for a file."""
    found, place = chart(result), PLACES[result.where]
    yield [
        "layer", "name", "kind", "output height", "output width", "output channels", "multiply-accumulates",
        f"cycles [{place}]", f"time [ms, {place}, {found.clock_hz} Hz]", "share [%]", f"instructions [{place}]",
    ]  # fmt: skip
    for bar in found.bars:
        count = "" if bar.instructions is None else str(bar.instructions)
        yield [
            str(bar.number), bar.name, bar.group.value, *(str(side) for side in bar.shape), str(bar.macs),
            str(bar.cycles), f"{bar.ms:.4f}", f"{bar.share * 100:.3f}", count,
        ]  # fmt: skip
    macs = sum(bar.macs for bar in found.bars)
    blank = [""] * 3
    yield ["", "all layers", "", *blank, str(macs), str(found.sum_cycles), f"{found.ms(found.sum_cycles):.4f}", "", ""]
    yield ["", "network", "", *blank, "", str(found.total_cycles), f"{found.ms(found.total_cycles):.4f}", "", ""]
