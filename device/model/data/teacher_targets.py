"""What several teachers say of crops together: their unit embeddings side by side, turned and cut to fewer numbers.

The numbers are the principal components of the training crops' joined embeddings. ``teachers.npz`` holds mean and
directions, so that faces which are made later are labelled in the same space.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device.errors import FileError
from device.model.data.teacher import Cache, Teacher
from device.model.data.training_set import (
    TEACHERS,
    Crops,
    Embeddings,
    Rows,
    mixed_files,
    read_identities,
    read_members,
    read_teachers,
    split_rows,
)
from device.model.progress import SILENT, Monitor

COMPONENTS = 256
_CHUNK = 256  # crops that are asked about, and kept, at once
_COMPARED, _MATCH = 64, 0.95  # stored targets may come from crops before they were packed
_GIVE = f"give the networks that {TEACHERS} was made with, in the same order"


@dataclass(frozen=True)
class TargetBasis:
    """Joined embeddings (N, J) to targets (N, D): ``mean`` (J,), ``basis`` (J, D) with orthonormal columns; ``kept`` is
    the share of the variance that the targets hold."""

    mean: Embeddings
    basis: Embeddings
    kept: float

    @classmethod
    def fit(cls, joined: Embeddings, components: int) -> TargetBasis:
        """The principal components of ``joined`` (N, J)."""
        mean = joined.mean(axis=0, dtype=np.float64)
        centred = joined - mean
        variances, directions = np.linalg.eigh(centred.T @ centred / len(joined))
        kept = directions[:, ::-1][:, :components]
        share = float(variances[::-1][:components].sum() / variances.sum())
        return cls(mean.astype(np.float32), kept.astype(np.float32), share)

    @classmethod
    def read(cls, faces: Path) -> TargetBasis:
        """That of ``faces/teachers.npz``."""
        path = faces / TEACHERS
        try:
            with path.open("rb") as file, np.load(file) as stored:
                return cls(stored["mean"], stored["basis"], float(stored["kept"]))
        except OSError as error:
            raise FileError(f"{path}: {error.strerror or error}", "give the folder that holds it") from error
        except (KeyError, ValueError, TypeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            raise FileError(f"{path}: no projection of joined embeddings: {error}", "make the file again") from error

    def apply(self, joined: Embeddings) -> Embeddings:
        """Unit targets (N, D)."""
        targets = (joined - self.mean) @ self.basis
        return np.asarray(targets / np.linalg.norm(targets, axis=1, keepdims=True), np.float32)


def ask(
    teachers: Sequence[Teacher], count: int, read: Callable[[Rows], Crops], cache: Cache, monitor: Monitor = SILENT
) -> Embeddings:
    """Joined unit embeddings (count, J) of the crops that ``read`` gives; each teacher counts the same."""
    found = []
    for start in range(0, count, _CHUNK):
        crops = read(np.arange(start, min(start + _CHUNK, count)))
        found.append(np.concatenate([cache.ask(teacher, crops) for teacher in teachers], axis=1))
        monitor.tick("teachers", start + len(crops), count)
    return np.asarray(np.concatenate(found) / np.sqrt(len(teachers)), np.float32)


def label_crops(
    names: NDArray[np.str_], faces: Path, teachers: Sequence[Teacher], cache: Cache, out: Path,
    monitor: Monitor = SILENT, components: int = COMPONENTS,
) -> float:  # fmt: skip
    """Ask about the archived crops ``names`` of ``faces`` and write ``out``, a ``teachers.npz``; gives the share of the
    variance that its targets hold. The held-out crops have no part in the projection."""
    joined = ask(teachers, len(names), lambda rows: read_members(faces, names[rows].tolist()), cache, monitor)
    training = split_rows(names, read_identities(faces, names))[1]
    projection = TargetBasis.fit(joined[training], min(components, joined.shape[1]))
    beside = out.with_name(out.name + ".tmp")
    with beside.open("wb") as file:
        np.savez(
            file,
            names=names,
            joint256=projection.apply(joined).astype(np.float16),
            mean=projection.mean,
            basis=projection.basis,
            kept=np.float32(projection.kept),
        )
    beside.replace(out)
    return projection.kept


def label_mixed(folder: Path, faces: Path, teachers: Sequence[Teacher], cache: Cache, monitor: Monitor = SILENT) -> int:
    """Ask about the mixed synthetic faces in ``folder`` and write their targets beside them; gives how many.

    Raises FileError if the teachers are not those of ``faces/teachers.npz``.
    """
    crops_path, targets_path = mixed_files(folder)
    try:
        crops = np.load(crops_path, mmap_mode="r")
    except (OSError, ValueError, EOFError) as error:
        raise FileError(f"{folder}: no mixed faces: {error}", "make them with the command mix") from error
    projection = TargetBasis.read(faces)
    names, targets = read_teachers(faces)
    some = np.linspace(0, len(names) - 1, min(_COMPARED, len(names))).astype(np.int64)
    joined = ask(teachers, len(some), lambda rows: read_members(faces, names[some[rows]].tolist()), cache)
    if joined.shape[1] != len(projection.mean):
        raise FileError(f"the teachers give {joined.shape[1]} numbers, {TEACHERS} was made from "
                        f"{len(projection.mean)}", _GIVE)  # fmt: skip
    cosine = float((projection.apply(joined) * targets[some]).sum(axis=1).mean())
    if cosine < _MATCH:
        raise FileError(f"the teachers' embeddings are not those of {TEACHERS}: mean cosine {cosine:.3f} of a wanted "
                        f"{_MATCH}", _GIVE)  # fmt: skip
    found = projection.apply(ask(teachers, len(crops), lambda rows: np.asarray(crops[rows]), cache, monitor))
    beside = targets_path.with_suffix(".tmp")
    with beside.open("wb") as file:
        np.save(file, found.astype(np.float16))
    beside.replace(targets_path)
    return len(found)
