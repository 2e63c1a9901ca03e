"""One frame's spans add up, and percentiles are those of the definition."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from device.link.replies import Inference, Where
from device.link.timing import Percentiles, Span, Stage, board_spans

MS = 1_000_000
RUN = Inference(
    fingerprint=np.zeros(1280, np.int8),
    receive_cycles=30,
    network_cycles=100,
    total_cycles=101,
    network_instructions=None,
    link_ms=49.0,
    receive_ms=30.0,
    network_ms=100.0,
    total_ms=101.0,
    where=Where.VIRTUAL,
    sent_ns=1000 * MS,
    written_ns=1020 * MS,
    received_ns=1150 * MS,
    crop_bytes=49_152,
)


def by_stage(run: Inference) -> dict[Stage, Span]:
    spans = board_spans(run)
    assert list(dict.fromkeys(span.stage for span in spans)) == [span.stage for span in spans]
    return {span.stage: span for span in spans}


def assert_causes_first(spans: dict[Stage, Span]) -> None:
    assert spans[Stage.SEND].start_ns <= spans[Stage.RECEIVE].start_ns
    assert spans[Stage.SEND].start_ns <= spans[Stage.NETWORK].start_ns  # may begin while the crop comes
    assert spans[Stage.RECEIVE].end_ns <= spans[Stage.REPLY].start_ns
    assert spans[Stage.NETWORK].end_ns <= spans[Stage.REPLY].start_ns
    assert all(span.end_ns >= span.start_ns for span in spans.values())


def test_a_boards_spans_stand_inside_the_round_trip() -> None:
    spans = by_stage(replace(RUN, where="board"))
    assert list(spans) == [Stage.SEND, Stage.RECEIVE, Stage.NETWORK, Stage.REPLY]
    assert spans[Stage.SEND].start_ns == RUN.sent_ns
    assert spans[Stage.SEND].ms == 20.0  # as the host measured it
    assert spans[Stage.REPLY].end_ns == RUN.received_ns
    assert spans[Stage.REPLY].ms == pytest.approx(30.0 * (20 + 16 + 1280) / (20 + 49_152), abs=1e-3)
    assert spans[Stage.NETWORK].ms == pytest.approx(RUN.network_ms)
    assert spans[Stage.RECEIVE].ms == pytest.approx(RUN.receive_ms)
    assert spans[Stage.NETWORK].end_ns == spans[Stage.REPLY].start_ns
    assert [spans[stage].clock for stage in spans] == ["host", "board", "board", "host"]
    assert_causes_first(spans)


def test_emulated_spans_follow_one_another_from_the_first_byte_sent() -> None:
    slow_wire = replace(RUN, receive_ms=246.0)  # longer than this computer's whole round trip
    spans = by_stage(slow_wire)
    assert spans[Stage.RECEIVE].start_ns == RUN.sent_ns
    assert spans[Stage.NETWORK].start_ns == spans[Stage.RECEIVE].end_ns + MS  # 101 ms in all, 100 of them network
    assert spans[Stage.REPLY].start_ns == spans[Stage.NETWORK].end_ns
    assert spans[Stage.REPLY].ms == pytest.approx(246.0 * (20 + 16 + 1280) / (20 + 49_152), abs=1e-3)
    assert [spans[stage].clock for stage in spans] == ["host", "board", "board", "board"]
    assert_causes_first(spans)


def test_a_network_that_begins_while_the_crop_comes_ends_when_the_board_says() -> None:
    spans = by_stage(replace(RUN, receive_ms=246.0, total_ms=90.0))
    assert spans[Stage.NETWORK].end_ns == spans[Stage.RECEIVE].end_ns + 90 * MS
    assert spans[Stage.NETWORK].start_ns == spans[Stage.RECEIVE].end_ns - 10 * MS
    assert spans[Stage.NETWORK].ms == 100.0


@pytest.mark.parametrize("where", [Where.BOARD, Where.VIRTUAL, Where.HOST])
@pytest.mark.parametrize("receive_ms", [0.0, 30.0, 400.0])
@pytest.mark.parametrize("total_ms", [1.0, 90.0, 101.0, 300.0])
def test_no_span_stands_before_its_cause_whatever_the_clocks_say(
    where: Where, receive_ms: float, total_ms: float
) -> None:
    assert_causes_first(by_stage(replace(RUN, where=where, receive_ms=receive_ms, total_ms=total_ms)))


def test_board_spans_without_a_board_clock() -> None:
    spans = board_spans(replace(RUN, total_cycles=0))
    assert [(span.stage, span.ms, span.clock) for span in spans] == [
        (Stage.SEND, 20.0, "host"),
        (Stage.NETWORK, 130.0, "host"),
    ]


@pytest.mark.parametrize(
    ("values", "expected"),
    [([5.0], (5, 5, 5)), ([3, 1, 2], (1, 2, 2.9)), (range(101), (0, 50, 95)), ([1, 2, 3, 4], (1, 2.5, 3.85))],
)
def test_percentiles(values: list[float], expected: tuple[float, float, float]) -> None:
    got = Percentiles.of(values)
    assert (got.min, got.median, got.p95) == pytest.approx(expected)
    assert got.p95 == pytest.approx(np.percentile(list(values), 95))
    assert got.n == len(values)


def test_percentiles_of_nothing_are_null_in_json() -> None:
    empty = Percentiles.of([])
    assert math.isnan(empty.median)
    assert json.dumps(empty.as_dict()) == '{"min": null, "median": null, "p95": null}'
