"""Float weights of a network as a small file: what is kept beside a shipped int8 network, so that training can go on.

A ``.npz`` with the state of the PyTorch module: weights of convolutions as float16, which is much finer than int8;
scales, offsets and statistics of batch normalisation as float32. The projection is not in it: it is the host's, and a
new training fits it anew.
"""

from __future__ import annotations

import os
import zipfile
import zlib
from pathlib import Path

import numpy as np
import torch

from device.errors import FileError
from device.model.graph.variant import Variant
from device.model.train.mobilenet import MobileNetV2

_VARIANT = "variant"
_GIVE = "give a file that `python -m device.model float-weights` wrote"


def write_float_weights(network: MobileNetV2, path: Path) -> None:
    """Write ``path`` (.npz); a file that was there is replaced once the new one is whole."""
    arrays = {}
    for key, value in network.state_dict().items():
        if value.dtype.is_floating_point:
            array = value.detach().float().cpu().numpy()
            arrays[key] = array.astype(np.float16) if array.ndim > 1 else array
    variant = np.array([network.variant.width, network.variant.input_size], np.float64)
    beside = path.with_name(path.name + ".tmp")
    with beside.open("wb") as file:
        np.savez_compressed(file, variant=variant, **arrays)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def read_float_weights(path: Path) -> MobileNetV2:
    """The network of such a file, in evaluation mode; FileError if it is none."""
    try:
        with path.open("rb") as file, np.load(file) as kept:
            arrays = {key: kept[key] for key in kept.files}
        width, size = arrays.pop(_VARIANT).tolist()
        network = MobileNetV2(Variant(float(width), int(size)))
        state = {key: torch.from_numpy(array.astype(np.float32)) for key, array in arrays.items()}
        counters = {key: value for key, value in network.state_dict().items() if not value.dtype.is_floating_point}
        network.load_state_dict({**state, **counters})
    except OSError as error:
        raise FileError(f"{path}: {error.strerror or error}", _GIVE) from error
    except (KeyError, ValueError, TypeError, EOFError, AttributeError, RuntimeError, zipfile.BadZipFile,
            zlib.error) as error:  # fmt: skip
        raise FileError(f"{path}: no float weights: {error}", _GIVE) from error
    if not all(bool(torch.isfinite(value).all()) for value in state.values()):
        raise FileError(f"{path}: a weight is not finite", _GIVE)
    network.eval()
    return network
