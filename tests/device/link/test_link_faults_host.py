"""The host's link against the real firmware on a pty, with damage of every kind between them.

``HOST_DAMAGED_FRAMES`` in the environment sets how many frames are damaged; a lost one costs 0.3 s of waiting.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from device.link.board import Board
from device.link.link import Link
from device.link.protocol import InferReply, LayerKind, Type
from device.link.transport import open_transport
from device.network.file import LayerRecord, NetworkHeader, Tables, build_network
from tests.device.flash.test_images import zero
from tests.support.simulated_line import FAULTS, FaultyLine

DAMAGED_FRAMES = int(os.environ.get("HOST_DAMAGED_FRAMES", "24"))
SIDE = 32
LENGTH = SIDE * SIDE * 3


def doubling_network() -> bytes:
    """One addition, picture + picture, rescaled to the picture: every crop has a fingerprint of its own."""
    header = zero(
        NetworkHeader, input_height=SIDE, input_width=SIDE, input_channels=3, output_length=LENGTH,
        arena_bytes=2 * LENGTH, output_offset=LENGTH, input_scale=1 / 128, output_scale=1.0, name=b"doubling",
    )  # fmt: skip
    layer = zero(
        LayerRecord, name=b"add", kind=int(LayerKind.ADD), in_height=SIDE, in_width=SIDE, in_channels=3,
        out_height=SIDE, out_width=SIDE, out_channels=3, clamp_min=-128, clamp_max=127, out_offset=LENGTH,
        left_shift=20,
    )  # fmt: skip
    none8, none32 = np.empty(0, np.int8), np.empty(0, np.int32)
    tables = Tables(none8, none32, np.full(3, 1 << 30, np.int32), np.array([0, 0, -19], np.int32))
    return build_network(header, [(layer, tables)]).data  # type: ignore[arg-type, list-item]


@pytest.fixture(scope="module")
def program(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The firmware built for this computer."""
    if shutil.which("make") is None or shutil.which("gcc") is None:
        pytest.skip("make and gcc are needed: apt-get install make gcc libc6-dev")
    folder = tmp_path_factory.mktemp("host")
    make = ["make", "-s", "-C", str(root / "device" / "firmware"), "BOARD=host", f"BUILD={folder}"]
    done = subprocess.run(make, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "host"


@pytest.fixture
def url(program: Path, tmp_path: Path) -> Iterator[str]:
    """A running host board's pty."""
    network = tmp_path / "network.bin"
    network.write_bytes(doubling_network())
    with subprocess.Popen([program, network], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
            assert process.poll() is None, "the firmware ended"
        finally:
            process.kill()


def crop(index: int) -> np.ndarray:
    return np.random.default_rng(index).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)


def expected(index: int) -> bytes:
    return (crop(index).astype(np.int16) - 128).astype(np.int8).tobytes()


def test_every_request(url: str) -> None:
    with Board.connect(url) as board:
        assert (board.where, board.hello.input_shape, board.hello.fingerprint_length) == (
            "host",
            (SIDE, SIDE, 3),
            LENGTH,
        )
        run = board.infer(crop(1))
        assert run.fingerprint.tobytes() == expected(1)
        assert run.timed
        assert [layer.kind for layer in board.profile().layers] == ["add"]
        assert board.open_door(60_000).is_open
        assert not board.lock_door().is_open
        assert board.stats().frames > 4
        board.open_door(60_000)
        board.reset()
        assert not board.door().is_open
        for index in range(6):
            if board.waiting == board.in_flight:
                board.receive()
            board.send_crop(crop(index))
        assert [board.receive().fingerprint.tobytes() for _ in "ab"] == [expected(4), expected(5)]


def test_damage_costs_a_retry_and_never_a_wrong_fingerprint(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("device.link.link.MIN_TIMEOUT_S", 0.3)  # just above the board's 250 ms for half a frame
    random.seed(1)
    line = FaultyLine(open_transport(url), random.Random(1), 0.5, time.perf_counter_ns)
    with Link(url, transport=line) as link:
        link.request(Type.INFER, crop(0).tobytes())
        index = 0
        while line.damaged < DAMAGED_FRAMES or set(line.counts) != set(FAULTS):
            index += 1
            reply = link.request(Type.INFER, crop(index % 50).tobytes())
            assert reply.frame.payload[InferReply.size() :] == expected(index % 50), (
                f"wrong fingerprint, request {index}"
            )
            assert reply.tries <= 2, f"request {index} took {reply.tries} tries"
        assert link.counters.retries > 0


def test_damage_with_two_requests_under_way(url: str) -> None:
    random.seed(2)
    line = FaultyLine(open_transport(url), random.Random(2), 0.2, time.perf_counter_ns)
    with Link(url, transport=line) as link:
        index = 0
        link.submit(Type.INFER, crop(0).tobytes())
        while line.damaged < DAMAGED_FRAMES // 2:
            index += 1
            link.submit(Type.INFER, crop(index % 50).tobytes())
            payload = link.collect().frame.payload
            assert payload[InferReply.size() :] == expected((index - 1) % 50), f"wrong fingerprint, request {index - 1}"
