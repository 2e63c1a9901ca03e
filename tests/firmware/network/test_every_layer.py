"""Every layer on an emulated Cortex-M7, where the fast kernels' assembler runs, against LiteRT's reference kernels.

A network is cut off behind a layer and LiteRT's tensor becomes its golden output, so that the board's own SELFTEST does
the comparing. Of a tensor with more numbers than a reply could hold, the first and the last are compared.
"""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from numpy.typing import NDArray

from device.emulator import VirtualBoard
from device.flash.images import NETWORK_OFFSET
from device.link.protocol import SelftestReply, Status, Type
from device.model.export.export import ExportedNetwork, convert
from device.model.graph.litert import LiteRT
from device.network.file import Network, NetworkHeader, PlanHead, make_golden_input, network_hash
from tests.firmware.conftest import Build
from tests.firmware.network.test_network import NONE, RELU6, Builder
from tests.support.qemu import connect, running
from tests.support.raw_client import Talk

MOST = 8176  # numbers in one reply

Run = Callable[[Path], AbstractContextManager[Talk]]


@contextmanager
def _virtual(image: Path) -> Iterator[Talk]:
    with VirtualBoard(image) as board:
        url = urlsplit(board.url)
        assert url.hostname is not None
        assert url.port is not None
        with connect(socket.AF_INET, (url.hostname, url.port)) as link:
            yield Talk.over_socket(link)


@contextmanager
def _qemu(image: Path) -> Iterator[Talk]:
    with tempfile.TemporaryDirectory(prefix="qemu") as folder, running(image, Path(folder) / "port") as talk:
        yield talk


@pytest.fixture(params=["virtual", "qemu"])
def machine(request: pytest.FixtureRequest, build: Build, network_path: Path) -> tuple[str, bytes, Run]:
    """Where, an image's code up to its network, and what runs an image."""
    board, run = {"virtual": ("nucleo_f767zi", _virtual), "qemu": ("mps2_an500", _qemu)}[request.param]
    image = build(board, NETWORK=str(network_path)) / f"{board}.bin"
    return request.param, image.read_bytes()[:NETWORK_OFFSET], run


def _cut(network: Network, layers: int, first: int, golden: NDArray[np.int8]) -> bytes:
    """``network`` with its first ``layers`` layers; its output is ``golden``, ``first`` bytes into the last one's."""
    header: NetworkHeader = network.header
    group = network.group_of(layers - 1)
    assert group.first + group.count == layers, "only the last layer of a group is whole in memory"
    changed = replace(
        header,
        layer_count=layers,
        output_length=len(golden),
        output_offset=network.layers[layers - 1].out_offset + first,
        golden_offset=header.total_bytes,
        total_bytes=header.total_bytes + len(golden),
        hash=bytes(16),
    )
    body = network.data[header.size() :] + golden.tobytes()
    count = network.groups.index(group) + 1
    at = header.plan_offset - header.size()
    body = body[:at] + PlanHead(count, network.work_bytes, bytes(8)).pack() + body[at + PlanHead.size() :]
    return replace(changed, hash=network_hash(changed.pack() + body)).pack() + body


def _check(machine: tuple[str, bytes, Run], content: bytes, step: int, tmp_path: Path) -> None:
    """Every ``step``-th group as the board runs it, and every ``step``-th layer by itself."""
    for fused in (True, False):
        _check_ends(machine, content, step, tmp_path, fused)


def _check_ends(machine: tuple[str, bytes, Run], content: bytes, step: int, tmp_path: Path, fused: bool) -> None:
    where, code, run = machine
    exported: ExportedNetwork = convert(content, "test.tflite", "test", fused=fused)
    network, oracle = exported.network, LiteRT(content, "test.tflite")
    oracle.run(make_golden_input(network.header.golden_seed, network.input_shape))
    count = len(network.layers)
    ends = [group.first + group.count for group in network.groups]
    for layers in sorted({count, *ends[::step]}):
        wanted = oracle.tensor(exported.tensors[layers - 1]).reshape(-1)
        for first in {0, max(0, len(wanted) - MOST)}:
            golden = wanted[first : first + MOST]
            image = tmp_path / f"{layers}-{first}.bin"
            image.write_bytes(code + _cut(network, layers, first, golden))
            with run(image) as talk:
                talk.insist(Type.HELLO)
                reply = talk.ask(Type.SELFTEST)
            label = f"{where}: {network.layers[layers - 1].label} from {first}"
            assert reply.status in (Status.OK, Status.SELFTEST_FAILED), label
            assert SelftestReply.parse(reply.payload).mismatches == 0, label
            assert SelftestReply.parse(reply.payload).length == len(golden), label


def test_the_projects_own_network(machine: tuple[str, bytes, Run], assets: Path, tmp_path: Path) -> None:
    _check_ends(machine, (assets / "mobilenetv2_050_128.tflite").read_bytes(), 1, tmp_path, fused=True)


def test_random_weights(machine: tuple[str, bytes, Run], random_tflite: Path, tmp_path: Path) -> None:
    _check(machine, random_tflite.read_bytes(), 9, tmp_path)


@pytest.mark.parametrize("activation", [NONE, RELU6])
@pytest.mark.parametrize(
    ("weight_scale", "out_scale", "bias"),
    [((40.0, 60.0), 1 / 128, 100), ((1e-7, 1e-6), 1 / 2, 1 << 28), ((2.0**-7, 2.0**-7), 2.0**-8, 200)],
)
def test_extreme_weights_and_factors(
    machine: tuple[str, bytes, Run], weight_scale: tuple[float, float], out_scale: float, bias: int, activation: int,
    tmp_path: Path,
) -> None:  # fmt: skip
    builder, at = Builder((12, 12, 8), 1 / 128, -128, np.random.default_rng(activation)), 0
    for kernel, depthwise in [(3, False), (1, False), (3, True), (1, False)]:
        at = builder.conv(
            at, out_scale, 3, kernel=kernel, depthwise=depthwise, outputs=16, activation=activation, bias=bias,
            weight_scale=weight_scale, extreme=True,
        )  # fmt: skip
    _check(machine, builder.content(at), 1, tmp_path)


def test_a_wrong_number_is_noticed(machine: tuple[str, bytes, Run], random_tflite: Path, tmp_path: Path) -> None:
    """The comparison itself: one number of the golden output changed is one mismatch."""
    _, code, run = machine
    network = convert(random_tflite.read_bytes(), "test.tflite", "test").network
    oracle = LiteRT(random_tflite.read_bytes(), "test.tflite")
    golden = oracle.run(make_golden_input(network.header.golden_seed, network.input_shape)).copy()
    golden[7] ^= 1
    image = tmp_path / "wrong.bin"
    image.write_bytes(code + _cut(network, len(network.layers), 0, golden))
    with run(image) as talk:
        talk.insist(Type.HELLO)
        reply = talk.ask(Type.SELFTEST)
    assert reply.status == Status.SELFTEST_FAILED
    assert SelftestReply.parse(reply.payload).mismatches == 1
