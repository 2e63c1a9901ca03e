"""Starting the virtual board from the host: a child process that never outlives it."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from device.errors import FileError, LinkError
from device.paths import FIRMWARE_BIN, INSTALLED, ROOT

IMAGES = (FIRMWARE_BIN / "nucleo_f767zi.bin", ROOT / "device/firmware/build/nucleo_f767zi/nucleo_f767zi.bin")
START_TIMEOUT_S = 20.0
STOP_TIMEOUT_S = 5.0
POLL_S = 0.05
KEPT_LINES = 50
EXIT_BAD_IMAGE, EXIT_NO_ENGINE = 4, 5


def default_image() -> Path:
    """The prebuilt image, or else the one built here."""
    for path in IMAGES:
        if path.is_file():
            return path
    raise FileError(f"there is no image for the virtual board at {IMAGES[0]}", "build it with `make firmware`")


class VirtualBoard:
    """A board in a process of its own, running ``image`` (default: the prebuilt nucleo_f767zi image).

    ``cycles=False`` switches cycle accounting off; ``hook`` says how to count otherwise (one of ``meter.KINDS``).
    ``pty=True`` offers a pseudo-terminal instead of a TCP port. Usable as a context manager; ``start`` returns the URL
    for pyserial.
    """

    def __init__(
        self, image: Path | None = None, *, cycles: bool = True, hook: str = "auto", pty: bool = False
    ) -> None:
        self._image = image
        self._options = ["--hook", hook, *(() if cycles else ("--no-cycles",)), *(("--pty",) if pty else ())]
        self._process: subprocess.Popen[str] | None = None
        self._readers: list[threading.Thread] = []
        self._errors: list[str] = []
        self._first_line = ""
        self._have_line = threading.Event()
        self._url = ""

    @property
    def url(self) -> str:
        """Where to connect; empty before ``start``."""
        return self._url

    @property
    def pid(self) -> int | None:
        """The child's process id while it runs."""
        return self._process.pid if self._process is not None else None

    @property
    def running(self) -> bool:
        """Whether the child is alive."""
        return self._process is not None and self._process.poll() is None

    @property
    def errors(self) -> str:
        """The last lines of the child's error output."""
        return "\n".join(self._errors)

    def exit_reason(self, within_s: float = math.inf) -> str | None:
        """Why the child ended by itself, with what it printed last; None if it has not ended ``within_s`` seconds."""
        process, end = self._process, time.monotonic() + within_s
        if process is None:
            return None
        while (status := process.poll()) is None:
            if time.monotonic() > end:
                return None
            time.sleep(POLL_S)  # in pieces: on Windows, Ctrl-C does not end a longer wait
        for reader in self._readers:
            reader.join()
        said = self.errors.removeprefix("virtual board: ") or "it said nothing"
        return f"the virtual board's process ended (exit status {status}): {said}"

    def start(self) -> str:
        """Start the child and wait until its image can receive; the URL.

        Raises FileError for a bad image and LinkError where the child does not come up.
        """
        if self.running:
            return self._url
        image = self._image or default_image()
        self._errors, self._first_line = [], ""
        self._have_line.clear()
        # -P: a package named device in the folder where the program was started is not this one.
        command = [sys.executable, "-P", "-m", "device.emulator", "--image", str(image), *self._options]
        environment = dict(os.environ)
        if not INSTALLED:  # where the child finds it by itself, and everybody's packages would go before Python's own
            environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT), environment.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            env=environment,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._readers = [
            threading.Thread(target=self._read_output, args=(self._process,), name="virtual board output", daemon=True),
            threading.Thread(target=self._read_errors, args=(self._process,), name="virtual board errors", daemon=True),
        ]
        for reader in self._readers:
            reader.start()
        self._have_line.wait(START_TIMEOUT_S)
        if not self._first_line:
            raise self._failure()
        self._url = str(json.loads(self._first_line)["url"])
        return self._url

    def _failure(self) -> FileError | LinkError:
        process = self._process
        status = process.poll() if process is not None else None
        if process is not None and status is None and self._have_line.is_set():
            process.wait(STOP_TIMEOUT_S)
            status = process.poll()
        self.stop()
        said = self.errors.removeprefix("virtual board: ") or "it said nothing"
        if status == EXIT_BAD_IMAGE:
            return FileError(f"the virtual board cannot start: {said}", "give it the nucleo_f767zi .bin")
        if status == EXIT_NO_ENGINE:
            return LinkError(f"the virtual board cannot run its engine: {said}", "pip install unicorn, or use a board")
        return LinkError(f"the virtual board did not start (exit status {status}): {said}", "is the image up to date?")

    def _read_output(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if not self._have_line.is_set():
                self._first_line = line
                self._have_line.set()
        self._have_line.set()

    def _read_errors(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        for line in process.stderr:
            if self._errors[-1:] != [line.rstrip()]:  # the same fault over and over fills no page
                self._errors = [*self._errors[-KEPT_LINES + 1 :], line.rstrip()]

    def stop(self) -> None:
        """End the child and wait for it; may be called more than once."""
        process, self._process, self._url = self._process, None, ""
        if process is None:
            return
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.close()
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for reader in self._readers:
            reader.join()
        process.stdout.close()
        process.stderr.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
