"""The bench: comparison with the baseline, levels, and frames a second at the board's clock."""

from __future__ import annotations

from dataclasses import replace

import pytest

from device.cli.bench_tables import bench as text_of
from device.connect import open_board
from device.diagnostics import bench, cmsis_nn
from device.diagnostics.bench import Report
from device.link.board import Board
from device.link.link import Link
from device.link.ports import VIRTUAL
from device.link.protocol import Capability
from device.link.replies import Hello
from tests.support.fake_board import HELLO, PeerBoard
from tests.support.simulated_line import SimulatedLine

KINDS = {"dw": "depthwise", "add": "add"}
WHOLE = {"stem": "conv", "mean": "mean"}
BASELINE_INSTRUCTIONS, BASELINE_MACS = 110_365_996, 31_298_560


def report(share: float = 1.0) -> Report:
    """As of a virtual board that takes ``share`` of CMSIS-NN's instructions in every layer, and half as many cycles."""
    layers = [
        {
            "name": name,
            "kind": WHOLE.get(name, KINDS.get(name.rpartition(".")[2], "pointwise")),
            "macs": macs,
            "instructions": int(share * count),
            "cycles": int(share * count) // 2,
        }
        for name, macs, count in cmsis_nn.CMSIS_NN
    ]
    none = dict.fromkeys(("min", "median", "p95"), 1.0)
    made: Report = {
        "where": "virtual",
        "board": "peer",
        "firmware": "0",
        "network": "00",
        "n": 2,
        "looks": 1,
        "path": None,
        **dict.fromkeys(("link_ms", "receive_ms", "network_ms", "total_ms"), none),
        "frames_per_second": 1.0,
        "arena_bytes": 80_000,
        "stack_bytes": 1,
        "flash_bytes": 1 << 20,
        "network_cycles": sum(layer["cycles"] for layer in layers),
        "network_instructions": sum(layer["instructions"] for layer in layers),
        "layers": layers,
        "kinds": bench._kinds(layers),
    }
    return made | {"baseline": bench.compare(made)}


def test_the_baseline_is_the_whole_network() -> None:
    assert len(cmsis_nn.CMSIS_NN) == 63
    assert sum(count for *_, count in cmsis_nn.CMSIS_NN) == BASELINE_INSTRUCTIONS
    assert cmsis_nn.same_network(BASELINE_MACS)
    assert not cmsis_nn.same_network(BASELINE_MACS + 1)


def test_a_fused_layer_is_compared_with_what_it_replaces() -> None:
    assert cmsis_nn.instructions_of("b3.add") == 1_324_747
    assert cmsis_nn.instructions_of("b1") == 5_410_071 + 2_048_860  # not b10 to b17
    assert cmsis_nn.instructions_of("attention") is None


def test_the_same_counts_are_a_hundred_percent() -> None:
    same = report()
    comparison = same["baseline"]
    assert sum(comparison["kinds"].values()) == BASELINE_INSTRUCTIONS
    assert comparison["kinds"]["depthwise"] == 31_087_423
    assert comparison["levels"] == {"instructions": None, "cycles": None, "arena_bytes": "good", "flash_bytes": "good"}
    text = text_of(same, layers=True)
    shares = [
        line.split()[-1] for line in text.splitlines() if line.split()[:1] in (["all"], ["stem"], ["b17.project"])
    ]
    assert shares == ["100%"] * 3
    assert "estimate" in text


def test_levels_are_bounds_that_may_be_reached() -> None:
    assert [cmsis_nn.level("instructions", count) for count in (38_000_000, 38_000_001, 46_000_001, 60_000_001)] == [
        *("goal", "good", "must", None)
    ]
    assert report(0.4)["baseline"]["levels"]["instructions"] == "good"


def test_another_network_has_no_baseline() -> None:
    other = report()
    other["layers"][0]["macs"] += 1
    assert bench.compare(other) is None
    text = text_of(other | {"baseline": None}, layers=True)
    assert "CMSIS-NN" not in text
    uncounted = report() | {"network_instructions": None}
    assert bench.compare(uncounted) is None
    assert bench.compare(report() | {"looks": 2}) is None  # the baseline is of one look


@pytest.mark.parametrize("busy_s", [0.1, 0.02])
@pytest.mark.parametrize("overlap", [Capability.OVERLAP, Capability(0)], ids=["two at a time", "one by one"])
def test_frames_a_second_go_by_the_boards_uptime(busy_s: float, overlap: Capability) -> None:
    """A board that takes ``busy_s`` for a crop and has its answers one after another."""
    flags = HELLO.capabilities & ~Capability.OVERLAP | Capability.CYCLES | overlap
    peer = PeerBoard(replace(HELLO, input_height=8, input_width=8, capabilities=flags))
    line = SimulatedLine(peer, busy_s=busy_s, rate=True)
    line.baud = line.board_baud = 115_200
    link = Link("a simulated line", transport=line, clock_ns=line.clock_ns)
    board = Board(link, Hello.parse(peer.hello.pack()))
    path = bench.bench(board, 10)["path"]
    assert path["frames_per_second"] == pytest.approx(1 / busy_s, rel=0.02)
    wire_ms = (20 + 8 * 8 * 3) * 10 / 115.2
    assert path["wire_ms"] == pytest.approx(wire_ms, abs=0.001)
    assert path["best_frames_per_second"] == pytest.approx(1e3 / max(wire_ms, 3), abs=0.001)  # 3,000 cycles at 1 MHz
    assert path["share_of_best"] == pytest.approx(path["frames_per_second"] / path["best_frames_per_second"], abs=1e-3)
    assert path["link_share_of_baud"] == pytest.approx(wire_ms / 1.0, abs=0.001)  # the peer says 1 ms


def test_a_link_without_a_rate_has_no_path() -> None:
    peer = PeerBoard(replace(HELLO, input_height=8, input_width=8, max_baud=0))
    line = SimulatedLine(peer)
    board = Board(Link("a line", transport=line, clock_ns=line.clock_ns), Hello.parse(peer.hello.pack()))
    assert bench.bench(board, 2)["path"] is None


def test_on_the_virtual_board_receiving_overlaps_computing_and_the_wire_is_full() -> None:
    """In virtual time, so whatever this computer is busy with."""
    with open_board(VIRTUAL) as opened:
        path = bench.bench(opened.board, 4)["path"]
    assert path["baud"] == 2_000_000
    assert path["share_of_best"] >= 0.9
    assert 0.95 <= path["link_share_of_baud"] <= 1.001
