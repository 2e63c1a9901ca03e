"""Costs computed from the definition against the published table and against the exporter; limits and picks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from device.errors import LinkError, MismatchError
from device.model.evaluate.plots import plot_choices
from device.model.graph.variant import Variant, make_divisible
from device.model.variants import board_cost
from device.model.variants.board_cost import VariantCost, cost_of
from device.model.variants.choose import (
    PUBLISHED,
    Limits,
    Published,
    choice,
    cost,
    face_figures,
    pick,
    pick_by_faces,
    table,
    width_of,
)
from device.paths import ROOT

# The column of headless sizes that goes with the published table, in million parameters. It takes off a classifier of
# 1280 x 1000 at every width, though that of 1.3 and 1.4 is larger.
HEADLESS = {1.4: 4.78, 1.3: 4.06, 1.0: 2.19, 0.75: 1.33, 0.5: 0.67, 0.35: 0.38}


@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: f"{row.width}-{row.input_size}")
def test_published_columns_are_met(row: Published) -> None:
    found = cost(row.variant)
    assert found.macs_with_classifier // 10**6 == row.macs_millions
    assert found.parameters_with_classifier // 10**4 == round(row.parameters_millions * 100)
    larger_classifier = (found.fingerprint_length - 1280) * 1000
    assert round((found.weight_bytes + larger_classifier) / 1e6, 2) == HEADLESS[row.width]


def test_there_are_22_variants() -> None:
    assert len({(row.width, row.input_size) for row in PUBLISHED}) == 22


def test_the_half_width_network_at_128() -> None:
    # Counted by hand from table 2 of the MobileNetV2 paper.
    found = cost(Variant(0.5, 128))
    assert found.macs == 31_298_560
    assert found.weight_bytes == 669_136
    assert found.fingerprint_length == 1280


def test_wider_networks_have_longer_fingerprints() -> None:
    assert [Variant(width, 224).fingerprint_length for width in (0.35, 1.0, 1.3, 1.4)] == [1280, 1280, 1664, 1792]


def test_channels_never_lose_a_tenth() -> None:
    assert [make_divisible(value) for value in (3, 11.2, 16, 33.6, 22.4)] == [8, 16, 16, 32, 24]


def test_the_exporter_agrees(random_network: Any) -> None:
    network = random_network.exported.network
    assert sum(layer.macs for layer in network.layers) == cost(Variant(0.35, 32)).macs
    assert width_of(network) is None  # 32 pixels are not published


MEASURED = VariantCost(700_000, 80_000, 726_000, cycles=21_600_000, instructions=40_000_000, different_numbers=0)


def row(number: int, faces: dict[tuple[float, int], tuple[float, float]] | None = None, **changes: Any) -> Any:
    limits = Limits(500, 1e6, 100_000, 216e6)
    return choice(PUBLISHED[number], replace(MEASURED, **changes), faces or {}, limits)


def test_a_variant_within_all_limits() -> None:
    found = row(0)
    assert found.ms == 100
    assert found.breaks == ""
    assert found.lfw_accuracy is None


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({"cycles": 216_000_000}, "1000 ms of 500"),
        ({"flash_bytes": 1_000_001}, "1,000,001 bytes of 1,000,000"),
        ({"activation_bytes": 100_001}, "100,001 bytes of activations of 100,000"),
        ({"different_numbers": 3}, "equality with LiteRT (3 numbers differ on the virtual board)"),
        ({"cycles": None, "refused": "too large"}, "the board (too large)"),
        ({"cycles": 216_000_000, "flash_bytes": 2_000_000}, "1000 ms of 500; 2,000,000 bytes of 1,000,000"),
    ],
)
def test_every_broken_limit_is_named(changes: dict[str, Any], broken: str) -> None:
    assert row(0, **changes).breaks == broken


def test_the_picks() -> None:
    faces = {(PUBLISHED[2].width, PUBLISHED[2].input_size): (0.95, 0.7), (0.35, 96): (0.97, 0.8)}
    rows = [row(0, faces, cycles=1 << 30), row(1, faces), row(2, faces), row(21, faces)]
    best, on_faces = pick(rows), pick_by_faces(rows)
    assert best is rows[1]
    assert on_faces is rows[3]
    assert pick(rows[:1]) is None
    assert pick_by_faces(rows[:2]) is None
    text = table(rows)
    assert "95.0" in text
    assert len(text.splitlines()) == 6


def test_face_figures_come_from_the_record() -> None:
    line = {"width": "0.5", "input": "128", "lfw_accuracy": "0.95", "tar_1e3": "0.75"}
    assert face_figures([line]) == {(0.5, 128): (0.95, 0.75)}


def test_the_plot(tmp_path: Path) -> None:
    faces = {(1.0, 224): (0.95, 0.7)}
    rows = [row(0), row(2, faces), row(5, cycles=None, refused="flash")]
    for shown, panes in ((rows[:1], 1), (rows, 2)):
        for picks, rings in (((None, None), 0), ((rows[0].name, rows[1].name if panes == 2 else None), panes)):
            plot_choices(tmp_path / "choices.png", shown, picks, 500, 1e6)
            picture = cv2.imread(str(tmp_path / "choices.png"))
            assert picture.shape[1] == pytest.approx(768 * panes, abs=4)
            ring = np.all(np.abs(picture.astype(int) - (0x2C, 0xA0, 0x2C)) < 4, axis=2)  # matplotlib's C2
            assert sum(part.any() for part in np.array_split(ring, panes, axis=1)) == rings


def test_a_variant_runs_bit_exact_and_its_cost_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    variant = Variant(0.35, 96)
    found = cost_of(variant, folder=tmp_path)
    assert found.different_numbers == 0
    assert found.cycles is not None
    assert found.instructions is not None
    assert cost(variant).macs / 2 < found.cycles < found.instructions
    assert found.flash_bytes - found.network_bytes < 65536
    monkeypatch.setattr(board_cost, "random_network", None)  # nothing is exported a second time
    assert cost_of(variant, folder=tmp_path) == found
    (kept,) = tmp_path.iterdir()
    kept.write_text("{")
    with pytest.raises(TypeError):
        cost_of(variant, folder=tmp_path)


def test_a_wrong_answer_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = replace(MEASURED, different_numbers=1)
    monkeypatch.setattr(board_cost, "_run", lambda network, plain: wrong)
    assert cost_of(Variant(0.35, 32), folder=tmp_path) == wrong
    assert list(tmp_path.iterdir()) == []


def test_a_network_that_the_memory_does_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    network = board_cost.random_network(Variant(0.35, 32))

    def other(*arguments: Any) -> Any:
        raise MismatchError("the board runs network 000000000000")

    monkeypatch.setattr(board_cost, "open_with", other)
    assert board_cost._run(network, MEASURED).refused == "its firmware takes no network of this size"


def test_what_the_board_refuses_is_told() -> None:
    network = board_cost.random_network(Variant(0.35, 32))
    large = replace(network, data=network.data + bytes(1))

    from device.model.variants.board_cost import _run

    found = _run(large, MEASURED)
    assert found.refused
    assert found.cycles == MEASURED.cycles


def test_a_broken_link_is_no_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: Any) -> Any:
        raise LinkError("the port went away")

    monkeypatch.setattr(board_cost, "open_with", broken)
    with pytest.raises(LinkError):
        cost_of(Variant(0.35, 32), folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_cache_goes_by_sources_that_exist() -> None:
    assert [name for name in board_cost._SOURCES if not (ROOT / "device" / name).exists()] == []
