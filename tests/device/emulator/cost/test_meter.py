"""Counting blocks: every hook gives the same exact numbers, and stops where it is told to."""

from __future__ import annotations

import pytest

from device.emulator.cost import meter
from device.emulator.cost.cycle_model import block_cost
from device.emulator.cost.meter import NEVER, Meter, UnavailableError, WallMeter, make_meter
from tests.device.emulator.emulator_image import HOOKS, runs_here, skip_where_it_does_not_run

CODE_BASE = 0x0800_0000
LOOP = bytes.fromhex(
    "4ff47a70"  # mov.w r0, #1000
    "0a46"  # 1: mov r2, r1
    "10f00103"  # ands r3, r0, #1
    "18bf"  # it ne
    "0131"  # addne r1, #1
    "0bb9"  # cbnz r3, 2f
    "0232"  # adds r2, #2
    "00bf"  # nop
    "0138"  # 2: subs r0, #1
    "f5d1"  # bne 1b
)
ROUNDS, ODD_ROUNDS = 1000, 500
ROUND_INSTRUCTIONS, EVEN_EXTRA = 7, 2  # mov ands it add cbnz, subs bne; and adds nop where r3 is zero


def _run(counting: Meter) -> tuple[int, int]:
    unicorn = pytest.importorskip("unicorn")
    engine = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_THUMB)
    engine.mem_map(CODE_BASE, 0x1000)
    engine.mem_write(CODE_BASE, LOOP)
    counting.attach(engine)
    engine.emu_start(CODE_BASE | 1, CODE_BASE + len(LOOP))
    return counting.cycles, counting.instructions


def _meter(kind: str) -> Meter:
    skip_where_it_does_not_run(kind)
    code = {address: LOOP[address - CODE_BASE :] for address in range(CODE_BASE, CODE_BASE + len(LOOP), 2)}
    return make_meter([(CODE_BASE, 0x1000)], lambda address, size: block_cost(code[address][:size]), kind)


@pytest.mark.parametrize("kind", HOOKS)
def test_instructions_are_counted_exactly(kind: str) -> None:
    _, instructions = _run(_meter(kind))
    assert instructions == 1 + ROUNDS * ROUND_INSTRUCTIONS + (ROUNDS - ODD_ROUNDS) * EVEN_EXTRA


@pytest.mark.parametrize("kind", HOOKS[:-1])
def test_every_hook_gives_the_same_numbers(kind: str) -> None:
    assert _run(_meter(kind)) == _run(_meter("python"))


@pytest.mark.parametrize("kind", HOOKS)
def test_a_deadline_stops_before_a_block_that_is_not_counted(kind: str) -> None:
    unicorn = pytest.importorskip("unicorn")
    counting = _meter(kind)
    engine = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_THUMB)
    engine.mem_map(CODE_BASE, 0x1000)
    engine.mem_write(CODE_BASE, LOOP)
    counting.attach(engine)
    counting.set_deadline(100)
    engine.emu_start(CODE_BASE | 1, CODE_BASE + len(LOOP))
    assert 100 <= counting.cycles < 120
    counting.set_deadline(NEVER)
    engine.emu_start(engine.reg_read(unicorn.arm_const.UC_ARM_REG_PC) | 1, CODE_BASE + len(LOOP))
    assert (counting.cycles, counting.instructions) == _run(_meter(kind))


def test_the_best_hook_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    made = make_meter([], lambda address, size: (0, 0))
    best = next((kind for kind in HOOKS if runs_here(kind)), None)
    assert made.kind == best
    monkeypatch.setattr(meter, "native_hook", lambda: None)
    assert make_meter([], lambda address, size: (0, 0)).kind == "python"


def test_a_hook_that_does_not_run_here_is_an_error_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meter, "compiled_hook", lambda: None)
    monkeypatch.setattr(meter, "prebuilt_hook", lambda: None)
    with pytest.raises(UnavailableError, match="C compiler"):
        make_meter([], lambda address, size: (0, 0), "compiled")
    with pytest.raises(UnavailableError, match="x86-64"):
        make_meter([], lambda address, size: (0, 0), "prebuilt")


def test_without_accounting_time_is_the_wall_clock() -> None:
    now = 5.0
    wall = WallMeter(lambda: now)
    wall.set_clock(1_000)
    now = 7.0
    assert (wall.cycles, wall.instructions) == (2_000, 0)
    wall.set_clock(10_000)
    now = 8.0
    assert wall.cycles == 12_000
