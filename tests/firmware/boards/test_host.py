"""The firmware's conversation, on the board that is a program with a pty."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from device.link.crop_code import encode as encode_crop
from device.link.crop_code import rounded
from device.link.framing import encode
from device.link.protocol import (
    HOST_UNIQUE_ID,
    START_BAUD,
    BaudRequest,
    Capability,
    DoorAction,
    DoorReply,
    DoorRequest,
    DoorState,
    HelloReply,
    InferReply,
    LayerProfile,
    ProfileReply,
    SelftestReply,
    StatsReply,
    Status,
    Type,
)
from device.network.file import Network
from device.network.reference import fingerprint
from tests.support.crops import smooth
from tests.support.raw_client import Talk


@contextmanager
def board(host_build: Path, *arguments: str) -> Iterator[Talk]:
    """The host program and a client at its pty."""
    with subprocess.Popen([host_build / "host", *arguments], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            descriptor = os.open(process.stdout.readline().strip(), os.O_RDWR | os.O_NOCTTY)
            try:
                yield Talk.over_pty(descriptor)
            finally:
                os.close(descriptor)
            assert process.poll() is None, "the board ended"
        finally:
            process.kill()


@pytest.fixture
def talk(host_build: Path, network_path: Path) -> Iterator[Talk]:
    with board(host_build, str(network_path)) as client:
        yield client


@pytest.fixture
def crop(network: Network) -> np.ndarray:
    return np.random.default_rng(21).integers(0, 256, network.input_shape, dtype=np.uint8)


def check_fingerprint(payload: bytes, network: Network, crop: np.ndarray) -> None:
    np.testing.assert_array_equal(np.frombuffer(payload[InferReply.size() :], np.int8), fingerprint(network, crop))


def test_hello(talk: Talk, network: Network) -> None:
    hello = talk.record(HelloReply, Type.HELLO)
    header = network.header
    assert hello.unique_id == HOST_UNIQUE_ID
    assert hello.board.rstrip(b"\0") == b"host"
    assert (hello.input_height, hello.input_width, hello.input_channels) == network.input_shape
    assert (hello.fingerprint_length, hello.layer_count) == (header.output_length, len(network.layers))
    assert (hello.zero_point, hello.scale) == (header.output_zero_point, header.output_scale)
    assert (hello.network_hash, hello.arena_bytes) == (header.hash, network.memory_bytes)
    wanted = Capability.INFER | Capability.PROFILE | Capability.DOOR | Capability.OVERLAP | Capability.FLIP
    wanted |= Capability.CODED
    assert hello.capabilities == wanted


def test_infer(talk: Talk, network: Network, crop: np.ndarray) -> None:
    reply = talk.ask(Type.INFER, crop.tobytes())
    check_fingerprint(reply.payload, network, crop)
    head = InferReply.parse(reply.payload)
    assert head.network_cycles > 0
    assert head.total_cycles > 0


def check_both(payload: bytes, network: Network, crop: np.ndarray) -> None:
    both = np.frombuffer(payload[InferReply.size() :], np.int8).reshape(2, network.header.output_length)
    np.testing.assert_array_equal(both[0], fingerprint(network, crop))
    np.testing.assert_array_equal(both[1], fingerprint(network, crop[:, ::-1]))


def test_the_second_pass_is_on_the_mirror_image(talk: Talk, network: Network, crop: np.ndarray) -> None:
    """The small network takes its crop whole or row by row, as the board can: both keep it for its mirror image."""
    check_both(talk.ask(Type.INFER_FLIP, crop.tobytes()).payload, network, crop)
    assert talk.ask(Type.INFER_FLIP, crop.tobytes()[:-1]).status == Status.BAD_LENGTH
    check_fingerprint(talk.ask(Type.INFER, crop.tobytes()).payload, network, crop)


@pytest.mark.parametrize("near", [0, 2])
def test_a_coded_crop_is_computed_as_it_is_decoded(talk: Talk, network: Network, near: int) -> None:
    height, width, _ = network.input_shape
    face = smooth(np.random.default_rng(4), height, width, 2.0)
    stream = encode_crop(face, near)
    assert len(stream) < face.size
    check_fingerprint(talk.ask(Type.INFER_CODED, stream).payload, network, rounded(face, near))
    check_both(talk.ask(Type.INFER_CODED_FLIP, stream).payload, network, rounded(face, near))


@pytest.mark.parametrize("kind", [Type.INFER_CODED, Type.INFER_CODED_FLIP])
def test_what_is_no_coding_gives_no_fingerprint(talk: Talk, network: Network, crop: np.ndarray, kind: Type) -> None:
    height, width, _ = network.input_shape
    face = smooth(np.random.default_rng(4), height, width, 2.0)
    stream = encode_crop(face)
    for damaged in (
        stream[:-1],
        stream[:100],
        stream + b"\0",
        b"\3" + stream[1:],
        bytes(1),
        bytes(5000),
        b"\xff" * 5000,
    ):
        reply = talk.ask(kind, damaged)
        assert (reply.status, reply.payload) == (Status.BAD_VALUE, b"")
    for length in (0, face.size, face.size + 1):
        assert talk.ask(kind, bytes(length)).status == Status.BAD_LENGTH
    check_fingerprint(talk.ask(Type.INFER_CODED, stream).payload, network, face)
    check_fingerprint(talk.ask(Type.INFER, crop.tobytes()).payload, network, crop)


def test_two_in_flight_are_answered_in_order(talk: Talk, network: Network, crop: np.ndarray) -> None:
    crops = [crop, crop[::-1], crop[:, ::-1]]
    talk.send(b"".join(encode(Type.INFER, index, picture.tobytes()) for index, picture in enumerate(crops)))
    for index, picture in enumerate(crops):
        reply = talk.receive()
        assert reply.sequence == index
        check_fingerprint(reply.payload, network, picture)


def test_a_repeat_is_answered_without_running(talk: Talk, crop: np.ndarray) -> None:
    request = encode(Type.INFER, 7, crop.tobytes())
    talk.send(request)
    first = talk.receive()
    assert talk.record(HelloReply, Type.HELLO)  # does not displace the stored reply
    talk.send(request)
    assert talk.receive() == first  # cycles and all
    other = encode(Type.INFER, 8, crop.tobytes())
    talk.send(other)
    assert talk.receive().payload != first.payload  # runs again, and takes another number of nanoseconds
    stats = talk.record(StatsReply, Type.STATS)
    assert stats.repeated_frames == 1


def test_the_same_sequence_with_another_payload_is_no_repeat(talk: Talk) -> None:
    talk.send(encode(Type.DOOR, 9, DoorRequest(DoorAction.OPEN, 60_000).pack()))
    assert DoorReply.parse(talk.receive().payload).state == DoorState.OPEN
    talk.send(encode(Type.DOOR, 9, DoorRequest(DoorAction.CLOSE, 0).pack()))
    assert DoorReply.parse(talk.receive().payload).state == DoorState.LOCKED


def test_profile_and_selftest(talk: Talk, network: Network) -> None:
    reply = talk.ask(Type.PROFILE)
    head = ProfileReply.parse(reply.payload)
    assert head.layer_count == len(network.layers)
    size, start = LayerProfile.size(), ProfileReply.size()
    layers = [LayerProfile.parse(reply.payload[start + size * i :]) for i in range(head.layer_count)]
    assert [(layer.name, layer.kind, layer.macs) for layer in layers] == [
        (layer.name, layer.kind, layer.macs) for layer in network.layers
    ]
    assert sum(layer.cycles for layer in layers) == head.network_cycles
    result = talk.record(SelftestReply, Type.SELFTEST)
    assert (result.mismatches, result.length) == (0, network.header.output_length)


def test_selftest_finds_a_wrong_weight(host_build: Path, network: Network, tmp_path: Path) -> None:
    data = bytearray(network.data)
    data[network.layers[-2].weights_offset] ^= 0x40
    (tmp_path / "network.bin").write_bytes(data)
    with board(host_build, str(tmp_path / "network.bin")) as talk:
        reply = talk.ask(Type.SELFTEST)
        assert reply.status == Status.SELFTEST_FAILED
        assert SelftestReply.parse(reply.payload).mismatches > 0


def test_refusals(talk: Talk, crop: np.ndarray) -> None:
    assert talk.ask(99).status == Status.UNKNOWN_TYPE
    assert talk.ask(Type.STATS, version=2).status == Status.BAD_VERSION
    assert talk.ask(Type.HELLO, version=9).status == Status.OK
    assert talk.ask(Type.HELLO, b"x").status == Status.BAD_LENGTH
    assert talk.ask(Type.INFER, crop.tobytes()[:-1]).status == Status.BAD_LENGTH
    assert talk.ask(Type.INFER, bytes(200_000)).status == Status.BAD_LENGTH
    assert talk.ask(Type.DOOR, bytes(4)).status == Status.BAD_LENGTH
    for request in (DoorRequest(3, 0), DoorRequest(DoorAction.OPEN, 0), DoorRequest(DoorAction.OPEN, 60_001)):
        assert talk.ask(Type.DOOR, request.pack()).status == Status.BAD_VALUE
    assert talk.ask(Type.BAUD, BaudRequest(0).pack()).status == Status.BAD_VALUE
    assert talk.ask(Type.BAUD, BaudRequest(START_BAUD).pack()).status == Status.OK
    stats = talk.record(StatsReply, Type.STATS)
    assert stats.refused_frames == 10


def test_without_a_network(host_build: Path, crop: np.ndarray) -> None:
    with board(host_build) as talk:
        hello = talk.record(HelloReply, Type.HELLO)
        assert (hello.fingerprint_length, hello.network_hash, hello.capabilities) == (0, bytes(16), Capability.DOOR)
        for type, payload in ((Type.INFER, crop.tobytes()), (Type.PROFILE, b""), (Type.SELFTEST, b"")):
            assert talk.ask(type, payload).status == Status.NO_NETWORK


def test_a_damaged_frame_is_named_and_the_next_one_works(talk: Talk, network: Network, crop: np.ndarray) -> None:
    good = encode(Type.INFER, 5, crop.tobytes())
    broken = bytearray(good)
    broken[1000] ^= 4
    talk.send(bytes(broken))
    reply = talk.receive()
    assert (reply.type, reply.sequence, reply.status) == (Type.INFER | 0x80, 5, Status.BAD_CRC)
    talk.send(good)
    check_fingerprint(talk.receive().payload, network, crop)


def test_a_lost_byte_does_not_take_the_next_crop(talk: Talk, network: Network, crop: np.ndarray) -> None:
    good = encode(Type.INFER, 6, crop.tobytes())
    talk.send(good[:3000] + good[3001:] + encode(Type.INFER, 7, crop.tobytes()) + encode(Type.STATS, 8))
    assert talk.receive().status == Status.BAD_CRC
    reply = talk.receive()
    assert reply.sequence == 7
    check_fingerprint(reply.payload, network, crop)
    assert talk.receive().sequence == 8


def test_frames_behind_a_damaged_one_survive_a_run_of_the_network(talk: Talk) -> None:
    # All stand inside the bytes of a frame whose length says more than was sent.
    inside = encode(Type.SELFTEST, 11) + encode(Type.STATS, 12) + encode(Type.DOOR, 13, DoorRequest(0, 0).pack())
    talk.send(encode(Type.DOOR, 10, bytes(1000))[: -len(inside) - 40] + inside + bytes(40))
    replies = [talk.receive() for _ in range(4)]
    assert [(reply.sequence, reply.status) for reply in replies] == [(10, Status.BAD_CRC), (11, 0), (12, 0), (13, 0)]


def test_a_half_frame_is_given_up(talk: Talk) -> None:
    talk.send(encode(Type.INFER, 1, bytes(500))[:100])
    assert talk.silent()
    while talk.record(StatsReply, Type.STATS).timeouts == 0:
        pass
    assert talk.ask(Type.HELLO).status == Status.OK


def test_the_door_locks_by_itself(talk: Talk) -> None:
    def door(action: int, open_ms: int = 0) -> DoorReply:
        return talk.record(DoorReply, Type.DOOR, DoorRequest(action, open_ms).pack())

    assert door(DoorAction.STATE) == DoorReply(DoorState.LOCKED, 0)
    opened = door(DoorAction.OPEN, 60_000)
    assert opened.state == DoorState.OPEN
    assert door(DoorAction.OPEN, 1).remaining_ms > 1  # extends, never shortens
    assert door(DoorAction.CLOSE) == DoorReply(DoorState.LOCKED, 0)
    assert door(DoorAction.OPEN, 20).state == DoorState.OPEN
    while door(DoorAction.STATE).state == DoorState.OPEN:
        pass
    assert door(DoorAction.STATE) == DoorReply(DoorState.LOCKED, 0)


def test_reset_locks_and_starts_over(talk: Talk) -> None:
    talk.ask(Type.DOOR, DoorRequest(DoorAction.OPEN, 60_000).pack())
    before = talk.record(StatsReply, Type.STATS)
    assert before.frames == 2
    assert talk.ask(Type.RESET).status == Status.OK
    assert talk.record(StatsReply, Type.STATS).frames == 1
    assert talk.record(DoorReply, Type.DOOR, DoorRequest(0, 0).pack()).state == DoorState.LOCKED


def test_noise_is_skipped_and_counted(talk: Talk) -> None:
    talk.send(b"\x00\xfa\xfa\xce noise, and a magic without a header\xfa")
    assert talk.ask(Type.HELLO).status == Status.OK
    stats = talk.record(StatsReply, Type.STATS)
    assert stats.header_errors == 1
    assert stats.skipped_bytes > 30
