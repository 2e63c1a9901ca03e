"""Bytes out and bytes in, without ever blocking: a serial port, a pty or a TCP connection behind one small interface.

pyserial opens everything that it has a name or URL for; ``socket://host:port`` is spoken to directly, because a request
should leave at once (no Nagle delay) and a closed connection should be noticed at once.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import select
import socket
import time
from typing import Any, Protocol
from urllib.parse import urlsplit

import serial
import serial.tools.list_ports

from device.errors import LinkError
from device.link.protocol import START_BAUD

READ_BYTES = 65_536
CONNECT_TIMEOUT_S = 5.0
_POLL_S = 0.002  # where the operating system cannot wait for a port and for room to write at once
_SERIAL: Any = serial  # pyserial has no types
_BUSY_HINT = "another program has the port open: close it, or unplug the board and plug it in again"
_RIGHTS_HINT = "join the group that owns the port, on Debian: sudo adduser $USER dialout, then log in again"


class Transport(Protocol):
    """What a link needs. ``has_rate`` says whether the baud rate means anything on the way to the board."""

    has_rate: bool

    def read(self) -> bytes:
        """What has arrived, perhaps nothing; raises OSError where the other end is gone."""

    def write(self, data: memoryview) -> int:
        """Hand over as much as fits now; the number of bytes taken."""

    def wait(self, writing: bool, seconds: float) -> None:
        """Return when there is something to read, or room to write where ``writing``, or the time is over."""

    def set_baud(self, baud: int) -> None:
        """Change the rate at this end."""

    def close(self) -> None:
        """Let go of the port."""


class SocketTransport:
    """A TCP connection."""

    has_rate = False

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        try:
            host, port = parts.hostname, parts.port
        except ValueError:
            host = port = None
        if host is None or port is None:
            raise LinkError(f"{url!r} names no host and port", "write it as socket://host:port")
        try:
            self._socket = socket.create_connection((host, port), timeout=CONNECT_TIMEOUT_S)
        except OSError as error:
            raise LinkError(f"no connection to {url}: {error}", "is a virtual board running there?") from error
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setblocking(False)

    def read(self) -> bytes:
        try:
            data = self._socket.recv(READ_BYTES)
        except BlockingIOError:
            return b""
        if not data:
            raise ConnectionResetError("the other end closed the connection")
        return data

    def write(self, data: memoryview) -> int:
        try:
            return self._socket.send(data)
        except BlockingIOError:
            return 0

    def wait(self, writing: bool, seconds: float) -> None:
        select.select([self._socket], [self._socket] if writing else [], [], max(seconds, 0.0))

    def set_baud(self, baud: int) -> None:
        pass

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


class SerialTransport:
    """A port of this machine, a pty, or any other URL that pyserial knows."""

    def __init__(self, url: str, baud: int) -> None:
        try:
            port: Any = _SERIAL.serial_for_url(url, do_not_open=True)
            port.baudrate, port.timeout, port.write_timeout, port.exclusive = baud, 0, 0, True
            port.open()
        except ValueError as error:
            raise LinkError(f"{url!r} is no port: {error}", _ports_hint()) from error
        except OSError as error:
            raise _open_error(url, error) from error
        self._port = port
        self._fd = _descriptor(port)
        self.has_rate = "://" not in url and not _is_pty(url)

    def read(self) -> bytes:
        return bytes(self._port.read(READ_BYTES if self._fd is not None else self._port.in_waiting))

    def write(self, data: memoryview) -> int:
        if self._fd is not None:
            try:
                return os.write(self._fd, data)  # pyserial's own write spins where there is no room
            except BlockingIOError:
                return 0
        # Windows takes one piece at a time, and has it on its way before the next.
        return 0 if self._port.out_waiting else int(self._port.write(data[:4096]) or 0)

    def wait(self, writing: bool, seconds: float) -> None:
        if self._fd is not None:
            select.select([self._fd], [self._fd] if writing else [], [], max(seconds, 0.0))
            return
        end = time.monotonic() + seconds
        while not self._port.in_waiting and not (writing and not self._port.out_waiting) and time.monotonic() < end:
            time.sleep(_POLL_S)

    def set_baud(self, baud: int) -> None:
        try:
            self._port.baudrate = baud
        except OSError:
            raise
        except Exception as error:  # pyserial lets termios.error and ValueError through
            raise OSError(f"the port does not take {baud} baud: {error}") from error

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._port.close()


def open_transport(url: str, baud: int = START_BAUD) -> Transport:
    """Open ``url`` for this process alone where that is possible; raises LinkError with what to try."""
    return SocketTransport(url) if url.startswith("socket://") else SerialTransport(url, baud)


def _descriptor(port: Any) -> int | None:
    try:
        return int(port.fileno()) if os.name == "posix" else None
    except (AttributeError, OSError, ValueError):
        return None


def _is_pty(path: str) -> bool:
    # Linux: /dev/pts/3. macOS: /dev/ttys003, where a serial port is /dev/tty.name or /dev/cu.name.
    return re.match(r"/dev/(pts/\d+|ttys\d+)$", os.path.realpath(path)) is not None


def _ports_hint() -> str:
    names = sorted(port.device for port in _SERIAL.tools.list_ports.comports())
    return f"ports here: {', '.join(names)}" if names else "no serial port is there: is the board plugged in?"


def _open_error(url: str, error: OSError) -> LinkError:
    # On Windows the reason stands only in the text.
    text = str(error)
    if error.errno in (errno.EBUSY, errno.EAGAIN) or ("PermissionError" in text and os.name == "nt"):
        return LinkError(f"{url} is busy", _BUSY_HINT)
    if error.errno in (errno.EACCES, errno.EPERM):
        return LinkError(f"{url} may not be opened by this user", _RIGHTS_HINT)
    if error.errno in (errno.ENOENT, errno.ENODEV, errno.ENXIO) or "FileNotFoundError" in text:
        return LinkError(f"there is no port {url}", _ports_hint())
    if error.errno in (errno.EIO, errno.ENOTTY, errno.EISDIR) or "Could not configure port" in text:
        return LinkError(f"{url} is no serial port that can be used: {text}", _ports_hint())
    return LinkError(f"{url} could not be opened: {text}", _ports_hint())
