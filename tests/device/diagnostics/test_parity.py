"""Fingerprints compared number by number, against the image's own golden output."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from device.diagnostics.parity import Parity, compare, expect, find_network
from device.errors import FileError
from device.flash.images import DEFAULT_BOARD, split
from tests.device.flash.test_images import image, tiny_network

ONE = np.array([5, -128, 127, 0], np.int8)


def test_equal_numbers_are_equal() -> None:
    assert compare(ONE, ONE.copy()) == Parity(4, 0, 0, None)
    assert compare(ONE, ONE).equal


def test_the_largest_difference_does_not_wrap_around() -> None:
    other = np.array([5, 127, 126, 0], np.int8)
    assert compare(ONE, other) == Parity(4, 2, 255, 1)


def test_another_length_is_a_difference() -> None:
    assert compare(ONE, ONE[:3]) == Parity(4, 1, 0, 3)
    assert not compare(ONE[:0], ONE[:0]).equal


def test_the_network_is_found_by_its_hash_beside_a_file_that_is_none(tmp_path: Path) -> None:
    network = tiny_network()
    (tmp_path / "a.bin").write_bytes(b"no image")
    (tmp_path / "b.bin").write_bytes(image(network))
    assert find_network(network.hash_hex, tmp_path) == network
    with pytest.raises(FileError, match="none of the 2 images"):
        find_network("00" * 16, tmp_path)


def run(network: object, crop: np.ndarray) -> tuple[np.ndarray, list[tuple[int, int]]]:
    steps = expect(network, crop)  # type: ignore[arg-type]
    told = []
    while True:
        try:
            told.append(next(steps))
        except StopIteration as end:
            return end.value, told


def test_it_gives_way_after_every_layer_and_equals_the_golden_vector(firmware_bin: Path) -> None:
    _, network = split((firmware_bin / f"{DEFAULT_BOARD}.bin").read_bytes(), "image")
    golden = network.golden_input()
    got, told = run(network, golden)
    assert told == [(n, len(network.layers)) for n in range(1, len(network.layers) + 1)]
    assert np.array_equal(got, network.golden_output())


def test_a_crop_of_another_size_is_refused() -> None:
    with pytest.raises(FileError, match="the network takes"):
        run(tiny_network(), np.zeros((3, 3, 4), np.uint8))
