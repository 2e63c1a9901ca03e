"""One tree of errors: the link broke, the board refused, a file is bad. Each carries what to try."""

from __future__ import annotations


class DeviceError(Exception):
    """Base of every error that this package raises on purpose.

    ``message`` says what happened, with the offending value; ``hint`` says what to try.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class LinkError(DeviceError):
    """The port could not be opened, went away, or did not answer in time."""


class FrameError(LinkError):
    """Bytes arrived that are not a frame: wrong magic, version, length or checksum."""


class BoardError(DeviceError):
    """The board answered with a refusal; ``status`` is its number on the wire."""

    def __init__(self, message: str, hint: str = "", status: int = 0) -> None:
        super().__init__(message, hint)
        self.status = status


class MismatchError(DeviceError):
    """Board and host do not fit each other: protocol version, network hash or shapes."""


class FileError(DeviceError):
    """A file is missing, damaged, or holds something that cannot be used."""
