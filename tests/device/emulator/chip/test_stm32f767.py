"""The register models of clocks, pins and the identity page on their own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from device.emulator.chip.bus import Bus, ModelError
from device.emulator.chip.stm32f767 import CSR_SFTRST, RCC_CSR, Gpio, Rcc, system_memory
from tests.support.emulated_clock import make_clock


def fast_clock(rcc: Rcc) -> None:
    rcc.write(0x00, 1 << 16 | 1 << 18 | 0x81)
    rcc.write(0x04, 4 | 216 << 6 | 1 << 22 | 9 << 24)
    rcc.write(0x00, 1 << 24 | 1 << 16 | 1 << 18 | 0x81)
    rcc.power.write(0, 3 << 16)
    rcc.flash.write(0, 7)
    rcc.write(0x08, 5 << 10 | 4 << 13 | 2)


def test_the_clock_tree_gives_216_mhz_and_54_for_the_usart() -> None:
    clock = make_clock()
    rcc = Rcc(clock, pytest.fail)
    assert clock.hz == 16_000_000
    fast_clock(rcc)
    assert clock.hz == 216_000_000
    assert rcc.usart3_hz() == 54_000_000
    assert rcc.read(0x08) >> 2 & 3 == 2
    assert rcc.power.read(4) >> 16 & 3 == 3


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda rcc: rcc.flash.write(0, 6), "wait states"),
        (lambda rcc: rcc.power.write(0, 0), "over-drive"),
        (lambda rcc: rcc.write(0x00, 0x81), "not ready"),
    ],
)
def test_a_clock_that_silicon_would_not_survive_is_an_error(spoil: Callable[[Rcc], object], words: str) -> None:
    rcc = Rcc(make_clock(), pytest.fail)
    rcc.write(0x00, 1 << 16 | 1 << 18 | 0x81)
    rcc.write(0x04, 4 | 216 << 6 | 1 << 22 | 9 << 24)
    rcc.write(0x00, 1 << 24 | 1 << 16 | 1 << 18 | 0x81)
    rcc.power.write(0, 3 << 16)
    rcc.flash.write(0, 7)
    spoil(rcc)
    with pytest.raises(ModelError, match=words):
        rcc.write(0x08, 2)


def test_a_peripheral_without_its_clock_is_dead_and_said_to_be() -> None:
    said: list[str] = []
    rcc = Rcc(make_clock(), said.append)
    bus, port = Bus(0x4002_0000, rcc.clocked), Gpio("B", {})
    bus.add(0x4002_0400, port)
    bus.write(0x418, 4, 1)
    assert bus.read(0x414, 4) == 0
    assert len(said) == 1
    assert "GPIOB" in said[0]
    rcc.write(0x30, 1 << 1)
    bus.write(0x418, 4, 1)
    assert bus.read(0x414, 4) == 1


def test_the_reason_for_a_reset_is_kept_until_it_is_removed() -> None:
    rcc = Rcc(make_clock(), pytest.fail)
    rcc.reset()
    rcc.note_reset(software=True)
    assert rcc.read(RCC_CSR) & CSR_SFTRST
    rcc.write(RCC_CSR, 1 << 24)
    assert not rcc.read(RCC_CSR) & CSR_SFTRST


def test_pins_are_set_and_reset_by_bsrr() -> None:
    port = Gpio("B", {})
    port.write(Gpio.MODER, 1 << 0 | 1 << 28)
    port.write(Gpio.BSRR, 1 << 0 | 1 << 14 | 1 << 3)
    assert port.read(Gpio.ODR) == 0x4009
    assert port.read(Gpio.IDR) == 0x4001  # pin 3 is an input
    port.write(Gpio.BSRR, 1 << 16)
    assert port.read(Gpio.ODR) == 0x4008


def test_the_identity_page() -> None:
    page = system_memory(b"VIRTUALBOARD")
    assert page[0x420:0x42C] == b"VIRTUALBOARD"
    assert int.from_bytes(page[0x442:0x444], "little") == 2048
