"""Float weights are kept in a small file and answer as before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (extra 'train')")

from device.errors import FileError  # noqa: E402
from device.model.graph.variant import Variant  # noqa: E402
from device.model.train.float_weights import read_float_weights, write_float_weights  # noqa: E402
from device.model.train.mobilenet import MobileNetV2  # noqa: E402
from device.model.train.warm_start import warm_start  # noqa: E402


def trained(variant: Variant) -> MobileNetV2:
    torch.manual_seed(3)
    network = MobileNetV2(variant)
    for _ in range(30):  # statistics of its own
        network.train()(torch.randn(8, 3, variant.input_size, variant.input_size))
    return network.eval()


def test_a_network_answers_as_before(tmp_path: Path) -> None:
    network, path = trained(Variant(0.5, 32)), tmp_path / "weights.npz"
    write_float_weights(network, path)
    again = read_float_weights(path)
    assert again.variant == network.variant
    assert not again.training
    pictures = torch.randn(4, 3, 32, 32)
    with torch.no_grad():
        wanted, got = network(pictures), again(pictures)
    assert float((got - wanted).norm() / wanted.norm()) < 5e-3
    assert path.stat().st_size < 2.1 * sum(one.numel() for one in network.parameters())  # bytes
    assert [one.name for one in tmp_path.iterdir()] == ["weights.npz"]


def test_training_starts_from_them(tmp_path: Path) -> None:
    network, path = trained(Variant(0.5, 32)), tmp_path / "weights.npz"
    write_float_weights(network, path)
    rng = np.random.default_rng(1)
    views, targets = rng.integers(0, 256, (12, 32, 32, 3), dtype=np.uint8), rng.normal(size=(12, 6)).astype(np.float32)
    student = warm_start(path, Variant(0.5, 32), views, targets)
    key = "blocks.3.expand.conv.weight"
    torch.testing.assert_close(student.network.state_dict()[key], network.state_dict()[key], rtol=1e-3, atol=1e-6)
    narrow = warm_start(path, Variant(0.35, 32), views, targets)
    assert narrow.network.variant.width == 0.35


def test_other_files_are_refused(tmp_path: Path) -> None:
    network, path = trained(Variant(0.35, 32)), tmp_path / "weights.npz"
    write_float_weights(network, path)
    with np.load(path) as kept:
        arrays = dict(kept)
    whole = path.read_bytes()
    changes = {
        "width": {"variant": np.array([0.5, 32])},
        "missing": {"stem.conv.weight": None},
        "not finite": {"stem.conv.weight": arrays["stem.conv.weight"] * np.nan},
    }
    for change in changes.values():
        np.savez(path, **{key: value for key, value in (arrays | change).items() if value is not None})
        with pytest.raises(FileError, match=r"weights\.npz: (no float weights|a weight is not finite)"):
            read_float_weights(path)
    for damaged in (b"", whole[: len(whole) // 2], b"something else"):
        path.write_bytes(damaged)
        with pytest.raises(FileError, match=r"weights\.npz: no float weights"):
            read_float_weights(path)
    with pytest.raises(FileError, match="No such file"):
        read_float_weights(tmp_path / "none.npz")
