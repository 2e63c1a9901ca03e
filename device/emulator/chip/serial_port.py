"""USART and DMA of the STM32F767 as far as a serial link needs them: circular reception by DMA, polled transmission.

Register names, bits and behaviour: ST RM0410, chapters 8 (DMA) and 34 (USART). Bytes arrive from ``wire.py`` in
virtual time and are moved when the program reads NDTR, a status register or RDR. Nothing can tell the difference,
because there is nowhere else to read, except in the memory itself, which is brought up to date by each read too.
"""

from __future__ import annotations

from collections.abc import Callable

from device.emulator.chip.bus import Block, ModelError
from device.emulator.chip.clock import Clock
from device.emulator.chip.wire import Wire

CR1, CR2, CR3, BRR, GTPR, RTOR, RQR, ISR, ICR, RDR, TDR = range(0x00, 0x2C, 4)
CR1_UE, CR1_RE, CR1_TE, CR1_M0, CR1_OVER8 = 1 << 0, 1 << 2, 1 << 3, 1 << 12, 1 << 15
CR1_INTERRUPTS = 0x1F << 4 | 1 << 14 | 3 << 26
CR3_DMAR, CR3_DMAT, CR3_OVRDIS = 1 << 6, 1 << 7, 1 << 12
ISR_ORE, ISR_IDLE, ISR_RXNE, ISR_TC, ISR_TXE = 1 << 3, 1 << 4, 1 << 5, 1 << 6, 1 << 7
ISR_BUSY, ISR_TEACK, ISR_REACK = 1 << 16, 1 << 21, 1 << 22
FLUSH_BYTES = 1024

STREAM_BASE, STREAM_STRIDE = 0x10, 0x18
S_CR, S_NDTR, S_PAR, S_M0AR, S_M1AR, S_FCR = range(0x00, 0x18, 4)
S_CR_EN, S_CR_CIRC, S_CR_MINC = 1 << 0, 1 << 8, 1 << 10
S_CR_MODES = 3 << 6 | 1 << 9 | 3 << 11 | 3 << 13 | 1 << 18  # direction, PINC, PSIZE, MSIZE, DBM: zero for bytes in
S_CR_INTERRUPTS = 0xF << 1
FLAG_HALF, FLAG_COMPLETE = 1 << 4, 1 << 5
FLAG_SHIFT = (0, 6, 16, 22)  # of streams 0-3 in LISR, 4-7 in HISR


