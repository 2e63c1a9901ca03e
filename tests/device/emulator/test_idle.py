"""What time does while the program waits, with a clock, a wire and a wall clock of the test's own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from device.emulator import idle as idle_module
from device.emulator.chip.clock import Clock
from device.emulator.chip.wire import Wire
from device.emulator.cost.meter import PythonMeter
from device.emulator.idle import CATCH_UP_S, GAP_S, SLEEP_S, WAITING_POLLS, Idle

HZ = 1_000_000
BYTE = 100  # cycles
POLL = 10  # cycles between two polls of a waiting program
BUSY_BLOCK, IDLE_BLOCK = 0x0800_1000, 0x0800_2000


class SetMeter(PythonMeter):
    """Counts what the test says."""

    cycles = instructions = block = 0  # type: ignore[assignment]


class World:
    """A program that polls the receiver, and the time around it."""

    def __init__(self) -> None:
        self.wall_s = 50.0
        self.meter = SetMeter(lambda address, size: (1, 1))
        self.clock = Clock(self.meter)
        self.clock.set_hz(HZ)
        self.wire = Wire(lambda: self.clock.now)
        self.wire.wait = self._wait  # type: ignore[method-assign]
        self.waits: list[float] = []
        self.during_wait: Callable[[], None] = lambda: None
        self.sent_at = 0
        self.flushes = 0
        self.idle = Idle(
            self.clock,
            self.wire,
            self.meter,
            byte_cycles=lambda: BYTE,
            sent_at=lambda: self.sent_at,
            flush=self._flush,
        )

    def _flush(self) -> None:
        self.flushes += 1

    def _wait(self, timeout_s: float) -> bool:
        self.waits.append(timeout_s)
        self.wall_s += timeout_s
        self.during_wait()
        return self.wire.waiting > 0

    def work(self, cycles: int, block: int = BUSY_BLOCK) -> None:
        self.meter.cycles += cycles
        self.meter.instructions += cycles
        self.meter.block = block

    def poll(self, received: int = 0) -> int:
        """One round of the waiting loop; the cycles that passed in it."""
        before = self.clock.now
        self.work(POLL, IDLE_BLOCK)
        self.idle.poll(received)
        return self.clock.now - before

    def settle(self) -> None:
        """Poll until the program is known to wait."""
        for _ in range(WAITING_POLLS):
            self.poll()


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made: list[World] = []
    monkeypatch.setattr(idle_module.time, "monotonic", lambda: made[0].wall_s if made else 50.0)
    made.append(World())
    return made[0]


def test_a_program_with_nothing_to_do_sleeps_as_long_as_the_wall_says(world: World) -> None:
    world.settle()
    assert world.waits == [SLEEP_S]
    assert world.flushes == 1  # nobody waits for an answer that lies in a buffer
    start, wall_s = world.clock.now, world.wall_s
    for _ in range(100):
        world.settle()
    assert world.clock.now - start == pytest.approx((world.wall_s - wall_s) * HZ, abs=2)
    assert world.wall_s - wall_s == pytest.approx(100 * SLEEP_S)


def test_little_losses_are_made_up_for_and_long_ones_are_not(world: World) -> None:
    world.settle()
    world.wall_s += CATCH_UP_S / 2
    start = world.clock.now
    world.settle()
    assert world.clock.now - start == pytest.approx((CATCH_UP_S / 2 + SLEEP_S) * HZ, abs=2)
    world.wall_s += 1.0
    start = world.clock.now
    world.settle()
    assert world.clock.now - start == pytest.approx(SLEEP_S * HZ + WAITING_POLLS * POLL, abs=2)


@pytest.mark.parametrize("cycles", [1_000, 10_000])
def test_polls_far_apart_are_not_waiting(world: World, cycles: int) -> None:
    """Also when all its work is the same: a network that is profiled polls every thousand cycles or so."""
    for _ in range(20):
        world.work(cycles)
        world.poll()
    assert world.waits == []


def test_bytes_on_the_wire_are_waited_for_in_virtual_time_only(world: World) -> None:
    world.settle()
    count, waits, start = 10_000, len(world.waits), world.clock.now
    world.wire.feed(bytes(count))
    arrivals: list[int] = []
    found = 0
    while sum(arrivals) < count:
        world.poll(found)
        data = world.wire.take(world.clock.now, BYTE, count)
        found = len(data)
        arrivals += [found] if data else []
    assert arrivals[0] == 1
    assert arrivals[-1] == 1
    assert max(arrivals) > 20
    assert len(arrivals) < 500
    assert world.clock.now == start + count * BYTE
    assert len(world.waits) == waits


def test_a_program_that_takes_one_byte_a_poll_is_not_put_to_sleep(world: World) -> None:
    world.settle()
    waits = len(world.waits)
    world.poll(500)
    for _ in range(499):
        world.work(25)  # takes a byte
        world.poll()
    assert len(world.waits) == waits


def test_a_program_that_takes_all_at_once_is_known_by_what_it_does(world: World) -> None:
    world.settle()
    waits = len(world.waits)
    world.poll(500)
    world.work(5_000)
    for _ in range(WAITING_POLLS + 1):
        world.poll()
    assert len(world.waits) > waits


def test_a_full_transmitter_is_waited_for_in_virtual_time(world: World) -> None:
    world.settle()
    world.sent_at = world.clock.now + 50_000
    waits = len(world.waits)
    world.settle()
    assert world.clock.now == world.sent_at
    assert len(world.waits) == waits


def test_a_pause_of_the_hosts_system_inside_a_frame_is_not_a_pause_on_the_wire(world: World) -> None:
    world.settle()
    world.wire.feed(b"x")
    world.settle()
    assert world.wire.take(world.clock.now, BYTE, 9) == b"x"
    world.poll(1)
    world.during_wait = lambda: world.wire.feed(b"y")
    world.poll()
    world.settle()
    assert world.waits[-1] == GAP_S
    world.during_wait = lambda: None
    world.settle()
    assert world.wire.take(world.clock.now, BYTE, 9) == b"y"


def test_after_an_answer_a_pause_is_a_pause(world: World) -> None:
    world.settle()
    world.wire.feed(b"x")
    world.settle()
    world.wire.take(world.clock.now, BYTE, 9)
    world.poll(1)
    world.idle.busy()
    start, wall_s = world.clock.now, world.wall_s
    world.during_wait = lambda: world.wire.feed(b"y")
    world.poll()
    world.settle()
    assert world.waits[-1] == SLEEP_S
    assert world.clock.now - start == pytest.approx((world.wall_s - wall_s) * HZ, abs=4 * BYTE)
    assert world.wire.arrival(1, BYTE) == world.clock.now + BYTE
