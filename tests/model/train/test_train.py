"""Training goes on from its checkpoint; the data are read, cut and augmented as said."""

from __future__ import annotations

import json
import math
from pathlib import Path

import cv2
import numpy as np
import pytest

from device.errors import FileError
from device.model.data.augment import augment
from device.model.data.training_set import (
    load_training_set,
    middle,
    read_archive,
    read_members,
    read_teachers,
    repeated,
    split_rows,
)
from tests.model.conftest import WriteArchive

torch = pytest.importorskip("torch", reason="torch is not installed (extra 'train')")

from device.model.graph.variant import Variant  # noqa: E402
from device.model.train.train import Plan, train  # noqa: E402
from tests.support.networks import RandomNetwork  # noqa: E402


def weights(checkpoint: Path) -> dict[str, object]:
    state: dict[str, object] = torch.load(checkpoint, weights_only=True)
    return state


def test_training_goes_on_from_its_checkpoint(tiny_faces: Path, tmp_path: Path) -> None:
    variant, batch = Variant(0.35, 32), 8
    first = weights(train(variant, Plan.parse("32:16", batch=batch), tiny_faces, tmp_path / "a"))
    assert first["shown"] == 16
    (tmp_path / "a" / "checkpoint.tmp").write_bytes(b"a save that was killed")
    second = weights(train(variant, Plan.parse("32:32", batch=batch), tiny_faces, tmp_path / "a"))
    assert second["shown"] == 32
    key = "network.head.conv.weight"
    assert not torch.equal(first["student"][key], second["student"][key])  # type: ignore[index]
    again = weights(train(variant, Plan.parse("32:32", batch=batch), tiny_faces, tmp_path / "a"))
    assert torch.equal(again["student"][key], second["student"][key])  # type: ignore[index]
    assert second["variant"] == [0.35, 32]
    steps = {int(state["step"]) for state in second["optimiser"]["state"].values()}  # type: ignore[index]
    assert steps == {4}, "the optimiser's state was not carried over"


def test_no_time_means_a_checkpoint_and_no_step(tiny_faces: Path, tmp_path: Path) -> None:
    path = train(Variant(0.35, 32), Plan.parse("32:64", batch=8), tiny_faces, tmp_path / "a", seconds=0)
    assert weights(path)["shown"] == 0


class GenerousLender:
    """Always has a gradient at hand; what a real one does is tested in test_parallel.py."""

    def __init__(self, student: object, make: object, arguments: object) -> None:
        self.published = 0

    def take(self) -> bool:
        return True

    def publish(self) -> None:
        self.published += 1

    def close(self) -> None:
        pass


