"""Ports that come and go are noticed, each change once."""

from __future__ import annotations

import queue

from device.link.ports import Port
from gui.board.port_watch import PortWatch

ONE = Port("/dev/ttyACM0", "one", None, None, "a board")


def test_every_change_is_told_once_and_an_error_is_no_change() -> None:
    answers: list[list[Port] | OSError] = [[], [], [ONE], OSError("gone while asked"), [ONE], []]
    asked = queue.Queue[None]()
    told: list[tuple[Port, ...]] = []

    def ports() -> list[Port]:
        asked.put(None)
        answer = answers.pop(0) if answers else []
        if isinstance(answer, OSError):
            raise answer
        return answer

    watch = PortWatch(told.append, every_s=0.001, ports=ports)
    watch.start()
    for _ in range(8):
        asked.get(timeout=10)
    watch.stop()
    assert told == [(), (ONE,), ()]


def test_it_stops_before_it_started() -> None:
    PortWatch(lambda ports: None).stop()


def test_the_real_ports_can_be_listed() -> None:
    told = queue.Queue[tuple[Port, ...]]()
    watch = PortWatch(told.put)
    watch.start()
    assert isinstance(told.get(timeout=10), tuple)
    watch.stop()
