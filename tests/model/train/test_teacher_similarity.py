"""A checkpoint is held against the teachers on the right crops."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from device.errors import FileError

torch = pytest.importorskip("torch", reason="torch is not installed (extra 'train')")

from torch.nn import functional  # noqa: E402

from device.model.data.training_set import load_training_set, middle, read_members, read_split  # noqa: E402
from device.model.graph.variant import Variant  # noqa: E402
from device.model.train.batchnorm_folding import load_student  # noqa: E402
from device.model.train.schedule import Schedule  # noqa: E402
from device.model.train.student import embed  # noqa: E402
from device.model.train.teacher_similarity import teacher_similarities  # noqa: E402
from device.model.train.train import train  # noqa: E402


def trained(faces: Path, folder: Path) -> Path:
    schedule = Schedule(((32, 16),), batch=8)
    return train(Variant(0.35, 32), schedule, lambda: load_training_set(faces, folder / "cache"), folder / "run")


def test_it_says_the_mean_cosine_of_each_source(tiny_faces: Path, tmp_path: Path) -> None:
    checkpoint = trained(tiny_faces, tmp_path)
    found = {(one.seen, one.source): one for one in teacher_similarities(checkpoint, tiny_faces, training_crops=10)}
    assert set(found) == {(seen, source) for seen in (False, True) for source in ("all", "one", "two")}
    names, targets, held_out, _ = read_split(tiny_faces)
    assert found[False, "all"].crops == len(held_out)
    assert found[True, "all"].crops == 10
    of_one = [row for row in held_out.tolist() if str(names[row]).startswith("one/")]
    crops = middle(read_members(tiny_faces, names[of_one].tolist()), 32)
    embeddings = functional.normalize(embed(load_student(checkpoint), crops), dim=1).numpy()
    own = (embeddings * targets[of_one]).sum(axis=1)
    assert found[False, "one"].cosine == pytest.approx(float(own.mean()), abs=1e-5)
    assert found[False, "one"].crops + found[False, "two"].crops == len(held_out)


def test_faces_of_other_teachers_are_refused(tiny_faces: Path, tmp_path: Path) -> None:
    checkpoint = trained(tiny_faces, tmp_path)
    with np.load(tiny_faces / "teachers.npz") as kept:
        arrays = dict(kept)
    arrays["joint256"] = arrays["joint256"][:, :20]
    np.savez(tiny_faces / "teachers.npz", **arrays)
    with pytest.raises(FileError, match=r"towards 24 numbers, .* has 20"):
        next(iter(teacher_similarities(checkpoint, tiny_faces)))
