"""Training learns, goes on from its checkpoint, and does in several processes what it does in one."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (extra 'train')")

from device.errors import FileError  # noqa: E402
from device.model.data.training_set import TrainingSet, load_training_set  # noqa: E402
from device.model.graph.variant import Variant  # noqa: E402
from device.model.train.schedule import Schedule  # noqa: E402
from device.model.train.train import Engine, train  # noqa: E402
from tests.model.conftest import RandomNetwork  # noqa: E402

VARIANT = Variant(0.35, 32)
KEY = "network.head.conv.weight"


@pytest.fixture
def load(tiny_faces: Path, tmp_path: Path) -> Callable[[], TrainingSet]:
    return lambda: load_training_set(tiny_faces, tmp_path / "cache")


def schedule(samples: int, **settings: Any) -> Schedule:
    return Schedule(((32, samples),), **{"batch": 8, **settings})


def state_of(checkpoint: Path) -> dict[str, Any]:
    state: dict[str, Any] = torch.load(checkpoint, weights_only=True)
    return state


def lines_of(run: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]


def test_training_goes_on_from_its_checkpoint(load: Callable[[], TrainingSet], tmp_path: Path) -> None:
    first = state_of(train(VARIANT, schedule(16), load, tmp_path / "a"))
    assert first["samples_seen"] == 16
    (tmp_path / "a" / "checkpoint.tmp").write_bytes(b"a save that was killed")
    second = state_of(train(VARIANT, schedule(32), load, tmp_path / "a"))
    assert second["samples_seen"] == 32
    assert not torch.equal(first["student"][KEY], second["student"][KEY])
    again = state_of(train(VARIANT, schedule(32), load, tmp_path / "a"))
    assert torch.equal(again["student"][KEY], second["student"][KEY])
    assert second["variant"] == [0.35, 32]
    steps = {int(state["step"]) for state in second["optimiser"]["state"].values()}
    assert steps == {4}, "the optimiser's state was not carried over"


def test_a_run_that_cannot_go_on_says_so(load: Callable[[], TrainingSet], tmp_path: Path) -> None:
    path = train(VARIANT, schedule(16), load, tmp_path / "a", seconds=0)
    assert state_of(path)["samples_seen"] == 0
    with pytest.raises(FileError, match=r"cannot go on from it: it is of width 0\.35 and input size 32"):
        train(Variant(0.5, 32), schedule(16), load, tmp_path / "a")
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(FileError, match=r"checkpoint\.pt: this training cannot go on"):
        train(VARIANT, schedule(16), load, tmp_path / "a")
    with pytest.raises(FileError, match="no crops of nowhere"):
        train(VARIANT, schedule(16, shares={"nowhere": 0.5}), load, tmp_path / "b")
    if not torch.cuda.is_available():
        with pytest.raises(FileError, match="finds no GPU"):
            train(VARIANT, schedule(16), load, tmp_path / "c", Engine("cuda"))


def test_it_learns(load: Callable[[], TrainingSet], tmp_path: Path) -> None:
    train(VARIANT, schedule(16, batch=16), load, tmp_path / "a")
    path = train(VARIANT, schedule(16 * 40, batch=16, average_over=64, peak_rate=3e-3), load, tmp_path / "a")
    begin, end = lines_of(tmp_path / "a")
    assert end["samples_seen"] == 16 * 40 == state_of(path)["samples_seen"]
    assert end["distance"] < begin["distance"] - 0.08
    assert {"softmax", "identity", "relational", "held_out cosine", "held_out one cosine", "samples_per_s"} <= set(end)


def test_training_starts_from_a_shipped_network(
    random_network: RandomNetwork, load: Callable[[], TrainingSet], tmp_path: Path
) -> None:
    network = tmp_path / "net.tflite"
    network.write_bytes(random_network.content)
    path = train(VARIANT, schedule(64), load, tmp_path / "a", seconds=0, start_from=network)
    chance = train(VARIANT, schedule(64), load, tmp_path / "b", seconds=0)
    key = "network.stem.norm.bias"
    assert not torch.equal(state_of(path)["student"][key], state_of(chance)["student"][key])


class Clock:
    """Advances by so much with every look at it."""

    def __init__(self, step_s: float) -> None:
        self.now, self.step_s = 0.0, step_s

    def monotonic(self) -> float:
        self.now += self.step_s
        return self.now


def test_a_deadline_sets_the_length(
    load: Callable[[], TrainingSet], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A schedule of a million samples has come to its end when it must, not to a stop."""
    clock = Clock(0.25)
    monkeypatch.setattr("device.model.train.train.time", clock)
    monkeypatch.setattr("device.model.train.train._CHECK_EVERY", 1)
    state = state_of(train(VARIANT, schedule(1_000_000), load, tmp_path / "a", finish_in=15))
    assert clock.now == pytest.approx(15, abs=1.5)
    assert state["done"] == pytest.approx(1, abs=0.1)
    assert state["samples_seen"] < 1_000
    assert lines_of(tmp_path / "a")[-1]["learning_rate"] < 0.05 * schedule(1).peak_rate


