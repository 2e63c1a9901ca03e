"""``.tflite`` to ``network.bin``: any int8 MobileNetV2-like network with per-channel weights.

PAD is folded into the convolution behind it, a uint8-to-int8 QUANTIZE at the start and a RESHAPE at the end disappear.
What the engine cannot run is refused with the operator's name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from device.errors import FileError
from device.model.arena import Buffer, plan_arena
from device.model.litert import LiteRT
from device.model.network_file import (
    ARENA_ALIGNMENT,
    Network,
    NetworkHeader,
    build_network,
    pack_name,
    with_golden,
)
from device.model.operators import OperatorReader, Step
from device.model.reference import run
from device.model.tflite_file import parse_tflite
from device.protocol import LayerKind

GOLDEN_SEED = 20260701
_WORD = re.compile(r"[a-z0-9_.-]{1,16}")


@dataclass(frozen=True)
class ExportedNetwork:
    """``tensors``: for each layer of ``network``, the number of the ``.tflite`` tensor it computes."""

    network: Network
    tensors: tuple[int, ...]


def place(steps: list[Step], source: int, input_bytes: int) -> tuple[dict[int, int], int]:
    """Arena offset of every tensor, and the arena's size. An ADD writes over an input that nobody needs any more."""
    last = {tensor: index for index, step in enumerate(steps) for tensor in (*step.inputs, step.output)}
    sizes = {source: input_bytes} | {step.output: step.record.out_bytes for step in steps}
    first = {source: 0} | {step.output: index for index, step in enumerate(steps)}
    group = {tensor: tensor for tensor in sizes}
    for index, step in enumerate(steps):
        if step.record.kind == LayerKind.ADD:
            dying = [tensor for tensor in step.inputs if last[tensor] == index]
            if dying:
                group[step.output] = group[dying[0]]
    members: dict[int, list[int]] = {}
    for tensor, owner in group.items():
        members.setdefault(owner, []).append(tensor)
    owners = list(members)
    buffers = [
        Buffer(sizes[owner], min(first[t] for t in members[owner]), max(last[t] for t in members[owner]))
        for owner in owners
    ]
    offsets, total = plan_arena(buffers, ARENA_ALIGNMENT)
    return {tensor: offsets[owners.index(owner)] for tensor, owner in group.items()}, total


def convert(content: bytes, where: str, name: str, *, headless: bool = False) -> ExportedNetwork:
    """A network without golden output from the bytes of a ``.tflite``; FileError says what cannot be run."""
    reader = OperatorReader(parse_tflite(content, where), where, headless)
    output = reader.walk()
    source = reader.graph.inputs[0]
    offered = reader.tensor(source)
    in_scale, in_zp = reader.activation(source, offered.dtype if offered.dtype == "UINT8" else "INT8")
    height, width, channels = reader.shape(source)
    offsets, arena_bytes = place(reader.steps, source, height * width * channels)
    layers = []
    for step in reader.steps:
        record = replace(
            step.record,
            in_offset=offsets[step.inputs[0]],
            in2_offset=offsets[step.inputs[1]] if len(step.inputs) > 1 else 0,
            out_offset=offsets[step.output],
        )
        layers.append((record, step.tables))
    out_scale, out_zp = reader.activation(output)
    own_name = reader.graph.description if _WORD.fullmatch(reader.graph.description) else ""
    header = NetworkHeader(
        b"", 0, 0, 0, b"", height, width, channels, layers[-1][0].out_bytes, in_scale,
        in_zp - 128 if offered.dtype == "UINT8" else in_zp, out_scale, out_zp, arena_bytes,
        offsets[source], offsets[output], 0, GOLDEN_SEED, 0, pack_name(own_name or name), bytes(4),
    )  # fmt: skip
    return ExportedNetwork(build_network(header, layers), tuple(step.output for step in reader.steps))


def export(path: Path, *, headless: bool = False) -> Network:
    """Read ``path``, convert it, and put LiteRT's answer to the golden picture in; the NumPy reference must agree.

    The network is called as the file says in its description, where that is one short word, else as the file.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileError(f"{path}: {error.strerror}", "give the path of an int8 .tflite file") from error
    return export_bytes(content, str(path), path.stem, headless=headless)


def export_bytes(content: bytes, where: str, name: str, *, headless: bool = False) -> Network:
    """As :func:`export`, from bytes."""
    exported = convert(content, where, name, headless=headless)
    network = exported.network
    oracle = LiteRT(content, where)
    picture = network.golden_input()
    oracle.run(picture)
    for (layer, ours), tensor in zip(run(network, picture), exported.tensors, strict=True):
        theirs = oracle.tensor(tensor).reshape(-1)
        different = int(np.count_nonzero(ours.reshape(-1) != theirs))
        if different:
            raise FileError(f"{where}: layer {layer.label}: {different} of {theirs.size} numbers differ from LiteRT's")
    return with_golden(network, theirs)
