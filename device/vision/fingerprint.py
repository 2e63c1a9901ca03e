"""From the board's int8 fingerprint to a unit vector that two pictures can be compared by.

The board sends F int8 numbers q; HELLO gives scale and zero point, so the feature is scale * (q - zero_point). A
projection, learnt with the network, centres and projects it: (feature - mean) @ matrix, then length 1. Without a
projection the feature itself is scaled to length 1, so a network that somebody brings works too. With flip
averaging (flip test-time augmentation) the feature is the mean of the crop's and of its mirror image's.
"""

from __future__ import annotations

import math
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from device.errors import DeviceError, FileError, MismatchError

Floats = NDArray[np.float32]

SUFFIX = ".projection.npz"  # of a projection's file, behind the network's name
OLD_SUFFIX = ".map.npz"  # of version 0.1
_HASH_BYTES = 16


class FingerprintError(DeviceError):
    """A fingerprint of the wrong kind or length, or one that has no direction."""


def dequantise(fingerprint: ArrayLike, scale: float, zero_point: int) -> Floats:
    """Real numbers (…, F) float32 of int8 (…, F), as HELLO describes them."""
    values = np.asarray(fingerprint)
    if values.dtype != np.int8:
        raise FingerprintError(f"the fingerprint holds {values.dtype}, not int8", "pass it on as the board sent it")
    return np.asarray((values.astype(np.int32) - zero_point) * scale, np.float32)


def average_flip(features: Floats) -> Floats:
    """Flip averaging: the mean (…, F) of the features (…, P, F) of P passes, the crop's and its mirror image's."""
    return np.asarray(features.mean(axis=-2))


def unit(vectors: ArrayLike) -> Floats:
    """Vectors (…, D) scaled to length 1. Raises FingerprintError where one is all zero or not finite."""
    values = np.asarray(vectors, np.float64)
    length = np.linalg.norm(values, axis=-1, keepdims=True)
    if not np.isfinite(length).all() or not (length > 1e-12).all():
        raise FingerprintError("a fingerprint without direction (all zero, or not finite)", "take another picture")
    return np.asarray(values / length, np.float32)


def cosine(a: ArrayLike, b: ArrayLike) -> Floats:
    """Cosine (…) in -1..1 between vectors (…, D) and (…, D); they need not have length 1."""
    return np.asarray(np.clip(np.einsum("...d,...d->...", unit(a), unit(b)), -1.0, 1.0), np.float32)


def hash_text(network_hash: bytes) -> str:
    """Sixteen bytes as 32 hexadecimal digits; ``none`` where there are none."""
    return network_hash.hex() or "none"


