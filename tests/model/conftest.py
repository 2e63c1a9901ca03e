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
    """A zip of RGB pictures, packed as their names say; WebP with loss, which is much faster."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, picture in pictures.items():
            quality = (cv2.IMWRITE_WEBP_QUALITY, 90) if name.endswith(".webp") else ()
            good, packed = cv2.imencode(Path(name).suffix, picture[:, :, ::-1], quality)
            assert good
            archive.writestr(name, packed.tobytes())


@pytest.fixture
def tiny_archive() -> WriteArchive:
    return write_archive


@pytest.fixture
def tiny_faces(
    unchanged_faces: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A folder like the face data: two archives, teachers, people of one, and a test set of six people in two folds."""
    monkeypatch.setattr("device.model.data.training_set._HELD_OUT_SHARE", 0.7)
    return Path(shutil.copytree(unchanged_faces, tmp_path_factory.mktemp("faces"), dirs_exist_ok=True))


@pytest.fixture(scope="session")
def unchanged_faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same for tests that only read the test set."""
    return make_faces(tmp_path_factory.mktemp("faces"))


TARGET_LENGTH = 24


def make_faces(folder: Path) -> Path:
    """Fill ``folder``."""
    rng = np.random.default_rng(4)

    def picture() -> NDArray[np.uint8]:
        coarse = rng.integers(0, 256, (6, 6, 3), dtype=np.uint8)
        return np.asarray(cv2.resize(coarse, (144, 144), interpolation=cv2.INTER_CUBIC), np.uint8)

    names = [f"{source}/{index}.webp" for source in ("one", "two") for index in range(26)]
    for source in ("one", "two"):
        write_archive(folder / f"{source}.zip", {name: picture() for name in names if name.startswith(source)})
    targets = rng.normal(size=(len(names), TARGET_LENGTH))
    np.savez(
        folder / "teachers.npz",
        names=np.array(names),
        joint256=(targets / np.linalg.norm(targets, axis=1, keepdims=True)).astype(np.float16),
    )
    lines = [f"two/{index}.webp,{100 + index // 2}" for index in range(26)]
    (folder / "identities.csv").write_text("\n".join(["name,identity", *lines]) + "\n")
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


def _message(*fields: tuple[int, int | bytes | str]) -> bytes:
    """A protobuf message of (number, value): whole numbers as varints, all else as bytes."""

    def varint(value: int) -> bytes:
        out = bytearray()
        while value > 127:
            out.append(value & 127 | 128)
            value >>= 7
        return bytes([*out, value])

    packed = b""
    for number, value in fields:
        if isinstance(value, int):
            packed += varint(number << 3) + varint(value)
        else:
            content = value.encode() if isinstance(value, str) else value
            packed += varint(number << 3 | 2) + varint(len(content)) + content
    return packed


def linear_teacher(folder: Path, *, seed: int = 6, length: int = TEACHER_LENGTH) -> tuple[Path, NDArray[np.float32]]:
    """An ``.onnx`` whose embeddings are sums of pixels, and the weights (length, 3, 16, 16) of the sums."""
    side = TEACHER_SIDE
    weights = np.random.default_rng(seed).normal(0, 0.1, (length, 3, side, side)).astype(np.float32)

    def picture(name: str, *shape: int | str) -> bytes:
        dims = [(1, _message((1, one) if isinstance(one, int) else (2, one))) for one in shape]
        return _message((1, name), (2, _message((1, _message((1, 1), (2, _message(*dims)))))))

    kernel = _message(*((1, size) for size in weights.shape), (2, 1), (8, "weights"), (9, weights.tobytes()))
    graph = _message(
        (1, _message((1, "pictures"), (1, "weights"), (2, "sums"), (4, "Conv"))),
        (1, _message((1, "sums"), (2, "embeddings"), (4, "Flatten"))),
        (2, "teacher"),
        (5, kernel),
        (11, picture("pictures", "n", 3, side, side)),
        (12, picture("embeddings", "n", length)),
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"teacher{seed}.onnx"
    path.write_bytes(_message((1, 8), (7, graph), (8, _message((2, 13)))))
    return path, weights
