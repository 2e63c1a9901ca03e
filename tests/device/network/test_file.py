"""network.bin: what is written is read again, and damage of any kind is refused with its name."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from device.errors import FileError
from device.model.export.export import convert
from device.network.file import (
    FAST,
    HEADER_BYTES,
    LAYER_BYTES,
    Group,
    LayerRecord,
    Network,
    NetworkHeader,
    PlanHead,
    make_golden_input,
    network_hash,
    parse_network,
    read_network,
    with_golden,
)
from tests.support.networks import RandomNetwork


@pytest.fixture
def network(random_network: RandomNetwork) -> Network:
    return random_network.exported.network


@pytest.fixture(scope="module")
def whole(random_network: RandomNetwork) -> Network:
    """Every layer a group of its own."""
    return convert(random_network.content, "random.tflite", "random", fused=False).network


def sealed(data: bytes) -> bytes:
    """``data`` with a hash that fits again."""
    header = replace(NetworkHeader.parse(data), hash=network_hash(data))
    return header.pack() + data[HEADER_BYTES:]


def changed_layer(network: Network, index: int, **values: int) -> bytes:
    at = HEADER_BYTES + index * LAYER_BYTES
    record = replace(network.layers[index], **values).pack()  # type: ignore[arg-type]
    return sealed(network.data[:at] + record + network.data[at + LAYER_BYTES :])


def test_sizes_of_the_contract() -> None:
    assert NetworkHeader.size() == 96
    assert LayerRecord.size() == 112


def test_reading_gives_what_was_written(network: Network, tmp_path: Path) -> None:
    path = tmp_path / "a.network.bin"
    path.write_bytes(network.data)
    again = read_network(path)
    assert again == network
    assert again.name == "random"
    for layer in again.layers:
        tables = again.tables(layer)
        assert tables.weights.shape == (layer.weights_shape or (0,))
        assert len(tables.multiplier) == len(tables.shift) == layer.table_length


def test_the_hash_covers_all_but_itself(network: Network) -> None:
    blank = network.data[:12] + bytes(16) + network.data[28:]
    assert network_hash(network.data) == network_hash(blank) == network.header.hash
    assert network_hash(network.data[:-1] + b"\1") != network.header.hash


def test_golden_input_is_the_stated_generator() -> None:
    picture = make_golden_input(1, (2, 2, 3)).reshape(-1)
    state = 1
    for value in picture:
        state = (state * 1664525 + 1013904223) % 2**32
        assert value == state // 2**24


def test_golden_output_can_be_put_in(network: Network) -> None:
    golden = np.arange(network.header.output_length).astype(np.int8)
    filled = with_golden(network, golden)
    np.testing.assert_array_equal(filled.golden_output(), golden)
    assert filled.header.hash != network.header.hash


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data: data[:40], "40 bytes"),
        (lambda data: b"XNET" + data[4:], "starts with"),
        (lambda data: data[:4] + b"\7\0" + data[6:], "layout version 7"),
        (lambda data: data[:-4], "are there"),
        (lambda data: data[:5000] + bytes([data[5000] ^ 1]) + data[5001:], "damaged"),
    ],
)
def test_damage_is_named(network: Network, damage: Callable[[bytes], bytes], message: str) -> None:
    with pytest.raises(FileError, match=message) as caught:
        parse_network(damage(network.data), "some.bin")
    assert "some.bin" in str(caught.value)


@pytest.mark.parametrize(
    ("index", "values", "message"),
    [
        (0, {"kind": 9}, "layer stem: unknown kind 9"),
        (0, {"out_offset": 1 << 30}, "reaches byte"),
        (0, {"in_width": 0}, "without elements"),
        (1, {"clamp_max": 200}, "clamps"),
        (1, {"in_zp": -129}, "zero point"),
        (2, {"weights_offset": 1 << 29}, "weights at"),
        (2, {"bias_offset": 98}, "bias at 98"),
        (2, {"kernel_width": 3}, "pointwise"),
        (1, {"stride_width": 0}, "stride of 0"),
    ],
)
def test_records_that_would_leave_the_file_or_the_arena(
    whole: Network, index: int, values: dict[str, int], message: str
) -> None:
    with pytest.raises(FileError, match=message):
        parse_network(changed_layer(whole, index, **values), "some.bin")


def test_the_stored_form_of_a_fused_layer_gives_its_tables_back(network: Network, whole: Network) -> None:
    fast = [0, 0]
    for fused, plain in zip(network.layers, whole.layers, strict=True):
        ours, theirs = network.tables(fused), whole.tables(plain)
        expands = fused.out_channels > 0 and (ours.shift >= FAST).any()  # their numbers: test_expand_constants.py
        for name in ("weights",) if expands else ("weights", "bias", "multiplier", "shift"):
            np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name), err_msg=f"{fused.label} {name}")
        if fused.weights_shape:
            stored = np.frombuffer(network.data, np.int8, fused.out_channels, fused.shift_offset)
            fast[0] += int((stored >= FAST).sum())
            fast[1] += fused.out_channels
    assert fast[0] > fast[1] / 2


@pytest.mark.parametrize(
    ("index", "values", "message"),
    [
        (0, {"count": 2}, "are not the layers"),
        (1, {"first": 5}, "are not the layers"),
        (1, {"scratch_bytes": 1 << 30}, "works outside the arena"),
    ],
)
def test_a_plan_that_does_not_fit(network: Network, index: int, values: dict[str, int], message: str) -> None:
    at = network.header.plan_offset + PlanHead.size() + index * Group.size()
    group = replace(network.groups[index], **values).pack()
    with pytest.raises(FileError, match=message):
        parse_network(sealed(network.data[:at] + group + network.data[at + Group.size() :]), "some.bin")


def test_a_layer_reads_only_what_is_there(network: Network) -> None:
    with pytest.raises(FileError, match="reads a layer behind itself"):
        parse_network(changed_layer(network, 2, source=9), "some.bin")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"nothing\.bin"):
        read_network(tmp_path / "nothing.bin")
