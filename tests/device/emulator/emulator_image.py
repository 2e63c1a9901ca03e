"""Builds the small image that the virtual board's tests run, and talks to it."""

from __future__ import annotations

import shutil
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from device.emulator.cost import native_hook

COMPILER = "arm-none-eabi-gcc"
HERE = Path(__file__).parent
FLAGS = (
    *("-mcpu=cortex-m7", "-mthumb", "-std=c11", "-Wall", "-Wextra", "-Werror"),
    *("-O2", "-ffreestanding", "-nostdlib", "-nostartfiles"),
)
PATIENCE_S = 10.0


def build_image(folder: Path, *more: str | Path) -> Path:
    """``emulator_board.c``, with ``more`` sources and flags, as a .bin in ``folder``; skips without an ARM compiler."""
    if shutil.which(COMPILER) is None:
        pytest.skip(f"{COMPILER} is not installed")
    elf, image = folder / "board.elf", folder / "board.bin"
    sources = ["-T", HERE / "emulator_board.ld", HERE / "emulator_board.c"]
    subprocess.run([COMPILER, *FLAGS, *sources, *more, "-o", elf], check=True, timeout=60)
    subprocess.run(["arm-none-eabi-objcopy", "-O", "binary", elf, image], check=True, timeout=60)
    return image


HOOKS = ("prebuilt", "compiled", "python")  # the block hooks, best first


def runs_here(kind: str) -> bool:
    """Whether this machine can count with the hook."""
    hooks = {"prebuilt": native_hook.prebuilt_hook, "compiled": native_hook.compiled_hook}
    return kind not in hooks or hooks[kind]() is not None


def skip_where_it_does_not_run(kind: str) -> None:
    """Skips the test where this machine cannot count with the hook."""
    if not runs_here(kind):
        pytest.skip(f"the {kind} hook does not run on this machine")


class Bench:
    """The image running on a thread of this process: ``ask`` sends a command and its words, and takes the answer."""

    def __init__(self, image: Path, counting: str) -> None:
        from device.emulator.machine import Machine, read_image

        self._came = threading.Condition()
        self._answer = bytearray()
        self.error: Exception | None = None
        listening = threading.Event()
        self.machine = Machine(read_image(image), self._take, counting=counting, on_listening=listening.set)
        self._thread = threading.Thread(target=self._run, name="board under test")
        self._thread.start()
        assert listening.wait(PATIENCE_S)

    def _run(self) -> None:
        try:
            self.machine.run()
        except Exception as error:
            self.error = error
        with self._came:
            self._came.notify_all()

    def _take(self, data: bytes) -> None:
        with self._came:
            self._answer += data
            self._came.notify_all()

    def send(self, command: bytes, *words: int) -> None:
        self.machine.wire.feed(command + struct.pack(f"<{len(words)}I", *words))

    def read(self, count: int) -> bytes:
        """The next ``count`` bytes that the board says."""
        deadline_s = time.monotonic() + PATIENCE_S
        with self._came:
            while len(self._answer) < count and self.error is None and time.monotonic() < deadline_s:
                self._came.wait(0.1)
            answer = bytes(self._answer[:count])
            del self._answer[:count]
        if len(answer) < count:
            raise AssertionError(f"the board said {answer!r}, {count} bytes were expected") from self.error
        return answer

    def ask(self, command: bytes, *words: int, answers: int = 1) -> tuple[int, ...]:
        """Send a command; the words of its answer."""
        self.send(command, *words)
        return struct.unpack(f"<{answers}I", self.read(4 * answers))

    def wait_for_reset(self) -> None:
        """Until the image has reset the board and listens again: what is sent before is lost, as on silicon."""
        deadline_s = time.monotonic() + PATIENCE_S
        machine = self.machine
        while not (machine.resets == 1 and machine.usart.listening) and time.monotonic() < deadline_s:
            time.sleep(0.001)

    def stop(self) -> None:
        self.machine.stop()
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()


@contextmanager
def running(image: Path, counting: str = "auto") -> Iterator[Bench]:
    """A board in this process for the length of a ``with`` block."""
    bench = Bench(image, counting)
    try:
        yield bench
    finally:
        bench.stop()
