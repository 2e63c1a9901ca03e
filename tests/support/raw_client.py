"""A bare client for the tests: it may send what a well-behaved one never would."""

from __future__ import annotations

import os
import select
import socket
import time
from collections.abc import Callable
from typing import TypeVar

from device.link.framing import Decoder, Frame, encode
from device.link.protocol import REPLY_FLAG, Record

R = TypeVar("R", bound=Record)
PATIENCE_S = 30.0


class Talk:
    """``read`` gives what has come, or b"" after a while; ``write`` sends."""

    def __init__(self, read: Callable[[], bytes], write: Callable[[bytes], None]) -> None:
        self._read, self._write = read, write
        self._decoder = Decoder()
        self._frames: list[Frame] = []
        self._sequence = 100
        self._insisted: set[int] = set()  # answers to these may come more than once

    @classmethod
    def over_socket(cls, link: socket.socket) -> Talk:
        link.settimeout(0.2)

        def read() -> bytes:
            try:
                return link.recv(65536)
            except TimeoutError:
                return b""

        return cls(read, link.sendall)

    @classmethod
    def over_pty(cls, descriptor: int) -> Talk:
        def read() -> bytes:
            return os.read(descriptor, 65536) if select.select([descriptor], [], [], 0.2)[0] else b""

        def write(data: bytes) -> None:
            while data:
                data = data[os.write(descriptor, data) :]

        return cls(read, write)

    def send(self, data: bytes) -> None:
        self._write(data)

    def receive(self) -> Frame:
        """The next good frame."""
        end = time.monotonic() + PATIENCE_S
        while not self._frames:
            assert time.monotonic() < end, "no answer"
            self._take()
        return self._frames.pop(0)

    def silent(self) -> bool:
        """True when nothing more has come."""
        self._take()
        return not self._frames

    def _take(self) -> None:
        self._frames += [f for f in self._decoder.feed(self._read()) if f.sequence not in self._insisted]

    def ask(self, type: int, payload: bytes = b"", version: int = 1) -> Frame:
        """One request and its reply."""
        self._sequence += 1
        self.send(encode(type, self._sequence, payload, version=version))
        reply = self.receive()
        assert (reply.type, reply.sequence) == (type | REPLY_FLAG, self._sequence)
        return reply

    def insist(self, type: int) -> Frame:
        """One request, sent until it is answered: what is sent while a board starts may be lost."""
        self._sequence += 1
        end = time.monotonic() + PATIENCE_S
        while self.silent():
            assert time.monotonic() < end, "no answer"
            self.send(encode(type, self._sequence))
        reply = self.receive()
        self._insisted.add(reply.sequence)
        self._frames = [frame for frame in self._frames if frame.sequence not in self._insisted]
        assert (reply.type, reply.sequence) == (type | REPLY_FLAG, self._sequence)
        return reply

    def record(self, kind: type[R], type: int, payload: bytes = b"") -> R:
        reply = self.ask(type, payload)
        assert reply.status == 0, reply
        return kind.parse(reply.payload)
