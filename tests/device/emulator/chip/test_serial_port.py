"""The register models of USART and DMA on their own."""

from __future__ import annotations

import pytest

from device.emulator.chip import serial_port as serial
from device.emulator.chip.bus import ModelError
from device.emulator.chip.wire import Wire
from tests.support.emulated_clock import make_clock

BYTE = 1_000  # cycles
RING = 0x2000_0000
RING_BYTES = 16
STREAM = serial.STREAM_BASE + serial.STREAM_STRIDE  # stream 1


class SerialBench:
    """A USART and a DMA controller with a 16-byte ring, at 1,000 cycles a byte; ``memory`` is what DMA wrote."""

    def __init__(self, *, dma: bool = True) -> None:
        self.clock = make_clock()
        self.wire = Wire(lambda: self.clock.now)
        self.memory = bytearray(RING_BYTES)
        self.sent: list[bytes] = []
        self.polls: list[int] = []
        self.usart = serial.Usart(
            "USART3", self.clock, self.wire, lambda: self.clock.hz, self.sent.append, self.polls.append, lambda: None
        )
        self.dma = serial.Dma("DMA1", self._store)
        self.usart.use_dma(self.dma, stream=1, channel=4)
        self.usart.write(serial.BRR, BYTE // 10)
        if dma:
            self.dma.write(STREAM + serial.S_M0AR, RING)
            self.dma.write(STREAM + serial.S_NDTR, RING_BYTES)
            self.dma.write(STREAM + serial.S_CR, 4 << 25 | serial.S_CR_MINC | serial.S_CR_CIRC | serial.S_CR_EN)
            self.usart.write(serial.CR3, serial.CR3_DMAR)
        self.usart.write(serial.CR1, serial.CR1_UE | serial.CR1_RE | serial.CR1_TE)

    def _store(self, address: int, data: bytes) -> None:
        self.memory[address - RING : address - RING + len(data)] = data

    @property
    def left(self) -> int:
        return self.dma.read(STREAM + serial.S_NDTR)


def test_dma_fills_the_ring_as_time_goes_by() -> None:
    bench = SerialBench()
    bench.wire.feed(b"hello")
    assert bench.left == 16
    bench.clock.advance(3 * BYTE)
    assert bench.left == 13
    bench.clock.advance(3 * BYTE)
    assert bench.left == 11
    assert bench.memory[:6] == b"hello\0"
    assert bench.polls == [0, 3, 2]


def test_dma_goes_round_and_sets_its_flags() -> None:
    bench = SerialBench()
    bench.wire.feed(bytes(range(20)))
    bench.clock.advance(8 * BYTE)
    assert bench.dma.read(0) == serial.FLAG_HALF << 6
    bench.clock.advance(12 * BYTE)
    assert bench.left == 12
    assert bench.memory == bytes([16, 17, 18, 19, *range(4, 16)])
    assert bench.dma.read(0) == (serial.FLAG_HALF | serial.FLAG_COMPLETE) << 6
    bench.dma.write(8, 0xF40)
    assert bench.dma.read(0) == 0


def test_ndtr_is_fixed_while_the_stream_runs() -> None:
    bench = SerialBench()
    bench.dma.write(STREAM + serial.S_NDTR, 5)
    assert bench.left == 16


def test_polled_reception_and_overrun() -> None:
    bench = SerialBench(dma=False)
    bench.wire.feed(b"xyz")
    bench.clock.advance(BYTE)
    assert bench.usart.read(serial.ISR) & (serial.ISR_RXNE | serial.ISR_ORE) == serial.ISR_RXNE
    assert bench.usart.read(serial.RDR) == ord("x")
    bench.clock.advance(2 * BYTE)
    assert bench.usart.read(serial.ISR) & serial.ISR_ORE
    assert bench.usart.read(serial.RDR) == ord("y")
    bench.usart.write(serial.ICR, serial.ISR_ORE)
    assert not bench.usart.read(serial.ISR) & (serial.ISR_RXNE | serial.ISR_ORE)


def test_the_line_is_idle_a_byte_time_after_the_last_byte() -> None:
    bench = SerialBench()
    bench.wire.feed(b"x")
    bench.clock.advance(BYTE)
    assert not bench.usart.read(serial.ISR) & serial.ISR_IDLE
    bench.clock.advance(BYTE)
    assert bench.usart.read(serial.ISR) & serial.ISR_IDLE


def test_a_receiver_that_is_off_loses_bytes() -> None:
    bench = SerialBench()
    bench.usart.write(serial.CR1, 0)
    bench.wire.feed(b"lost")
    bench.clock.advance(10 * BYTE)
    bench.usart.write(serial.CR1, serial.CR1_UE | serial.CR1_RE)
    bench.clock.advance(10 * BYTE)
    assert bench.left == 16


def test_transmission_takes_the_wires_time_and_txe_waits_for_it() -> None:
    bench = SerialBench()
    for byte in b"abc":
        assert bench.usart.read(serial.ISR) & serial.ISR_TXE
        bench.usart.write(serial.TDR, byte)
    assert bench.clock.now == BYTE  # one byte in the shifter, one waiting: the third had to wait for one byte time
    assert not bench.usart.read(serial.ISR) & serial.ISR_TC
    bench.clock.advance_to(3 * BYTE)
    assert bench.usart.read(serial.ISR) & serial.ISR_TC
    assert bench.sent == []
    bench.usart.flush()
    assert bench.sent == [b"abc"]


def test_a_byte_written_without_waiting_for_txe_is_lost() -> None:
    bench = SerialBench()
    for byte in b"abc":
        bench.usart.write(serial.TDR, byte)
    bench.usart.flush()
    assert bench.sent == [b"ab"]


def test_what_is_not_modelled_is_an_error() -> None:
    bench = SerialBench()
    with pytest.raises(ModelError, match="interrupts"):
        bench.usart.write(serial.CR1, serial.CR1_UE | 1 << 5)
    with pytest.raises(ModelError, match="stream 5"):
        bench.dma.write(serial.STREAM_BASE + 5 * serial.STREAM_STRIDE, serial.S_CR_EN)
