"""Whether the image that a board runs is the prebuilt one for it, as far as HELLO tells."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from device.flash.images import FOLDER, Image, load_manifest, split
from device.link.replies import Hello


class Installed(StrEnum):
    """What came of it. SAME: version, size and network agree; HELLO carries no commit that could tell more."""

    SAME = "same"
    OTHER_NETWORK = "other network"
    OTHER_VERSION = "other version"
    OTHER_SIZE = "other size"  # the same version and network, but other code
    NO_IMAGE = "no image"


@dataclass(frozen=True)
class Finding:
    """The verdict, and the prebuilt image it was compared with."""

    verdict: Installed
    image: Image | None = None


def compare(hello: Hello, folder: Path = FOLDER) -> Finding:
    """The board's image against the prebuilt one; raises FileError where the manifest or the image is unreadable.

    The firmware's version is looked for in the image itself, because the manifest describes files, not versions.
    """
    image = next((image for image in load_manifest(folder) if image.board == hello.board), None)
    if image is None:
        return Finding(Installed.NO_IMAGE)
    if image.network != hello.network:
        return Finding(Installed.OTHER_NETWORK, image)
    code, _ = split((folder / image.file).read_bytes(), image.file)
    if hello.firmware.encode("ascii", "replace") + b"\0" not in code + b"\0":
        return Finding(Installed.OTHER_VERSION, image)
    if hello.flash_bytes != image.code_bytes + image.network_bytes:
        return Finding(Installed.OTHER_SIZE, image)
    return Finding(Installed.SAME, image)
