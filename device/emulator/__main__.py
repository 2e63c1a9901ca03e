"""``python -m device.emulator --image FILE [--tcp PORT | --pty] [--no-cycles]``: the virtual board as a process.

When the image is ready to receive, one line of JSON on the standard output says where to connect: ``{"url":
"socket://…", …}``. The process ends when its standard input ends or its parent is gone; its own errors go to the
standard error, and the exit status is 2 for wrong use, 3 for an image that did what the model does not know, 4 for a
bad image, 5 where the engine is not installed.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import signal
import sys
import threading
from pathlib import Path
from typing import NoReturn

from device.emulator.cost.meter import KINDS

EXIT_USE, EXIT_MODEL, EXIT_BAD_IMAGE, EXIT_NO_ENGINE = 2, 3, 4, 5
PARENT_POLL_S = 1.0
READY_TIMEOUT_S = 10.0  # an image takes a fiftieth of a second
SLOW = "no machine code for this processor and no C compiler: cycles are counted in Python, which takes longer"


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m device.emulator", description="Run an image on a virtual nucleo_f767zi."
    )
    parser.add_argument("--image", type=Path, required=True, help="the .bin that a real board is flashed with")
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--tcp", type=int, default=0, metavar="PORT", help="listen on 127.0.0.1:PORT (default: any free port)"
    )
    where.add_argument("--pty", action="store_true", help="offer a pseudo-terminal instead")
    parser.add_argument("--no-cycles", action="store_true", help="no cycle accounting: CYCCNT follows the wall clock")
    parser.add_argument(
        "--hook", choices=KINDS[:-1], default="auto", help="how cycles are counted (default: the fastest here)"
    )
    return parser.parse_args(argv)


def _leave(status: int) -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _watch_parent() -> None:
    """End the process with its parent, even while the engine is inside the image."""
    parent = os.getppid()
    while True:
        if os.name == "posix":
            ready = select.select([0], [], [], PARENT_POLL_S)[0]
            if os.getppid() != parent or (ready and not os.read(0, 4096)):
                break
        elif not os.read(0, 4096):
            break
    _leave(0)


def main(argv: list[str] | None = None) -> int:
    """Run the board until the parent is gone; the exit status."""
    options = _arguments(argv)
    from device.emulator.host_port import HostPort, PtyPort, TcpPort

    try:
        from device.emulator.machine import Machine, read_image
    except ImportError as error:  # not there, or its library does not load
        print(f"virtual board: {error}", file=sys.stderr)
        return EXIT_NO_ENGINE
    from device.errors import DeviceError

    signal.signal(signal.SIGINT, lambda *_: _leave(0))
    signal.signal(signal.SIGTERM, lambda *_: _leave(0))
    threading.Thread(target=_watch_parent, name="parent watch", daemon=True).start()
    try:
        image = read_image(options.image)
    except DeviceError as error:
        print(f"virtual board: {error}", file=sys.stderr)
        return EXIT_BAD_IMAGE

    ready = threading.Event()

    def send(data: bytes) -> None:
        port.send(data)

    counting = "none" if options.no_cycles else options.hook
    try:
        machine = Machine(image, send, counting=counting, on_listening=ready.set)
        port: HostPort = PtyPort(machine.wire) if options.pty else TcpPort(machine.wire, options.tcp)
    except (DeviceError, OSError, OverflowError) as error:  # a hook that cannot run here; a port that is taken
        print(f"virtual board: {error}", file=sys.stderr)
        return EXIT_USE

    def announce() -> None:
        if not ready.wait(READY_TIMEOUT_S):
            wait = f"{READY_TIMEOUT_S:.0f} s after its start"
            print(f"virtual board: {options.image} does not listen, {wait}", file=sys.stderr)
            _leave(EXIT_BAD_IMAGE)
        if machine.meter.kind == "python" and options.hook == "auto":
            print(f"virtual board: {SLOW}", file=sys.stderr)
        port.start()
        line = {"url": port.url, "pid": os.getpid(), "image": str(options.image), "cycles": machine.meter.kind}
        print(json.dumps(line), flush=True)

    threading.Thread(target=announce, name="announce", daemon=True).start()
    try:
        machine.run()
    except DeviceError as error:
        print(f"virtual board: {error}", file=sys.stderr)
        _leave(EXIT_MODEL)
    return 0


if __name__ == "__main__":
    _leave(main())
