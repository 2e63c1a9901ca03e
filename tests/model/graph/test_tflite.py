"""Reading and writing .tflite without TensorFlow."""

import importlib
from pathlib import Path

import numpy as np
import pytest

from device.errors import FileError
from device.model.graph.litert import LiteRT
from device.model.graph.tflite import pack_tflite, parse_tflite, read_tflite
from tests.support.networks import RandomNetwork


def test_a_graph_survives_the_file(random_network: RandomNetwork) -> None:
    graph, again = random_network.graph, parse_tflite(random_network.content, "x")
    assert [operator.code for operator in again.operators] == [operator.code for operator in graph.operators]
    assert (again.inputs, again.outputs, again.description) == (graph.inputs, graph.outputs, graph.description)
    for one, other in zip(graph.tensors, again.tensors, strict=True):
        assert (one.name, one.shape, one.dtype) == (other.name, other.shape, other.dtype)
        assert (one.data is None) == (other.data is None)
        if one.data is not None:
            np.testing.assert_array_equal(one.data, other.data)
        if one.quantisation is not None:
            np.testing.assert_array_equal(one.quantisation.scales, other.quantisation.scales)
            np.testing.assert_array_equal(one.quantisation.zero_points, other.quantisation.zero_points)
            assert one.quantisation.axis == other.quantisation.axis
    assert pack_tflite(again) == random_network.content


def test_litert_sees_int8_in_and_out(random_network: RandomNetwork) -> None:
    module = importlib.import_module("ai_edge_litert.interpreter")
    interpreter = module.Interpreter(model_content=random_network.content)
    (source,), (output,) = interpreter.get_input_details(), interpreter.get_output_details()
    assert source["dtype"] == output["dtype"] == np.int8
    assert tuple(source["shape"]) == (1, 32, 32, 3)
    assert tuple(output["shape"]) == (1, 1280)
    assert source["quantization"] == (1 / 128, 0)


def test_weights_are_aligned_in_the_file(random_network: RandomNetwork) -> None:
    for tensor in random_network.graph.tensors:
        if tensor.dtype == "INT8" and tensor.data is not None and tensor.data.size > 64:
            assert random_network.content.find(tensor.data.tobytes()) % 16 == 0


def test_nothing_of_this_machine_is_in_the_file(random_network: RandomNetwork) -> None:
    assert str(Path.home()).encode() not in random_network.content
    assert str(Path.cwd()).encode() not in random_network.content
    again = parse_tflite(random_network.content, "x")
    assert not any("/" in tensor.name for tensor in again.tensors)


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "picture.tflite"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" * 10)
    with pytest.raises(FileError, match=r"picture\.tflite: not a \.tflite file"):
        read_tflite(path)
    with pytest.raises(FileError, match=r"missing\.tflite"):
        read_tflite(tmp_path / "missing.tflite")


def test_cut_files_are_refused(random_network: RandomNetwork) -> None:
    with pytest.raises(FileError, match=r"cut\.tflite"):
        parse_tflite(random_network.content[:3000], "cut.tflite")


def test_litert_refuses_with_the_files_name() -> None:
    with pytest.raises(FileError, match=r"bad\.tflite"):
        LiteRT(b"nothing at all" * 10, "bad.tflite")
