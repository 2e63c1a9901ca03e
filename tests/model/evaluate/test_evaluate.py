"""What an evaluation measures, and what it says of itself."""

from __future__ import annotations

import pytest

from device.model.evaluate.figures import Result


def test_what_the_figures_say_of_themselves(result: Result) -> None:
    figures = result.figures
    assert figures.network.input == (32, 32, 3)
    assert figures.network.width is None  # 32 pixels: none of the published variants
    assert len(figures.network.sha256) == 64
    assert set(figures.dataset.sha256) == {"lfw.zip", "pairs.txt"}
    assert figures.measured_on.startswith("PC")
    row, flipped = figures.rows
    assert flipped.kind == "plain, flip averaging"
    assert flipped.tar[0].threshold != row.tar[0].threshold
    protocol = row.tar[-1]
    assert (protocol.impostors, protocol.accepted) == (6, 0)
    assert protocol.far_high == pytest.approx(1 - 0.05 ** (1 / 6), abs=1e-4)
    # 12 pictures of 6 people, 2 each.
    assert {one.impostors for one in row.tar_among_all} <= {60}