class Dma(Block):
    """A DMA controller of which only peripheral-to-memory byte streams work."""

    def __init__(self, name: str, store: Callable[[int, bytes], None]) -> None:
        registers = dict.fromkeys(range(0x00, 0x10, 4), 0)
        for stream in range(8):
            for offset in range(0, STREAM_STRIDE, 4):
                registers[STREAM_BASE + STREAM_STRIDE * stream + offset] = 0x21 if offset == S_FCR else 0
        super().__init__(name, registers)
        self._store = store
        self._loaded = [0] * 8  # NDTR when the stream was enabled
        self.sources: dict[tuple[int, int], Callable[[bool], None]] = {}  # (stream, channel) -> bring up to date

    def write(self, offset: int, value: int) -> None:
        if offset in (0x00, 0x04):
            return
        if offset in (0x08, 0x0C):
            self.words[offset - 8] &= ~value
            return
        stream, register = divmod(offset - STREAM_BASE, STREAM_STRIDE)
        control = STREAM_BASE + STREAM_STRIDE * stream
        if register == S_CR:
            self._control(stream, control, value)
        elif register == S_NDTR and self.words[control] & S_CR_EN:
            return  # read-only while enabled, RM0410 8.5.6
        super().write(offset, value & 0xFFFF if register == S_NDTR else value)

    def _control(self, stream: int, control: int, value: int) -> None:
        if value & S_CR_EN and not self.words[control] & S_CR_EN:
            channel = value >> 25 & 0xF
            if (stream, channel) not in self.sources or value & S_CR_MODES or not value & S_CR_MINC:
                raise ModelError(f"{self.name} stream {stream}: CR 0x{value:08X} is not a byte stream that is modelled")
            if value & S_CR_INTERRUPTS:
                raise ModelError(f"{self.name} stream {stream}: DMA interrupts are not modelled")
            self._loaded[stream] = self.words[control + S_NDTR]

    def read(self, offset: int) -> int:
        stream, register = divmod(offset - STREAM_BASE, STREAM_STRIDE)
        if offset < 0x08:
            for source in self.sources.values():
                source(False)
        elif offset >= STREAM_BASE and register == S_NDTR:
            source_of = self.sources.get((stream, self.words[offset - S_NDTR] >> 25 & 0xF))
            if source_of is not None:
                source_of(True)
        return super().read(offset)

    def room(self, stream: int) -> int:
        """Bytes the stream would take now; 0 for a stream that is off."""
        control = STREAM_BASE + STREAM_STRIDE * stream
        return self.words[control + S_NDTR] if self.words[control] & S_CR_EN else 0

    def transfer(self, stream: int, data: bytes) -> None:
        """Store ``data``, no longer than ``room``, and count NDTR down; at zero a circular stream starts again."""
        control = STREAM_BASE + STREAM_STRIDE * stream
        left, loaded = self.words[control + S_NDTR], self._loaded[stream]
        self._store(self.words[control + S_M0AR] + loaded - left, data)
        after = left - len(data)
        flags = FLAG_HALF if after <= loaded // 2 < left else 0
        if after == 0:
            flags |= FLAG_COMPLETE
            after = loaded
            if not self.words[control] & S_CR_CIRC:
                after = 0
                self.words[control] &= ~S_CR_EN
        self.words[control + S_NDTR] = after
        self.words[0x04 if stream >= 4 else 0x00] |= flags << FLAG_SHIFT[stream % 4]


