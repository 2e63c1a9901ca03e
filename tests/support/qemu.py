"""QEMU's mps2-an500, running an image, with a connection to its serial port."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.raw_client import Talk

START_S = 10.0


def connect(family: int, address: tuple[str, int] | str) -> socket.socket:
    """A connection to somebody who may not listen yet."""
    end = time.monotonic() + START_S
    while True:
        link = socket.socket(family)
        try:
            link.connect(address)
            return link
        except OSError:
            link.close()
            assert time.monotonic() < end, f"nobody listens at {address}"
            time.sleep(0.02)


@contextmanager
def running(image: Path, port: Path, *more: str) -> Iterator[Talk]:
    """QEMU with ``image``, its serial port at the socket ``port``, which QEMU makes."""
    program = shutil.which("qemu-system-arm")
    if program is None:
        pytest.skip("qemu-system-arm is needed: apt-get install qemu-system-arm")
    words = ["-M", "mps2-an500", "-cpu", "cortex-m7", "-nographic", "-monitor", "none", *more]
    words += ["-serial", f"unix:{port},server=on,wait=on", "-kernel", str(image)]
    quiet = subprocess.DEVNULL
    with subprocess.Popen([program, *words], stdin=quiet, stdout=quiet, stderr=quiet) as process:
        try:
            with connect(socket.AF_UNIX, str(port)) as link:
                yield Talk.over_socket(link)
        finally:
            process.kill()
