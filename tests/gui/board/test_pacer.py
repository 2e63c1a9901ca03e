"""When crops leave, without a board."""

from __future__ import annotations

import numpy as np
import pytest

from device.link.replies import Inference
from gui.board.pacer import PACER_SPARE_S, Pacer
from gui.core.states import Where


def timed(sent_s: float, written_s: float, received_s: float, passes: int = 1) -> Inference:
    sent_ns, written_ns, received_ns = (round(at_s * 1e9) for at_s in (sent_s, written_s, received_s))
    numbers = np.zeros(4 if passes == 1 else (passes, 4), np.int8)
    return Inference(numbers, 1, 1, 1, None, 1.0, 1.0, 1.0, 1.0, Where.HOST, sent_ns, written_ns, received_ns, 49_152)


def test_a_crop_leaves_late_for_a_slow_board_and_at_once_over_a_slow_link() -> None:
    slow_board = Pacer()
    assert slow_board.due_s == 0.0  # nothing is known yet: do not wait
    slow_board.received(timed(0.0, 0.1, 0.5))
    slow_board.sent(0.6)
    assert slow_board.due_s == pytest.approx(0.6 + 0.4 - 1.3 * 0.1 - PACER_SPARE_S)
    slow_board.received(timed(0.5, 0.6, 1.5))  # slower than before: the shortest time counts
    slow_board.sent(1.4)
    assert slow_board.due_s == pytest.approx(1.5 + 0.4 - 1.3 * 0.1 - PACER_SPARE_S)
    slow_link = Pacer()
    slow_link.received(timed(0.0, 0.3, 0.4))
    slow_link.sent(0.7)
    assert slow_link.due_s < 0.7


def test_crops_with_flip_averaging_are_reckoned_by_their_own() -> None:
    pacer = Pacer()
    pacer.received(timed(0.0, 0.1, 0.5))
    pacer.sent(0.6, passes=2)
    assert pacer.due_s == 0.0  # none had flip averaging yet
    pacer.received(timed(0.5, 0.6, 1.4, passes=2))
    pacer.sent(1.5, passes=2)
    assert pacer.due_s == pytest.approx(1.5 + 0.8 - 1.3 * 0.1 - PACER_SPARE_S)
    pacer.sent(1.5)
    assert pacer.due_s == pytest.approx(1.5 + 0.4 - 1.3 * 0.1 - PACER_SPARE_S)
