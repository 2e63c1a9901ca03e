"""Registers behind addresses: what every modelled peripheral has in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from device.errors import DeviceError

WORD = 0xFFFF_FFFF


class ModelError(DeviceError):
    """The image did something that this model does not know, or that would not work on silicon."""


class Block:
    """A peripheral: registers by offset. A subclass gives some of them behaviour; the rest are storage.

    ``registers`` maps each known offset (bytes, word-aligned) to its value after reset; any other offset is an error,
    because a register that silently does nothing hides the very bug an emulator is for.
    """

    def __init__(self, name: str, registers: Mapping[int, int]) -> None:
        self.name = name
        self._reset_values = dict(registers)
        self.words = dict(registers)

    def reset(self) -> None:
        """Every register as after a reset of the board."""
        self.words = dict(self._reset_values)

    def read(self, offset: int) -> int:
        """The word at ``offset``."""
        try:
            return self.words[offset]
        except KeyError:
            raise ModelError(f"{self.name} has no register at offset 0x{offset:X}") from None

    def write(self, offset: int, value: int) -> None:
        """Store the word at ``offset``."""
        if offset not in self.words:
            raise ModelError(f"{self.name} has no register at offset 0x{offset:X}")
        self.words[offset] = value


class Bus:
    """Peripheral blocks side by side in one range of addresses, beginning at ``base``.

    ``clocked`` says whether a block's clock is on (RCC enable bits): without it a peripheral reads as zero and ignores
    writes, as on silicon. ``before_read`` is called ahead of every read.
    """

    def __init__(
        self,
        base: int,
        clocked: Callable[[Block], bool] = lambda block: True,
        before_read: Callable[[Block], None] = lambda block: None,
    ) -> None:
        self.base = base
        self._clocked, self._before_read = clocked, before_read
        self._blocks: dict[int, tuple[int, Block]] = {}  # by 1 KiB page

    def add(self, address: int, block: Block, size: int = 0x400) -> None:
        """Place a block; ``size`` in bytes, a multiple of 1 KiB."""
        for page in range(address >> 10, (address + size) >> 10):
            self._blocks[page] = (address, block)

    def blocks(self) -> list[Block]:
        """Every block once."""
        return list({id(block): block for _, block in self._blocks.values()}.values())

    def _find(self, address: int) -> tuple[int, Block]:
        try:
            base, block = self._blocks[address >> 10]
        except KeyError:
            raise ModelError(
                f"nothing is modelled at address 0x{address:08X}",
                "add the peripheral to device/emulator/chip/stm32f767.py",
            ) from None
        return address - base, block

    def read(self, offset: int, size: int) -> int:
        """What the processor reads: ``size`` of 1, 2 or 4 bytes at ``base + offset``."""
        offset, block = self._find(self.base + offset)
        self._before_read(block)
        if not self._clocked(block):
            return 0
        word = block.read(offset & ~3)
        return word if size == 4 else (word >> 8 * (offset & 3)) & ((1 << 8 * size) - 1)

    def write(self, offset: int, size: int, value: int) -> None:
        """What the processor writes; a byte or half word leaves the rest of its register as stored."""
        offset, block = self._find(self.base + offset)
        if not self._clocked(block):
            return
        if size != 4:
            shift = 8 * (offset & 3)
            mask = ((1 << 8 * size) - 1) << shift
            value = (block.words.get(offset & ~3, 0) & ~mask) | (value << shift & mask)
        block.write(offset & ~3, value & WORD)
