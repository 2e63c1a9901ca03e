"""Post-training quantisation of a checkpoint: ``.tflite`` and the host's projection.

Calibration pictures are training crops. Several recipes are tried, and the one whose fingerprints stay closest to the
float network's on held-out crops (never on the test set) is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device.model.data.training_set import Crops, TrainingSet, middle, read_members, read_split
from device.model.embedding.fingerprints import float_features, int8_features
from device.model.embedding.fit_projection import make_projection, write_projection
from device.model.export.export import export_bytes
from device.model.graph.float_network import Layers
from device.model.graph.tflite import Graph, pack_tflite
from device.model.progress import LineMonitor
from device.model.quantise.calibrate import (
    choose_activations,
    choose_weights,
    correct_biases,
    equalise_rectified,
    measure,
)
from device.model.quantise.ptq import build_graph
from device.model.train.batchnorm_folding import HostMap, fold, host_map, load_student
from device.network.file import Network
from device.vision.fingerprint import Projection

_CORRECTED_ON = 96  # crops of which all activations are held at once


@dataclass(frozen=True)
class Recipe:
    """``ranges`` as in calibrate.choose_activations; ``equalise`` None or the strength before projections."""

    ranges: str
    equalise: float | None
    correct: bool

    def __str__(self) -> str:
        equalised = "not equalised" if self.equalise is None else f"equalised {self.equalise}"
        return f"{self.ranges}, {equalised}, {'biases corrected' if self.correct else 'biases as they are'}"


RECIPES = (
    Recipe("minmax", None, False),
    Recipe("mse", None, True),
    Recipe("mse", 0.5, True),
    Recipe("99.99", 0.5, True),
    Recipe("mse", 1.0, True),
)


@dataclass(frozen=True)
class Trial:
    """A recipe's graph and how far its fingerprints are from the float ones: mean of 1 - cosine of mapped features."""

    recipe: Recipe
    graph: Graph
    distance: float


def try_recipe(
    recipe: Recipe,
    layers: Layers,
    name: str,
    calibration: Crops,
    held_out: Crops,
    wanted: NDArray[np.float32],
    projection: Projection,
) -> Trial:
    """Quantise by ``recipe``; ``name`` goes into the file, ``wanted`` are the float features of ``held_out``."""
    size = calibration.shape[1]
    spreads = measure(layers, calibration)
    if recipe.equalise is not None:
        layers = equalise_rectified(layers, spreads, recipe.equalise)
        spreads = measure(layers, calibration)
    activations = choose_activations(layers, spreads, recipe.ranges)
    weights = choose_weights(layers, activations)
    if recipe.correct:
        layers = correct_biases(layers, weights, activations, calibration[:_CORRECTED_ON])
    graph = build_graph(layers, weights, activations, size, name)
    got = int8_features(pack_tflite(graph), str(recipe), held_out)
    cosines = np.sum(projection.apply(wanted) * projection.apply(got), axis=1)
    return Trial(recipe, graph, float(1 - cosines.mean()))


def training_crops(data: TrainingSet, size: int, count: int) -> Crops:
    """Some training crops at ``size``, to measure ranges on."""
    picked = np.sort(np.random.default_rng(11).permutation(data.rows)[:count])
    return middle(np.asarray(data.crops[picked]), size)


def _some_crops(faces: Path, size: int, calibration: int, held_out: int) -> tuple[Crops, Crops]:
    """Some training crops and some held-out ones at ``size``."""
    names, _, held, rows = read_split(faces)
    rng = np.random.default_rng(11)
    parts = []
    for source, count in ((rows, calibration), (held, held_out)):
        picked = rng.permutation(source)[:count]
        parts.append(middle(read_members(faces, names[picked].tolist()), size))
    return parts[0], parts[1]


def quantise(
    checkpoint: Path,
    faces: Path,
    out: Path,
    *,
    calibration: int = 256,
    held_out: int = 200,
    projection_crops: int | None = None,
    report: Callable[[str], None] = lambda line: None,
) -> Network:
    """Write ``out`` (.tflite) and ``<stem>.projection.npz`` beside it; gives the exported network, checked against
    LiteRT."""
    student = load_student(checkpoint)
    variant, layers, projection = student.network.variant, fold(student.network), host_map(student)
    calibrated, held = _some_crops(faces, variant.input_size, calibration, held_out)
    wanted = float_features(layers, held)
    trials = []
    for recipe in RECIPES:
        own = Projection(projection.mean, projection.matrix)
        trial = try_recipe(recipe, layers, variant.short_name, calibrated, held, wanted, own)
        report(f"{trial.distance:.5f}  {recipe}")
        trials.append(trial)
    best = min(trials, key=lambda trial: trial.distance)
    return save(best.graph, projection, faces, out, projection_crops, report)


def save(
    graph: Graph,
    projection: HostMap,
    faces: Path,
    out: Path,
    projection_crops: int | None,
    report: Callable[[str], None],
) -> Network:
    """Write the graph and its projection, chosen again on ``projection_crops`` training crops (None: all; 0:
    ``projection`` as it is)."""
    content = pack_tflite(graph)
    network = export_bytes(content, str(out), out.stem)
    made = make_projection(
        content, network, faces, Projection(projection.mean, projection.matrix), projection_crops, LineMonitor(report)
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    beside = out.with_name(out.name + ".tmp")
    beside.write_bytes(content)
    beside.replace(out)
    write_projection(made, out)
    return network
