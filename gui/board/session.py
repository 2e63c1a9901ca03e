"""One connection to a board, from its hello until the link is lost, and where to look for the board after that. No Qt.

A board that was lost is waited for at its own port, or wherever its USB serial number turns up; the virtual board takes
its place only at the start.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from device.connect import OpenedBoard
from device.errors import BoardError, DeviceError, LinkError
from device.link.ports import VIRTUAL, Port, find_again, known, named
from device.link.protocol import Capability
from device.link.replies import Door, Inference
from gui.board.jobs import BackgroundRequest, Crop
from gui.board.pacer import Pacer
from gui.core.frames import now_s
from gui.core.states import BoardPhase, BoardState, DoorView, DoorWord, Where

DOOR_OPEN_POLL_S = 0.25
DOOR_IDLE_POLL_S = 1.5  # also how a board that went away is noticed when nobody stands at the door


class Session:
    """One connection. While the board computes one crop the next one is already on its way, as far as the board allows.

    For the board's thread alone, but for ``cut``.
    """

    def __init__(self, opened: OpenedBoard) -> None:
        self.opened, self.board, self.hello = opened, opened.board, opened.board.hello
        self._sent: deque[Crop] = deque()
        self._pacer = Pacer()
        self._door_due_s = now_s() if Capability.DOOR in self.hello.capabilities else float("inf")

    @property
    def state(self) -> BoardState:
        """The board that answered."""
        hello = self.hello
        has_rate = self.board.link.has_rate or hello.where is Where.VIRTUAL
        return BoardState(
            BoardPhase.READY,
            where=hello.where,
            name=hello.board,
            firmware=hello.firmware,
            network_hash=hello.network,
            clock_hz=hello.clock_hz,
            url=self.opened.url,
            message=self.opened.description,
            baud=self.board.baud if has_rate else 0,
            hello=hello,
        )

    @property
    def under_way(self) -> bool:
        """Whether fingerprints are still to come."""
        return bool(self._sent)

    @property
    def may_send(self) -> bool:
        """Whether the board is free for a crop, or will be by the time that one has arrived."""
        board = self.board
        return not board.waiting or (board.waiting < board.in_flight and now_s() >= self._pacer.due_s)

    def send(self, crop: Crop, *, flip: bool) -> None:
        """A crop out; ``flip``: with its mirror image, for flip averaging."""
        self._sent.append(crop)  # first: sending may break the link, and it is not to be forgotten
        try:
            self.board.send_crop(crop.crop, flip=flip)
        except BoardError:
            self._sent.pop()
            raise
        self._pacer.sent(now_s(), passes=2 if flip else 1)

    def receive(self) -> tuple[Crop, Inference | BoardError]:
        """The oldest crop under way with its fingerprint, or with the board's refusal."""
        try:
            inference = self.board.receive()
        except BoardError as error:
            return self._sent.popleft(), error
        self._pacer.received(inference)
        return self._sent.popleft(), inference

    @property
    def door_due_in_s(self) -> float:
        """Seconds until the door should be looked at again; not above zero when it is time."""
        return self._door_due_s - now_s()

    def view(self, door: Door) -> DoorView:
        """The door as the board has just reported it; fixes when to look again."""
        at_s = now_s()
        wait_s = DOOR_OPEN_POLL_S if door.is_open else DOOR_IDLE_POLL_S
        if door.is_open:  # look once right after it should have locked
            wait_s = min(wait_s, door.remaining_ms / 1e3 + 0.02)
        self._door_due_s = at_s + wait_s
        return DoorView(DoorWord.OPEN if door.is_open else DoorWord.LOCKED, door.remaining_ms, at_s)

    def cut(self) -> None:
        """Close the link under whatever is under way, which fails at once. From any thread."""
        self.board.link.close()

    def close(self) -> None:
        """Let go of the board."""
        with contextlib.suppress(DeviceError):
            self.opened.close()

    @property
    def unanswered(self) -> list[BackgroundRequest]:
        """The background requests under way."""
        return [crop for crop in self._sent if isinstance(crop, BackgroundRequest)]


@dataclass(frozen=True)
class Whereabouts:
    """Where a board was found: what executes it, its URL, and its port where it is one of this computer's."""

    where: Where
    url: str
    port: Port | None


class Finder:
    """Knows which board is wanted, finds it again and opens it. ``use`` from any thread, the rest from the board's."""

    def __init__(
        self, asked: str | None, opener: Callable[[str | None], OpenedBoard], ports: Callable[[], list[Port]]
    ) -> None:
        self._opener, self._ports = opener, ports
        self._lock = threading.Lock()
        self.asked = asked  # the board that is wanted
        self.is_switching = False  # another one is wanted than is there
        self._last: Whereabouts | None = None  # of the board that was here

    def use(self, spec: str | None) -> None:
        """Another board is wanted: a port, a URL, ``virtual``, or None for the first known one."""
        with self._lock:
            self.asked, self._last, self.is_switching = spec, None, True

    def begin(self) -> tuple[str | None, bool]:
        """What to open now, and whether another board is wanted than before."""
        with self._lock:
            asked, last, switched, self.is_switching = self.asked, self._last, self.is_switching, False
        return target(asked, last, self._ports), switched

    def open(self, spec: str | None) -> Session:
        """Connect; raises DeviceError."""
        try:
            return Session(self._opener(spec))
        except OSError as error:  # no process or no socket to be had
            raise LinkError(f"no board could be opened: {error}", "are too many programs running?") from error

    def remember(self, opened: OpenedBoard) -> None:
        """Look for this board when it is lost."""
        port = None if "://" in opened.url else named(self._ports(), opened.url)
        with self._lock:
            if not self.is_switching:
                self._last = Whereabouts(opened.where, opened.url, port)


def target(asked: str | None, last: Whereabouts | None, ports: Callable[[], list[Port]]) -> str | None:
    """What to open: what was asked for, or where the board that was there is now."""
    if last is None:
        return asked
    if asked is None and last.where is Where.VIRTUAL:
        return VIRTUAL
    if asked is not None and last.port is None:
        return asked
    there = ports()
    if last.port is not None and (again := find_again(last.port, there)) != last.url:
        return again
    if asked is not None or named(there, last.url) is not None:
        return last.url
    boards = known(there)  # chosen by the program, so any other known board is as good
    return boards[0].device if boards else last.url