class Usart(Block):
    """A USART whose receiver hangs on a ``Wire`` and whose transmitter calls ``send``.

    ``kernel_hz`` gives the clock that BRR divides; ``poll(received)`` is told of every poll of the receiver and how
    many bytes it found, and may let time pass when there is nothing new; ``busy`` is told of what is not waiting.
    """

    def __init__(
        self,
        name: str,
        clock: Clock,
        wire: Wire,
        kernel_hz: Callable[[], int],
        send: Callable[[bytes], None],
        poll: Callable[[int], None],
        busy: Callable[[], None],
    ) -> None:
        registers = dict.fromkeys(range(CR1, TDR + 4, 4), 0)
        super().__init__(name, registers)
        self._clock, self._wire, self._kernel_hz = clock, wire, kernel_hz
        self._send, self._poll, self._busy = send, poll, busy
        self._dma: tuple[Dma, int] | None = None
        self._out = bytearray()
        self._byte_cycles = 0  # 0: not known at the present rate
        self._flags = 0  # RXNE, ORE, IDLE
        self._sent_at = 0  # when the transmitter will be empty
        self._received = 0
        self._seen = 0
        self._idle_after = 0

    def use_dma(self, dma: Dma, stream: int, channel: int) -> None:
        """Wire the receiver's request line to a stream, RM0410 8.3.4."""
        self._dma = (dma, stream)
        dma.sources[stream, channel] = self.update

    def reset(self) -> None:
        super().reset()
        self._out.clear()
        self._flags = self._sent_at = self._idle_after = self._byte_cycles = 0

    def rate_changed(self) -> None:
        """A clock that the rate depends on may be another."""
        self._byte_cycles = 0

    @property
    def listening(self) -> bool:
        """Whether a byte would be received now."""
        return self.words[CR1] & (CR1_UE | CR1_RE) == CR1_UE | CR1_RE

    @property
    def byte_cycles(self) -> int:
        """Core cycles a byte takes on the wire at the rate in BRR; start, data and stop bits."""
        if self._byte_cycles:
            return self._byte_cycles
        control, divider = self.words[CR1], max(16, self.words[BRR])
        if control & CR1_OVER8:
            divider = ((divider & 0xFFF0) | (divider & 7) << 1) // 2
        bits = 10 + bool(control & CR1_M0) + (self.words[CR2] >> 12 & 3 == 2)
        self._byte_cycles = max(1, bits * divider * self._clock.hz // self._kernel_hz())
        return self._byte_cycles

    def flush(self) -> None:
        """Hand over what the program has transmitted."""
        if self._out:
            data = bytes(self._out)
            self._out.clear()
            self._send(data)

    def update(self, by_program: bool) -> None:
        """Receive what has arrived; ``by_program`` where the program is asking for it, and may be waiting."""
        self._receive()
        if by_program:
            received = self._received - self._seen
            self._seen = self._received
            self._poll(received)
            if not received:
                self._receive()

    def _receive(self) -> None:
        now = self._clock.now
        if not self.listening:
            self._wire.take(now, self.byte_cycles, 1 << 30)
            return
        byte_cycles = self.byte_cycles
        while True:
            dma = self._dma if self.words[CR3] & CR3_DMAR else None
            room = dma[0].room(dma[1]) if dma else 0
            if room and dma and self._flags & ISR_RXNE:
                dma[0].transfer(dma[1], bytes([self.words[RDR]]))
                self._flags &= ~ISR_RXNE
                continue
            data = self._wire.take(now, byte_cycles, room or 1)
            if not data:
                break
            self._received += len(data)
            self._idle_after = self._wire.last_arrival + byte_cycles
            if room and dma:
                dma[0].transfer(dma[1], data)
            elif self._flags & ISR_RXNE and not self.words[CR3] & CR3_OVRDIS:
                self._flags |= ISR_ORE
            else:
                self.words[RDR] = data[0]
                self._flags |= ISR_RXNE
        if self._idle_after and now >= self._idle_after:
            self._flags |= ISR_IDLE
            self._idle_after = 0

    def read(self, offset: int) -> int:
        if offset == ISR:
            return self._status()
        if offset == RDR:
            self.update(False)
            self._flags &= ~ISR_RXNE
        return super().read(offset)

    def _status(self) -> int:
        byte_cycles = self.byte_cycles
        if self._clock.now < self._sent_at - byte_cycles:
            self._clock.advance_to(self._sent_at - byte_cycles)  # the program waits for TXE: the wire's time, not ours
            self.update(False)
        else:
            self.update(True)
        status = self._flags
        if self.words[CR1] & CR1_UE:
            status |= ISR_TXE
            status |= ISR_TEACK if self.words[CR1] & CR1_TE else 0
            status |= ISR_REACK if self.words[CR1] & CR1_RE else 0
            status |= ISR_TC if self._clock.now >= self._sent_at else 0
        return status | (ISR_BUSY if self._wire.waiting else 0)

    @property
    def sent_at(self) -> int:
        """When the transmitter's last byte will have left."""
        return self._sent_at

    def write(self, offset: int, value: int) -> None:
        if offset in (ISR, RDR):
            return
        if offset == ICR:
            self._flags &= ~(value & (ISR_ORE | ISR_IDLE))
            return
        if offset == RQR:
            self._flags &= ~ISR_RXNE if value & 1 << 3 else -1
            return
        self._busy()
        if offset == TDR:
            self._transmit(value & 0xFF)
            return
        if offset in (CR1, CR3, BRR):
            self.update(False)
        if (offset == CR1 and value & CR1_INTERRUPTS) or (offset == CR3 and value & (CR3_DMAT | 1)):
            raise ModelError(f"{self.name}: interrupts and DMA transmission are not modelled (wrote 0x{value:08X})")
        super().write(offset, value)
        self.rate_changed()

    def _transmit(self, byte: int) -> None:
        if self.words[CR1] & (CR1_UE | CR1_TE) != CR1_UE | CR1_TE:
            return
        now, byte_cycles = self._clock.now, self.byte_cycles
        if now < self._sent_at - byte_cycles:
            return  # TXE was clear: on silicon too the byte is lost
        self._sent_at = max(now, self._sent_at) + byte_cycles
        self._out.append(byte)
        if len(self._out) >= FLUSH_BYTES:
            self.flush()
