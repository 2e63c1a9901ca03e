"""``.tflite`` to ``network.bin``: any int8 MobileNetV2-like network with per-channel weights.

PAD is folded into the convolution behind it, a uint8-to-int8 QUANTIZE at the start and a RESHAPE at the end disappear.
What the engine cannot run is refused with the operator's name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from device.errors import FileError
from device.model.export.execution_plan import Planned, find_groups, lay_out
from device.model.export.operators import OperatorReader, Step
from device.model.graph.litert import LiteRT
from device.model.graph.tflite import parse_tflite
from device.network.file import Network, NetworkHeader, build_network, pack_name, with_golden
from device.network.reference import run

GOLDEN_SEED = 20260701
_WORD = re.compile(r"[a-z0-9_.-]{1,16}")


@dataclass(frozen=True)
class ExportedNetwork:
    """``tensors``: for each layer of ``network``, the number of the ``.tflite`` tensor it computes; ``notes``: which
    layers do not run as fast as they could, and why."""

    network: Network
    tensors: tuple[int, ...]
    notes: tuple[str, ...] = ()


def _with_sources(steps: list[Step], source: int) -> list[Step]:
    """The steps with the numbers of the layers that they read."""
    number = {source: 0} | {step.output: index for index, step in enumerate(steps, 1)}
    return [
        replace(step, record=replace(step.record, source=number[step.inputs[0]], source2=number[step.inputs[-1]]))
        for step in steps
    ]


def convert(content: bytes, where: str, name: str, *, headless: bool = False, fused: bool = True) -> ExportedNetwork:
    """A network without golden output from the bytes of a ``.tflite``; FileError says what cannot be run.

    Without ``fused`` every layer is a group of its own, so that each one's output is whole in the arena.
    """
    reader = OperatorReader(parse_tflite(content, where), where, headless)
    output = reader.walk()
    source = reader.graph.inputs[0]
    offered = reader.tensor(source)
    in_scale, in_zp = reader.activation(source, offered.dtype if offered.dtype == "UINT8" else "INT8")
    height, width, channels = reader.shape(source)
    steps = _with_sources(reader.steps, source)
    planned = find_groups(steps) if fused else [Planned((step,), False) for step in steps]
    layout = lay_out(planned, source, height * width * channels)
    offsets = layout.offsets
    layers = []
    for step in (step for group in planned for step in group.steps):
        record = replace(
            step.record,
            in_offset=offsets.get(step.inputs[0], 0),
            in2_offset=offsets.get(step.inputs[1], 0) if len(step.inputs) > 1 else 0,
            out_offset=offsets.get(step.output, 0),
        )
        layers.append((record, step.tables))
    out_scale, out_zp = reader.activation(output)
    own_name = reader.graph.description if _WORD.fullmatch(reader.graph.description) else ""
    header = NetworkHeader(
        b"", 0, 0, 0, b"", height, width, channels, layers[-1][0].out_bytes, in_scale,
        in_zp - 128 if offered.dtype == "UINT8" else in_zp, out_scale, out_zp, layout.arena_bytes,
        offsets.get(source, 0), offsets[output], 0, GOLDEN_SEED, 0, pack_name(own_name or name), 0,
    )  # fmt: skip
    network = build_network(header, layers, groups=layout.groups, work_bytes=layout.work_bytes)
    notes = tuple(note for group in planned for note in group.why)
    return ExportedNetwork(network, tuple(step.output for step in steps), notes)


def _silent(line: str) -> None:
    pass


def export(path: Path, *, headless: bool = False, note: Callable[[str], None] = _silent) -> Network:
    """Read ``path``, convert it, and put LiteRT's answer to the golden picture in; the NumPy reference must agree.

    The network is called as the file says in its description, where that is one short word, else as the file. ``note``
    gets a line for every layer that the firmware cannot run as fast as others.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileError(f"{path}: {error.strerror}", "give the path of an int8 .tflite file") from error
    return export_bytes(content, str(path), path.stem, headless=headless, note=note)


def export_bytes(
    content: bytes, where: str, name: str, *, headless: bool = False, note: Callable[[str], None] = _silent
) -> Network:
    """As :func:`export`, from bytes."""
    exported = convert(content, where, name, headless=headless)
    for line in exported.notes:
        note(line)
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
