"""One evaluation that the tests of this folder share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from device.model.evaluate.evaluate import EvaluationConfig, evaluate
from device.model.evaluate.figures import Result


@pytest.fixture(scope="session")
def result(random_network: Any, unchanged_faces: Path, tmp_path_factory: pytest.TempPathFactory) -> Result:
    path = tmp_path_factory.mktemp("net") / "net.tflite"
    path.write_bytes(random_network.content)
    return evaluate(EvaluationConfig(path, unchanged_faces, enrolments=((2, 1),), robustness_pairs=12))
