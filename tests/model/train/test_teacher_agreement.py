"""A checkpoint is held against the teachers on the right crops."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from device.errors import FileError

torch = pytest.importorskip("torch", reason="torch is not installed (extra 'train')")

from device.model.data.training_set import middle, read_members, read_teachers, split_rows  # noqa: E402
from device.model.graph.variant import Variant  # noqa: E402
from device.model.train.batchnorm_folding import load_student  # noqa: E402
from device.model.train.teacher_agreement import agreements  # noqa: E402
from device.model.train.train import Plan, embed, train  # noqa: E402


def test_it_says_the_mean_cosine_of_each_source(tiny_faces: Path, tmp_path: Path) -> None:
    checkpoint = train(Variant(0.35, 32), Plan.parse("32:32", batch=8), tiny_faces, tmp_path / "run")
    found = {(one.seen, one.source): one for one in agreements(checkpoint, tiny_faces, training_crops=10)}
    assert set(found) == {(seen, source) for seen in (False, True) for source in ("all", "one", "two")}
    names, targets, _ = read_teachers(tiny_faces)
    held_out = split_rows(len(names))[0]
    assert found[False, "all"].crops == len(held_out)
    assert found[True, "all"].crops == 10
    of_one = [row for row in held_out.tolist() if str(names[row]).startswith("one/")]
    crops = middle(read_members(tiny_faces, names[of_one].tolist()), 32)
    own = (embed(load_student(checkpoint), crops)[1].numpy() * targets[of_one]).sum(axis=1)
    assert found[False, "one"].cosine == pytest.approx(float(own.mean()), abs=1e-5)
    assert found[False, "one"].crops + found[False, "two"].crops == len(held_out)


def test_faces_of_other_teachers_are_refused(tiny_faces: Path, tmp_path: Path) -> None:
    checkpoint = train(Variant(0.35, 32), Plan.parse("32:32", batch=8), tiny_faces, tmp_path / "run", seconds=0)
    with np.load(tiny_faces / "teacher.npz") as kept:
        arrays = dict(kept)
    arrays["mfn192"] = arrays["mfn192"][:, :4]
    np.savez(tiny_faces / "teacher.npz", **arrays)
    with pytest.raises(FileError, match=r"towards 24 numbers, .* has 20"):
        next(iter(agreements(checkpoint, tiny_faces)))
