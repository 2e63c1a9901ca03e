"""One connected board: what it says of itself, fingerprints from crops, the door, and its own figures."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from device.errors import BoardError, DeviceError, FrameError, LinkError, MismatchError
from device.link.crop_code import encode_if_shorter, rounded
from device.link.link import Link, Reply
from device.link.protocol import (
    BAUD_CONFIRM_MS,
    DOOR_MAX_OPEN_MS,
    FAST_BAUD,
    IN_FLIGHT,
    PROTOCOL_VERSION,
    REPLY_FLAG,
    START_BAUD,
    BaudRequest,
    Capability,
    DoorAction,
    DoorReply,
    DoorRequest,
    DoorState,
    InferReply,
    LayerProfile,
    ProfileReply,
    Record,
    SelftestReply,
    StatsReply,
    Status,
    Type,
)
from device.link.replies import Door, Hello, Inference, Layer, Profile, Selftest, Where
from device.paths import DEVICE_COMMAND

R = TypeVar("R", bound=Record)

HELLO_TIMEOUT_S = 0.6
SETTLE_S = 0.02  # a USB serial adapter takes a moment to change its rate
RATES = (FAST_BAUD, 921_600)  # tried in this order; START_BAUD always works
RESET_S = 0.3  # until a board that was reset answers again

_REFUSALS: dict[int, tuple[str, str]] = {
    Status.UNKNOWN_TYPE: ("does not know this request", "its firmware is older than this program: flash it"),
    Status.BAD_VERSION: ("speaks another protocol version", "flash the firmware that comes with this program"),
    Status.BAD_LENGTH: (
        "got a payload of the wrong length",
        "is the crop what HELLO asks for? Else flash the firmware",
    ),
    Status.BAD_VALUE: ("does not take this value", "see the limits in device/link/PROTOCOL.md"),
    Status.TOO_LARGE: ("cannot take a frame this large", "is the crop what HELLO asks for?"),
    Status.NO_NETWORK: ("has no usable network in its flash", "flash an image that holds one"),
    Status.SELFTEST_FAILED: ("computes something else than its golden vector", "flash the firmware again"),
}


class Board:
    """A board that has answered HELLO and fits this program. Use it from one thread.

    Crops go coded where the board can decode them and the coding is shorter. ``near``, 0 to 2, is by how much at most a
    byte of a coded crop may then be off: ``decoded`` is the crop that the board then has.
    """

    near: int = 0

    def __init__(self, link: Link, hello: Hello, baud: int = START_BAUD) -> None:
        self.link = link
        self.hello = hello
        self.baud = baud

    @classmethod
    def connect(cls, url: str, *, fast: bool = True, network_hash: bytes | None = None) -> Self:
        """Open ``url``, say HELLO, and go to the fastest rate that works where ``fast``.

        ``network_hash`` (16 bytes): refuse a board that runs another network. Raises LinkError where nothing answers,
        MismatchError where board and program do not fit.
        """
        link = Link(url)
        try:
            hello, baud = _find_board(link)
            _check(hello, network_hash)
            board = cls(link, hello, baud)
            if fast:
                board._speed_up()
            return board
        except BaseException:
            link.close()
            raise

    @property
    def where(self) -> Where:
        """What executes the firmware: a board, the virtual board, QEMU or the host program."""
        return self.hello.where

    @property
    def in_flight(self) -> int:
        """How many crops may be under way at once."""
        return IN_FLIGHT if Capability.OVERLAP in self.hello.capabilities else 1

    @property
    def waiting(self) -> int:
        """Crops sent whose fingerprint has not been received yet."""
        return self.link.outstanding

    @property
    def can_flip(self) -> bool:
        """Whether the board can run the network on a crop and on its mirror image."""
        return Capability.FLIP in self.hello.capabilities

    @property
    def decodes(self) -> bool:
        """Whether the board takes coded crops."""
        return Capability.CODED in self.hello.capabilities

    def decoded(self, crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The crop that the board has when it is sent ``crop``: another one only where ``near`` is not 0."""
        coded = self.near and self.decodes and encode_if_shorter(crop, self.near) is not None
        return rounded(crop, self.near) if coded else crop

    def infer(self, crop: NDArray[np.uint8], *, flip: bool = False) -> Inference:
        """The fingerprint of ``crop``, (H, W, 3) uint8 RGB as ``hello.input_shape`` says.

        ``flip``: the mirror image's, too, in twice the network's time. Raises BoardError where the board cannot.
        """
        return self._inference(self.link.request(*self._asked(crop, flip)))

    def send_crop(self, crop: NDArray[np.uint8], *, flip: bool = False) -> None:
        """Send ``crop`` without waiting for its fingerprint; at most ``in_flight`` at a time, then ``receive``."""
        kind, payload = self._asked(crop, flip)
        if self.link.outstanding >= self.in_flight:
            raise BoardError(f"{self.link.outstanding} crops are under way already", "receive a fingerprint first")
        self.link.submit(kind, payload)

    def receive(self) -> Inference:
        """The fingerprint of the oldest crop sent, waiting for it."""
        return self._inference(self.link.collect())

    def ready(self, wait_s: float = 0.0) -> bool:
        """Whether ``receive`` would return at once, after at most ``wait_s`` of waiting."""
        return self.link.poll(wait_s)

    def profile(self) -> Profile:
        """Cycles of every layer, from one run on the golden input."""
        payload = _good(self.link.request(Type.PROFILE), "PROFILE")
        head = _parse(ProfileReply, payload, "PROFILE")
        size, start = LayerProfile.size(), ProfileReply.size()
        if len(payload) != start + head.layer_count * size:
            raise FrameError(
                f"PROFILE of {head.layer_count} layers came with {len(payload)} bytes", "flash the firmware"
            )
        layers = tuple(Layer.parse(payload[at : at + size]) for at in range(start, len(payload), size))
        return Profile(head.network_cycles, head.network_instructions or None, layers)

    def selftest(self) -> Selftest:
        """Run the golden vector; a failure is a result, not an exception."""
        reply = self.link.request(Type.SELFTEST)
        failed = reply.frame.status == Status.SELFTEST_FAILED
        payload = reply.frame.payload if failed else _good(reply, "SELFTEST")
        record = _parse(SelftestReply, payload, "SELFTEST")
        if failed == (record.mismatches == 0):
            raise FrameError(f"SELFTEST contradicts itself: {record.mismatches} mismatches", "flash the firmware")
        return Selftest(record.mismatches, record.length, record.network_cycles, record.network_instructions or None)

    def open_door(self, open_ms: int) -> Door:
        """Open for ``open_ms``; an open door stays open that long from now on. The board locks by itself."""
        if not 1 <= open_ms <= DOOR_MAX_OPEN_MS:
            raise BoardError(
                f"a door cannot open for {open_ms} ms", f"1 to {DOOR_MAX_OPEN_MS} ms", status=Status.BAD_VALUE
            )
        return self._door(DoorAction.OPEN, open_ms)

    def lock_door(self) -> Door:
        """Lock at once."""
        return self._door(DoorAction.CLOSE)

    def door(self) -> Door:
        """The door's state."""
        return self._door(DoorAction.STATE)

    def stats(self) -> StatsReply:
        """The board's counters and high-water marks."""
        return _parse(StatsReply, _good(self.link.request(Type.STATS), "STATS"), "STATS")

    def refresh(self) -> Hello:
        """Ask HELLO again; raises MismatchError where another network answers now."""
        hello = _hello(self.link)
        _check(hello, self.hello.network_hash)
        self.hello = hello
        return hello

    def reset(self) -> None:
        """Restart the board, wait until it answers again, and go back to a fast rate where there was one."""
        fast = self.baud != START_BAUD
        _good(self.link.request(Type.RESET), "RESET")
        self.link.forget()
        time.sleep(RESET_S)
        if self.baud != START_BAUD:
            self.link.set_baud(START_BAUD)
            self.baud = START_BAUD
        self.hello = _hello(self.link)
        _check(self.hello, None)
        if fast:
            self._speed_up()

    def close(self) -> None:
        """Let go of the port, leaving the board at START_BAUD where it still answers."""
        try:
            if self.baud != START_BAUD and self.link.has_rate and self.link.open and not self.link.outstanding:
                self.link.request(Type.BAUD, BaudRequest(START_BAUD).pack(), timeout_s=HELLO_TIMEOUT_S)
        except DeviceError:
            pass  # gone already: there is nothing to leave behind
        finally:
            self.link.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def require_network(self) -> None:
        """Raises BoardError where the board has no usable network in its flash."""
        if Capability.INFER not in self.hello.capabilities:
            what, hint = _REFUSALS[Status.NO_NETWORK]
            raise BoardError(f"INFER: the board {what}", hint, status=Status.NO_NETWORK)

    def _asked(self, crop: NDArray[np.uint8], flip: bool) -> tuple[Type, bytes]:
        """Type and payload of the request that asks for a fingerprint."""
        if flip and not self.can_flip:
            what, hint = _REFUSALS[Status.UNKNOWN_TYPE]
            raise BoardError(f"INFER_FLIP: the board {what}", hint, status=Status.UNKNOWN_TYPE)
        self.require_network()
        if crop.shape != self.hello.input_shape or crop.dtype != np.uint8:
            raise MismatchError(
                f"the crop is {crop.shape} {crop.dtype}, the board wants {self.hello.input_shape} uint8",
                "cut it with device.vision.crop.align(photo, landmarks, size) at the size that HELLO names",
            )
        coded = encode_if_shorter(crop, self.near) if self.decodes else None
        if coded is None:
            return Type.INFER_FLIP if flip else Type.INFER, crop.tobytes()
        return Type.INFER_CODED_FLIP if flip else Type.INFER_CODED, coded

    def _inference(self, reply: Reply) -> Inference:
        payload = _good(reply, "INFER")
        record = _parse(InferReply, payload, "INFER")
        passes = 2 if reply.frame.type & ~REPLY_FLAG in (Type.INFER_FLIP, Type.INFER_CODED_FLIP) else 1
        length = self.hello.fingerprint_length
        if len(payload) != InferReply.size() + passes * length:
            raise FrameError(
                f"{len(payload) - InferReply.size()} numbers came, HELLO said {passes * length}",
                "was the board flashed meanwhile? Connect again",
            )
        numbers = np.frombuffer(payload, np.int8, passes * length, InferReply.size())
        ms = 1e3 / self.hello.clock_hz if self.hello.clock_hz else 0.0
        total_ms = record.total_cycles * ms
        waited_ns = max(0, reply.behind_ns - reply.written_ns)
        return Inference(
            fingerprint=numbers if passes == 1 else numbers.reshape(passes, length),
            receive_cycles=record.receive_cycles,
            network_cycles=record.network_cycles,
            total_cycles=record.total_cycles,
            network_instructions=record.network_instructions or None,
            link_ms=max(0.0, (reply.received_ns - reply.sent_ns - waited_ns) / 1e6 - total_ms),
            receive_ms=record.receive_cycles * ms,
            network_ms=record.network_cycles * ms,
            total_ms=total_ms,
            where=self.where,
            sent_ns=reply.sent_ns,
            written_ns=reply.written_ns,
            received_ns=reply.received_ns,
            crop_bytes=reply.request_bytes,
            tries=reply.tries,
        )

    def _door(self, action: DoorAction, open_ms: int = 0) -> Door:
        payload = DoorRequest(action, open_ms).pack()
        record = _parse(DoorReply, _good(self.link.request(Type.DOOR, payload), "DOOR"), "DOOR")
        return Door(record.state == DoorState.OPEN, record.remaining_ms)

    def _speed_up(self) -> None:
        """Go to the fastest rate at which the board answers; without one, both ends are back at START_BAUD."""
        if Capability.BAUD not in self.hello.capabilities:
            return
        for rate in RATES:
            if rate <= max(self.hello.max_baud, self.baud) and (rate == self.baud or self._try_rate(rate)):
                return

    def _try_rate(self, rate: int) -> bool:
        reply = self.link.request(Type.BAUD, BaudRequest(rate).pack())
        if reply.frame.status != Status.OK:
            return False
        if self.link.has_rate:
            time.sleep(SETTLE_S)
        began = time.monotonic()
        try:
            self.link.set_baud(rate)
            _hello(self.link, timeout_s=BAUD_CONFIRM_MS / 4e3)
        except LinkError:
            self._fall_back(began)
            return False
        self.baud = rate
        return True

    def _fall_back(self, began: float) -> None:
        self.link.set_baud(START_BAUD)
        self.baud = START_BAUD
        time.sleep(max(0.0, began + BAUD_CONFIRM_MS / 1e3 + 0.2 - time.monotonic()))  # the board goes back by itself
        self.link.forget()
        self.hello = _hello(self.link)


