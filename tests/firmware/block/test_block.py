"""Fused blocks against LiteRT: shapes, strips of every height, and numbers at the ends of what the exporter proves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from device.model.export import execution_plan
from device.model.export.export import ExportedNetwork, convert
from device.network.file import FAST
from tests.firmware.network.test_network import NONE, POINTS, RELU6, Builder, check_groups, pictures
from tests.support.ctypes_firmware import Firmware


def fast_share(exported: ExportedNetwork) -> tuple[int, int]:
    """Channels on a fast path, and all channels of the blocks' layers."""
    network, fast, channels = exported.network, 0, 0
    for group in network.groups:
        if group.rows == 0:
            continue
        for layer in network.layers[group.first : group.first + group.count]:
            if layer.weights_shape:
                shift = np.frombuffer(network.data, np.int8, layer.out_channels, layer.shift_offset)
                fast += int((shift >= FAST).sum())
                channels += layer.out_channels
    return fast, channels


def block(
    builder: Builder, at: int, wide: int, outputs: int, stride: int, *, residual: bool = False,
    spread: tuple[float, float] = (0.004, 0.012), extreme: bool = False, bias: int = 3000, stem: bool = False,
    out_scale: float = 0.05,
) -> int:  # fmt: skip
    """Expand (or a stem), depthwise, project, and perhaps the addition; the activations are ReLU6 at -128."""
    common = {"weight_scale": spread, "extreme": extreme, "bias": bias}
    source = at
    kernel, step = (3, 2) if stem else (1, 1)
    scale = 6 / 255
    at = builder.conv(at, scale, -128, kernel=kernel, stride=step, outputs=wide, activation=RELU6, **common)
    at = builder.conv(at, scale, -128, kernel=3, stride=stride, depthwise=True, activation=RELU6, **common)
    point = int(builder.rng.choice(POINTS))
    at = builder.conv(at, out_scale, point, kernel=1, outputs=outputs, activation=NONE, **common)
    if residual:
        shape = builder.tensors[at].shape[1:]
        total = builder.activation(f"sum {at}", shape, 0.07, int(builder.rng.choice(POINTS)))
        pair = (source, at) if builder.rng.integers(2) else (at, source)
        at = builder.operator("ADD", pair, total, {"fusedActivationFunction": NONE})
    return at


@pytest.mark.parametrize("goal_bytes", [0, 12_000, 1 << 20])
@pytest.mark.parametrize("size", [(8, 8), (7, 7), (5, 12), (3, 3), (1, 2), (14, 34)])
def test_shapes_and_strips(
    firmware: Firmware, size: tuple[int, int], goal_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execution_plan, "MEMORY_GOAL_BYTES", goal_bytes)
    height, width = size
    builder = Builder((2 * height, 2 * width, 3), 1 / 128, 0, np.random.default_rng([height, width]))
    at = block(builder, 0, 16, 8, 1, stem=True)
    at = block(builder, at, 24, 8, 1, residual=True)
    at = block(builder, at, 16, 12, 2) if width % 2 == 0 else block(builder, at, 16, 12, 1)
    exported = check_groups(firmware, builder.content(at), pictures((2 * height, 2 * width, 3)))
    assert [group.count for group in exported.network.groups] == [3, 4, 3]
    fast, channels = fast_share(exported)
    assert fast > channels / 2


@pytest.mark.parametrize("exponent", range(-2, 14))
@pytest.mark.parametrize("extreme", [False, True])
def test_every_exponent(firmware: Firmware, exponent: int, extreme: bool) -> None:
    """Each channel's factor is 2^-exponent, give or take, so that every path meets both ends of what it bears."""
    builder = Builder((6, 6, 8), 1 / 128, 3, np.random.default_rng([exponent + 9, extreme]))
    weights = 2.0**-exponent * (6 / 255) * 128
    at = block(builder, 0, 16, 8, 1, spread=(weights / 1.9, weights * 1.9), extreme=extreme)
    at = block(builder, at, 16, 8, 1, spread=(weights / 4, weights * 4), extreme=extreme, out_scale=0.02)
    check_groups(firmware, builder.content(at), pictures((6, 6, 8), 4))


