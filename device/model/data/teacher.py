"""Networks that are asked what faces a student shall learn: ONNX files, run by onnxruntime."""

from __future__ import annotations

import hashlib
import importlib
import os
from pathlib import Path
from typing import Any

import numpy as np

from device.errors import FileError
from device.model.data.training_set import Crops, Embeddings, middle

_GET = "give an .onnx face network: (N, 3, S, S) float RGB in, (N, D) out"
_AT_ONCE = 32


class Teacher:
    """A face network: RGB (N, 3, S, S), (byte - 127.5) / 127.5, to embeddings (N, D)."""

    def __init__(self, path: Path, threads: int = 0) -> None:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise FileError(f"{path}: {error.strerror or error}", _GET) from error
        try:
            onnxruntime: Any = importlib.import_module("onnxruntime")
        except ImportError as error:
            raise FileError(f"onnxruntime is not installed: {error}", "pip install -e '.[train]'") from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises many kinds for a damaged file
            raise FileError(f"{path}: onnxruntime cannot load it: {str(error).splitlines()[0]}", _GET) from error
        taken, given = self._session.get_inputs(), self._session.get_outputs()
        shape = taken[0].shape
        if len(taken) != 1 or len(given) != 1 or len(shape) != 4 or shape[1] != 3 or shape[2] != shape[3]:
            raise FileError(f"{path}: takes {[one.shape for one in taken]}, not pictures", _GET)
        if not isinstance(shape[2], int) or isinstance(shape[0], int):
            raise FileError(f"{path}: takes {shape}, not any number of pictures of one size", _GET)
        self._name, self._side = taken[0].name, shape[2]
        self.path, self.digest = path, hashlib.sha256(content).hexdigest()

    def embed(self, crops: Crops) -> Embeddings:
        """Unit embeddings (N, D) of archived crops (N, 144, 144, 3), each the sum over crop and mirror image."""
        found = []
        for start in range(0, len(crops), _AT_ONCE):
            pictures = (middle(crops[start : start + _AT_ONCE], self._side).astype(np.float32) - 127.5) / 127.5
            both = (np.ascontiguousarray(one.transpose(0, 3, 1, 2)) for one in (pictures, pictures[:, :, ::-1]))
            found.append(sum(np.asarray(self._session.run(None, {self._name: one})[0], np.float32) for one in both))
        total = np.concatenate(found)
        return np.asarray(total / np.linalg.norm(total, axis=1, keepdims=True), np.float32)


class Cache:
    """Keeps what a teacher said of some crops in files named by what was asked, so that a run that was killed asks
    nothing twice, and what is asked again costs nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def ask(self, teacher: Teacher, crops: Crops) -> Embeddings:
        """Unit embeddings (N, D) of crops (N, 144, 144, 3)."""
        asked = hashlib.sha256(np.ascontiguousarray(crops).data).hexdigest()
        path = self._folder / teacher.digest[:16] / f"{asked[:32]}.npy"
        try:
            known: Embeddings = np.load(path).astype(np.float32)
            return known
        except FileNotFoundError:
            pass
        except (OSError, ValueError, EOFError):
            path.unlink(missing_ok=True)
        found = teacher.embed(crops)
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(f".{os.getpid()}.tmp")
        with beside.open("wb") as file:
            np.save(file, found.astype(np.float16))
        beside.replace(path)
        return found.astype(np.float16).astype(np.float32)
