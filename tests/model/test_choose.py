"""Costs computed from the definition against the published table and against the exporter."""

import pytest

from device.model.choose import PUBLISHED, Published, cost
from device.model.variant import Variant, make_divisible


@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: f"{row.width}-{row.input_size}")
def test_published_columns_are_met(row: Published) -> None:
    found = cost(Variant(row.width, row.input_size))
    assert found.macs_with_classifier // 10**6 == row.macs_millions
    assert found.parameters_with_classifier // 10**4 == round(row.parameters_millions * 100)


def test_there_are_22_variants() -> None:
    assert len({(row.width, row.input_size) for row in PUBLISHED}) == 22


def test_the_half_width_network_at_128() -> None:
    # Counted by hand from table 2 of the MobileNetV2 paper.
    found = cost(Variant(0.5, 128))
    assert found.macs == 31_298_560
    assert found.weight_bytes == 669_136
    assert found.activation_bytes == 64 * 64 * 48 + 32 * 32 * 48
    assert found.fingerprint_length == 1280


def test_wider_networks_have_longer_fingerprints() -> None:
    assert [Variant(width, 224).fingerprint_length for width in (0.35, 1.0, 1.3, 1.4)] == [1280, 1280, 1664, 1792]


def test_channels_never_lose_a_tenth() -> None:
    assert [make_divisible(value) for value in (3, 11.2, 16, 33.6, 22.4)] == [8, 16, 16, 32, 24]


def test_the_exporter_agrees(random_network) -> None:  # type: ignore[no-untyped-def]
    found, network = cost(Variant(0.35, 32)), random_network.exported.network
    assert sum(layer.macs for layer in network.layers) == found.macs
    assert network.header.arena_bytes == found.activation_bytes
