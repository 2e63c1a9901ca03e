"""Small networks that the tests of the model share."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from device.model.export import ExportedNetwork, convert
from device.model.float_network import FloatLayer, forward, random_layers
from device.model.litert import LiteRT
from device.model.ptq import minmax_graph
from device.model.reference import run
from device.model.tflite_file import Graph, Operator, Quantisation, Tensor, pack_tflite
from device.model.variant import Variant

SIZE = 32


@dataclass(frozen=True, eq=False)
class RandomNetwork:
    """A MobileNetV2 with random weights in all its forms; ``pictures`` are those it was calibrated on."""

    pictures: NDArray[np.uint8]
    layers: tuple[FloatLayer, ...]
    graph: Graph
    content: bytes
    exported: ExportedNetwork


@pytest.fixture(scope="session")
def random_network() -> RandomNetwork:
    rng = np.random.default_rng(5)
    pictures = rng.integers(0, 256, (6, SIZE, SIZE, 3), dtype=np.uint8)
    layers = random_layers(Variant(0.35, SIZE), pictures, 5)
    graph = minmax_graph(layers, forward(layers, pictures), SIZE, "")
    content = pack_tflite(graph)
    return RandomNetwork(pictures, layers, graph, content, convert(content, "random.tflite", "random"))


Compare = Callable[[bytes, list[NDArray[np.uint8]]], ExportedNetwork]


@pytest.fixture(scope="session")
def assert_equals_litert() -> Compare:
    """Export, then compare every number of every layer with LiteRT's reference kernels."""

    def check(content: bytes, pictures: list[NDArray[np.uint8]]) -> ExportedNetwork:
        exported = convert(content, "test.tflite", "test")
        oracle = LiteRT(content, "test.tflite")
        for picture in pictures:
            oracle.run(picture)
            for (layer, ours), tensor in zip(run(exported.network, picture), exported.tensors, strict=True):
                theirs = oracle.tensor(tensor).reshape(ours.shape)
                np.testing.assert_array_equal(ours, theirs, err_msg=layer.label)
        return exported

    return check


class GraphBuilder:
    """A graph written down operator by operator, with any scales; every tensor is int8 unless said otherwise."""

    def __init__(self, shape: tuple[int, int, int], scale: float = 1 / 128, zero_point: int = 0) -> None:
        self.rng = np.random.default_rng(1)
        self.tensors = [Tensor("picture", (1, *shape), "INT8", Quantisation.per_tensor(scale, zero_point))]
        self.operators: list[Operator] = []

    def add(self, tensor: Tensor) -> int:
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def operator(
        self,
        code: str,
        inputs: tuple[int, ...],
        shape: tuple[int, ...],
        scale: float,
        zero_point: int,
        **options: int | float | bool,
    ) -> int:
        """Append an operator; gives its output's number."""
        name = f"t{len(self.tensors)}"
        output = self.add(Tensor(name, shape, "INT8", Quantisation.per_tensor(scale, zero_point)))
        self.operators.append(Operator(code, inputs, (output,), options))
        return output

    def constant(self, values: NDArray[np.int32]) -> int:
        return self.add(Tensor(f"c{len(self.tensors)}", values.shape, "INT32", None, values))

    def convolve(
        self,
        source: int,
        outputs: int,
        kernel: int,
        *,
        scale: float = 0.05,
        zero_point: int = 0,
        stride: int = 1,
        padding: int = 0,
        activation: int = 0,
        depthwise: bool = False,
        weight_scales: NDArray[np.float32] | None = None,
        bias: NDArray[np.int32] | None = None,
    ) -> int:
        """A convolution with random weights; padding 0 is SAME, 1 VALID."""
        _, height, width, channels = self.tensors[source].shape
        shape = (1, kernel, kernel, outputs) if depthwise else (outputs, kernel, kernel, channels)
        values = self.rng.integers(-127, 128, shape).astype(np.int8)
        scales = np.full(outputs, 0.004, np.float32) if weight_scales is None else weight_scales
        zeros = np.zeros(len(scales), np.int64)
        numbers = self.rng.integers(-3000, 3000, outputs).astype(np.int32) if bias is None else bias
        weights = self.add(Tensor("w", shape, "INT8", Quantisation(scales, zeros, 3 if depthwise else 0), values))
        quantisation = self.tensors[source].quantisation
        assert quantisation is not None
        sums = (scales * quantisation.scales[0]).astype(np.float32)
        offsets = self.add(Tensor("b", numbers.shape, "INT32", Quantisation(sums, zeros, 0), numbers))
        size = [-(-length // stride) if padding == 0 else (length - kernel) // stride + 1 for length in (height, width)]
        options = {"depthMultiplier": 1} if depthwise else {}
        return self.operator(
            "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D",
            (source, weights, offsets),
            (1, *size, outputs),
            scale,
            zero_point,
            padding=padding,
            strideH=stride,
            strideW=stride,
            fusedActivationFunction=activation,
            **options,
        )

    def pad(self, source: int, amounts: list[list[int]]) -> int:
        quantisation = self.tensors[source].quantisation
        assert quantisation is not None
        shape = tuple(s + sum(a) for s, a in zip(self.tensors[source].shape, amounts, strict=True))
        paddings = self.constant(np.array(amounts, np.int32))
        scale, zero_point = float(quantisation.scales[0]), int(quantisation.zero_points[0])
        return self.operator("PAD", (source, paddings), shape, scale, zero_point)

    def mean(self, source: int, scale: float, zero_point: int) -> int:
        axes = self.constant(np.array([1, 2], np.int32))
        shape = (1, self.tensors[source].shape[3])
        return self.operator("MEAN", (source, axes), shape, scale, zero_point, keepDims=False)

    def graph(self, output: int) -> Graph:
        return Graph(tuple(self.tensors), tuple(self.operators), (0,), (output,), "test")

    def content(self, output: int) -> bytes:
        return pack_tflite(self.graph(output))


@pytest.fixture
def builder() -> type[GraphBuilder]:
    return GraphBuilder


def write_archive(path: Path, pictures: dict[str, NDArray[np.uint8]]) -> None:
    """A zip of RGB pictures, packed as their names say."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, picture in pictures.items():
            good, packed = cv2.imencode(Path(name).suffix, picture[:, :, ::-1])
            assert good
            archive.writestr(name, packed.tobytes())


@pytest.fixture
def tiny_archive() -> Callable[[Path, dict[str, NDArray[np.uint8]]], None]:
    return write_archive


@pytest.fixture
def tiny_faces(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder like the face data: two archives, teachers, and a test set of six people in two folds."""
    monkeypatch.setattr("device.model.data._HELD_OUT", 28)
    return make_faces(tmp_path_factory.mktemp("faces"))


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
