"""Where the host connects: a TCP port on this machine, or a pseudo-terminal. Each runs a thread that feeds the wire.

The board outlives its hosts. When a host goes, what it had sent and the board had not yet received goes too, and what
the board says meanwhile is dropped, so that the next host finds nothing stale. A second TCP host replaces the first.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import sys
import threading
from typing import Protocol

from device.emulator.chip.wire import Wire

PIECE_BYTES = 65_536
SEND_TIMEOUT_S = 2.0  # a host that does not read for so long is gone
POLL_S = 0.05  # how often a pseudo-terminal without a host is polled


class HostPort(Protocol):
    """A place to connect to."""

    url: str

    def start(self) -> None:
        """Begin to take hosts."""

    def send(self, data: bytes) -> None:
        """Bytes from the board to the host, if there is one; called on the board's thread."""

    def close(self) -> None:
        """Take no more hosts and end the thread."""


class TcpPort:
    """A listening socket on 127.0.0.1; ``port`` 0 lets the system choose."""

    def __init__(self, wire: Wire, port: int = 0) -> None:
        self._wire = wire
        self._listener = socket.create_server(("127.0.0.1", port))
        self._host: socket.socket | None = None
        self._wake, self._waker = socket.socketpair()
        self.url = f"socket://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, name="host port", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def _serve(self) -> None:
        while True:
            sources = [self._wake, self._listener, *([self._host] if self._host else [])]
            ready = select.select(sources, [], [])[0]
            if self._wake in ready:
                break
            if self._listener in ready:
                self._accept()
            elif self._host is not None:
                self._receive(self._host)
        self._drop()

    def _accept(self) -> None:
        try:
            host, _ = self._listener.accept()
        except OSError:
            return
        self._drop()
        host.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        host.settimeout(SEND_TIMEOUT_S)
        self._wire.clear()
        self._host = host

    def _receive(self, host: socket.socket) -> None:
        try:
            data = host.recv(PIECE_BYTES)
        except OSError:
            data = b""
        if data:
            self._wire.feed(data)
        else:
            self._drop()

    def _drop(self) -> None:
        host, self._host = self._host, None
        if host is not None:
            host.close()

    def send(self, data: bytes) -> None:
        host = self._host
        if host is not None:
            try:
                host.sendall(data)
            except OSError:
                with contextlib.suppress(OSError):
                    host.shutdown(socket.SHUT_RDWR)  # the thread sees the end and drops it

    def close(self) -> None:
        self._waker.send(b"x")
        if self._thread.is_alive():
            self._thread.join()
        for end in (self._listener, self._wake, self._waker):
            end.close()


class PtyPort:
    """A pseudo-terminal; ``url`` is the path that the host opens. Not on Windows."""

    def __init__(self, wire: Wire) -> None:
        if sys.platform == "win32":
            raise OSError("pseudo-terminals do not exist on Windows; use --tcp")
        import pty
        import tty

        self._wire = wire
        self._board_end, self._host_end = pty.openpty()
        tty.setraw(self._host_end)
        self.url = os.ttyname(self._host_end)
        self._connected = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="host port", daemon=True)

    def start(self) -> None:
        os.set_blocking(self._board_end, False)
        os.close(self._host_end)  # from here on the far end is open only while a host has it
        self._host_end = -1
        self._thread.start()

    def _serve(self) -> None:
        poller = select.poll()
        poller.register(self._board_end, select.POLLIN)
        while not self._stopping.is_set():
            events = dict(poller.poll(1000 * POLL_S)).get(self._board_end, 0)
            if events & select.POLLIN:
                self._receive()
            elif events & select.POLLHUP:
                self._gone()
                self._stopping.wait(POLL_S)
            else:
                self._connected = True

    def _receive(self) -> None:
        try:
            data = os.read(self._board_end, PIECE_BYTES)
        except OSError:
            self._gone()
            return
        self._connected = True
        self._wire.feed(data)

    def _gone(self) -> None:
        if self._connected:
            import termios

            self._connected = False
            self._wire.clear()
            with contextlib.suppress(OSError, termios.error):
                end = os.open(self.url, os.O_RDWR | os.O_NOCTTY)
                termios.tcflush(end, termios.TCIOFLUSH)
                os.close(end)

    def send(self, data: bytes) -> None:
        left = memoryview(data)
        while left and self._connected and not self._stopping.is_set():
            try:
                left = left[os.write(self._board_end, left) :]
            except BlockingIOError:
                if not select.select([], [self._board_end], [], SEND_TIMEOUT_S)[1]:
                    return
            except OSError:
                return

    def close(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        for end in (self._board_end, self._host_end):
            if end >= 0:
                os.close(end)
