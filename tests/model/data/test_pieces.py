"""A training set that was carried in pieces is the one that was packed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from device.errors import FileError
from device.model.data.pieces import missing_pieces, read_pieces, write_pieces
from device.model.data.training_set import load_training_set


def test_pieces_carry_everything(tiny_faces: Path, tmp_path: Path) -> None:
    data = load_training_set(tiny_faces, tmp_path / "cache")
    written = write_pieces(data, tmp_path / "pieces", largest_bytes=40_000)
    assert len(written) > 1
    assert all(path.stat().st_size <= 40_000 for path in written)
    again = read_pieces(tmp_path / "pieces")
    for key in ("names", "people", "held_out", "rows"):
        np.testing.assert_array_equal(getattr(again, key), getattr(data, key))
    np.testing.assert_allclose(again.targets, data.targets, atol=1e-3)
    assert np.abs(again.crops.astype(int) - data.crops[:]).mean() < 5  # packed once more


def test_missing_and_damaged_pieces_are_named(tiny_faces: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pieces"
    with pytest.raises(FileError, match="no pieces"):
        missing_pieces(folder)
    written = write_pieces(load_training_set(tiny_faces, tmp_path / "cache"), folder, largest_bytes=40_000)
    whole = written[1].read_bytes()
    written[1].unlink()
    assert missing_pieces(folder) == [written[1].name]
    with pytest.raises(FileError, match=f"{written[1].name} missing"):
        read_pieces(folder)
    written[1].write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FileError, match=written[1].name):
        read_pieces(folder)
    written[1].write_bytes(whole)
    (folder / "piece_1_of_9.zip").write_bytes(b"")
    with pytest.raises(FileError, match="pieces of 2 sets"):
        read_pieces(folder)
