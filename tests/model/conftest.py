"""What the tests of the model share: small networks, archives of faces, a teacher."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from device.model.graph.tflite import Graph, Operator, Tensor, pack_tflite
from tests.support.networks import (  # noqa: F401  fixtures
    SIZE,
    GraphBuilder,
    RandomNetwork,
    assert_equals_litert,
    builder,
    random_network,
)

WriteArchive = Callable[[Path, dict[str, NDArray[np.uint8]]], None]


def write_archive(path: Path, pictures: dict[str, NDArray[np.uint8]]) -> None:
    """A zip of RGB pictures, packed as their names say."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, picture in pictures.items():
            good, packed = cv2.imencode(Path(name).suffix, picture[:, :, ::-1])
            assert good
            archive.writestr(name, packed.tobytes())


@pytest.fixture
def tiny_archive() -> WriteArchive:
    return write_archive


@pytest.fixture
def tiny_faces(
    unchanged_faces: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A folder like the face data: two archives, teachers, and a test set of six people in two folds."""
    monkeypatch.setattr("device.model.data.training_set._HELD_OUT", 28)
    return Path(shutil.copytree(unchanged_faces, tmp_path_factory.mktemp("faces"), dirs_exist_ok=True))


@pytest.fixture(scope="session")
def unchanged_faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same for tests that only read the test set."""
    return make_faces(tmp_path_factory.mktemp("faces"))


def make_faces(folder: Path) -> Path:
    """Fill ``folder``."""
    rng = np.random.default_rng(4)

    def picture() -> NDArray[np.uint8]:
        coarse = rng.integers(0, 256, (6, 6, 3), dtype=np.uint8)
        return np.asarray(cv2.resize(coarse, (144, 144), interpolation=cv2.INTER_CUBIC), np.uint8)

    names = [f"{source}/{index}.webp" for source in ("one", "two") for index in range(26)]
    for source in ("one", "two"):
        write_archive(folder / f"{source}.zip", {name: picture() for name in names if name.startswith(source)})
    teachers = {
        key: rng.normal(size=(len(names), size)).astype(np.float16) for key, size in (("mfn128", 16), ("mfn192", 8))
    }
    np.savez(folder / "teacher.npz", names=np.array(names), **teachers)
    people = "ABCDEF"
    members = {f"{person}/{person}_{number:04d}.webp": picture() for person in people for number in (1, 2)}
    write_archive(folder / "lfw.zip", members)
    lines = ["2\t3"]
    for fold in (people[:3], people[3:]):
        lines += [f"{person}\t1\t2" for person in fold]
        lines += [f"{fold[a]}\t1\t{fold[b]}\t2" for a, b in ((0, 1), (1, 2), (2, 0))]
    (folder / "pairs.txt").write_text("\n".join(lines) + "\n")
    return folder


TEACHER_SIDE, TEACHER_LENGTH = 16, 8


def linear_teacher(folder: Path, *, pictures: int = 2, seed: int = 6) -> tuple[Path, NDArray[np.float32]]:
    """A float ``.tflite`` whose embeddings are sums of pixels, and the weights (8, 16, 16, 3) of the sums."""
    side, length = TEACHER_SIDE, TEACHER_LENGTH
    weights = np.random.default_rng(seed).normal(0, 0.1, (length, side, side, 3)).astype(np.float32)
    tensors = (
        Tensor("pictures", (pictures, side, side, 3), "FLOAT32"),
        Tensor("weights", weights.shape, "FLOAT32", None, weights),
        Tensor("bias", (length,), "FLOAT32", None, np.zeros(length, np.float32)),
        Tensor("sums", (pictures, 1, 1, length), "FLOAT32"),
        Tensor("shape", (2,), "INT32", None, np.array([pictures, length], np.int32)),
        Tensor("embeddings", (pictures, length), "FLOAT32"),
    )
    convolution = {"padding": 1, "strideH": 1, "strideW": 1, "dilationHFactor": 1, "dilationWFactor": 1}
    operators = (
        Operator("CONV_2D", (0, 1, 2), (3,), convolution),
        Operator("RESHAPE", (3, 4), (5,), {"newShape": [pictures, length]}),
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"teacher{pictures}.tflite"
    path.write_bytes(pack_tflite(Graph(tensors, operators, (0,), (5,))))
    return path, weights
