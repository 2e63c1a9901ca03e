"""LiteRT as the oracle: its int8 kernels on a ``.tflite``, layer by layer."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.errors import DeviceError, FileError


def open_interpreter(content: bytes, where: str, hint: str, *, reference: bool) -> Any:
    """An interpreter of a ``.tflite`` in one thread, its tensors allocated: with the fast kernels, or the reference
    kernels and every tensor kept.

    Raises FileError with ``hint`` where LiteRT cannot load it.
    """
    try:
        module = importlib.import_module("ai_edge_litert.interpreter")
    except ImportError as error:
        raise DeviceError("the package ai-edge-litert is missing", "pip install ai-edge-litert") from error
    kind = module.OpResolverType
    try:
        interpreter = module.Interpreter(
            model_content=content,
            experimental_op_resolver_type=kind.BUILTIN_REF if reference else kind.BUILTIN,
            experimental_preserve_all_tensors=reference,
            num_threads=1,
        )
        interpreter.allocate_tensors()
    except (RuntimeError, ValueError) as error:
        raise FileError(f"{where}: LiteRT cannot load it: {error}", hint) from error
    return interpreter


class LiteRT:
    """One loaded network. ``reference`` picks the reference kernels and keeps every tensor for :meth:`tensor`;
    without it LiteRT uses its fast kernels, whose sums may round differently."""

    def __init__(self, content: bytes, where: str, *, reference: bool = True) -> None:
        self._interpreter = open_interpreter(content, where, "convert it again", reference=reference)
        self._input = self._interpreter.get_input_details()[0]
        self._output = self._interpreter.get_output_details()[0]

    def run(self, crop: NDArray[np.uint8]) -> NDArray[np.int8]:
        """The output, flattened, for one crop (H, W, 3) uint8."""
        fed = crop if self._input["dtype"] == np.uint8 else (crop ^ 0x80).view(np.int8)
        self._interpreter.set_tensor(self._input["index"], fed[None])
        self._interpreter.invoke()
        return self.tensor(self._output["index"]).reshape(-1)

    def tensor(self, index: int) -> NDArray[np.int8]:
        """What the last run left in a tensor."""
        return np.asarray(self._interpreter.get_tensor(index), np.int8)
