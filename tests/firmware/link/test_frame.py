"""The packet layer in C: every good frame comes out, no damaged one, and Python's decoder sees the same."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from device.link.framing import Decoder, encode
from device.link.protocol import MAX_PAYLOAD_BYTES, Header, crc32
from tests.support.ctypes_firmware import Firmware, Parser

GOOD, BAD_CRC, TOO_LARGE = 1, 2, 3


def stream(rng: np.random.Generator, count: int) -> list[bytes]:
    """Frames with payloads that like to look like headers."""
    frames = []
    for sequence in range(count):
        payload = rng.integers(0, 256, int(rng.integers(0, 60)), dtype=np.uint8).tobytes()
        if rng.random() < 0.3:
            payload = b"\xfa\xce" * int(rng.integers(1, 12)) + payload
        frames.append(encode(int(rng.integers(1, 9)), sequence, payload))
    return frames


def damaged(rng: np.random.Generator, frames: list[bytes]) -> bytes:
    """Bits flipped, bytes dropped, added and repeated, frames cut and reordered."""
    frames = list(frames)
    for _ in range(int(rng.integers(0, 4))):
        index, kind = int(rng.integers(len(frames))), int(rng.integers(6))
        frame = bytearray(frames[index])
        at = int(rng.integers(len(frame))) if frame else 0
        if kind == 0 and frame:
            frame[at] ^= 1 << int(rng.integers(8))
        elif kind == 1:
            del frame[at : at + int(rng.integers(1, 30))]
        elif kind == 2:
            frame[at:at] = rng.integers(0, 256, int(rng.integers(1, 30)), dtype=np.uint8).tobytes()
        elif kind == 3:
            frame[at:at] = frame[at : at + 5]
        elif kind == 4:
            del frame[at:]
        else:
            other = int(rng.integers(len(frames)))
            frames[index], frames[other] = frames[other], frames[index]
            continue
        frames[index] = bytes(frame)
    return b"".join(frames)


def feed_in_pieces(parser: Parser, data: bytes, rng: np.random.Generator) -> None:
    while data:
        piece = int(rng.integers(1, 80))
        parser.feed(data[:piece])
        data = data[piece:]


def test_crc_is_zlibs(firmware: Firmware) -> None:
    rng = np.random.default_rng(1)
    for length in (0, 1, 2, 3, 4, 5, 7, 8, 9, 1000):
        data = rng.integers(0, 256, length, dtype=np.uint8).tobytes()
        assert firmware.library.crc32_add(0, data, length) == zlib.crc32(data)
        first = firmware.library.crc32_add(0, data, length // 2)
        assert firmware.library.crc32_add(first, data[length // 2 :], length - length // 2) == zlib.crc32(data)


@pytest.mark.parametrize("seed", range(12))
def test_broken_streams_give_what_python_gives(firmware: Firmware, seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(25):
        data = damaged(rng, stream(rng, 12))
        parser, decoder = Parser(firmware), Decoder()
        feed_in_pieces(parser, data, rng)
        expected = decoder.feed(data)
        got = [event[1:] for event in parser.events if event[0] == GOOD]
        assert got == [(frame.type, frame.sequence, frame.status, frame.payload) for frame in expected]
        damages = [(event[1], event[2]) for event in parser.events if event[0] != GOOD]
        assert damages == [(damage.type, damage.sequence) for damage in decoder.take_damages()]
        for name in ("frames", "header_errors", "frame_crc_errors", "skipped_bytes"):
            assert parser.counters[name] == getattr(decoder.counters, name), name


def test_every_flipped_bit_is_noticed(firmware: Firmware) -> None:
    frame, after = encode(5, 77, bytes(range(8))), encode(6, 78)
    for bit in range(8 * len(frame)):
        broken = bytearray(frame)
        broken[bit // 8] ^= 1 << bit % 8
        parser = Parser(firmware)
        parser.feed(bytes(broken) + after)
        parser.timeout()
        assert [event[1:3] for event in parser.events if event[0] == GOOD] == [(6, 78)], f"bit {bit}"


def test_a_lost_byte_does_not_take_the_next_frame(firmware: Firmware) -> None:
    first, second = encode(2, 1, bytes(200)), encode(2, 2, bytes(range(200)))
    for lost in range(len(first)):
        parser = Parser(firmware)
        parser.feed(first[:lost] + first[lost + 1 :] + second)
        assert (GOOD, 2, 2, 0, bytes(range(200))) in parser.events, f"byte {lost}"


def test_a_frame_that_stops_is_given_up_and_what_stands_inside_is_found(firmware: Firmware) -> None:
    parser = Parser(firmware)
    parser.feed(encode(2, 1, bytes(300))[:60] + encode(6, 2))
    assert parser.events == []
    parser.timeout()
    assert [event[1:3] for event in parser.events] == [(6, 2)]
    assert parser.counters["timeouts"] == 1


def test_a_length_beyond_every_board_is_refused_at_the_header(firmware: Firmware) -> None:
    head = Header(0xCEFA, 1, 2, 9, 0, MAX_PAYLOAD_BYTES + 1, 0).pack()[:12]
    parser = Parser(firmware)
    parser.feed(head + crc32(head).to_bytes(4, "little") + encode(6, 10))
    assert [event[:3] for event in parser.events] == [(TOO_LARGE, 2, 9), (GOOD, 6, 10)]


def test_the_longest_payload_fits(firmware: Firmware) -> None:
    payload = np.random.default_rng(3).integers(0, 256, MAX_PAYLOAD_BYTES, dtype=np.uint8).tobytes()
    parser = Parser(firmware)
    parser.feed(encode(2, 3, payload) + encode(6, 4))
    assert [event[1:] for event in parser.events] == [(2, 3, 0, payload), (6, 4, 0, b"")]
