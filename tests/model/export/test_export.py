""".tflite to network.bin: equal to LiteRT on every layer, and clear about what cannot be run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from device.errors import FileError
from device.link.protocol import LayerKind
from device.model.export.export import convert, export
from device.model.graph.float_network import forward, layer_specs, random_layers, same_padding
from device.model.graph.tflite import Graph, Operator, Quantisation, Tensor, pack_tflite
from device.model.graph.variant import Variant
from device.model.quantise.ptq import minmax_graph
from device.network.file import LayerFlag
from device.network.reference import fingerprint, run
from tests.support.networks import Compare, GraphBuilder, RandomNetwork


def noise(count: int, shape: tuple[int, int, int], seed: int = 0) -> list[Any]:
    rng = np.random.default_rng(seed)
    flat = [np.full(shape, value, np.uint8) for value in (0, 128, 255)]
    return [*rng.integers(0, 256, (count, *shape), dtype=np.uint8), *flat]


def most_alive(variant: Variant) -> int:
    """Bytes of the layer after which most activations are still needed, from the network's definition alone."""
    plans = layer_specs(variant)
    sides: list[int] = []
    needed_until = list(range(1, len(plans) + 1))
    for index, plan in enumerate(plans):
        side = sides[plan.source] if plan.source >= 0 else variant.input_size
        sides.append(1 if plan.kind == LayerKind.MEAN else same_padding(side, max(plan.kernel, 1), plan.stride)[0])
        for source in (plan.source, plan.source2):
            if source is not None and source >= 0:
                needed_until[source] = max(needed_until[source], index)
    sizes = [side**2 * plan.outputs for side, plan in zip(sides, plans, strict=True)]
    most = 0
    for index, plan in enumerate(plans):
        # An addition writes over its first input; the first layer reads the picture.
        own = 0 if plan.kind == LayerKind.ADD else sizes[index]
        live = sum(size for size, until in zip(sizes[:index], needed_until, strict=False) if until >= index)
        most = max(most, own + live + (3 * variant.input_size**2 if plan.source < 0 else 0))
    return most


def test_a_random_network_equals_litert_on_every_layer(
    random_network: RandomNetwork, assert_equals_litert: Compare
) -> None:
    exported = assert_equals_litert(random_network.content, noise(3, (32, 32, 3)))
    assert [layer.label for layer in exported.network.layers] == [layer.name for layer in random_network.layers]


@pytest.mark.parametrize("variant", [Variant(1.4, 32), Variant(1.0, 48), Variant(0.75, 64), Variant(0.5, 96)], ids=str)
def test_other_variants_equal_litert(variant: Variant, assert_equals_litert: Compare) -> None:
    size = variant.input_size
    pictures = np.stack(noise(1, (size, size, 3)))
    layers = random_layers(variant, pictures, 2)
    graph = minmax_graph(layers, forward(layers, pictures), size, variant.name)
    assert_equals_litert(pack_tflite(graph), list(pictures[:1]))
    whole = convert(pack_tflite(graph), "test.tflite", "test", fused=False).network
    assert whole.header.arena_bytes == most_alive(variant)


def test_the_shipped_network_equals_litert_on_every_layer(assets: Path, assert_equals_litert: Compare) -> None:
    path = assets / "mobilenetv2_050_128.tflite"
    if not path.exists():
        pytest.skip("assets/mobilenetv2_050_128.tflite is not there")
    exported = assert_equals_litert(path.read_bytes(), noise(1, (128, 128, 3)))
    assert exported.network.header.output_length == 1280
    assert exported.network.header.total_bytes < 1_000_000


def test_export_puts_litert_answer_in(random_network: RandomNetwork, tmp_path: Path) -> None:
    path = tmp_path / "mine.tflite"
    path.write_bytes(random_network.content)
    network = export(path)
    assert network.name == "mine"
    np.testing.assert_array_equal(fingerprint(network, network.golden_input()), network.golden_output())
    assert np.ptp(network.golden_output().astype(int)) > 20
    assert export(path).data == network.data