def test_lent_gradients_count_as_shown(tiny_faces: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("device.model.train.train.Lender", GenerousLender)
    path = train(Variant(0.35, 32), Plan.parse("32:48", batch=8), tiny_faces, tmp_path / "a", lenders=2)
    state = weights(path)
    assert state["shown"] == 48
    assert {int(one["step"]) for one in state["optimiser"]["state"].values()} == {2}  # type: ignore[index]


def test_training_starts_from_a_shipped_network(
    random_network: RandomNetwork, tiny_faces: Path, tmp_path: Path
) -> None:
    network = tmp_path / "net.tflite"
    network.write_bytes(random_network.content)
    plan = Plan.parse("32:64", batch=8)
    path = train(Variant(0.35, 32), plan, tiny_faces, tmp_path / "a", seconds=0, start_from=network)
    chance = train(Variant(0.35, 32), plan, tiny_faces, tmp_path / "b", seconds=0)
    key = "network.stem.norm.bias"
    assert not torch.equal(weights(path)["student"][key], weights(chance)["student"][key])  # type: ignore[index]


def test_a_plan_is_followed() -> None:
    plan = Plan.parse("64:1000,96:500", batch=10)
    assert plan.total == 1500
    assert [plan.size_at(shown) for shown in (0, 999, 1000, 1499, 9999)] == [64, 64, 96, 96, 96]
    rates = [plan.rate_at(shown) for shown in range(0, 1501, 100)]
    assert max(rates) <= plan.peak_rate
    assert plan.rate_at(1500) < plan.rate_at(750)
    with pytest.raises(ValueError, match="unpack"):
        Plan.parse("64")


def test_rows_are_split_for_good() -> None:
    held_out, rows = split_rows(46465)
    assert len(held_out) == 1500
    assert not set(held_out) & set(rows)
    assert len(held_out) + len(rows) == 46465
    # A resumed run must hold out the same crops: the first ones of this split are fixed.
    np.testing.assert_array_equal(split_rows(46465)[0], held_out)


def test_crops_of_a_source_are_shown_several_times() -> None:
    names = np.array(["a/1", "b/1", "a/2", "b/2", "c/1"])
    rows = np.array([0, 1, 3, 4])
    assert repeated(rows, names, {}).tolist() == [0, 1, 3, 4]
    assert repeated(rows, names, {"b": 3}).tolist() == [0, 1, 1, 1, 3, 3, 3, 4]
    with pytest.raises(FileError, match="no crops of d") as caught:
        repeated(rows, names, {"b": 2, "d": 2})
    assert "a, b, c" in str(caught.value.hint)


def test_a_plan_repeats_a_source(tiny_faces: Path, tmp_path: Path) -> None:
    names, _, _ = read_teachers(tiny_faces)
    source = str(names[0]).split("/")[0]
    plan = Plan.parse("32:16", batch=8, repeat={source: 2})
    assert weights(train(Variant(0.35, 32), plan, tiny_faces, tmp_path / "a"))["shown"] == 16
    with pytest.raises(FileError, match="no crops of nowhere"):
        train(Variant(0.35, 32), Plan.parse("32:16", batch=8, repeat={"nowhere": 2}), tiny_faces, tmp_path / "b")


def test_blends_are_shown_with_the_crops(tiny_faces: Path, tmp_path: Path) -> None:
    blends = tmp_path / "blends"
    blends.mkdir()
    np.save(blends / "crops.npy", np.zeros((40, 144, 144, 3), np.uint8))
    targets = np.zeros((40, 24), np.float32)
    targets[:, 20] = 1
    np.save(blends / "targets.npy", targets)
    plan = Plan.parse("32:64", batch=16, blends=blends)
    with_blends = weights(train(Variant(0.35, 32), plan, tiny_faces, tmp_path / "a"))
    without = weights(train(Variant(0.35, 32), Plan.parse("32:64", batch=16), tiny_faces, tmp_path / "b"))
    assert with_blends["shown"] == without["shown"] == 64
    key = "project.weight"
    assert not torch.equal(with_blends["student"][key], without["student"][key])  # type: ignore[index]


def test_targets_are_unit_and_count_the_teachers_alike(tiny_faces: Path, tmp_path: Path) -> None:
    data = load_training_set(tiny_faces, tmp_path)
    assert data.crops.shape[1:] == (144, 144, 3)
    assert data.half.shape[1:] == (72, 72, 3)
    np.testing.assert_allclose(np.linalg.norm(data.targets, axis=1), 1, atol=1e-5)
    start = 0
    for size in data.target_sizes:
        part = data.targets[:, start : start + size]
        np.testing.assert_allclose(np.linalg.norm(part, axis=1), math.sqrt(0.5), atol=1e-5)
        start += size


def test_the_middle_is_what_the_network_sees() -> None:
    crop = np.zeros((1, 144, 144, 3), np.uint8)
    crop[0, 8, 8] = 200
    crop[0, 7, 7] = 100
    assert middle(crop, 128)[0, 0, 0, 0] == 200
    assert middle(crop, 128).shape == (1, 128, 128, 3)
    assert middle(crop, 64).shape == (1, 64, 64, 3)


def test_views_vary_but_stay_pictures(tiny_faces: Path) -> None:
    crop = next(iter(read_archive(tiny_faces / "one.zip").values()))
    rng = np.random.default_rng(0)
    seen = [augment(crop, 64, rng) for _ in range(60)]
    assert {view.shape for view in seen} == {(64, 64, 3)}
    assert {view.dtype for view in seen} == {np.dtype(np.uint8)}
    assert len({view.tobytes() for view in seen}) == 60
    first = augment(crop, 64, np.random.default_rng(9))
    np.testing.assert_array_equal(first, augment(crop, 64, np.random.default_rng(9)))


def test_gentle_views_stay_closer_to_the_crop(tiny_faces: Path) -> None:
    crop = next(iter(read_archive(tiny_faces / "one.zip").values()))
    plain = middle(crop[None], 64)[0].astype(int)
    ways = plain, plain[:, ::-1]

    def distance(strength: float) -> float:
        views = [augment(crop, 64, np.random.default_rng(seed), strength) for seed in range(80)]
        nearer = [min(np.abs(view - way).mean() for way in ways) for view in views]
        return float(np.mean(nearer))

    assert distance(0.0) < distance(0.4) < distance(1.0)
    assert distance(0.0) < 3  # but for the way of resizing


def test_the_views_become_gentle_at_the_end() -> None:
    plan = Plan.parse("64:100", gentle_from=0.6, gentle=0.25)
    assert [plan.strength_at(shown) for shown in (0, 59, 60, 99)] == [1.0, 1.0, 0.25, 0.25]


def test_bad_archives_are_named(tiny_faces: Path) -> None:
    with pytest.raises(FileError, match=r"missing\.webp"):
        read_members(tiny_faces, ["one/missing.webp"])
    with pytest.raises(FileError, match=r"other\.zip: No such file"):
        read_members(tiny_faces, ["other/1.webp"])
    whole = (tiny_faces / "one.zip").read_bytes()
    (tiny_faces / "one.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FileError, match=r"one\.zip: File is not a zip file"):
        read_members(tiny_faces, ["one/1.webp"])
    (tiny_faces / "one.zip").write_bytes(whole[:200] + bytes(40) + whole[240:])
    with pytest.raises(FileError, match=r"one\.zip"):
        read_members(tiny_faces, [f"one/{index}.webp" for index in range(16)])


def test_a_damaged_teacher_file_is_named(tiny_faces: Path) -> None:
    path = tiny_faces / "teacher.npz"
    whole = path.read_bytes()
    with np.load(path) as teacher:
        arrays = dict(teacher)
    for spoilt in (b"", b"something else", whole[:300], whole[: len(whole) // 2] + bytes(9) + whole[len(whole) // 2 :]):
        path.write_bytes(spoilt)
        with pytest.raises(FileError, match=r"teacher\.npz"):
            read_teachers(tiny_faces)
    changes: dict[str, dict[str, object]] = {
        "mfn192": {"mfn192": None},
        "52 names, embeddings": {"mfn128": arrays["mfn128"][:-1]},
        "names come twice": {"names": np.array(["one/1.webp"] * 52)},
        "zero or not finite": {"mfn128": arrays["mfn128"] * 0},
        "of which 28 are held out": {key: value[:18] for key, value in arrays.items()},
    }
    for message, change in changes.items():
        np.savez(path, **{key: value for key, value in (arrays | change).items() if value is not None})
        with pytest.raises(FileError, match=message) as caught:
            read_teachers(tiny_faces)
        assert str(path) in caught.value.message
    path.unlink()
    with pytest.raises(FileError, match=r"teacher\.npz: No such file"):
        read_teachers(tiny_faces)


def test_a_cache_of_other_data_is_not_used(tiny_faces: Path, tmp_path: Path) -> None:
    load_training_set(tiny_faces, tmp_path)
    with np.load(tiny_faces / "teacher.npz") as teacher:
        arrays = {key: value[:-1] for key, value in teacher.items()}
    np.savez(tiny_faces / "teacher.npz", **arrays)
    with pytest.raises(FileError, match=r"52 crops.*names 51"):
        load_training_set(tiny_faces, tmp_path)
    (tmp_path / "half.npy").unlink()
    assert len(load_training_set(tiny_faces, tmp_path).half) == 51


def test_a_crop_of_the_wrong_size_is_named(tiny_archive: WriteArchive, tmp_path: Path) -> None:
    tiny_archive(tmp_path / "bad.zip", {"bad/1.webp": np.zeros((100, 90, 3), np.uint8)})
    with pytest.raises(FileError, match=r"1\.webp: 90x100 where a 144x144"):
        read_archive(tmp_path / "bad.zip")


def test_log_lines_are_json(tiny_faces: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A clock on which every step takes minutes, so that each one is logged.
    ticks = iter(range(0, 10**6, 300))
    monkeypatch.setattr("device.model.train.train.time.monotonic", lambda: float(next(ticks)))
    train(Variant(0.35, 32), Plan.parse("32:16", batch=8), tiny_faces, tmp_path / "a")
    lines = [json.loads(line) for line in (tmp_path / "a" / "log.jsonl").read_text().splitlines()]
    assert [line["shown"] for line in lines] == [8, 16]
    assert 0 <= lines[0]["held_out_nearest"] <= 1


def test_written_pictures_are_rgb(tiny_archive: WriteArchive, tmp_path: Path) -> None:
    picture = np.zeros((144, 144, 3), np.uint8)
    picture[:, :, 0] = 250
    tiny_archive(tmp_path / "red.zip", {"red/1.png": picture})
    (crop,) = read_archive(tmp_path / "red.zip").values()
    assert crop[70, 70].tolist() == [250, 0, 0]
    assert cv2.imencode(".png", crop)[0]
