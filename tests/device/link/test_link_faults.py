"""Damage of every kind on the way, in both directions: it may cost a retry, never a wrong answer.

``DAMAGED_FRAMES`` in the environment sets how many damaged frames are made, by default a few thousand; a million take
some minutes.
"""

from __future__ import annotations

import os
import random
from collections import deque
from dataclasses import replace

import numpy as np
import pytest

from device.link.link import Link
from device.link.protocol import DoorReply, DoorRequest, InferReply, Status, Type
from tests.support.fake_board import HELLO, PeerBoard, fingerprint
from tests.support.simulated_line import FAULTS, FaultyLine, SimulatedLine

DAMAGED_FRAMES = int(os.environ.get("DAMAGED_FRAMES", "3000"))
pytestmark = pytest.mark.timeout(300 + DAMAGED_FRAMES // 500)
SMALL = replace(HELLO, input_height=8, input_width=8)


def open_faulty(seed: int, share: float, board: PeerBoard, busy_s: float = 0.001) -> tuple[Link, FaultyLine]:
    random.seed(seed)  # the link's first sequence number
    line = SimulatedLine(board, busy_s=busy_s)
    faulty = FaultyLine(line, random.Random(seed), share, line.clock_ns)
    return Link("a simulated line", transport=faulty, clock_ns=line.clock_ns), faulty


@pytest.mark.parametrize("side", [8, 128])
def test_no_wrong_fingerprint_and_one_retry_at_most(side: int) -> None:
    """Requests one by one, half of all frames damaged."""
    board = PeerBoard(hello=replace(HELLO, input_height=side, input_width=side))
    link, line = open_faulty(side, 0.5, board)
    rng = np.random.default_rng(side)
    crops = [rng.integers(0, 256, side * side * 3, dtype=np.uint8).tobytes() for _ in range(16)]
    wanted = DAMAGED_FRAMES if side == 8 else DAMAGED_FRAMES // 20
    index = 0
    while line.damaged < wanted:
        index += 1
        crop = crops[index % len(crops)]
        reply = link.request(Type.INFER, crop)
        assert reply.frame.status == Status.OK
        assert np.array_equal(
            np.frombuffer(reply.frame.payload, np.int8, offset=InferReply.size()), fingerprint(crop)
        ), f"wrong fingerprint at request {index}"
        assert reply.tries <= 2, f"request {index} took {reply.tries} tries"
    assert set(line.counts) == set(FAULTS)
    assert link.counters.retries > 0


def test_overlapped_requests_keep_their_order() -> None:
    """Two under way at a time: every crop gets its own fingerprint, in the order of sending."""
    board = PeerBoard(hello=SMALL)
    link, line = open_faulty(3, 0.2, board)
    rng = np.random.default_rng(3)
    crops = [rng.integers(0, 256, 192, dtype=np.uint8).tobytes() for _ in range(16)]
    under_way: deque[bytes] = deque()
    index = 0
    while line.damaged < DAMAGED_FRAMES // 3:
        index += 1
        link.submit(Type.INFER, crops[index % len(crops)])
        under_way.append(crops[index % len(crops)])
        if len(under_way) == 2:
            reply = link.collect()
            payload = np.frombuffer(reply.frame.payload, np.int8, offset=InferReply.size())
            assert np.array_equal(payload, fingerprint(under_way.popleft())), f"wrong fingerprint at request {index}"
            assert reply.tries <= 3
    assert set(line.counts) == set(FAULTS)


def test_a_door_request_among_crops_gets_a_door_reply() -> None:
    """``request`` while a crop is under way leaves that crop's reply for ``collect``."""
    board = PeerBoard(hello=SMALL)
    link, line = open_faulty(4, 0.2, board)
    crop = bytes(192)
    while line.damaged < DAMAGED_FRAMES // 10:
        link.submit(Type.INFER, crop)
        reply = link.request(Type.DOOR, DoorRequest(1, 500).pack())
        assert DoorReply.parse(reply.frame.payload).state == 1
        assert link.collect().frame.payload[InferReply.size() :] == fingerprint(crop).tobytes()
        assert link.outstanding == 0


def test_a_clean_line_needs_no_retry() -> None:
    link, line = open_faulty(5, 0.0, PeerBoard(hello=SMALL))
    for _ in range(200):
        assert link.request(Type.INFER, bytes(192)).tries == 1
    assert line.damaged == link.counters.retries == link.counters.late == link.counters.damaged == 0
