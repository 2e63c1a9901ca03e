"""The register models of the core on their own: SysTick, interrupts, faults, cycle counter."""

from __future__ import annotations

from device.emulator.chip import cortex_m7 as m7
from device.emulator.chip.clock import Clock
from tests.support.emulated_clock import make_clock


def make_system(clock: Clock) -> tuple[m7.SystemControl, list[str]]:
    said: list[str] = []
    return m7.SystemControl(clock, lambda: said.append("reset"), lambda: said.append("check")), said


def test_aircr_needs_its_key() -> None:
    system, said = make_system(make_clock())
    system.write(m7.AIRCR, m7.AIRCR_SYSRESETREQ)
    assert said == []
    system.write(m7.AIRCR, m7.AIRCR_KEY << 16 | m7.AIRCR_SYSRESETREQ)
    assert said == ["reset"]


def test_systick_counts_down_and_pends() -> None:
    clock = make_clock()
    system, _ = make_system(clock)
    system.write(m7.SYST_RVR, 99)
    system.write(m7.SYST_CVR, 0)
    system.write(m7.SYST_CSR, 7)
    clock.advance(1)
    assert system.read(m7.SYST_CVR) == 99
    assert system.next_tick() == 100
    clock.advance(249)
    assert system.read(m7.SYST_CVR) == 50
    system.tick()
    assert system.pending == {m7.SYS_TICK}
    assert system.next_tick() == 300


def test_interrupts_are_enabled_and_pended_by_set_and_clear_registers() -> None:
    system, _ = make_system(make_clock())
    system.write(m7.ISER + 4, 1 << 7)
    system.write(m7.ISPR + 4, 1 << 7)
    assert system.is_enabled(16 + 39)
    assert system.pending == {16 + 39}
    assert system.read(m7.ICER + 4) == 1 << 7
    assert system.read(m7.ICPR + 4) == 1 << 7
    system.write(m7.ICPR + 4, 1 << 7)
    system.write(m7.ICER + 4, 1 << 7)
    assert not system.pending
    assert not system.is_enabled(16 + 39)


def test_faults_are_cleared_by_writing_ones() -> None:
    system, _ = make_system(make_clock())
    system.words[m7.CFSR] = 0x8200
    system.write(m7.CFSR, 0x200)
    assert system.read(m7.CFSR) == 0x8000


def test_cyccnt_counts_only_when_unlocked_and_traced() -> None:
    counts, traced = [1_000, 50], [False]
    dwt = m7.Dwt(lambda: (counts[0], counts[1]), lambda: traced[0])
    dwt.write(m7.DWT_CTRL, 1)
    traced[0] = True
    assert dwt.read(m7.DWT_CYCCNT) == 0  # locked: the write was ignored
    dwt.write(m7.DWT_LAR, m7.DWT_UNLOCK)
    dwt.write(m7.DWT_CYCCNT, 0)
    dwt.write(m7.DWT_CTRL, 1)
    counts[0] += 2**32 + 7
    assert dwt.read(m7.DWT_CYCCNT) == 7
    dwt.write(m7.DWT_CYCCNT, 100)
    counts[0] += 1
    assert dwt.read(m7.DWT_CYCCNT) == 101
    assert dwt.read(m7.DWT_INSTRUCTIONS) == 50
