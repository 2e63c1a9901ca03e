"""Where figures come from, without the machine's paths."""

from __future__ import annotations

from device.model.evaluate.provenance import command_line


def test_a_command_without_paths() -> None:
    words = ["evaluate", "--faces", "/home/eve/faces", "--network", "C:\\eve\\n.tflite", "--far", "1e-3"]
    line = command_line([word.replace("\\", "/") for word in words])
    assert line == "python -m device.model evaluate --faces faces --network n.tflite --far 1e-3"
