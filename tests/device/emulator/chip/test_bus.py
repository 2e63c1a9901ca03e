"""The bus on its own: widths of access, and addresses that nothing answers."""

from __future__ import annotations

import pytest

from device.emulator.chip.bus import Block, Bus, ModelError


def test_bytes_and_half_words_of_a_register() -> None:
    bus, block = Bus(0x4000_0000), Block("X", {0: 0x1122_3344})
    bus.add(0x4000_0000, block)
    assert [bus.read(at, 1) for at in range(4)] == [0x44, 0x33, 0x22, 0x11]
    assert bus.read(2, 2) == 0x1122
    bus.write(1, 1, 0xAB)
    assert bus.read(0, 4) == 0x1122_AB44


def test_an_address_that_is_not_modelled_is_an_error() -> None:
    with pytest.raises(ModelError, match="0x40001000"):
        Bus(0x4000_0000).read(0x1000, 4)
    with pytest.raises(ModelError, match="offset 0x8"):
        Block("X", {0: 0}).read(8)
