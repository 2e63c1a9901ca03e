"""Crops that are computed while they come: whatever happens to one on the wire, what the other end sees is as ever."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from numpy.typing import NDArray

from device.emulator import VirtualBoard
from device.flash.images import NETWORK_OFFSET
from device.link.crop_code import encode as encode_crop
from device.link.framing import encode
from device.link.protocol import DoorAction, DoorRequest, HelloReply, InferReply, StatsReply, Status, Type
from device.network.file import Network
from tests.firmware.boards.test_host import board, check_both, check_fingerprint
from tests.firmware.conftest import Build
from tests.support.crops import smooth
from tests.support.qemu import connect
from tests.support.raw_client import Talk

Check = Callable[[bytes, Network, NDArray[np.uint8]], None]


@pytest.fixture(scope="module")
def image(build: Build, network_path: Path, network: Network, tmp_path_factory: pytest.TempPathFactory) -> Path:
    code = (build("nucleo_f767zi", NETWORK=str(network_path)) / "nucleo_f767zi.bin").read_bytes()[:NETWORK_OFFSET]
    path = tmp_path_factory.mktemp("image") / "nucleo_f767zi.bin"
    path.write_bytes(code + network.data)
    return path


@pytest.fixture(params=["host", "virtual"])
def talk(request: pytest.FixtureRequest, host_build: Path, network_path: Path) -> Iterator[Talk]:
    if request.param == "host":
        with board(host_build, str(network_path)) as client:
            yield client
        return
    with VirtualBoard(request.getfixturevalue("image")) as virtual:
        url = urlsplit(virtual.url)
        assert url.hostname is not None
        assert url.port is not None
        with connect(socket.AF_INET, (url.hostname, url.port)) as link:
            client = Talk.over_socket(link)
            client.insist(Type.HELLO)
            yield client


@pytest.fixture
def crop(network: Network) -> NDArray[np.uint8]:
    return np.random.default_rng(5).integers(0, 256, network.input_shape, dtype=np.uint8)


def test_the_crop_is_never_whole_in_the_arena(network: Network) -> None:
    assert (network.groups[0].rows > 0, network.layers[0].is_stem) == (True, True)
    assert network.header.input_offset == 0  # no place of its own: what lies there belongs to others


KINDS = pytest.mark.parametrize(
    ("kind", "check"), [(Type.INFER, check_fingerprint), (Type.INFER_FLIP, check_both)], ids=["crop", "flipped"]
)


@KINDS
@pytest.mark.parametrize("at", [20, 700, -5, -1])
def test_a_damaged_crop_is_never_answered(
    talk: Talk, network: Network, crop: NDArray[np.uint8], at: int, kind: Type, check: Check
) -> None:
    good = encode(kind, 5, crop.tobytes())
    broken = bytearray(good)
    broken[at] ^= 16
    talk.send(bytes(broken) + encode(Type.STATS, 6))
    reply = talk.receive()
    assert (reply.sequence, reply.status, reply.payload) == (5, Status.BAD_CRC, b"")
    assert StatsReply.parse(talk.receive().payload).frame_crc_errors == 1
    talk.send(good)
    check(talk.receive().payload, network, crop)


def test_the_next_crop_may_come_during_the_second_pass(talk: Talk, network: Network, crop: NDArray[np.uint8]) -> None:
    crops = [crop, crop[::-1], crop[:, ::-1]]
    talk.send(b"".join(encode(Type.INFER_FLIP, index, picture.tobytes()) for index, picture in enumerate(crops)))
    for index, picture in enumerate(crops):
        reply = talk.receive()
        assert (reply.sequence, reply.status) == (index, Status.OK)
        check_both(reply.payload, network, picture)


def test_one_pass_is_another_request_than_two(talk: Talk, crop: NDArray[np.uint8]) -> None:
    lengths = []
    for kind in (Type.INFER_FLIP, Type.INFER):
        talk.send(encode(kind, 70, crop.tobytes()))  # the same number and the same crop
        lengths.append(len(talk.receive().payload))
    assert lengths[1] < lengths[0]


def test_a_crop_that_stops_half_way_is_given_up(talk: Talk, network: Network, crop: NDArray[np.uint8]) -> None:
    talk.send(encode(Type.DOOR, 1, DoorRequest(DoorAction.OPEN, 20).pack()))
    assert talk.receive().status == Status.OK
    inside = encode(Type.STATS, 9)
    talk.send(encode(Type.INFER, 8, crop.tobytes())[:5000] + inside)
    # Nobody answers the crop; what stands in its bytes is found once it is given up.
    reply = talk.receive()
    assert reply.sequence == 9
    assert StatsReply.parse(reply.payload).timeouts == 1
    talk.send(encode(Type.INFER, 8, crop.tobytes()))
    check_fingerprint(talk.receive().payload, network, crop)


def test_a_lost_byte_costs_one_crop_only(talk: Talk, network: Network, crop: NDArray[np.uint8]) -> None:
    good = encode(Type.INFER, 6, crop.tobytes())
    talk.send(good[:3000] + good[3001:])
    talk.send(encode(Type.INFER, 7, crop[::-1].tobytes()))
    assert talk.receive().status == Status.BAD_CRC
    reply = talk.receive()
    assert (reply.sequence, reply.status) == (7, Status.OK)
    check_fingerprint(reply.payload, network, crop[::-1])


@pytest.fixture
def face(network: Network) -> NDArray[np.uint8]:
    height, width, _ = network.input_shape
    return smooth(np.random.default_rng(6), height, width, 1.0)


CODED = pytest.mark.parametrize(
    ("kind", "check"),
    [(Type.INFER_CODED, check_fingerprint), (Type.INFER_CODED_FLIP, check_both)],
    ids=["crop", "flipped"],
)


@CODED
def test_coded_crops_come_one_behind_the_other(
    talk: Talk, network: Network, face: NDArray[np.uint8], kind: Type, check: Check
) -> None:
    faces = [face, face[::-1], face[:, ::-1]]
    talk.send(b"".join(encode(kind, index, encode_crop(one)) for index, one in enumerate(faces)))
    for index, one in enumerate(faces):
        reply = talk.receive()
        assert (reply.sequence, reply.status) == (index, Status.OK)
        check(reply.payload, network, one)


@CODED
@pytest.mark.parametrize("at", [16, 20, 700, -5, -1])
def test_a_damaged_coded_crop_is_never_answered(
    talk: Talk, network: Network, face: NDArray[np.uint8], at: int, kind: Type, check: Check
) -> None:
    """As for other crops, and also where the damage makes it no coding."""
    good = encode(kind, 5, encode_crop(face))
    broken = bytearray(good)
    broken[at] ^= 16
    talk.send(bytes(broken) + encode(Type.STATS, 6))
    reply = talk.receive()
    assert (reply.sequence, reply.status, reply.payload) == (5, Status.BAD_CRC, b"")
    assert StatsReply.parse(talk.receive().payload).frame_crc_errors == 1
    talk.send(good)
    check(talk.receive().payload, network, face)


@CODED
def test_what_is_no_coding_is_refused_behind_its_checksum(
    talk: Talk, network: Network, face: NDArray[np.uint8], kind: Type, check: Check
) -> None:
    stream = encode_crop(face)
    for number, damaged in enumerate((stream[:-1], stream + b"\0", b"\3" + stream[1:], bytes(3000), b"\xff" * 3000)):
        talk.send(encode(kind, number, damaged) + encode(Type.STATS, 200 + number))
        reply = talk.receive()
        assert (reply.sequence, reply.status, reply.payload) == (number, Status.BAD_VALUE, b"")
        stats = StatsReply.parse(talk.receive().payload)
        assert (stats.refused_frames, stats.frame_crc_errors, stats.skipped_bytes) == (number + 1, 0, 0)
    check(talk.ask(kind, stream).payload, network, face)


def test_a_coded_crop_that_stops_half_way_is_given_up(talk: Talk, network: Network, face: NDArray[np.uint8]) -> None:
    coded = encode(Type.INFER_CODED, 8, encode_crop(face))
    inside = encode(Type.STATS, 9)
    talk.send(coded[: len(coded) // 2] + inside)
    reply = talk.receive()
    assert reply.sequence == 9
    assert StatsReply.parse(reply.payload).timeouts == 1
    talk.send(coded)
    check_fingerprint(talk.receive().payload, network, face)


def test_a_repeated_coded_crop_is_answered_from_memory(talk: Talk, face: NDArray[np.uint8]) -> None:
    request = encode(Type.INFER_CODED, 70, encode_crop(face))
    talk.send(request)
    first = talk.receive()
    talk.send(request)
    assert talk.receive() == first
    assert talk.record(StatsReply, Type.STATS).repeated_frames == 1


@pytest.mark.parametrize("kind", [Type.INFER, Type.INFER_FLIP])
def test_a_repeated_crop_is_answered_from_memory(talk: Talk, crop: NDArray[np.uint8], kind: Type) -> None:
    request = encode(kind, 70, crop.tobytes())
    talk.send(request)
    first = talk.receive()
    talk.send(request)
    assert talk.receive() == first
    stats = talk.record(StatsReply, Type.STATS)
    assert stats.repeated_frames == 1


def test_the_network_has_begun_before_the_last_byte(image: Path, network: Network, crop: NDArray[np.uint8]) -> None:
    """On the virtual board at the start's 115,200 baud: what is left to do behind the last byte is less than all."""
    with VirtualBoard(image) as virtual:
        url = urlsplit(virtual.url)
        assert url.hostname is not None
        assert url.port is not None
        with connect(socket.AF_INET, (url.hostname, url.port)) as link:
            talk = Talk.over_socket(link)
            talk.insist(Type.HELLO)
            hello = talk.record(HelloReply, Type.HELLO)
            inference = InferReply.parse(talk.ask(Type.INFER, crop.tobytes()).payload)
            stats = talk.record(StatsReply, Type.STATS)
    assert hello.arena_bytes == network.memory_bytes
    assert stats.arena_bytes <= network.header.arena_bytes
    assert 0 < inference.total_cycles < 0.9 * inference.network_cycles
    assert inference.receive_cycles > inference.network_cycles
