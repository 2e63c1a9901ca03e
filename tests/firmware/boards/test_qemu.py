"""The mps2_an500 image under QEMU: an independent Cortex-M7 runs the same kernels with the real instructions."""

from __future__ import annotations

import contextlib
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from device.link.crop_code import encode, rounded
from device.link.protocol import (
    QEMU_UNIQUE_ID,
    DoorReply,
    DoorRequest,
    HelloReply,
    InferReply,
    ProfileReply,
    SelftestReply,
    StatsReply,
    Status,
    Type,
)
from device.network.file import Network
from device.network.reference import fingerprint
from tests.firmware.conftest import Build
from tests.support.crops import smooth
from tests.support.qemu import START_S, running
from tests.support.raw_client import Talk


class Debugger:
    """As much of GDB's remote protocol as makes a processor fail."""

    def __init__(self, path: Path) -> None:
        self._rest = b""
        self._link = socket.socket(socket.AF_UNIX)
        self._link.settimeout(START_S)
        self._link.connect(str(path))

    def _packet(self) -> str:
        while not self._rest.partition(b"$")[2].partition(b"#")[2][1:]:
            more = self._link.recv(4096)
            assert more, "QEMU hung up"
            self._rest += more
        body, _, behind = self._rest.partition(b"$")[2].partition(b"#")
        self._rest = behind[2:]
        self._link.sendall(b"+")
        return body.decode()

    def command(self, text: str, *, stops: bool = False) -> str:
        """The answer. QEMU also tells of its own accord that the processor stopped: skipped unless asked for."""
        self._link.sendall(f"${text}#{sum(text.encode()) & 255:02x}".encode())
        answer = self._packet()
        while answer.startswith(("T", "S")) is not stops:
            answer = self._packet()
        return answer

    def jump_to(self, address: int) -> None:
        """Go on at ``address``, and leave."""
        assert self.command("?", stops=True)
        assert self.command("qXfer:features:read:target.xml:0,ffb")  # QEMU lets only those who asked set a register
        assert self.command(f"Pf={address.to_bytes(4, 'little').hex()}") == "OK"
        assert self.command("D") == "OK"

    def close(self) -> None:
        self._link.close()


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A short path, as a socket's may have 107 characters only."""
    with tempfile.TemporaryDirectory(prefix="qemu") as name:
        yield Path(name)


@pytest.fixture(scope="module", params=["m7", "ref"])
def talk(request: pytest.FixtureRequest, build: Build, network_path: Path, folder: Path) -> Iterator[Talk]:
    kernels = {} if request.param == "m7" else {"KERNELS": request.param}
    image = build("mps2_an500", NETWORK=str(network_path), **kernels) / "mps2_an500.elf"
    debugger = f"unix:{folder}/debugger,server=on,wait=off"
    with running(image, folder / request.param, "-icount", "shift=0", "-gdb", debugger) as talk:
        yield talk


def test_hello(talk: Talk, network: Network) -> None:
    hello = talk.record(HelloReply, Type.HELLO)
    assert hello.unique_id == QEMU_UNIQUE_ID
    assert hello.network_hash == network.header.hash
    assert (hello.fault_status, hello.fault_address) == (0, 0)
    assert 4096 < hello.flash_bytes - hello.network_bytes < 0x10000


def test_selftest(talk: Talk, network: Network) -> None:
    result = talk.record(SelftestReply, Type.SELFTEST)
    assert (result.mismatches, result.length) == (0, network.header.output_length)


def test_fingerprints_are_the_models(talk: Talk, network: Network) -> None:
    rng = np.random.default_rng(31)
    for crop in (
        rng.integers(0, 256, network.input_shape, dtype=np.uint8),
        np.full(network.input_shape, 255, np.uint8),
    ):
        reply = talk.ask(Type.INFER, crop.tobytes())
        ours = np.frombuffer(reply.payload[InferReply.size() :], np.int8)
        np.testing.assert_array_equal(ours, fingerprint(network, crop))


def test_coded_crops_are_decoded_where_they_were_received(talk: Talk, network: Network) -> None:
    """This board receives a frame whole before it begins, and has the packed instructions of the decoder."""
    height, width, _ = network.input_shape
    face = smooth(np.random.default_rng(32), height, width, 2.0)
    for near in (0, 1):
        stream, seen = encode(face, near), rounded(face, near)
        expected = [fingerprint(network, seen), fingerprint(network, seen[:, ::-1])]
        for kind, count in ((Type.INFER_CODED, 1), (Type.INFER_CODED_FLIP, 2)):
            reply = talk.ask(kind, stream)
            ours = np.frombuffer(reply.payload[InferReply.size() :], np.int8)
            np.testing.assert_array_equal(ours, np.concatenate(expected[:count]))
    for damaged in (stream[:-1], stream + b"\0", b"\3" + stream[1:], bytes(3000)):
        refused = talk.ask(Type.INFER_CODED, damaged)
        assert (refused.status, refused.payload) == (Status.BAD_VALUE, b"")
    assert talk.ask(Type.INFER_CODED).status == Status.BAD_LENGTH


def test_the_same_run_takes_the_same_time(talk: Talk) -> None:
    first, second = (ProfileReply.parse(talk.ask(Type.PROFILE).payload) for _ in range(2))
    # 25 MHz ticks of a counted clock; the two runs may begin at different parts of a tick in every layer
    assert abs(first.network_cycles - second.network_cycles) <= first.layer_count
    assert first.network_cycles > 0


def test_the_rest_of_the_conversation(talk: Talk) -> None:
    assert talk.record(DoorReply, Type.DOOR, DoorRequest(1, 60_000).pack()).remaining_ms > 50_000
    assert talk.ask(99).status == Status.UNKNOWN_TYPE
    stats = talk.record(StatsReply, Type.STATS)
    assert 0 < stats.stack_bytes < 8192
    assert stats.refused_frames > 0
    assert talk.ask(Type.RESET).status == Status.OK
    talk.insist(Type.HELLO)
    assert talk.record(StatsReply, Type.STATS).refused_frames == 0


def test_a_fault_is_reported_after_the_reset_that_follows(talk: Talk, folder: Path) -> None:
    nowhere = 0x30000000
    with contextlib.closing(Debugger(folder / "debugger")) as debugger:
        debugger.jump_to(nowhere)
    hello = HelloReply.parse(talk.insist(Type.HELLO).payload)
    assert hello.fault_status & 0x1FF == 0x100  # IBUSERR: an instruction fetch from where nothing is
    assert hello.fault_address == nowhere
    assert talk.ask(Type.RESET).status == Status.OK
    assert HelloReply.parse(talk.insist(Type.HELLO).payload).fault_status == 0
