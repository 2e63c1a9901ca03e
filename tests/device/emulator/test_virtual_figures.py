"""What the prebuilt image says of itself on the virtual board, against what the emulator sees from outside."""

from __future__ import annotations

import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

pytest.importorskip("unicorn")

from unicorn.unicorn_const import UC_HOOK_MEM_WRITE

from device.emulator.launcher import default_image
from device.emulator.machine import Machine, read_image
from device.link.framing import Decoder, Frame, encode
from device.link.protocol import HelloReply, InferReply, LayerProfile, ProfileReply, StatsReply, Status, Type

PATIENCE_S = 60.0
STACK_BOTTOM = 0x2000_0000  # link.ld: the stack lies at the bottom of DTCM, its top is the first word of the image
ARENA, ARENA_BYTES = 0x2002_0000, 384 * 1024  # alone in SRAM
PAINT = 0xA5  # what unused stack and arena hold; writing it is no use


class Board:
    """The image on a thread of this process."""

    def __init__(self) -> None:
        self._image = read_image(default_image())
        self._answers: list[Frame] = []
        self._came = threading.Condition()
        self._decoder = Decoder()
        self._sequence = 0
        self.listening = threading.Event()
        self.machine = Machine(self._image, self._take, on_listening=self.listening.set)

    @property
    def stack_top(self) -> int:
        return int(struct.unpack_from("<I", self._image)[0])

    def _take(self, data: bytes) -> None:
        with self._came:
            self._answers += self._decoder.feed(data)
            self._came.notify_all()

    def ask(self, kind: Type, payload: bytes = b"") -> bytes:
        self._sequence += 1
        with self._came:
            self.machine.wire.feed(encode(kind, self._sequence, payload))
            assert self._came.wait_for(lambda: self._answers, PATIENCE_S)
            answer = self._answers.pop()
        assert answer.status == Status.OK
        return answer.payload

    def stats(self) -> StatsReply:
        return StatsReply.parse(self.ask(Type.STATS))

    def watch(self, first: int, end: int) -> list[int]:
        """Lowest and highest address written from now on, paint aside."""
        found = [end, first]

        def note(_engine: Any, _kind: int, address: int, size: int, value: int, _user: Any) -> None:
            if (value & (1 << 8 * size) - 1).to_bytes(size, "little") != bytes([PAINT] * size):
                found[:] = min(found[0], address), max(found[1], address + size)

        self.machine.engine.hook_add(UC_HOOK_MEM_WRITE, note, begin=first, end=end - 1)
        return found


@contextmanager
def running(board: Board) -> Iterator[None]:
    thread = threading.Thread(target=board.machine.run, name="board under test")
    thread.start()
    try:
        assert board.listening.wait(PATIENCE_S)
        yield
    finally:
        board.machine.stop()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


def test_the_layers_of_a_profile_add_up_to_what_a_crop_takes() -> None:
    """PROFILE sums its layers; INFER counts once, and begins before the crop's last byte. They agree within 1 %."""
    board = Board()
    with running(board):
        hello = HelloReply.parse(board.ask(Type.HELLO))
        crop = bytes(hello.input_height * hello.input_width * hello.input_channels)
        inference = InferReply.parse(board.ask(Type.INFER, crop))
        payload = board.ask(Type.PROFILE)
    head = ProfileReply.parse(payload)
    records = range(ProfileReply.size(), len(payload), LayerProfile.size())
    layers = [LayerProfile.parse(payload[at : at + LayerProfile.size()]) for at in records]
    assert len(layers) == head.layer_count == hello.layer_count
    cycles, instructions = sum(layer.cycles for layer in layers), sum(layer.instructions for layer in layers)
    assert cycles == pytest.approx(head.network_cycles, rel=0.01)
    assert cycles == pytest.approx(inference.network_cycles, rel=0.01)
    assert 0 < inference.total_cycles < cycles
    assert instructions == pytest.approx(head.network_instructions, rel=0.01)
    assert instructions == pytest.approx(inference.network_instructions, rel=0.01)
    assert all(layer.cycles > 0 for layer in layers)


def test_the_stacks_mark_is_the_deepest_word_written() -> None:
    board = Board()
    written = board.watch(STACK_BOTTOM, board.stack_top)
    with running(board):
        before = board.stats().stack_bytes
        assert before == board.stack_top - (written[0] & ~3)
        board.ask(Type.SELFTEST)
        after = board.stats().stack_bytes
        assert after == board.stack_top - (written[0] & ~3)
    assert 0 < before < after < board.stack_top - STACK_BOTTOM


def test_the_arenas_mark_is_the_last_word_written() -> None:
    board = Board()
    written = board.watch(ARENA, ARENA + ARENA_BYTES)
    with running(board):
        wanted = HelloReply.parse(board.ask(Type.HELLO)).arena_bytes
        before = board.stats().arena_bytes
        assert before == -(-(written[1] - ARENA) // 4) * 4
        board.ask(Type.SELFTEST)
        after = board.stats().arena_bytes
        assert after == -(-(written[1] - ARENA) // 4) * 4
    assert 0 < before < 100 < after <= wanted