def test_quads_of_one_layer_take_the_factor_that_they_bear(firmware: Firmware, monkeypatch: pytest.MonkeyPatch) -> None:
    """One quad needs twice the factor that the sums of the others bear, so those halve their weights."""

    def exported(shifts: tuple[int, int]) -> ExportedNetwork:
        monkeypatch.setattr(execution_plan, "WEIGHT_SHIFTS", shifts)
        builder = Builder((6, 6, 48), 1 / 128, 3, np.random.default_rng(7))
        at = block(builder, 0, 32, 8, 1)
        values, numbers = builder.tensors[1].data, builder.tensors[1].quantisation
        assert values is not None
        assert numbers is not None
        values[:4] //= 12
        numbers.scales[:] = np.where(np.arange(32) < 4, 0.15, 0.012)  # factors of 2^-4.3 and 2^-8
        bias = builder.tensors[2].quantisation
        assert bias is not None
        bias.scales[:] = numbers.scales / 128
        return check_groups(firmware, builder.content(at), pictures((6, 6, 48), 4))

    both = exported((8, 7))
    layer = both.network.layers[0]
    shift = np.frombuffer(both.network.data, np.int8, layer.out_channels, layer.shift_offset)
    assert (shift >= FAST).all()
    assert (shift - FAST - layer.left_shift).tolist() == [8] * 4 + [7] * 28
    fast, channels = fast_share(exported((8, 8)))
    assert fast < channels


@pytest.mark.parametrize("bias", [1 << 14, 1 << 20, 1 << 24, (1 << 30) - (1 << 20), (1 << 31) - (1 << 20)])
@pytest.mark.parametrize("extreme", [False, True])
def test_sums_at_the_ends(firmware: Firmware, bias: int, extreme: bool) -> None:
    """Biases up to where the scaled sum would leave int32: beyond, the block has to go by the definition."""
    for spread in ((0.004, 0.012), (1e-4, 1e-3), (2.0**-7, 2.0**-7)):
        builder = Builder((4, 6, 16), 1 / 128, -128, np.random.default_rng([bias & 0xFFFF, extreme]))
        at = block(builder, 0, 24, 8, 1, spread=spread, extreme=extreme, bias=bias)
        at = block(builder, at, 16, 8, 2, spread=spread, extreme=extreme, bias=bias)
        check_groups(firmware, builder.content(at), pictures((4, 6, 16), 4))


def test_the_bounds_let_typical_weights_pass_and_stop_what_would_overflow(firmware: Firmware) -> None:
    shares = []
    for bias in (3000, 1 << 28):
        builder = Builder((6, 6, 16), 1 / 128, 0)
        at = block(builder, 0, 32, 16, 1, bias=bias)
        shares.append(fast_share(check_groups(firmware, builder.content(at), pictures((6, 6, 16)))))
    assert shares[0][0] == shares[0][1]
    assert shares[1][0] < shares[1][1] / 2


def test_a_block_that_does_not_fit_says_why(firmware: Firmware) -> None:
    builder = Builder((8, 8, 12), 1 / 128, 0)  # 12 input channels are no multiple of 8
    at = block(builder, 0, 16, 8, 1)
    exported = check_groups(firmware, builder.content(at), pictures((8, 8, 12), 1))
    assert [group.count for group in exported.network.groups] == [1, 1, 1]
    assert "12 input channels" in exported.notes[0]


def test_a_source_that_gives_up_ends_the_run(firmware: Firmware) -> None:
    builder = Builder((16, 16, 3), 1 / 128, 0)
    content = builder.content(block(builder, 0, 16, 8, 1, stem=True))
    exported = check_groups(firmware, content, pictures((16, 16, 3), 1))
    network = firmware.network(exported.network.data, "m7", exported.network.header.arena_bytes)
    crop = pictures((16, 16, 3), 1)[1]
    for there in (0, 47, 500, 16 * 16 * 3 - 1):
        assert not network.run(crop, lambda index: None, bytes_there=there)
    assert network.run(crop, lambda index: None)


@pytest.mark.parametrize("own", [False, True])
def test_the_exporter_knows_the_scratch_memory(
    firmware: Firmware, random_tflite: Path, assets: Path, own: bool
) -> None:
    """execution_plan.py plans with a sum of its own: it is the compiled engine's, for every block and every strip."""
    path = assets / "mobilenetv2_050_128.tflite" if own else random_tflite
    network = convert(path.read_bytes(), path.name, "test").network
    opened = firmware.network(network.data, "m7")
    blocks = [group for group in network.groups if group.rows > 0]
    assert len(blocks) >= 17
    for group in blocks:
        records = network.layers[group.first : group.first + group.count]
        for rows in (group.rows, *range(1, records[-1].out_height + 1)):
            planned = execution_plan.scratch_bytes(records, rows)
            assert planned == opened.scratch_bytes(group.pack(), rows), f"{records[0].label}, {rows} rows"
        assert group.scratch_bytes == execution_plan.scratch_bytes(records, group.rows)
