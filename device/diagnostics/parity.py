"""A board's fingerprint against the integer reference on this computer, number by number."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device.errors import FileError
from device.flash.images import FOLDER, split
from device.network import reference
from device.network.file import Network


@dataclass(frozen=True)
class Parity:
    """How many of ``length`` numbers differ, and by how much at most; ``first`` is the index of the first that does."""

    length: int
    differing: int
    largest: int
    first: int | None

    @property
    def equal(self) -> bool:
        """Every number is the same, and at least one was compared."""
        return self.differing == 0 and self.length > 0


def compare(expected: NDArray[np.int8], got: NDArray[np.int8]) -> Parity:
    """Two fingerprints (N,) int8; where their lengths differ, what only one of them has counts as differing."""
    both = min(expected.size, got.size)
    apart = np.abs(expected[:both].astype(np.int16) - got[:both].astype(np.int16))
    places = np.flatnonzero(apart)
    longer = max(expected.size, got.size)
    first = int(places[0]) if places.size else (both if longer > both else None)
    return Parity(longer, int(places.size) + longer - both, int(apart.max(initial=0)), first)


def find_network(network_hash: str, folder: Path = FOLDER) -> Network:
    """The network with this hash (hex, as in HELLO) out of the firmware images in ``folder``; raises FileError."""
    paths = sorted(folder.glob("*.bin"))
    for path in paths:
        try:
            _, network = split(path.read_bytes(), str(path))
        except (OSError, FileError):
            continue  # another file's fault is no reason to give up
        if network.hash_hex == network_hash:
            return network
    raise FileError(
        f"none of the {len(paths)} images in {folder.name} holds the board's network {network_hash[:12]}",
        "put the image that the board was flashed with there, or flash the one that is there",
    )


def expect(network: Network, crop: NDArray[np.uint8]) -> Generator[tuple[int, int], None, NDArray[np.int8]]:
    """Run the reference on ``crop``, giving way after every layer with (layers done, layers); returns (N,) int8.

    Raises FileError where ``crop`` is not what the network takes.
    """
    if crop.shape != network.input_shape:
        raise FileError(
            f"the crop is {crop.shape}, the network takes {network.input_shape}", "wait for a face to be cut for it"
        )
    count = len(network.layers)
    last: NDArray[np.int8] = np.zeros(0, np.int8)
    for done, (_, output) in enumerate(reference.run(network, crop), 1):
        last = output
        yield done, count
    return last.reshape(-1)
