"""The coding of crops: every crop comes back as it was, near-lossless ones within their bound; damage is noticed."""

from __future__ import annotations

import numpy as np
import pytest

from device.link.crop_code import CropCodeError, decode, encode, encode_if_shorter, folded_errors, rounded
from tests.support.crops import any_crop, extremes, smooth

SHAPES = ((1, 1), (1, 7), (7, 1), (2, 2), (5, 3), (16, 16), (9, 33))


@pytest.mark.parametrize("shape", SHAPES)
def test_extremes_come_back(shape: tuple[int, int]) -> None:
    for crop in extremes(*shape):
        assert np.array_equal(decode(encode(crop), crop.shape), crop)


@pytest.mark.parametrize("seed", range(8))
def test_every_crop_comes_back(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(12):
        crop = any_crop(rng, int(rng.integers(1, 24)), int(rng.integers(1, 24)))
        for near in (0, 1, 2):
            decoded = decode(encode(crop, near), crop.shape)
            assert np.array_equal(decoded, rounded(crop, near))
            assert np.abs(decoded.astype(int) - crop).max() <= near


def test_a_whole_crop_comes_back() -> None:
    crop = smooth(np.random.default_rng(3), 128, 128, 2.0)
    assert np.array_equal(decode(encode(crop), crop.shape), crop)


def test_without_a_bound_nothing_is_rounded() -> None:
    crop = np.arange(768, dtype=np.int64).astype(np.uint8).reshape(16, 16, 3)
    assert np.array_equal(rounded(crop, 0), crop)


@pytest.mark.parametrize("near", [1, 2])
def test_rounding_twice_changes_nothing_more(near: int) -> None:
    crop = np.arange(768, dtype=np.int64).astype(np.uint8).reshape(16, 16, 3)
    assert np.array_equal(rounded(rounded(crop, near), near), rounded(crop, near))


def test_sizes() -> None:
    rng = np.random.default_rng(5)
    clean, noisy = smooth(rng, 128, 128, 0.5), smooth(rng, 128, 128, 3.0)
    assert len(encode(clean)) < 0.4 * clean.size
    assert len(encode(noisy)) < 0.65 * noisy.size
    assert len(encode(noisy, 1)) < 0.45 * noisy.size
    assert len(encode(np.full((128, 128, 3), 77, np.uint8))) < 6200  # a bit a byte, and the first pixel


def test_what_would_grow_is_sent_as_it_is() -> None:
    rng = np.random.default_rng(6)
    noise = rng.integers(0, 256, (64, 64, 3), dtype=np.uint8)
    assert len(encode(noise)) > noise.size
    assert encode_if_shorter(noise) is None
    face = smooth(rng, 64, 64, 1.0)
    assert encode_if_shorter(face) == encode(face)


def test_no_code_is_longer_than_two_bytes() -> None:
    crop = np.random.default_rng(7).choice(np.array([0, 255], np.uint8), (40, 40, 3))
    assert len(encode(crop)) <= 1 + 2 * crop.size
    assert folded_errors(crop).dtype == np.uint8


def test_an_example_by_hand() -> None:
    """Grey 128, but for the last pixel: (130, 129, 128)."""
    crop = np.full((1, 3, 3), 128, np.uint8)
    crop[0, 2] = 130, 129, 128
    # Errors: red - green +1 (u 2: zeros 001), green +1 (001), blue - green -1 (u 1: 01), behind six codes of one bit.
    assert encode(crop) == bytes([0, 0b11111100, 0b10010100])


def test_short_and_long_streams_are_refused() -> None:
    rng = np.random.default_rng(8)
    for _ in range(40):
        crop = any_crop(rng, int(rng.integers(1, 9)), int(rng.integers(1, 9)))
        stream = encode(crop)
        for cut in range(len(stream)):
            with pytest.raises(CropCodeError):
                decode(stream[:cut], crop.shape)
        with pytest.raises(CropCodeError):
            decode(stream + b"\0", crop.shape)
        with pytest.raises(CropCodeError):
            decode(stream + b"\x01", crop.shape)


def test_the_first_byte_is_checked() -> None:
    stream = bytearray(encode(np.zeros((4, 4, 3), np.uint8)))
    stream[0] = 3
    with pytest.raises(CropCodeError, match="first byte is 3"):
        decode(bytes(stream), (4, 4, 3))


@pytest.mark.parametrize(
    "crop",
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.int16),
        np.zeros((0, 4, 3), np.uint8),
    ],
)
def test_other_arrays_are_refused(crop: np.ndarray) -> None:
    with pytest.raises(CropCodeError, match="not uint8"):
        encode(crop)


@pytest.mark.parametrize("near", [-1, 3])
def test_other_bounds_are_refused(near: int) -> None:
    with pytest.raises(CropCodeError, match=f"near is {near}"):
        encode(np.zeros((4, 4, 3), np.uint8), near)


def test_other_shapes_are_refused() -> None:
    with pytest.raises(CropCodeError, match="no coding"):
        decode(b"\0\0", (4, 4, 1))


def test_any_view_of_a_crop_is_taken() -> None:
    crop = smooth(np.random.default_rng(9), 24, 24, 1.0)
    assert encode(crop[:, ::-1]) == encode(np.ascontiguousarray(crop[:, ::-1]))
    assert encode(crop[4:20, 4:20], 1) == encode(crop[4:20, 4:20].copy(), 1)
