"""The bench: comparison with the baseline, levels, and frames a second at the board's clock."""

from __future__ import annotations

from dataclasses import replace

import pytest

from device.cli.bench_tables import bench as text_of
from device.cli.reports import bench as report
from device.connect import open_board
from device.diagnostics import bench, cmsis_nn
from device.diagnostics.bench import BenchCancelled, BenchResult, Timing
from device.link.board import Board
from device.link.link import Link
from device.link.ports import VIRTUAL
from device.link.protocol import VIRTUAL_UNIQUE_ID, Capability
from device.link.replies import Hello, Layer
from device.link.timing import Percentiles
from tests.support.fake_board import HELLO, PeerBoard
from tests.support.simulated_line import SimulatedLine

KINDS = {"dw": "depthwise", "add": "add"}
WHOLE = {"stem": "conv", "mean": "mean"}
BASELINE_INSTRUCTIONS, BASELINE_MACS = 110_365_996, 31_298_560


def result(share: float = 1.0) -> BenchResult:
    """As of a virtual board that takes ``share`` of CMSIS-NN's instructions in every layer, and half as many cycles."""
    layers = tuple(
        Layer(
            name=name,
            kind=WHOLE.get(name, KINDS.get(name.rpartition(".")[2], "pointwise")),
            output_shape=(1, 1, 1),
            macs=macs,
            instructions=int(share * count),
            cycles=int(share * count) // 2,
        )
        for name, macs, count in cmsis_nn.CMSIS_NN
    )
    hello = replace(HELLO, unique_id=VIRTUAL_UNIQUE_ID, arena_bytes=80_000, flash_bytes=1 << 20)
    return BenchResult(
        hello=Hello.parse(hello.pack()),
        runs=2,
        passes=1,
        timings=tuple(Timing(name, "board", Percentiles.of([1.0])) for name in ("link", "receive", "network", "total")),
        frames_per_second=1.0,
        path=None,
        network_cycles=sum(layer.cycles for layer in layers),
        network_instructions=sum(layer.instructions or 0 for layer in layers),
        stack_bytes=1,
        layers=layers,
        retries=0,
        crop_bytes=49_152,
    )


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
    same = result()
    comparison = cmsis_nn.compare(same)
    assert comparison is not None
    assert sum(comparison.kinds.values()) == BASELINE_INSTRUCTIONS
    assert comparison.kinds["depthwise"] == 31_087_423
    assert comparison.levels == {"instructions": None, "cycles": None, "arena_bytes": "good", "flash_bytes": "good"}
    text = text_of(report(same), layers=True)
    shares = [
        line.split()[-1] for line in text.splitlines() if line.split()[:1] in (["all"], ["stem"], ["b17.project"])
    ]
    assert shares == ["100%"] * 3
    assert "estimate" in text


def test_levels_are_bounds_that_may_be_reached() -> None:
    assert [cmsis_nn.level("instructions", count) for count in (38_000_000, 38_000_001, 46_000_001, 60_000_001)] == [
        *("goal", "good", "must", None)
    ]
    comparison = cmsis_nn.compare(result(0.4))
    assert comparison is not None
    assert comparison.levels["instructions"] == "good"


def test_another_network_has_no_baseline() -> None:
    same = result()
    first, *rest = same.layers
    other = replace(same, layers=(replace(first, macs=first.macs + 1), *rest))
    assert cmsis_nn.compare(other) is None
    text = text_of(report(other), layers=True)
    assert "CMSIS-NN" not in text
    assert cmsis_nn.compare(replace(same, network_instructions=None)) is None
    assert cmsis_nn.compare(replace(same, passes=2)) is None  # the baseline is of one pass


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
    path = bench.bench(board, 10).path
    assert path is not None
    assert path.frames_per_second == pytest.approx(1 / busy_s, rel=0.02)
    wire_ms = (20 + 8 * 8 * 3) * 10 / 115.2
    assert path.wire_ms == pytest.approx(wire_ms, abs=0.001)
    assert path.best_frames_per_second == pytest.approx(1e3 / max(wire_ms, 3), abs=0.001)  # 3,000 cycles at 1 MHz
    assert path.share_of_best == pytest.approx(path.frames_per_second / path.best_frames_per_second, abs=1e-3)
    assert path.link_share_of_baud == pytest.approx(wire_ms / 1.0, abs=0.001)  # the peer says 1 ms


def test_progress_reaches_its_end_and_a_cancelled_bench_leaves_nothing_under_way() -> None:
    peer = PeerBoard(replace(HELLO, input_height=8, input_width=8))
    line = SimulatedLine(peer)
    board = Board(Link("a line", transport=line, clock_ns=line.clock_ns), Hello.parse(peer.hello.pack()))
    seen: list[tuple[int, int]] = []
    bench.bench(board, 5, lambda *progress: seen.append(progress))
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == ((0, 11), (11, 11))
    seen.clear()
    with pytest.raises(BenchCancelled):
        bench.bench(board, 5, lambda *progress: seen.append(progress), lambda: seen[-1][0] == 7)
    assert seen[-1] == (7, 11)
    assert not board.waiting


def test_a_link_without_a_rate_has_no_path() -> None:
    peer = PeerBoard(replace(HELLO, input_height=8, input_width=8, max_baud=0))
    line = SimulatedLine(peer)
    board = Board(Link("a line", transport=line, clock_ns=line.clock_ns), Hello.parse(peer.hello.pack()))
    assert bench.bench(board, 2).path is None


def test_on_the_virtual_board_receiving_overlaps_computing_and_the_wire_is_full() -> None:
    """In virtual time, whatever this computer is busy with. A raw crop takes longer on the wire than in the network."""
    with open_board(VIRTUAL) as opened:
        hello = opened.board.hello
        opened.board.hello = replace(hello, capabilities=hello.capabilities & ~Capability.CODED)
        raw = bench.bench(opened.board, 4).path
        opened.board.hello = hello
        found = bench.bench(opened.board, 4)
    assert raw is not None
    assert raw.baud == 2_000_000
    assert raw.share_of_best >= 0.9
    assert 0.95 <= raw.link_share_of_baud <= 1.001
    coded = found.path
    assert coded is not None
    assert 0.2 < found.crop_share < 0.4
    assert coded.frames_per_second > 2 * raw.frames_per_second
    # The network sets the pace now, and neither decoding the next crop nor sending the reply is hidden behind it yet.
    assert coded.share_of_best >= 0.88
    assert 0.95 <= coded.link_share_of_baud <= 1.001