@pytest.mark.parametrize("seed", range(24))
def test_extreme_scales_and_zero_points(seed: int, builder: type[GraphBuilder], assert_equals_litert: Compare) -> None:
    rng = np.random.default_rng(seed)

    def point() -> int:
        return int(rng.choice([-128, 127, 0, rng.integers(-128, 128)]))

    def scale() -> float:
        return float(np.float32(10 ** rng.uniform(-4, 1)))

    def factors(count: int) -> Any:
        # From multipliers that vanish to ones that saturate everything.
        return (10 ** rng.uniform(-12, 0.5, count)).astype(np.float32)

    net = builder((9, 7, 3), scale(), point())
    net.rng = rng
    stem = net.convolve(
        0,
        8,
        3,
        scale=scale(),
        zero_point=point(),
        stride=2,
        activation=int(rng.integers(0, 4)),
        weight_scales=factors(8),
    )
    wide = net.convolve(stem, 8, 1, scale=scale(), zero_point=point(), weight_scales=factors(8))
    deep = net.convolve(
        wide, 8, 3, scale=scale(), zero_point=point(), depthwise=True, activation=3, weight_scales=factors(8)
    )
    one, two = (float(net.tensors[index].quantisation.scales[0]) for index in (stem, deep))
    sum_scale = max(one, two) * float(rng.choice([1e-5, 0.3, 1, 100]))
    total = net.operator("ADD", (stem, deep), net.tensors[stem].shape, sum_scale, point(), fusedActivationFunction=0)
    output = net.mean(total, sum_scale * float(rng.choice([0.05, 1, 30])), point())
    assert_equals_litert(net.content(output), noise(2, (9, 7, 3), seed))


def test_bias_at_its_limits(builder: type[GraphBuilder], assert_equals_litert: Compare) -> None:
    net = builder((4, 4, 3), 0.01, -128)
    edge = 2**31 - 1 - 4 * 255 * 128
    bias = np.array([edge, -edge, 0, 1, -1, 2**24 + 1], np.int32)
    output = net.convolve(0, 6, 1, scale=30.0, zero_point=3, bias=bias, weight_scales=np.full(6, 1e-4, np.float32))
    assert_equals_litert(net.content(output), noise(2, (4, 4, 3)))


@pytest.mark.parametrize("size", [(8, 8), (7, 9), (5, 5)])
@pytest.mark.parametrize("stride", [1, 2])
def test_explicit_padding_is_folded(
    size: tuple[int, int], stride: int, builder: type[GraphBuilder], assert_equals_litert: Compare
) -> None:
    net = builder((*size, 3), 1 / 128, -5)
    padded = net.pad(0, [[0, 0], [1, 1], [0, 2], [0, 0]])
    stem = net.convolve(padded, 8, 3, stride=stride, padding=1, zero_point=-20, activation=1)
    again = net.pad(stem, [[0, 0], [1, 1], [1, 1], [0, 0]])
    output = net.convolve(again, 8, 3, stride=stride, padding=1, depthwise=True)
    exported = assert_equals_litert(net.content(output), noise(2, (*size, 3)))
    assert [layer.kind for layer in exported.network.layers] == [LayerKind.CONV, LayerKind.DEPTHWISE]
    assert (exported.network.layers[0].pad_top, exported.network.layers[0].pad_left) == (1, 0)


@pytest.mark.parametrize("size", [(4, 4), (3, 3), (7, 5), (6, 6)])
def test_global_average_pool_and_reshape(
    size: tuple[int, int], builder: type[GraphBuilder], assert_equals_litert: Compare
) -> None:
    net = builder((*size, 3), 0.02, 4)
    wide = net.convolve(0, 16, 1, scale=0.03, zero_point=-9)
    pooled = net.operator(
        "AVERAGE_POOL_2D", (wide,), (1, 1, 1, 16), 0.03, -9,
        padding=1, strideH=size[0], strideW=size[1], filterHeight=size[0], filterWidth=size[1],
    )  # fmt: skip
    shape = net.constant(np.array([1, 16], np.int32))
    output = net.operator("RESHAPE", (pooled, shape), (1, 16), 0.03, -9)
    exported = assert_equals_litert(net.content(output), noise(12, (*size, 3)))
    assert exported.network.layers[-1].flags & LayerFlag.AVERAGE
    assert exported.network.header.output_length == 16


def test_uint8_input_is_taken(builder: type[GraphBuilder], assert_equals_litert: Compare) -> None:
    net = builder((4, 4, 3), 1 / 127.5, 127)
    net.tensors[0] = replace(net.tensors[0], dtype="UINT8")
    first = net.operator("QUANTIZE", (0,), (1, 4, 4, 3), 1 / 127.5, -1)
    exported = assert_equals_litert(net.content(net.convolve(first, 8, 3)), noise(2, (4, 4, 3)))
    assert exported.network.header.input_zero_point == -1


def with_classifier(net: Any) -> Graph:
    """A feature of 8 numbers and a fully connected layer behind it."""
    feature = net.mean(net.convolve(0, 8, 3, activation=3, zero_point=-128), 0.02, -128)
    values = net.rng.integers(-127, 128, (5, 8)).astype(np.int8)
    weights = net.add(Tensor("classes", (5, 8), "INT8", Quantisation.per_tensor(0.01, 0), values))
    output = net.operator("FULLY_CONNECTED", (feature, weights, -1), (1, 5), 0.1, 0)
    graph: Graph = net.graph(output)
    return graph