@dataclass(frozen=True)
class Projection:
    """``mean`` (F,) and ``matrix`` (F, D) float32 of the network whose hash (16 bytes) is ``network_hash``.

    ``mean`` None: nothing is taken off; ``matrix`` None: nothing is projected, D = F; hash empty: fits every network.
    ``thresholds``: (false-accept rate, cosine), by rate: the cosine that this share of the pairs of two different
    people reaches, as measured when the network was exported; one picture against one, not against a template.
    ``flip_thresholds``: the same with flip averaging of both pictures.
    """

    mean: Floats | None = None
    matrix: Floats | None = None
    network_hash: bytes = b""
    thresholds: tuple[tuple[float, float], ...] = ()
    flip_thresholds: tuple[tuple[float, float], ...] = ()
    source: str = (
        ""  # SHA-256 in hex of the .tflite that the projection was made for; the network's hash changes with its layout
    )

    def __post_init__(self) -> None:
        for name, array, dimensions in (("mean", self.mean, 1), ("matrix", self.matrix, 2)):
            if array is None:
                continue
            if array.ndim != dimensions or not array.size or not np.isfinite(array).all():
                raise FileError(f"projection: {name} has shape {array.shape} or values that are not finite")
        if self.mean is not None and self.matrix is not None and len(self.mean) != len(self.matrix):
            raise FileError(f"projection: mean has {len(self.mean)} numbers, matrix {len(self.matrix)} rows")
        if len(self.network_hash) not in (0, _HASH_BYTES):
            raise FileError(f"projection: the network hash has {len(self.network_hash)} bytes, not {_HASH_BYTES}")
        for thresholds in (self.thresholds, self.flip_thresholds):
            fars = [far for far, _ in thresholds]
            if fars != sorted(set(fars)) or not all(0 < far < 1 and -1 <= score <= 1 for far, score in thresholds):
                raise FileError(f"projection: {thresholds} are no false-accept rates in order with their cosines")

    @property
    def input_length(self) -> int | None:
        """F, or None for the projection that takes every length."""
        array = self.mean if self.mean is not None else self.matrix
        return None if array is None else len(array)

    def thresholds_of(self, *, flip: bool) -> tuple[tuple[float, float], ...]:
        """Those with flip averaging or without; where only one kind was measured, that, for the difference is small."""
        wanted, other = self.thresholds, self.flip_thresholds
        return (other or wanted) if flip else (wanted or other)

    def threshold_at(self, far: float, *, flip: bool = False) -> float | None:
        """The cosine measured for the highest false-accept rate that is not above ``far``; None where there is none."""
        measured = self.thresholds_of(flip=flip)
        return next((score for rate, score in reversed(measured) if rate <= far * (1 + 1e-9)), None)

    def apply(self, features: Floats) -> Floats:
        """Features (…, F) to unit vectors (…, D) float32."""
        if self.input_length not in (None, features.shape[-1]):
            raise MismatchError(
                f"the fingerprint has {features.shape[-1]} numbers, the projection takes {self.input_length}",
                "use the projection that was exported with this network",
            )
        centred = features if self.mean is None else features - self.mean
        return unit(centred if self.matrix is None else centred @ self.matrix)

    def check(self, network_hash: bytes) -> None:
        """Raises MismatchError, naming both, where the board's network is another one than the projection's."""
        if self.network_hash and network_hash != self.network_hash:
            raise MismatchError(
                f"the projection belongs to network {hash_text(self.network_hash)}, "
                f"the board runs {hash_text(network_hash)}",
                "flash the image that goes with the projection, or export the projection again",
            )

    def save(self, path: Path) -> None:
        """Write ``network_hash`` and what there is of the others as an .npz; replaces ``path`` in one step."""
        arrays: dict[str, NDArray[np.generic]] = {"network_hash": np.frombuffer(self.network_hash, np.uint8)}
        if self.mean is not None:
            arrays["mean"] = self.mean
        if self.matrix is not None:
            arrays["matrix"] = self.matrix
        if self.thresholds:
            arrays["thresholds"] = np.asarray(self.thresholds, np.float64)
        if self.flip_thresholds:
            arrays["flip_thresholds"] = np.asarray(self.flip_thresholds, np.float64)
        if self.source:
            arrays["source"] = np.asarray(self.source)
        beside = path.with_name(path.name + ".tmp")
        with beside.open("wb") as file:
            np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
        beside.replace(path)

    @classmethod
    def load(cls, path: Path) -> Projection:
        """Read what ``save`` wrote (float16 too). A missing file gives the identity projection; a damaged one
        FileError."""
        if not path.exists():
            return cls()
        try:
            # np.load leaves a file open when it cannot read what it opened itself.
            with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
                arrays = {name: data[name] for name in data.files}
            stamp = arrays["network_hash"]
            floats = {k: np.ascontiguousarray(arrays[k], np.float32) for k in ("mean", "matrix") if k in arrays}
            thresholds = _thresholds(arrays)
            flip = _pairs(arrays, "flip_thresholds") or _pairs(arrays, "mirror_thresholds")  # the key of version 0.1
            source = str(arrays["source"]) if "source" in arrays else ""
            if stamp.dtype != np.uint8:
                raise ValueError(f"network_hash is {stamp.dtype}, not uint8")
        except (OSError, ValueError, KeyError, EOFError, TypeError, AttributeError, zipfile.BadZipFile) as error:
            raise FileError(f"{path}: no projection: {error}", "export the network again") from error
        try:
            return cls(floats.get("mean"), floats.get("matrix"), stamp.tobytes(), thresholds, flip, source)
        except FileError as error:
            raise FileError(f"{path}: {error.message}", "export the network again") from error


def projection_files(folder: Path) -> list[Path]:
    """The files of ``folder`` that may hold projections, those of the old name last."""
    return [path for suffix in (SUFFIX, OLD_SUFFIX) for path in sorted(folder.glob(f"*{suffix}"))]


def _thresholds(arrays: dict[str, NDArray[Any]]) -> tuple[tuple[float, float], ...]:
    if "threshold_far_1e3" in arrays:  # files of version 0.1
        return ((1e-3, float(arrays["threshold_far_1e3"])),)
    return _pairs(arrays, "thresholds")


def _pairs(arrays: dict[str, NDArray[Any]], name: str) -> tuple[tuple[float, float], ...]:
    return tuple((float(far), float(score)) for far, score in arrays.get(name, ()))


@dataclass(frozen=True)
class Fingerprints:
    """Everything needed to read one board's fingerprints: F = ``length``, scale and zero point from HELLO, and the
    projection.

    Raises MismatchError where projection and network do not belong together.
    """

    length: int
    scale: float
    zero_point: int
    network_hash: bytes
    projection: Projection = field(default_factory=Projection)

    def __post_init__(self) -> None:
        if not (math.isfinite(self.scale) and self.scale > 0):
            raise MismatchError(f"the board gives the fingerprint's scale as {self.scale}", "flash the image again")
        self.projection.check(self.network_hash)
        if self.projection.input_length not in (None, self.length):
            raise MismatchError(
                f"the board's fingerprint has {self.length} numbers, the projection takes "
                f"{self.projection.input_length}",
                "use the projection that was exported with this network",
            )

    def embed(self, fingerprint: ArrayLike) -> Floats:
        """Unit float32 (D,) of one crop: int8 (F,), or (P, F) of P passes, with flip averaging."""
        values = np.asarray(fingerprint)
        if values.ndim not in (1, 2) or not values.size or values.shape[-1] != self.length:
            raise FingerprintError(f"the fingerprint has shape {values.shape}, the board gives {self.length} numbers")
        features = dequantise(values, self.scale, self.zero_point)
        return self.projection.apply(features if features.ndim == 1 else average_flip(features))
