"""The arena's plan: nothing that is needed is overwritten, and little is wasted."""

import numpy as np

from device.link.protocol import LayerKind
from device.model.export.arena import Buffer, constant, lower_bound, plan_arena
from device.model.export.export import convert
from device.network.file import ARENA_ALIGNMENT, LayerRecord
from tests.support.networks import RandomNetwork


def random_buffers(rng: np.random.Generator) -> list[Buffer]:
    buffers = []
    for _ in range(rng.integers(1, 30)):
        first = int(rng.integers(0, 20))
        count = int(rng.integers(1, 9))
        sizes = rng.integers(1, 5000, count) if rng.integers(2) else np.full(count, rng.integers(1, 5000))
        buffers.append(Buffer(first, tuple(int(size) for size in sizes)))
    return buffers


def test_buffers_that_meet_never_overlap() -> None:
    rng = np.random.default_rng(3)
    for _ in range(60):
        buffers = random_buffers(rng)
        offsets, total = plan_arena(buffers, 16)
        assert all(offset % 16 == 0 for offset in offsets)
        assert total >= lower_bound(buffers, 16)
        for i, one in enumerate(buffers):
            assert offsets[i] + one.largest <= total
            for j in range(i):
                for mine, theirs in one.shared_sizes(buffers[j]):
                    assert offsets[i] >= offsets[j] + theirs or offsets[j] >= offsets[i] + mine


def test_a_chain_needs_its_two_largest_neighbours() -> None:
    sizes = [160, 320, 640, 320, 160, 32]
    buffers = [constant(size, index - 1, index) for index, size in enumerate(sizes)]
    assert plan_arena(buffers, 16)[1] == 960


def test_what_shrinks_makes_room() -> None:
    assert plan_arena([Buffer(0, (900, 100, 100)), constant(800, 1, 2)], 16)[1] == 912


def test_the_plan_is_always_the_same() -> None:
    buffers = random_buffers(np.random.default_rng(8))
    assert plan_arena(buffers, 16) == plan_arena(list(buffers), 16)


def test_no_layer_writes_over_what_a_later_one_reads(random_network: RandomNetwork) -> None:
    """Every byte remembers who wrote it; every layer must find its inputs whole."""
    network = convert(random_network.content, "random.tflite", "random", fused=False).network
    owner = np.full(network.header.arena_bytes, -2)
    height, width, channels = network.input_shape
    owner[network.header.input_offset :][: height * width * channels] = -1
    offsets = [layer.out_offset for layer in network.layers]

    def whole(layer: LayerRecord, offset: int) -> int:
        writers = set(owner[offset : offset + layer.in_bytes])
        assert len(writers) == 1, f"{layer.label} reads bytes of {writers}"
        return int(writers.pop())

    for index, layer in enumerate(network.layers):
        assert layer.out_offset % ARENA_ALIGNMENT == 0
        read = whole(layer, layer.in_offset)
        if layer.kind == LayerKind.ADD:
            assert layer.out_offset in (layer.in_offset, layer.in2_offset)
            assert whole(layer, layer.in2_offset) == index - 1
            assert read < index - 1
            assert network.layers[read].out_bytes == layer.out_bytes
        else:
            assert read == index - 1
            ends = layer.in_offset + layer.in_bytes, layer.out_offset + layer.out_bytes
            assert layer.out_offset >= ends[0] or layer.in_offset >= ends[1]
        owner[offsets[index] : offsets[index] + layer.out_bytes] = index
