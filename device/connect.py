"""Which board to talk to, real or virtual, and the way to it."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from device.errors import LinkError
from device.link.board import Board
from device.link.ports import VIRTUAL, list_ports
from device.link.replies import WHERE_WORDS, Where

if TYPE_CHECKING:
    from device.emulator import VirtualBoard

EXIT_WAIT_S = 0.5  # a process that dies closes its port a moment before it is gone


def choose(spec: str | None) -> str:
    """The port or URL that ``open_board(spec)`` would open, or ``virtual``."""
    if spec is not None:
        return spec
    boards = list_ports()
    return boards[0].device if boards else VIRTUAL


class OpenedBoard:
    """A connected board, with the virtual board's process where it has one; closing ends both."""

    def __init__(self, board: Board, url: str, virtual: VirtualBoard | None = None) -> None:
        self.board = board
        self.url = url
        self._virtual = virtual

    @property
    def where(self) -> Where:
        """What executes the firmware."""
        return self.board.where

    @property
    def description(self) -> str:
        """One line for a person: which board, at which port, and what its timing means."""
        hello = self.board.hello
        at = "" if self._virtual is not None else f" at {self.url}"
        return f"{hello.board}, firmware {hello.firmware}{at} ({WHERE_WORDS[self.where]})"

    def close(self) -> None:
        """Close the port and end the virtual board's process; further calls do nothing."""
        try:
            self.board.close()
        finally:
            virtual, self._virtual = self._virtual, None
            if virtual is not None:
                virtual.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and self._virtual is not None:
            _explain(error, self._virtual)
        self.close()


def open_board(
    spec: str | None = None,
    *,
    image: Path | None = None,
    fast: bool = True,
    network_hash: bytes | None = None,
) -> OpenedBoard:
    """Connect to ``spec``: a port, a URL, ``virtual``, or None for the first known board, else the virtual one.

    ``image`` is what the virtual board runs, by default the prebuilt ``nucleo_f767zi``; ``fast`` and ``network_hash``
    are those of ``Board.connect``. Raises LinkError, MismatchError or FileError; nothing is left running then.
    """
    url = choose(spec)
    if url != VIRTUAL:
        return OpenedBoard(Board.connect(url, fast=fast, network_hash=network_hash), url)
    from device.emulator import VirtualBoard  # only here: a real board needs no emulator

    virtual = VirtualBoard(image)
    try:
        url = virtual.start()
        return OpenedBoard(Board.connect(url, fast=fast, network_hash=network_hash), url, virtual)
    except BaseException as error:
        _explain(error, virtual)
        virtual.stop()
        raise


def _explain(error: BaseException, virtual: VirtualBoard) -> None:
    if isinstance(error, LinkError) and (reason := virtual.exit_reason(EXIT_WAIT_S)) is not None:
        error.hint = reason  # "connect again" would not help
