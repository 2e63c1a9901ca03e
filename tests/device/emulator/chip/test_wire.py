"""Bytes on the wire in virtual time."""

from __future__ import annotations

from device.emulator.chip.wire import Wire

BYTE = 1_000  # cycles


def test_bytes_arrive_one_byte_time_after_another() -> None:
    now = 0
    wire = Wire(lambda: now)
    wire.feed(b"abcd")
    assert wire.take(999, BYTE, 100) == b""
    assert wire.take(2_500, BYTE, 100) == b"ab"
    now = 10_000
    wire.feed(b"ef")
    assert wire.arrival(1, BYTE) == 3_000
    assert wire.arrival(99, BYTE) == 12_000
    assert wire.take(10_999, BYTE, 100) == b"cd"
    assert wire.take(12_000, BYTE, 1) == b"e"
    assert wire.take(12_000, BYTE, 1) == b"f"
    assert wire.waiting == 0
    assert wire.arrival(1, BYTE) is None


def test_a_new_host_finds_the_wire_empty() -> None:
    wire = Wire(lambda: 0)
    wire.feed(b"stale")
    wire.clear()
    assert wire.take(10**9, BYTE, 100) == b""


def test_what_was_sent_while_the_board_slept_arrives_after_it_woke() -> None:
    wire = Wire(lambda: 0)
    wire.feed(b"a")
    wire.sent_no_earlier(5_000)
    assert wire.arrival(1, BYTE) == 5_000 + BYTE


def test_a_host_needs_a_while_to_answer() -> None:
    wire = Wire(lambda: 0, lambda: 50_000)
    wire.feed(b"ab")
    assert wire.arrival(2, BYTE) == 2 * BYTE
    assert wire.take(2 * BYTE, BYTE, 9) == b"ab"
    wire.answered()
    wire.feed(b"c")
    wire.feed(b"d")
    assert wire.arrival(2, BYTE) == 50_000 + 2 * BYTE
