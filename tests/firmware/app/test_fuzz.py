"""Damaged input under AddressSanitizer and UBSan.

``FUZZED_STREAMS`` in the environment sets how many streams go into the packet parser, and how many coded crops into
their decoder, by default some ten thousand; ten million take some minutes.
"""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest

from device.link.crop_code import encode
from tests.support.crops import any_crop

SEEDS = (1, 2)
SERVER_ROUNDS = int(os.environ.get("FUZZED_STREAMS", "120000")) // len(SEEDS)
NETWORK_ROUNDS = 40
PORTABLE = ("app", "link", "network", "block", "kernels")


@pytest.fixture(scope="module")
def fuzz(sources: Path, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("gcc") is None:
        pytest.skip("gcc is needed: apt-get install gcc libc6-dev")
    program = tmp_path_factory.mktemp("fuzz") / "fuzz"
    words = [
        "gcc",
        "-std=c11",
        "-O2",
        "-g",
        "-DKERNELS=kernels_m7",
        "-fsanitize=address,undefined",
        "-fno-sanitize=alignment",
    ]
    words += [
        "-fno-sanitize-recover=all",
        f"-I{sources}",
        f"-I{sources}/boards/host",
        str(root / "tests/firmware/fuzz.c"),
    ]
    words += [str(path) for folder in PORTABLE for path in sorted((sources / folder).glob("*.c"))]
    done = subprocess.run([*words, "-o", str(program)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return program


def run(*words: object) -> str:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.timeout(300 + SERVER_ROUNDS // 5_000)
@pytest.mark.parametrize("seed", SEEDS)
def test_damaged_streams(fuzz: Path, seed: int) -> None:
    answers, frames, timeouts = (int(part.split()[0]) for part in run(fuzz, "server", seed, SERVER_ROUNDS).split(", "))
    assert answers >= frames > SERVER_ROUNDS
    assert timeouts > 0


@pytest.mark.parametrize("seed", SEEDS)
def test_damaged_networks(fuzz: Path, network_path: Path, seed: int) -> None:
    opened = int(run(fuzz, "network", seed, NETWORK_ROUNDS, network_path).split()[0])
    assert 0 < opened < NETWORK_ROUNDS


@pytest.mark.timeout(300 + SERVER_ROUNDS // 5_000)
@pytest.mark.parametrize("seed", SEEDS)
def test_damaged_crop_streams(fuzz: Path, tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    content = b""
    for _ in range(64):
        crop = any_crop(rng, int(rng.integers(1, 7)), int(rng.integers(1, 24)))
        stream = encode(crop, int(rng.integers(3)))
        content += struct.pack("<3H", crop.shape[1], crop.shape[0], len(stream)) + stream
    crops = tmp_path / "crops"
    crops.write_bytes(content)
    decoded = int(run(fuzz, "crop", seed, SERVER_ROUNDS, crops).split()[0])
    assert 0.05 * SERVER_ROUNDS < decoded < 0.6 * SERVER_ROUNDS