def test_a_classifier_is_refused_or_cut_off(builder: type[GraphBuilder], tmp_path: Path) -> None:
    path = tmp_path / "whole.tflite"
    path.write_bytes(pack_tflite(with_classifier(builder((6, 6, 3)))))
    with pytest.raises(FileError, match="FULLY_CONNECTED") as caught:
        export(path)
    assert "--headless" in caught.value.hint
    network = export(path, headless=True)
    assert network.header.output_length == 8
    assert [LayerKind(layer.kind).name for layer in network.layers] == ["CONV", "MEAN"]


def change(graph: Graph, index: int, **values: Any) -> Graph:
    tensors = list(graph.tensors)
    tensors[index] = replace(tensors[index], **values)
    return replace(graph, tensors=tuple(tensors))


def first_weights(graph: Graph) -> int:
    return graph.operators[0].inputs[1]


def simple(builder: Any) -> Graph:
    net = builder((6, 6, 3))
    graph: Graph = net.graph(net.mean(net.convolve(0, 8, 3), 0.02, 0))
    return graph


REFUSED = {
    "one scale for all weights": (
        lambda g: change(g, first_weights(g), quantisation=Quantisation.per_tensor(0.01, 0)),
        r"operator 0 \(CONV_2D .*1 scale.* 8 output channels",
    ),
    "float activations": (lambda g: change(g, 0, dtype="FLOAT32", quantisation=None), "FLOAT32"),
    "int16 activations": (lambda g: change(g, 0, dtype="INT16"), "INT16, not quantised INT8"),
    "weights with a zero point": (
        lambda g: change(
            g, first_weights(g), quantisation=Quantisation(np.full(8, 0.1, np.float32), np.ones(8, np.int64), 0)
        ),
        "zero points other than 0",
    ),
    "weights that are computed": (lambda g: change(g, first_weights(g), data=None), "weights is not a constant"),
    "sums past 32 bits": (
        lambda g: change(g, g.operators[0].inputs[2], data=np.full(8, 2**31 - 1, np.int32)),
        "can pass 32 bits",
    ),
    "a batch of two": (lambda g: change(g, 0, shape=(2, 6, 6, 3)), r"shape \(2, 6, 6, 3\)"),
    "an unknown operator": (
        lambda g: replace(g, operators=(*g.operators[:-1], replace(g.operators[-1], code="SOFTMAX", options={}))),
        r"operator 1 \(SOFTMAX 't\d+'\): is not run by the engine",
    ),
    "dilation": (
        lambda g: replace(
            g,
            operators=(
                replace(g.operators[0], options={**g.operators[0].options, "dilationHFactor": 2}),
                *g.operators[1:],
            ),
        ),
        "dilation",
    ),
    "tanh": (
        lambda g: replace(
            g,
            operators=(
                replace(g.operators[0], options={**g.operators[0].options, "fusedActivationFunction": 4}),
                *g.operators[1:],
            ),
        ),
        "fused activation 4",
    ),
    "mean over channels": (
        lambda g: change(g, g.operators[1].inputs[1], data=np.array([1, 3], np.int32)),
        "not the mean over height and width",
    ),
    "two inputs": (lambda g: replace(g, inputs=(0, 1)), "2 inputs"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_run_is_refused_by_name(case: str, builder: type[GraphBuilder]) -> None:
    spoil, message = REFUSED[case]
    with pytest.raises(FileError, match=message) as caught:
        convert(pack_tflite(spoil(simple(builder))), "foreign.tflite", "x")
    assert caught.value.message.startswith("foreign.tflite: ")


def test_a_padding_that_no_convolution_reads(builder: type[GraphBuilder]) -> None:
    net = builder((6, 6, 3))
    output = net.mean(net.pad(0, [[0, 0], [1, 1], [1, 1], [0, 0]]), 0.02, 0)
    with pytest.raises(FileError, match=r"operator 0 \(PAD .*MEAN"):
        convert(net.content(output), "foreign.tflite", "x")


def test_an_addition_that_broadcasts(builder: type[GraphBuilder]) -> None:
    net = builder((6, 6, 3))
    one, two = net.convolve(0, 8, 3), net.convolve(0, 8, 3, stride=2)
    output = net.operator("ADD", (one, two), (1, 6, 6, 8), 0.1, 0, fusedActivationFunction=0)
    with pytest.raises(FileError, match="broadcasts"):
        convert(net.content(output), "foreign.tflite", "x")


def test_an_operator_without_a_layer(builder: type[GraphBuilder]) -> None:
    graph = replace(simple(builder), operators=(Operator("RESHAPE", (0,), (0,), {}),))
    with pytest.raises(FileError, match="no layer"):
        convert(pack_tflite(graph), "foreign.tflite", "x")


def test_the_reference_refuses_other_pictures(random_network: RandomNetwork) -> None:
    with pytest.raises(ValueError, match=r"32, 32, 3"):
        next(run(random_network.exported.network, np.zeros((16, 16, 3), np.uint8)))
