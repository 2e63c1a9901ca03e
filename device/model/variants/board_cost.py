"""What a variant costs once it is exported and run: random weights, LiteRT beside it, the virtual board where it fits.

Costs do not depend on the weights. A variant takes seconds to minutes, so what was found is kept in the user's cache
folder, under a hash of everything that it depends on: the prebuilt image, the exporter's sources, LiteRT's version and
the variant.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs

from device.errors import DeviceError, LinkError, MismatchError
from device.flash.images import find_image, split
from device.link.ports import VIRTUAL
from device.model.export.board_check import open_with
from device.model.export.export import export_bytes
from device.model.graph.float_network import forward, random_layers
from device.model.graph.tflite import pack_tflite
from device.model.graph.variant import Variant
from device.model.quantise.ptq import minmax_graph
from device.network.file import Network
from device.paths import ROOT

_SEED = 1
_SOURCES = (
    "model/export/arena.py", "model/export/execution_plan.py", "model/export/export.py", "model/export/operators.py",
    "model/graph/float_network.py", "model/graph/tflite.py", "model/graph/variant.py", "model/quantise/ptq.py",
    "model/variants/board_cost.py", "network/arithmetic.py", "network/file.py", "network/reference.py",
)  # fmt: skip


@dataclass(frozen=True)
class VariantCost:
    """``activation_bytes`` and ``network_bytes`` as the exporter lays them out; ``flash_bytes`` with the code besides.

    ``cycles`` and ``instructions`` are the virtual board's for one crop, None where the variant was not run there;
    ``refused`` says why. Every variant equals LiteRT's reference kernels on every layer, or there is no VariantCost;
    ``different_numbers`` of the fingerprint's differ between the virtual board and LiteRT.
    """

    network_bytes: int
    activation_bytes: int
    flash_bytes: int
    cycles: int | None = None
    instructions: int | None = None
    different_numbers: int | None = None
    refused: str = ""


def cache_folder() -> Path:
    """Where costs are kept."""
    return platformdirs.user_cache_path("mcu-face-door", appauthor=False) / "variants"


def random_network(variant: Variant) -> Network:
    """An int8 network of ``variant``, exported; FileError where a layer is not equal to LiteRT's."""
    rng = np.random.default_rng(_SEED)
    picture = rng.integers(0, 256, (1, variant.input_size, variant.input_size, 3), dtype=np.uint8)
    layers = random_layers(variant, picture, _SEED)
    graph = minmax_graph(layers, forward(layers, picture), variant.input_size, variant.short_name)
    return export_bytes(pack_tflite(graph), f"{variant.name} with random weights", variant.short_name)


def cost_of(variant: Variant, *, run: bool = True, folder: Path | None = None) -> VariantCost:
    """Export ``variant`` with random weights and, where ``run``, run it on the virtual board; kept in ``folder``."""
    folder = folder or cache_folder()
    image = find_image()
    path = folder / f"{variant.name}{'' if run else '.export'}.{_digest(image, variant)}.json"
    if (kept := _kept(path)) is not None:
        return kept
    network = random_network(variant)
    code, _ = split(image.read_bytes(), str(image))
    plain = VariantCost(len(network.data), network.memory_bytes, len(code) + len(network.data))
    found = _run(network, plain) if run else plain
    if found.different_numbers or _digest(image, variant) != path.name.split(".")[-2]:
        return found  # a fault, or files that changed on the way: nothing to keep
    folder.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".tmp")
    beside.write_text(json.dumps(asdict(found)), "utf-8")
    beside.replace(path)
    for old in folder.glob(f"{variant.name}{'' if run else '.export'}.????????????????.json"):
        if old != path:
            old.unlink(missing_ok=True)
    return found


def _run(network: Network, plain: VariantCost) -> VariantCost:
    figures = asdict(plain)
    try:
        with open_with(VIRTUAL, network) as opened:
            answer = opened.board.infer(network.golden_input())
    except LinkError:
        raise
    except MismatchError:
        return VariantCost(**figures | {"refused": "its firmware takes no network of this size"})
    except DeviceError as error:
        return VariantCost(**figures | {"refused": error.message})
    return VariantCost(
        **figures
        | {
            "cycles": answer.network_cycles,
            "instructions": answer.network_instructions,
            "different_numbers": int(np.count_nonzero(answer.fingerprint != network.golden_output())),
        }
    )


def _digest(image: Path, variant: Variant) -> str:
    digest = hashlib.sha256(image.read_bytes())
    for name in _SOURCES:
        digest.update((ROOT / "device" / name).read_bytes())
    digest.update(f"{variant} {importlib.metadata.version('ai-edge-litert')}".encode())
    return digest.hexdigest()[:16]


def _kept(path: Path) -> VariantCost | None:
    try:
        values: Any = json.loads(path.read_text("utf-8"))
        return VariantCost(**values)
    except (OSError, ValueError, TypeError):
        return None  # not there, or damaged: found again
