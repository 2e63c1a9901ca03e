"""The virtual board runs an image: start, serial link, cycles, wire time, overlap, interrupts, faults, resets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from device.emulator.chip.bus import ModelError
from device.errors import FileError
from tests.device.emulator.emulator_image import HOOKS, Bench, build_image, running, skip_where_it_does_not_run

CLOCK_HZ = 216_000_000


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_image(tmp_path_factory.mktemp("image"))


@pytest.fixture
def board(image: Path) -> Iterator[Bench]:
    with running(image) as bench:
        yield bench


def test_it_starts_and_answers(board: Bench) -> None:
    assert board.ask(b"e", 0x1234_5678) == (0x1234_5678,)
    assert board.machine.clock.hz == CLOCK_HZ


def test_the_unique_id_says_virtual(board: Bench) -> None:
    board.send(b"i")
    assert board.read(12) == b"VIRTUALBOARD"


@pytest.mark.parametrize("baud", [115_200, 2_000_000])
def test_reception_takes_what_a_uart_would_need(board: Bench, baud: int) -> None:
    count = 40_000
    board.send(b"b", baud)
    assert board.read(1) == b"b"
    board.machine.wire.feed(b"r" + count.to_bytes(4, "little") + bytes(index & 0xFF for index in range(count)))
    cycles, total = (int.from_bytes(board.read(4), "little") for _ in range(2))
    assert total == sum(index & 0xFF for index in range(count))
    divider = CLOCK_HZ // 4 // baud
    assert cycles == pytest.approx((count - 1) * 10 * divider * 4, rel=0.005)


def test_bytes_arrive_while_the_program_computes(board: Bench) -> None:
    board.send(b"b", 2_000_000)
    assert board.read(1) == b"b"
    board.send(b"c", 2_000_000)
    assert board.read(1) == b"!"
    board.machine.wire.feed(bytes(5_000))
    cycles, instructions, came = (int.from_bytes(board.read(4), "little") for _ in range(3))
    assert instructions > 2_000_000
    assert cycles > 1_000_000
    assert 0 < came <= 5_000


def test_instructions_are_counted_exactly(board: Bench) -> None:
    counts = []
    for rounds in (1_000, 2_000, 4_000):
        board.send(b"c", rounds)
        board.read(1)
        counts.append([int.from_bytes(board.read(4), "little") for _ in range(3)][:2])
    (cycles, instructions), second, third = counts
    assert second[1] - instructions == 1_000 * ((third[1] - second[1]) // 2_000)
    assert (third[1] - second[1]) % 2_000 == 0
    assert third[0] - second[0] == 2 * (second[0] - cycles)


@pytest.mark.parametrize("native", HOOKS[:-1])
def test_native_and_python_hooks_agree_on_an_image(image: Path, native: str) -> None:
    skip_where_it_does_not_run(native)
    answers = []
    for counting in (native, "python"):
        with running(image, counting) as bench:
            assert bench.machine.meter.kind == counting
            bench.send(b"c", 3_000)
            bench.read(1)
            answers.append(bench.read(12))
    assert answers[0] == answers[1]


def test_without_cycle_accounting_it_still_talks(image: Path) -> None:
    with running(image, "none") as bench:
        bench.send(b"c", 1_000)
        bench.read(1)
        cycles, instructions, _ = (int.from_bytes(bench.read(4), "little") for _ in range(3))
        assert cycles > 0
        assert instructions == 0


def test_systick_interrupts_come_and_return(board: Bench) -> None:
    assert board.ask(b"t", 20) == (20,)
    assert board.machine.system.active == []
    assert board.ask(b"e", 1) == (1,)


@pytest.mark.parametrize(
    ("command", "cfsr", "address"),
    [((b"w", 0x6000_0000), 1 << 15 | 1 << 9, 0x6000_0000), ((b"u",), 1 << 16, 0), ((b"f",), 1 << 19, 0)],
    ids=["bad address", "undefined instruction", "FPU off"],
)
def test_a_fault_runs_the_images_handler(
    board: Bench, capfd: pytest.CaptureFixture[str], command: tuple[bytes, *tuple[int, ...]], cfsr: int, address: int
) -> None:
    board.send(*command)
    board.wait_for_reset()
    mark, status, fault_address, pc = board.ask(b"l", answers=4)
    assert mark == 0xFA017
    assert (status, fault_address) == (cfsr, address)
    assert 0x0800_0000 < pc < 0x0801_0000
    assert board.machine.resets == 1
    assert f"CFSR 0x{cfsr:08X}" in capfd.readouterr().err


def test_a_reset_starts_over_at_the_first_rate(board: Bench) -> None:
    board.send(b"b", 2_000_000)
    board.read(1)
    board.send(b"x")
    board.wait_for_reset()
    assert board.ask(b"e", 7) == (7,)
    assert board.machine.resets == 1
    assert board.machine.usart.byte_cycles == 10 * 468 * 4  # 54 MHz / 115,200


def test_what_the_model_does_not_know_ends_the_run(board: Bench) -> None:
    board.send(b"w", 0x4000_0000)
    with pytest.raises(AssertionError):
        board.read(4)
    assert isinstance(board.error, ModelError)
    assert "0x40000000" in str(board.error)
    assert "PC 0x0800" in str(board.error)


def test_an_idle_board_sleeps(board: Bench) -> None:
    board.ask(b"e", 1)
    before = board.machine.meter.instructions
    wall = board.machine.clock.now
    while board.machine.clock.now < wall + CLOCK_HZ // 4:
        board.machine.wire.wait(0.01)
    # A quarter of a second at full speed would be some 50 million instructions.
    assert board.machine.meter.instructions - before < 100_000


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "vector table"), (b"\xff" * 100, "vector table"), (bytes(3 << 20), "3145728 bytes")],
    ids=["empty", "erased", "too large"],
)
def test_a_file_that_is_no_image_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    from device.emulator.machine import read_image

    path = tmp_path / "bad.bin"
    path.write_bytes(content)
    with pytest.raises(FileError, match=words):
        read_image(path)