def _find_board(link: Link) -> tuple[Hello, int]:
    """HELLO at START_BAUD, or at a rate that an earlier program left behind; the rate that worked."""
    try:
        return _hello(link), START_BAUD
    except LinkError:
        if not link.has_rate or not link.open:
            raise
    for rate in RATES:
        try:
            link.set_baud(rate)
            return _hello(link, timeout_s=HELLO_TIMEOUT_S / 2), rate
        except LinkError:
            if not link.open:
                raise
    link.set_baud(START_BAUD)
    return _hello(link), START_BAUD


def _hello(link: Link, timeout_s: float = HELLO_TIMEOUT_S) -> Hello:
    reply = link.request(Type.HELLO, timeout_s=timeout_s)
    if reply.frame.version != PROTOCOL_VERSION or reply.frame.status == Status.BAD_VERSION:
        raise MismatchError(
            f"the board speaks protocol version {reply.frame.version}, this program {PROTOCOL_VERSION}",
            f"flash the firmware that comes with this program: {DEVICE_COMMAND} flash",
        )
    return Hello.parse(_good(reply, "HELLO"))


def _check(hello: Hello, network_hash: bytes | None) -> None:
    if hello.protocol_version != PROTOCOL_VERSION:
        raise MismatchError(
            f"the board speaks protocol version {hello.protocol_version}, this program {PROTOCOL_VERSION}",
            f"flash the firmware that comes with this program: {DEVICE_COMMAND} flash",
        )
    if network_hash is not None and hello.network_hash != network_hash:
        raise MismatchError(
            f"the board runs network {hello.network[:12]}, wanted was {network_hash.hex()[:12]}",
            "flash the image with that network, or enrol again with this one",
        )


def _good(reply: Reply, name: str) -> bytes:
    """The reply's payload; raises BoardError where the board refused."""
    status = reply.frame.status
    if status == Status.OK:
        return reply.frame.payload
    what, hint = _REFUSALS.get(status, (f"refused with status {status}", "flash the firmware"))
    raise BoardError(f"{name}: the board {what}", hint, status=status)


def _parse(record: type[R], payload: bytes, name: str) -> R:
    try:
        return record.parse(payload)
    except ValueError as error:
        raise FrameError(f"{name} reply: {error}", "host and firmware do not fit: flash the firmware") from error
