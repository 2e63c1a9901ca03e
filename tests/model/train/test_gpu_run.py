"""The run on a GPU, rehearsed: it waits for its pieces, then trains, and goes on when called again."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (extra 'train')")

from device.model.data.pieces import write_pieces  # noqa: E402
from device.model.data.training_set import load_training_set  # noqa: E402
from device.model.graph.variant import Variant  # noqa: E402
from device.model.train.gpu_run import gpu_run, gpu_schedule  # noqa: E402


def test_three_steps_on_the_cpu(tiny_faces: Path, tmp_path: Path) -> None:
    pieces = write_pieces(load_training_set(tiny_faces, tmp_path / "cache"), tmp_path / "pieces", largest_bytes=40_000)
    last = pieces[-1].read_bytes()
    pieces[-1].unlink()
    shares = {"two": 0.7}

    def call() -> Path | None:
        variant = Variant(0.35, 64)
        return gpu_run(tmp_path / "pieces", tmp_path / "run", variant, 1, rehearse=True, shares=shares)

    assert call() is None
    assert not (tmp_path / "run").exists()
    pieces[-1].write_bytes(last)
    path = call()
    assert path is not None
    assert torch.load(path, weights_only=True)["samples_seen"] == 3 * 16
    assert call() == path


def test_the_schedule_grows_in_size() -> None:
    schedule = gpu_schedule(2048, 1000, (96, 128), {})
    assert schedule.total == 2048 * 1000
    assert [schedule.size_at(done) for done in (0, 0.44, 0.46, 1)] == [96, 96, 128, 128]
