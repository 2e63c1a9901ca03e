"""A board in plain Python to test the host's side: the rules of PROTOCOL.md, and answers that a test can repeat."""

from __future__ import annotations

import contextlib
import errno
import functools
import hashlib
import os
import select
import socket
import threading
import time
import tty
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from device.link.crop_code import CropCodeError, decode
from device.link.framing import Decoder, Frame, encode
from device.link.protocol import (
    DOOR_MAX_OPEN_MS,
    FAST_BAUD,
    HOST_UNIQUE_ID,
    PROTOCOL_VERSION,
    REPLY_FLAG,
    BaudRequest,
    Capability,
    DoorAction,
    DoorReply,
    DoorRequest,
    DoorState,
    HelloReply,
    InferReply,
    LayerKind,
    LayerProfile,
    ProfileReply,
    SelftestReply,
    StatsReply,
    Status,
    Type,
)

INCOMPLETE_FRAME_S = 0.25
CROP_SHAPE = (128, 128, 3)
HELLO = HelloReply(
    protocol_version=PROTOCOL_VERSION,
    input_height=CROP_SHAPE[0],
    input_width=CROP_SHAPE[1],
    input_channels=CROP_SHAPE[2],
    fingerprint_length=1280,
    layer_count=2,
    capabilities=Capability.INFER | Capability.PROFILE | Capability.DOOR | Capability.BAUD | Capability.OVERLAP,
    clock_hz=1_000_000,
    max_baud=FAST_BAUD,
    arena_bytes=1000,
    flash_bytes=2000,
    network_bytes=1500,
    zero_point=-3,
    scale=0.125,
    fault_status=0,
    fault_address=0,
    board=b"peer",
    firmware=b"0.1",
    unique_id=HOST_UNIQUE_ID,
    network_hash=bytes(range(16)),
)


@functools.lru_cache(maxsize=64)
def fingerprint(crop: bytes) -> NDArray[np.int8]:
    """What this board answers for a crop: (1280,) int8 that no other crop gives."""
    seed = int.from_bytes(hashlib.sha256(crop).digest()[:8], "little")
    return np.random.default_rng(seed).integers(-128, 128, HELLO.fingerprint_length, dtype=np.int8)