def test_a_run_that_is_too_slow_to_be_measured_stops_at_its_deadline(
    load: Callable[[], TrainingSet], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("device.model.train.train.time", Clock(20))
    monkeypatch.setattr("device.model.train.train._CHECK_EVERY", 2)
    state = state_of(train(VARIANT, schedule(1_000_000), load, tmp_path / "a", finish_in=50))
    assert 0 < state["samples_seen"] < 100


@pytest.mark.parametrize("engine", [Engine(bfloat16=True)], ids=["autocast"])
def test_activations_of_16_bits_lead_to_nearly_the_same_weights(
    engine: Engine, load: Callable[[], TrainingSet], tmp_path: Path
) -> None:
    one, other = (
        state_of(train(VARIANT, schedule(16), load, tmp_path / name, with_engine))["student"]
        for name, with_engine in (("a", Engine()), ("b", engine))
    )
    assert {value.dtype for value in other.values()} == {torch.float32, torch.int64}
    moved = float((one[KEY] - other[KEY]).norm() / one[KEY].norm())
    assert 0 < moved < 0.05


SCRIPT = """
import sys
from pathlib import Path
import torch
from device.model.data import training_set
from device.model.graph.variant import Variant
from device.model.train import train as module
from device.model.train.schedule import Schedule
training_set._HELD_OUT_SHARE = 0.5
faces, out, batch = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(1)
ends = []
leave = module.Processes.leave
step = module.Run.step
module.Run.step = lambda run, *words: (step(run, *words), ends.append(run))[0]
schedule = Schedule(((32, 192),), batch=batch, peak_rate=3e-3)
module.train(Variant(0.35, 32), schedule, lambda: training_set.load_training_set(faces, out / "cache"), out)
print("weights", float(sum(one.detach().double().abs().sum() for one in ends[-1].student.parameters())))
"""


def test_two_processes_do_what_one_does(tiny_faces: Path, tmp_path: Path, root: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    script = tmp_path / "run.py"
    script.write_text(SCRIPT)
    base = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])}
    base |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "OMP_NUM_THREADS": "1"}

    def start(rank: int, count: int, out: str, batch: int) -> subprocess.Popen[str]:
        environment = {**base, "RANK": str(rank), "WORLD_SIZE": str(count), "LOCAL_RANK": str(rank)}
        words = [sys.executable, str(script), str(tiny_faces), str(tmp_path / out), str(batch)]
        return subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    running = [start(0, 2, "two", 8), start(1, 2, "two", 8), start(0, 1, "one", 16)]
    said = []
    for process in running:
        out, error = process.communicate(timeout=240)
        assert process.returncode == 0, error
        said.append(float(out.rsplit("weights", 1)[1]))
    assert said[0] == pytest.approx(said[1], rel=1e-9), "the processes have weights of their own"
    two, one = lines_of(tmp_path / "two")[-1], lines_of(tmp_path / "one")[-1]
    assert two["samples_seen"] == one["samples_seen"] == 192
    # The same crops, in views of their own, and batch normalisation over half as many.
    assert two["distance"] == pytest.approx(one["distance"], rel=0.1)
    assert two["softmax"] == pytest.approx(one["softmax"], rel=0.15)
    single, double = (state_of(tmp_path / name / "checkpoint.pt")["student"][KEY] for name in ("one", "two"))
    assert float((single - double).norm() / single.norm()) < 0.5
