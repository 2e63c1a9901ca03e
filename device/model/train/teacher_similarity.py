"""How close a float network's embeddings are to the teachers', and to a crop it learnt as against one it never saw."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch.nn import functional

from device.errors import FileError
from device.model.data.training_set import Crops, Embeddings, middle, read_members, read_split, sources
from device.model.progress import SILENT, Monitor
from device.model.train.batchnorm_folding import load_student
from device.model.train.student import Student, embed

_SEED = 0
_AT_ONCE = 512


@dataclass(frozen=True)
class TeacherSimilarity:
    """Mean cosine to the teachers of the unaltered ``crops`` of one source, ``seen`` in training or not."""

    seen: bool
    source: str
    crops: int
    cosine: float


def teacher_similarities(
    checkpoint: Path, faces: Path, training_crops: int = 3000, monitor: Monitor = SILENT
) -> Iterator[TeacherSimilarity]:
    """For all held-out crops and for some that were trained on: in all, and by source."""
    student = load_student(checkpoint)
    names, targets, held_out, rows = read_split(faces)
    if student.project.out_features != targets.shape[1]:
        raise FileError(
            f"{checkpoint} was trained towards {student.project.out_features} numbers, {faces} has {targets.shape[1]}",
            "give the faces that it was trained with",
        )
    some = np.sort(np.random.default_rng(_SEED).permutation(rows)[:training_crops])
    for seen, picked in ((False, held_out), (True, some)):
        found = []
        for start in range(0, len(picked), _AT_ONCE):
            part = picked[start : start + _AT_ONCE]
            found.append(_cosines(student, read_members(faces, names[part].tolist()), targets[part]))
            monitor.tick("trained on" if seen else "held out", start + len(part), len(picked))
        cosines = np.concatenate(found)
        source = sources(names[picked])
        yield TeacherSimilarity(seen, "all", len(picked), float(cosines.mean()))
        for one in sorted(set(source.tolist())):
            yield TeacherSimilarity(seen, one, int((source == one).sum()), float(cosines[source == one].mean()))


def _cosines(student: Student, crops: Crops, targets: Embeddings) -> NDArray[np.float32]:
    found = functional.normalize(embed(student, middle(crops, student.network.variant.input_size)), dim=1)
    return np.asarray((found.numpy() * targets).sum(axis=1), np.float32)
