"""The parser eats bytes: whole, in pieces, damaged, and made up.

``FUZZED_INPUTS`` in the environment sets how many streams are made up, by default a few thousand; a million take about
a minute.
"""

from __future__ import annotations

import os
import random

import pytest

from device.link.framing import HEADER_BYTES, MAGIC_BYTES, OVERHEAD_BYTES, Decoder, Frame, encode
from device.link.protocol import MAGIC, MAX_PAYLOAD_BYTES, PROTOCOL_VERSION, Header, Status, crc32

FUZZED_INPUTS = int(os.environ.get("FUZZED_INPUTS", "2000"))
pytestmark = pytest.mark.timeout(300 + FUZZED_INPUTS // 1000)
FRAMES = [
    Frame(1, 0, 0, b""),
    Frame(2, 65535, 0, bytes(range(256)) * 192),
    Frame(0x82, 7, 8, MAGIC_BYTES * 9),
    Frame(255, 300, 65535, b"\xfa"),
]


def encoded(frame: Frame) -> bytes:
    return encode(frame.type, frame.sequence, frame.payload, frame.status, frame.version)


STREAM = b"".join(encoded(frame) for frame in FRAMES)


def test_layout_of_a_frame() -> None:
    data = encode(2, 0x1234, b"abc", 5)
    header = Header.parse(data)
    assert data[:2] == b"\xfa\xce"
    assert len(data) == OVERHEAD_BYTES + 3
    assert (header.magic, header.version, header.type) == (MAGIC, PROTOCOL_VERSION, 2)
    assert (header.sequence, header.status, header.length) == (0x1234, 5, 3)
    assert header.header_crc == crc32(data[:12])
    assert int.from_bytes(data[-4:], "little") == crc32(data[:12], data[16:-4])


@pytest.mark.parametrize("piece", [1, 2, 3, 15, 16, 17, 64, 4096, len(STREAM)])
def test_pieces_of_any_size(piece: int) -> None:
    decoder = Decoder()
    frames = [f for at in range(0, len(STREAM), piece) for f in decoder.feed(STREAM[at : at + piece])]
    assert frames == FRAMES
    assert decoder.counters.errors == 0
    assert decoder.pending_bytes == 0


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_takes_any_kind_of_bytes(kind: type) -> None:
    assert Decoder().feed(kind(STREAM)) == FRAMES


def test_frames_stand_between_noise() -> None:
    noise = b"\xfa\xfa\xce\x00boot\n" * 3
    decoder = Decoder()
    assert decoder.feed(noise + encoded(FRAMES[0]) + noise + encoded(FRAMES[1])) == FRAMES[:2]
    assert decoder.counters.skipped_bytes == 2 * len(noise)


def test_every_damaged_byte_is_noticed_and_the_next_frame_arrives() -> None:
    first, second = encode(5, 1, b"12345678"), encode(5, 2, b"abcdefgh")
    for position in range(len(first)):
        for bit in range(8):
            damaged = bytearray(first)
            damaged[position] ^= 1 << bit
            decoder = Decoder()
            frames = decoder.feed(bytes(damaged) + second)
            assert frames == [Frame(5, 2, 0, b"abcdefgh")], (position, bit)
            assert decoder.counters.errors > 0


def test_a_lost_byte_does_not_take_the_next_frame_with_it() -> None:
    first, second = encode(2, 1, bytes(300)), encode(2, 2, b"x" * 300)
    for position in range(len(first)):
        decoder = Decoder()
        assert decoder.feed(first[:position] + first[position + 1 :] + second) == [Frame(2, 2, 0, b"x" * 300)], position


def test_a_cut_header_completed_by_the_next_frames_first_byte() -> None:
    cut = next(data for n in range(65536) if (data := encode(2, n, b"x"))[HEADER_BYTES - 1] == MAGIC_BYTES[0])
    assert Decoder().feed(cut[: HEADER_BYTES - 1] + encoded(FRAMES[0])) == [FRAMES[0]]


def test_bad_frame_crc_is_reported_with_its_header() -> None:
    data = bytearray(encode(2, 77, b"payload"))
    data[20] ^= 1
    decoder = Decoder()
    assert decoder.feed(data) == []
    assert decoder.counters.frame_crc_errors == 1
    (damage,) = decoder.take_damages()
    assert (damage.type, damage.sequence, damage.length, damage.status) == (2, 77, 7, Status.BAD_CRC)
    assert decoder.take_damages() == []


def test_too_large_is_refused_without_waiting_for_it() -> None:
    head = Header(MAGIC, PROTOCOL_VERSION, 2, 9, 0, MAX_PAYLOAD_BYTES + 1, 0).pack()[:12]
    head += crc32(head).to_bytes(4, "little")
    decoder = Decoder()
    assert decoder.feed(head + encoded(FRAMES[0])) == [FRAMES[0]]
    (damage,) = decoder.take_damages()
    assert (damage.sequence, damage.status) == (9, Status.TOO_LARGE)


def test_the_largest_payload_passes() -> None:
    frame = Frame(2, 1, 0, bytes(MAX_PAYLOAD_BYTES))
    assert Decoder().feed(encoded(frame)) == [frame]


def test_a_damaged_frame_is_not_taken_for_the_frame_inside_it() -> None:
    inner = encode(5, 3, b"inner")
    assert Decoder().feed(encode(2, 4, inner)) == [Frame(2, 4, 0, inner)]


def test_a_payload_does_not_pass_under_another_header() -> None:
    first, second = encode(0x82, 1, b"one's answer"), encode(0x82, 2, b"two's answer")
    assert Decoder().feed(first[:HEADER_BYTES] + second[HEADER_BYTES:]) == []


def test_give_up_drops_a_half_frame_and_takes_what_stands_behind_its_header() -> None:
    half = encode(2, 1, bytes(1000))[:400]
    decoder = Decoder()
    assert decoder.feed(half + encoded(FRAMES[0]) + encoded(FRAMES[3])) == []
    assert decoder.give_up() == [FRAMES[0], FRAMES[3]]
    assert decoder.pending_bytes == 0
    assert decoder.counters.skipped_bytes == 400
    assert decoder.feed(encoded(FRAMES[1])) == [FRAMES[1]]


def test_give_up_with_nothing_pending() -> None:
    decoder = Decoder()
    assert decoder.give_up() == []
    decoder.feed(b"\xfa")
    assert decoder.give_up() == []
    assert decoder.counters.skipped_bytes == 1


def test_reset_forgets_a_half_frame() -> None:
    decoder = Decoder()
    decoder.feed(encode(2, 1, bytes(1000))[:400])
    decoder.reset()
    assert decoder.pending_bytes == 0
    assert decoder.feed(encoded(FRAMES[0])) == [FRAMES[0]]


def test_memory_is_bounded_by_the_largest_frame() -> None:
    decoder = Decoder(max_payload=1000)
    rng = random.Random(1)
    for _ in range(500):
        decoder.feed(rng.randbytes(4096))
        assert decoder.pending_bytes <= 1000 + OVERHEAD_BYTES


def test_another_version_is_a_frame_that_says_so() -> None:
    (frame,) = Decoder().feed(encode(1, 2, b"", version=9))
    assert frame.version == 9


def test_fuzzed_streams_give_only_frames_that_were_sent() -> None:
    """Mutated streams, in random pieces: no crash, no frame that nobody sent, and a good frame at the end arrives."""
    last = Frame(0x83, 4711, 0, b"the end")
    for seed in range(FUZZED_INPUTS):
        rng = random.Random(seed)
        sent = [
            Frame(rng.randrange(256), rng.randrange(65536), 0, rng.randbytes(rng.choice((0, 4, 40, 400))))
            for _ in "abc"
        ]
        data = bytearray(b"".join(encoded(frame) for frame in sent))
        for _ in range(rng.randrange(12)):
            mutate(data, rng)
        # Directly behind, its first byte could stand in for a lost last byte that was the same: then both are good.
        data += b"\0" + encoded(last)
        decoder = Decoder(max_payload=4096)
        frames = []
        while data:
            size = rng.choice((1, 7, 64, 4096))
            frames += decoder.feed(data[:size])
            del data[:size]
        frames += decoder.give_up()
        assert frames[-1] == last, seed
        assert all(frame in sent for frame in frames[:-1]), seed


def test_fuzzed_headers_with_good_checksums() -> None:
    """Random headers whose own CRC fits, so that the parser has to believe their lengths."""
    for seed in range(FUZZED_INPUTS // 4):
        rng = random.Random(seed)
        data = bytearray()
        for _ in range(20):
            head = MAGIC_BYTES + rng.randbytes(6) + rng.choice((0, 5, 60, 5000, 1 << 31)).to_bytes(4, "little")
            data += head + crc32(head).to_bytes(4, "little") + rng.randbytes(rng.randrange(50))
        decoder = Decoder(max_payload=4096)
        frames = decoder.feed(data) + decoder.give_up()
        assert frames == []
        assert decoder.counters.too_large + decoder.counters.frame_crc_errors > 0
        assert decoder.counters.skipped_bytes == len(data)


def mutate(data: bytearray, rng: random.Random) -> None:
    """One change somewhere; the good frame that a test adds behind stays whole."""
    at = rng.randrange(len(data)) if data else 0
    match rng.randrange(5):
        case 0 if data:
            data[at] ^= 1 << rng.randrange(8)
        case 1:
            del data[at : at + rng.choice((1, 2, HEADER_BYTES, 300))]
        case 2:
            data[at:at] = rng.randbytes(rng.choice((1, 2, HEADER_BYTES, 300)))
        case 3:
            data[at:at] = MAGIC_BYTES
        case 4:
            data[at:at] = data[at : at + rng.choice((1, HEADER_BYTES, 100))]
