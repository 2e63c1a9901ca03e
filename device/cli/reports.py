"""What the commands find out, as plain dictionaries that are printed as JSON or as a table. Nothing here prints."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.diagnostics import cmsis_nn
from device.diagnostics.bench import BenchResult, WirePath
from device.errors import FileError
from device.link.board import Board
from device.link.replies import Hello
from device.paths import ASSETS

Report = dict[str, Any]


def info(board: Board) -> Report:
    """Everything that HELLO and STATS say."""
    hello = asdict(board.hello)
    hello["unique_id"] = board.hello.unique_id.hex()
    hello["network"] = hello.pop("network_hash").hex()
    hello["input_shape"] = list(board.hello.input_shape)
    hello["capabilities"] = [flag.name.lower() for flag in board.hello.capabilities if flag.name]
    return {**hello, "baud": board.baud, "stats": asdict(board.stats())}


def selftest(board: Board) -> Report:
    """The golden vector in the image against what the board computes."""
    result = board.selftest()
    return {**_who(board.hello), "passed": result.passed, **asdict(result)}


def bench(result: BenchResult) -> Report:
    """A bench, with the comparison with CMSIS-NN where there is one."""
    hello, path, comparison = result.hello, result.path, cmsis_nn.compare(result)
    layers = ("name", "kind", "macs", "cycles", "instructions")
    return {
        **_who(hello),
        "n": result.runs,
        "passes": result.passes,
        **{f"{name}_ms": result.values(name).as_dict() for name in ("link", "receive", "network", "total")},
        "frames_per_second": round(result.frames_per_second, 3),
        "crop_bytes": result.crop_bytes,
        "crop_share": round(result.crop_share, 4),
        "path": None if path is None else _path(path),
        "network_cycles": result.network_cycles,
        "network_instructions": result.network_instructions,
        "arena_bytes": hello.arena_bytes,
        "stack_bytes": result.stack_bytes,
        "flash_bytes": hello.flash_bytes,
        "layers": [{name: getattr(layer, name) for name in layers} for layer in result.layers],
        "kinds": [asdict(one) for one in result.kinds],
        "baseline": None if comparison is None else asdict(comparison),
    }


def _path(path: WirePath) -> Report:
    digits = {"share_of_best": 4, "link_share_of_baud": 4}
    return {name: round(value, digits.get(name, 3)) for name, value in asdict(path).items()}


def infer(board: Board, paths: Sequence[Path], *, flip: bool = False) -> tuple[Report, list[str]]:
    """Faces in photos, their fingerprints and cosines; the report, and remarks for a person.

    ``flip``: flip averaging; each fingerprint is then a list of two, the crop's and its mirror image's.
    Raises FileError where a photo cannot be read, before the board is asked anything.
    """
    from device.vision.crop import align  # the detector takes a moment to load: not for commands that need none
    from device.vision.detector import Detector

    photos = [read_photo(path) for path in paths]
    hello = board.hello
    height, width, _ = hello.input_shape
    board.require_network()
    if height != width:
        raise FileError(f"the network wants {width}x{height} crops", "crops are square: export another network")
    detector = Detector()
    prints, remarks = _fingerprints(hello)
    images: list[Report] = []
    embeddings: list[NDArray[np.float32]] = []
    for path, photo in zip(paths, photos, strict=True):
        start = time.perf_counter()
        faces = detector.detect(photo)
        found = time.perf_counter()
        timings: dict[str, float | None] = {"detect_ms": round((found - start) * 1e3, 3)}
        entry: Report = {"path": str(path), "faces": len(faces), "fingerprint": None, "timings": timings}
        if faces:
            crop = align(photo, faces[0].landmarks, height)
            timings["align_ms"] = round((time.perf_counter() - found) * 1e3, 3)
            run = board.infer(crop, flip=flip)
            entry["fingerprint"] = run.fingerprint.tolist()
            names = ("receive_ms", "network_ms", "total_ms")
            timings["link_ms"] = round(run.link_ms, 3)
            for name in names:
                timings[name] = round(getattr(run, name), 3) if run.timed else None
            embeddings.append(prints.embed(run.fingerprint))
        images.append(entry)
    matrix = np.stack(embeddings) @ np.stack(embeddings).T if embeddings else np.zeros((0, 0), np.float32)
    cosine = [[round(float(value), 6) for value in row] for row in np.clip(matrix, -1.0, 1.0)]
    return {**_who(hello), "images": images, "cosine": cosine}, remarks


def read_photo(path: Path) -> NDArray[np.uint8]:
    """A photo as RGB (H, W, 3) uint8; raises FileError where it cannot be read."""
    import cv2

    try:
        data = np.fromfile(path, np.uint8)  # not imread: that takes no umlauts on Windows
    except OSError as error:
        raise FileError(f"{path}: {error.strerror or error}", "give the path of a photo") from error
    picture = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    if picture is None:
        raise FileError(f"{path} is no picture that can be read", "JPEG and PNG are")
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)


def _fingerprints(hello: Hello) -> tuple[Any, list[str]]:
    from device.vision.fingerprint import Fingerprints, Projection, projection_files

    for path in projection_files(ASSETS):
        projection = Projection.load(path)
        if projection.network_hash == hello.network_hash:
            return Fingerprints(
                hello.fingerprint_length, hello.scale, hello.zero_point, hello.network_hash, projection
            ), []
    plain = Fingerprints(hello.fingerprint_length, hello.scale, hello.zero_point, hello.network_hash)
    return plain, [
        f"no projection for network {hello.network[:12]} in {ASSETS.name}: cosines of the plain fingerprints"
    ]


def _who(hello: Hello) -> Report:
    return {"where": hello.where, "board": hello.board, "firmware": hello.firmware, "network": hello.network}