@dataclass
class PeerBoard:
    """Eats bytes and the time, gives bytes. ``mute`` answers nothing; ``version`` is the protocol it speaks."""

    hello: HelloReply = HELLO
    version: int = PROTOCOL_VERSION
    mute: bool = False
    selftest_mismatches: int = 0
    max_payload: int = 65_536
    infers: int = 0
    repeated: int = 0
    timeouts: int = 0
    frames: int = 0
    bauds: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._decoder = Decoder(self.max_payload)
        self._last_byte_s = 0.0
        self._last: tuple[Frame, bytes] | None = None
        self._open_until_s = 0.0
        self._now_s = 0.0

    def feed(self, data: bytes, now_s: float) -> bytes:
        """The replies to ``data``."""
        self._now_s = self._last_byte_s = now_s
        return self._answers(self._decoder.feed(data))

    def tick(self, now_s: float) -> bytes:
        """Let time pass: an incomplete frame is dropped."""
        self._now_s = now_s
        if self._decoder.pending_bytes and now_s - self._last_byte_s > INCOMPLETE_FRAME_S:
            self.timeouts += 1
            return self._answers(self._decoder.give_up())
        return b""

    def _answers(self, frames: list[Frame]) -> bytes:
        # Damaged frames first: they stood before the good ones that were found behind or inside them.
        replies = [
            encode(damage.type | REPLY_FLAG, damage.sequence, status=damage.status, version=self.version)
            for damage in self._decoder.take_damages()
        ]
        replies += [self._answer(frame) for frame in frames]
        return b"" if self.mute else b"".join(replies)

    def _answer(self, frame: Frame) -> bytes:
        self.frames += 1
        if self._last is not None and self._last[0] == frame and frame.type not in (Type.HELLO, Type.BAUD, Type.RESET):
            self.repeated += 1
            return self._last[1]
        status, payload = self._run(frame)
        reply = encode(frame.type | REPLY_FLAG, frame.sequence, payload, status, version=self.version)
        if frame.type not in (Type.HELLO, Type.BAUD, Type.RESET):
            self._last = (frame, reply)
        return reply

    def _run(self, frame: Frame) -> tuple[int, bytes]:
        if frame.version != self.version and frame.type != Type.HELLO:
            return Status.BAD_VERSION, b""
        match frame.type:
            case Type.HELLO:
                return Status.OK, replace(self.hello, protocol_version=self.version).pack()
            case Type.INFER | Type.INFER_FLIP | Type.INFER_CODED | Type.INFER_CODED_FLIP:
                return self._infer(frame)
            case Type.PROFILE:
                layers = [
                    LayerProfile(b"stem", LayerKind.CONV, 64, 64, 16, 10, 1500, 0),
                    LayerProfile(b"pool", LayerKind.MEAN, 1, 1, 1280, 0, 500, 0),
                ]
                return Status.OK, ProfileReply(2000, 0, 2, 0).pack() + b"".join(layer.pack() for layer in layers)
            case Type.SELFTEST:
                status = Status.SELFTEST_FAILED if self.selftest_mismatches else Status.OK
                return status, SelftestReply(self.selftest_mismatches, 1280, 2000, 0).pack()
            case Type.DOOR:
                return self._door(DoorRequest.parse(frame.payload))
            case Type.STATS:
                return Status.OK, StatsReply(
                    self.frames, 0, 0, 0, 0, self.repeated, 0, 0, round(self._now_s * 1e3) & 0xFFFF_FFFF, 700, 900, 60
                ).pack()
            case Type.BAUD:
                self.bauds.append(BaudRequest.parse(frame.payload).baud)
                return (Status.OK, b"") if 0 < self.bauds[-1] <= FAST_BAUD else (Status.BAD_VALUE, b"")
            case Type.RESET:
                self._open_until_s = 0.0
                return Status.OK, b""
        return Status.UNKNOWN_TYPE, b""

    def _infer(self, frame: Frame) -> tuple[int, bytes]:
        hello = self.hello
        shape = hello.input_height, hello.input_width, hello.input_channels
        flip = frame.type in (Type.INFER_FLIP, Type.INFER_CODED_FLIP)
        coded = frame.type in (Type.INFER_CODED, Type.INFER_CODED_FLIP)
        if (flip and not hello.capabilities & Capability.FLIP) or (coded and not hello.capabilities & Capability.CODED):
            return Status.UNKNOWN_TYPE, b""
        raw_bytes = int(np.prod(shape))
        if not 0 < len(frame.payload) < raw_bytes if coded else len(frame.payload) != raw_bytes:
            return Status.BAD_LENGTH, b""
        try:
            crop = decode(frame.payload, shape) if coded else np.frombuffer(frame.payload, np.uint8).reshape(shape)
        except CropCodeError:
            return Status.BAD_VALUE, b""
        self.infers += 1
        numbers = fingerprint(crop.tobytes()).tobytes()
        if flip:
            numbers += fingerprint(crop[:, ::-1].tobytes()).tobytes()
        return Status.OK, InferReply(1000, 2000, 3000, 0).pack() + numbers

    def _door(self, request: DoorRequest) -> tuple[int, bytes]:
        if request.action == DoorAction.OPEN:
            if not 1 <= request.open_ms <= DOOR_MAX_OPEN_MS:
                return Status.BAD_VALUE, b""
            self._open_until_s = self._now_s + request.open_ms / 1e3
        elif request.action == DoorAction.CLOSE:
            self._open_until_s = 0.0
        left_ms = max(0, round((self._open_until_s - self._now_s) * 1e3))
        return Status.OK, DoorReply(DoorState.OPEN if left_ms else DoorState.LOCKED, left_ms).pack()


class Peer:
    """A PeerBoard in a thread behind a pty or a TCP port; ``busy_s`` is how long it computes before it answers."""

    def __init__(self, board: PeerBoard, *, tcp: bool = False, busy_s: float = 0.0) -> None:
        self.board = board
        self.busy_s = busy_s
        self._stop = threading.Event()
        self._slave: int | None = None
        if tcp:
            self._server: socket.socket | None = socket.create_server(("127.0.0.1", 0))
            self.url = f"socket://127.0.0.1:{self._server.getsockname()[1]}"
            self._master = -1
        else:
            self._server = None
            self._master, self._slave = os.openpty()
            tty.setraw(self._slave)
            self.url = os.ttyname(self._slave)
        self._connection: socket.socket | None = None
        self._thread = threading.Thread(target=self._run, name="peer")

    def __enter__(self) -> Peer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Go away, as an unplugged board does."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._server is not None:
            self._server.close()
            self._server = None
        for fd in (self._master, self._slave):
            if fd is not None and fd >= 0:
                os.close(fd)
        self._master, self._slave = -1, None

    def _run(self) -> None:
        fd = self._accept() if self._server is not None else self._master
        if fd is None:
            return
        os.set_blocking(fd, False)
        output = b""
        while not self._stop.is_set():
            readable, writable, _ = select.select([fd], [fd] if output else [], [], 0.01)
            now = time.monotonic()
            if readable:
                try:
                    data = os.read(fd, 65_536)
                except OSError as error:
                    if error.errno != errno.EIO:
                        return
                    data = b""
                if not data and self._server is not None:
                    return
                reply = self.board.feed(data, now)
                if reply and self.busy_s:
                    self._stop.wait(self.busy_s)
                output += reply
            output += self.board.tick(now)
            if writable and output:
                with contextlib.suppress(BlockingIOError):
                    output = output[os.write(fd, output) :]

    def _accept(self) -> int | None:
        assert self._server is not None
        self._server.settimeout(0.01)
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                self._connection, _ = self._server.accept()
                return self._connection.fileno()
        return None
