"""Layers as bars and as a file, whatever their number."""

from __future__ import annotations

import pytest

from device.link.replies import Layer, Profile
from gui.board.reports import ProfileResult
from gui.core.states import Where
from gui.panes.timing.layers import LayerGroup, chart, rows

KINDS = ("conv", "depthwise", "pointwise", "add", "mean", "kind 9")


def result(count: int = 6, where: Where = Where.VIRTUAL, hz: int = 1_000_000, extra: int = 50) -> ProfileResult:
    layers = tuple(
        Layer(f"l{n}", KINDS[n % len(KINDS)], (8, 8, 16), 100 * (n % 2), 1_000 + n, n or None) for n in range(count)
    )
    return ProfileResult(where, hz, "b", "n", Profile(sum(layer.cycles for layer in layers) + extra, None, layers))


def test_bars_have_time_share_and_kind() -> None:
    found = chart(result())
    assert [bar.group for bar in found.bars] == [
        LayerGroup.STEM, LayerGroup.DEPTHWISE, LayerGroup.POINTWISE, LayerGroup.ADD, LayerGroup.MEAN, LayerGroup.OTHER
    ]  # fmt: skip
    assert sum(bar.share for bar in found.bars) == pytest.approx(1.0)
    assert found.bars[1].ms == pytest.approx(1.001)
    assert found.bars[1].per_mac == pytest.approx(10.01)
    assert found.bars[0].per_mac is None
    assert found.total_cycles - found.sum_cycles == 50
    assert sum(cycles for _, cycles in found.groups) == found.sum_cycles


@pytest.mark.parametrize("count", [0, 1, 27, 200])
def test_any_number_of_layers(count: int) -> None:
    found = chart(result(count))
    assert len(found.bars) == count
    lines = list(rows(result(count)))
    assert len(lines) == count + 3
    assert {len(line) for line in lines} == {11}


def test_a_board_without_a_clock_has_no_time() -> None:
    found = chart(result(hz=0))
    assert {bar.ms for bar in found.bars} == {0.0}
    assert found.ms(1_000) == 0.0


def test_the_file_names_unit_clock_and_place() -> None:
    header, first, *_, whole, total = rows(result())
    assert "cycles [emulated]" in header
    assert "time [ms, emulated, 1000000 Hz]" in header
    assert first[:4] == ["1", "l0", "stem", "8"]
    assert (whole[1], whole[7]) == ("all layers", "6015")
    assert (total[1], total[7]) == ("network", "6065")
