"""The register models of the virtual board on their own: wire, USART and DMA, clocks, SysTick and DWT."""

from __future__ import annotations

import pytest

from device.emulator.chip import cortex_m7 as m7
from device.emulator.chip import serial_port as serial
from device.emulator.chip.bus import Block, Bus, ModelError
from device.emulator.chip.clock import Clock
from device.emulator.chip.stm32f767 import CSR_SFTRST, RCC_CSR, Gpio, Rcc, system_memory
from device.emulator.chip.wire import Wire
from device.emulator.cost.meter import WallMeter

BYTE = 1_000  # cycles
RING = 0x2000_0000
RING_BYTES = 16
STREAM = serial.STREAM_BASE + serial.STREAM_STRIDE  # stream 1


def make_clock() -> Clock:
    """A clock that only goes when it is told to."""
    return Clock(WallMeter(lambda: 0.0))


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
    with pytest.raises(ModelError, match="0x40001000"):
        Bus(0x4000_0000).read(0x1000, 4)
    with pytest.raises(ModelError, match="offset 0x8"):
        Block("X", {0: 0}).read(8)


def test_bytes_and_half_words_of_a_register() -> None:
    bus, block = Bus(0x4000_0000), Block("X", {0: 0x1122_3344})
    bus.add(0x4000_0000, block)
    assert [bus.read(at, 1) for at in range(4)] == [0x44, 0x33, 0x22, 0x11]
    assert bus.read(2, 2) == 0x1122
    bus.write(1, 1, 0xAB)
    assert bus.read(0, 4) == 0x1122_AB44


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
def test_a_clock_that_silicon_would_not_survive_is_an_error(spoil, words: str) -> None:  # type: ignore[no-untyped-def]
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


def make_system(clock: Clock) -> tuple[m7.SystemControl, list[str]]:
    said: list[str] = []
    return m7.SystemControl(clock, lambda: said.append("reset"), lambda: said.append("look")), said


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


def test_a_host_needs_a_while_to_answer() -> None:
    wire = Wire(lambda: 0, lambda: 50_000)
    wire.feed(b"ab")
    assert wire.arrival(2, BYTE) == 2 * BYTE
    assert wire.take(2 * BYTE, BYTE, 9) == b"ab"
    wire.answered()
    wire.feed(b"c")
    wire.feed(b"d")
    assert wire.arrival(2, BYTE) == 50_000 + 2 * BYTE
