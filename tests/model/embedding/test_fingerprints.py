"""Features of archived crops are what the board answers, in the order of the names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from device.model.data.training_set import middle, read_members, read_teachers
from device.model.embedding.fingerprints import archived_features, both_fingerprints, fingerprints
from device.model.export.export import export_bytes
from device.model.progress import Monitor
from device.vision.fingerprint import dequantise


class _Ticks(Monitor):
    def __init__(self) -> None:
        self.seen: list[tuple[int, int]] = []

    def tick(self, what: str, done: int, total: int) -> None:
        self.seen.append((done, total))


def test_archived_crops_are_read_in_parts_and_answered_as_by_the_board(
    random_network: Any, tiny_faces: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("device.model.embedding.fingerprints._READ_AT_ONCE", 4)
    network = export_bytes(random_network.content, "random", "random")
    names = [str(name) for name in read_teachers(tiny_faces)[0][[30, 2, 7, 27, 4, 9]]]
    ticks = _Ticks()
    found = archived_features(random_network.content, network, tiny_faces, names, ticks)
    crops = middle(read_members(tiny_faces, names), network.input_shape[0])
    raw = both_fingerprints(random_network.content, "random", crops)
    np.testing.assert_array_equal(found, dequantise(raw, network.header.output_scale, network.header.output_zero_point))
    np.testing.assert_array_equal(raw[:, 0], fingerprints(random_network.content, "random", crops))
    np.testing.assert_array_equal(raw[:, 1], fingerprints(random_network.content, "random", crops[:, :, ::-1].copy()))
    assert ticks.seen == [(4, 6), (6, 6)]
