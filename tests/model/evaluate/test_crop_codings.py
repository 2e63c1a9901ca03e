"""The comparison of codings: each figure is a size that can be, and the coding's own is its own."""

from __future__ import annotations

import numpy as np

from device.link.crop_code import encode
from device.model.evaluate.crop_codings import bytes_table, codings, neighbours, noisy
from tests.support.crops import smooth


def test_every_coding_gives_a_size() -> None:
    crop = smooth(np.random.default_rng(1), 64, 64, 1.0)
    sizes = {name: size(crop) for name, size in codings().items()}
    assert sizes["this coding"] == len(encode(crop))
    assert sizes["near 2"] < sizes["near 1"] < sizes["this coding"]
    assert sizes["entropy"] < sizes["parameters sent"]
    assert all(0.05 * crop.size < size < 1.1 * crop.size for size in sizes.values())


def test_neighbours_at_the_edges() -> None:
    planes = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    left, above, above_left, above_right = (near[..., 0].tolist() for near in neighbours(planes, 9))
    assert left == [[9, 0], [0, 6]]
    assert above == [[9, 9], [0, 3]]
    assert above_left == [[9, 9], [0, 0]]
    assert above_right == [[9, 9], [3, 3]]


def test_the_table_has_a_row_for_each() -> None:
    crops = np.stack([smooth(np.random.default_rng(seed), 32, 32, 1.0) for seed in range(2)])
    rows = bytes_table({"some": crops, "noisy": noisy(crops, 2)}).splitlines()
    assert len(rows) == 1 + len(codings())
    assert "some (2)" in rows[0]
