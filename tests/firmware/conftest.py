"""What is built once a session: the host library and board, the images, and a small network for them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from device.model.export.export import export
from device.model.graph.float_network import forward, random_layers
from device.model.graph.tflite import pack_tflite
from device.model.graph.variant import Variant
from device.model.quantise.ptq import minmax_graph
from device.network.file import Network
from tests.support.ctypes_firmware import Firmware
from tests.support.shared_build import built_once

SIZE = 64
# Undefined behaviour ends the process; the sanitizer's own library is not needed for that.
CHECKED = "-fsanitize=undefined -fno-sanitize=alignment -fsanitize-undefined-trap-on-error"

Build = Callable[..., Path]


@pytest.fixture(scope="session")
def sources(root: Path) -> Path:
    return root / "device" / "firmware"


@pytest.fixture(scope="session")
def build(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Call with make's variables (BOARD=…); returns the build folder, the same one for the same call."""
    if shutil.which("make") is None or shutil.which("gcc") is None:
        pytest.skip("make and gcc are needed: apt-get install make gcc libc6-dev")

    def make_in(folder: Path, BOARD: str, **variables: str) -> None:
        words = [f"{name}={value}" for name, value in {"BOARD": BOARD, "BUILD": str(folder), **variables}.items()]
        done = subprocess.run(["make", "-s", "-j2", "-C", str(sources), *words], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    @cache
    def make(BOARD: str, **variables: str) -> Path:
        if BOARD != "host" and shutil.which("arm-none-eabi-gcc") is None:
            pytest.skip("arm-none-eabi-gcc is needed: apt-get install gcc-arm-none-eabi")
        if folder := variables.pop("BUILD", ""):
            make_in(Path(folder), BOARD, **variables)
            return Path(folder)
        network = Path(variables["NETWORK"]).read_bytes() if "NETWORK" in variables else b""
        others = sorted((name, value) for name, value in variables.items() if name != "NETWORK")
        key = repr(others).encode() + network
        return built_once(tmp_path_factory, BOARD, key, lambda folder: make_in(folder, BOARD, **variables))

    return make


@pytest.fixture(scope="session")
def host_build(build: Build) -> Path:
    return build("host", EXTRA_CFLAGS=CHECKED)


@pytest.fixture(scope="session")
def firmware(host_build: Path) -> Firmware:
    return Firmware(host_build / "libfirmware_host.so")


@pytest.fixture(scope="session")
def random_tflite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole MobileNetV2 0.35 with random weights, quantised on random pictures."""
    pictures = np.random.default_rng(7).integers(0, 256, (4, SIZE, SIZE, 3), dtype=np.uint8)
    layers = random_layers(Variant(0.35, SIZE), pictures, 7)
    path = tmp_path_factory.mktemp("network") / "random.tflite"
    path.write_bytes(pack_tflite(minmax_graph(layers, forward(layers, pictures), SIZE, "random")))
    return path


@pytest.fixture(scope="session")
def network(random_tflite: Path) -> Network:
    return export(random_tflite)


@pytest.fixture(scope="session")
def network_path(network: Network, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("network") / "network.bin"
    path.write_bytes(network.data)
    return path
