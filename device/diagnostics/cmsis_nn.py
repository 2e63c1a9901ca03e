"""What the firmware is compared with: CMSIS-NN on the same network, and the levels that it is to reach.

All for MobileNetV2 0.5 at 128x128, headless, int8, one crop on a Cortex-M7. Instructions were counted, cycles follow
the virtual board's rules (``device/emulator/cost/cycle_model.py``): estimates, as are its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from device.diagnostics.bench import BenchResult

CMSIS_NN_SOURCE = "CMSIS-NN 7.0, GCC 12 -O3, counted in emulation"
CMSIS_NN_CYCLES = 73_300_000
CMSIS_NN_RAM_BYTES = 245_760 + 5_120  # activations, and the kernels' own buffer
CMSIS_NN = (  # layer, multiply-accumulates, instructions
    ("stem", 1_769_472, 8_601_125),
    ("b1.dw", 589_824, 5_410_071),
    ("b1.project", 524_288, 2_048_860),
    ("b2.expand", 1_572_864, 10_521_616),
    ("b2.dw", 442_368, 3_856_015),
    ("b2.project", 786_432, 1_756_160),
    ("b3.expand", 1_572_864, 6_152_296),
    ("b3.dw", 884_736, 7_556_431),
    ("b3.project", 1_572_864, 2_852_096),
    ("b3.add", 0, 1_324_747),
    ("b4.expand", 1_572_864, 6_152_296),
    ("b4.dw", 221_184, 1_888_111),
    ("b4.project", 393_216, 717_056),
    ("b5.expand", 393_216, 1_544_296),
    ("b5.dw", 221_184, 1_861_663),
    ("b5.project", 393_216, 717_056),
    ("b5.add", 0, 330_347),
    ("b6.expand", 393_216, 1_544_296),
    ("b6.dw", 221_184, 1_861_663),
    ("b6.project", 393_216, 717_056),
    ("b6.add", 0, 329_766),
    ("b7.expand", 393_216, 1_544_296),
    ("b7.dw", 55_296, 464_983),
    ("b7.project", 196_608, 366_408),
    ("b8.expand", 393_216, 1_067_032),
    ("b8.dw", 110_592, 897_367),
    ("b8.project", 393_216, 649_032),
    ("b8.add", 0, 165_200),
    ("b9.expand", 393_216, 1_067_032),
    ("b9.dw", 110_592, 897_367),
    ("b9.project", 393_216, 649_032),
    ("b9.add", 0, 165_194),
    ("b10.expand", 393_216, 1_067_032),
    ("b10.dw", 110_592, 897_367),
    ("b10.project", 393_216, 649_032),
    ("b10.add", 0, 164_980),
    ("b11.expand", 393_216, 1_067_032),
    ("b11.dw", 110_592, 897_367),
    ("b11.project", 589_824, 973_456),
    ("b12.expand", 884_736, 2_024_392),
    ("b12.dw", 165_888, 1_342_567),
    ("b12.project", 884_736, 1_397_392),
    ("b12.add", 0, 247_784),
    ("b13.expand", 884_736, 2_024_392),
    ("b13.dw", 165_888, 1_342_567),
    ("b13.project", 884_736, 1_397_392),
    ("b13.add", 0, 247_501),
    ("b14.expand", 884_736, 2_024_392),
    ("b14.dw", 41_472, 334_651),
    ("b14.project", 368_640, 636_384),
    ("b15.expand", 614_400, 1_296_424),
    ("b15.dw", 69_120, 526_411),
    ("b15.project", 614_400, 1_024_224),
    ("b15.add", 0, 103_312),
    ("b16.expand", 614_400, 1_296_424),
    ("b16.dw", 69_120, 526_411),
    ("b16.project", 614_400, 1_024_224),
    ("b16.add", 0, 103_427),
    ("b17.expand", 614_400, 1_296_424),
    ("b17.dw", 69_120, 526_411),
    ("b17.project", 1_228_800, 2_048_264),
    ("head", 3_276_800, 6_042_424),
    ("mean", 0, 139_970),
)
FLOOR_CYCLES = 17_400_000  # two multiply-accumulates a cycle in the 1x1 layers, and nothing else


@dataclass(frozen=True)
class Level:
    """The most that each figure may be."""

    name: str
    instructions: int
    cycles: int
    arena_bytes: int
    flash_bytes: int


LEVELS = (  # best first
    Level("goal", 38_000_000, 23_000_000, 60 << 10, 800 << 10),
    Level("good", 46_000_000, 28_000_000, 86 << 10, 1 << 20),
    Level("must", 60_000_000, 40_000_000, 128 << 10, 1 << 20),
)


def level(figure: str, value: int) -> str | None:
    """The name of the best level whose ``figure`` (a field of Level) ``value`` keeps; None for none."""
    return next((one.name for one in LEVELS if value <= getattr(one, figure)), None)


def instructions_of(layer: str) -> int | None:
    """CMSIS-NN's instructions for a layer of the profile; one that is fused from all of a block's has its sum."""
    found = [count for name, _, count in CMSIS_NN if name == layer or name.startswith(f"{layer}.")]
    return sum(found) if found else None


def same_network(macs: int) -> bool:
    """Whether a network with this many multiply-accumulates is the one that the figures are of."""
    return macs == sum(count for _, count, _ in CMSIS_NN)


@dataclass(frozen=True)
class Comparison:
    """CMSIS-NN's instructions for each layer and kind of a bench, and the best level that each of its figures keeps."""

    source: str
    layers: dict[str, int | None]
    kinds: dict[str, int]
    levels: dict[str, str | None]


def compare(result: BenchResult) -> Comparison | None:
    """A bench beside CMSIS-NN.

    None for another network than the figures are of, for flip averaging, and where nobody counted instructions.
    """
    figures = _figures(result)
    if figures is None or result.passes > 1 or not same_network(sum(layer.macs for layer in result.layers)):
        return None
    layers = {layer.name: instructions_of(layer.name) for layer in result.layers}
    kinds: dict[str, int] = dict.fromkeys((layer.kind for layer in result.layers), 0)
    for layer in result.layers:
        kinds[layer.kind] += layers[layer.name] or 0
    return Comparison(CMSIS_NN_SOURCE, layers, kinds, {name: level(name, value) for name, value in figures.items()})


def _figures(result: BenchResult) -> dict[str, int] | None:
    if not result.network_instructions:
        return None
    return {
        "instructions": result.network_instructions,
        "cycles": result.network_cycles or 0,
        "arena_bytes": result.hello.arena_bytes,
        "flash_bytes": result.hello.flash_bytes,
    }
