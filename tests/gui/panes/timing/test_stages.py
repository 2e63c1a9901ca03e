"""One frame from camera to decision as texts and bars."""

from __future__ import annotations

import pytest

from gui.core.frames import Clock, Span, Stage
from gui.core.states import Where
from gui.panes.timing import stages
from tests.support.samples import recognition, timeline


def test_every_stage_has_a_cell_with_its_clock() -> None:
    cells = {cell.stage: cell for cell in stages.cells(recognition())}
    assert list(cells) == list(Stage)
    assert cells[Stage.NETWORK].value == "246"
    assert cells[Stage.NETWORK].place == "emulated"
    assert cells[Stage.DETECT].value == "20.0"
    assert cells[Stage.DETECT].place == "PC"
    assert set(stages.LABELS) == set(stages.MEANINGS) == set(Stage)


def test_a_real_board_is_called_so() -> None:
    cells = {cell.stage: cell for cell in stages.cells(recognition(where=Where.BOARD))}
    assert cells[Stage.RECEIVE].place == cells[Stage.NETWORK].place == "board"


def test_nothing_measured_is_a_dash() -> None:
    assert {cell.value for cell in stages.cells(None)} == {"–"}


def test_limit_is_counted_from_the_start_of_the_network() -> None:
    spans = [Span(Stage.SEND, 0.0, 100.0), Span(Stage.NETWORK, 100.0, 250.0, Clock.BOARD)]
    chart = stages.chart(spans)
    assert chart.limit_start is not None
    assert chart.limit_end is not None
    network = chart.bars[1]
    assert network.lane == 1
    assert network.start == chart.limit_start
    assert network.width == pytest.approx((chart.limit_end - chart.limit_start) / 2)
    assert not chart.over_limit


def test_network_over_the_limit_is_said() -> None:
    assert stages.chart(timeline(network_ms=501.0).spans).over_limit
    assert not stages.chart(timeline(network_ms=500.0).spans).over_limit


@pytest.mark.parametrize("network_ms", [0.0, 30.0, 246.0, 900.0, 60_000.0])
def test_everything_lies_on_the_axis(network_ms: float) -> None:
    chart = stages.chart(timeline(network_ms=network_ms).spans)
    assert all(bar.start >= 0.0 and bar.start + bar.width <= 1.0 for bar in chart.bars)
    assert chart.limit_end is not None
    assert chart.limit_end <= 1.0
    assert 1 <= len(chart.marks) <= 9


def test_drawing_is_of_another_frame_and_not_on_the_axis() -> None:
    assert Stage.DRAW not in {bar.stage for bar in stages.chart(timeline().spans).bars}


def test_no_spans_no_chart() -> None:
    assert stages.chart(()) == stages.Chart()


def test_screen_reader_hears_figures_and_where_they_come_from() -> None:
    told = stages.spoken(recognition())
    assert "Network 246 ms emulated" in told
    assert "53.1 M cycles at 216 MHz" in told
    assert "No face" in stages.spoken(None)


def test_head_leaves_out_the_least_and_never_where_it_was_measured() -> None:
    def width(text: str) -> float:
        return float(len(text))

    whole = stages.head(recognition(), width, 200.0)
    assert whole == "network 246 ms · 53.1 M cycles at 216 MHz · 60.1 M instructions · emulated"
    assert stages.head(recognition(), width, 60.0) == "network 246 ms · 53.1 M cycles at 216 MHz · emulated"
    assert stages.head(recognition(), width, 10.0) == "network 246 ms · emulated"


def test_the_way_in_all_ends_with_the_decision_and_says_what_passed_here() -> None:
    emulated = stages.end_to_end(recognition(latency_ms=310.0))
    assert emulated == "in all 309 ms, 310 ms on this PC"
    assert (
        stages.end_to_end(recognition(where=Where.BOARD, latency_ms=310.0)) == "in all 310 ms"
    )  # measured, not placed


def test_network_line_has_cycles_at_the_boards_clock() -> None:
    assert stages.network_line(recognition()) == "246 ms · 53.1 M cycles at 216 MHz · 60.1 M instructions"
    assert stages.network_line(recognition(where=Where.HOST, network_instructions=None)) == "246 ms"
    assert stages.network_line(recognition(passes=2)).startswith("246 ms, flip averaging · 53.1 M cycles")


def test_the_limit_is_said_beside_the_network_and_not_on_the_axis_of_the_whole() -> None:
    assert stages.limit_line(106.07) == "106 of 500 ms"
    assert "its own start" in stages.limit_meaning()
