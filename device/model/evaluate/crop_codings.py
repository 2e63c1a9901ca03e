"""What a crop costs on the wire in this coding and in others, and what near-lossless coding does to its fingerprint.

``python -m device.model.evaluate.crop_codings --faces DIR`` measures LFW crops, the same with Gaussian noise, and the
faces of the demo clip. JPEG-LS and QOI are measured where the package imagecodecs is installed.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from device.errors import DeviceError
from device.link.crop_code import encode, folded_errors, rounded, samples
from device.model.data.face_set import read_lfw
from device.model.embedding.fingerprints import int8_features
from device.model.progress import TerminalMonitor
from device.paths import ASSETS
from device.text_table import table
from device.vision.crop import CROP_SIZE, align
from device.vision.detector import Detector
from device.vision.fingerprint import cosine

Crops = NDArray[np.uint8]
Folded = NDArray[np.uint8]

SEED = 1
NOISES = (1, 2, 3, 5)
NEARS = (0, 1, 2)
EVERY_FRAMES = 10  # of the clip: people move little in a third of a second
NETWORK = ASSETS / "mobilenetv2_050_128.tflite"

LONGEST_BITS = 23  # of the others' codes; the shorter limit of the coding itself costs it half a per cent
_CLASSES = np.searchsorted((1, 2, 4, 6, 9, 14, 22, 34, 54, 90, 150), np.arange(4 * 255 + 1), side="right")


def rice_bits(folded: Folded) -> NDArray[np.int64]:
    """(9, …): the bits of each error with each parameter, never more than the longest code."""
    return np.stack([np.minimum((folded.astype(np.int64) >> k) + 1 + k, LONGEST_BITS) for k in range(9)])


def per_run_bytes(crop: Crops, length: int) -> float:
    """A parameter of 3 bits for each ``length`` errors of a row."""
    rows = folded_errors(crop).transpose(0, 2, 1).reshape(-1, length)
    runs = rice_bits(rows)[:8].sum(axis=2)
    return float((runs.min(axis=0) + 3).sum() / 8)


def neighbours(planes: NDArray[np.uint8], first: int) -> list[NDArray[np.int64]]:
    """Left, above, above left and above right of each byte (H, W, 3); above the first row stands ``first``."""
    above = np.full(planes.shape, first, np.int64)
    above[1:] = planes[:-1]
    left, above_left, above_right = above.copy(), above.copy(), above.copy()
    left[:, 1:] = planes[:, :-1]
    above_left[:, 1:] = above[:, :-1]
    above_right[:, :-1] = above[:, 1:]
    return [left, above, above_left, above_right]


def neighbourhood(folded: Folded) -> NDArray[np.int64]:
    """(H, W, 3): the class, 0 to 11, of what the four neighbours' errors add up to."""
    return np.asarray(_CLASSES[sum(neighbours(folded, 0))])


def per_class_bytes(folded: Folded) -> float:
    """The best parameter of each plane and class, which the stream says: 36 times 3 bits."""
    bits, classes = rice_bits(folded), neighbourhood(folded)
    total = 36 * 3.0
    for plane in range(3):
        costs = [np.bincount(classes[..., plane].ravel(), one[..., plane].ravel(), 12) for one in bits]
        total += float(np.min(costs, axis=0).sum())
    return total / 8


def entropy_bytes(crop: Crops) -> float:
    """The entropy of the errors within each plane and class of this one crop: what no code of these errors can reach,
    because it would have to say the frequencies too."""
    folded = folded_errors(crop)
    classes = neighbourhood(folded)
    total = 0.0
    for plane in range(3):
        both = classes[..., plane].ravel() * 256 + folded[..., plane].ravel()
        for counts in np.bincount(both, minlength=12 * 256).reshape(12, 256):
            found = counts[counts > 0]
            total += float((found * np.log2(counts.sum() / found)).sum()) if len(found) else 0.0
    return total / 8


def least_squares_bytes(crop: Crops) -> float:
    """Weights of the four neighbours fitted to each plane of the crop, in 8 bits each, instead of the median."""
    planes = samples(crop)
    around = np.stack(neighbours(planes, 128), axis=-1) - 128.0
    errors = np.empty(planes.shape, np.int64)
    for plane in range(3):
        known, wanted = around[:, :, plane].reshape(-1, 4), planes[:, :, plane].ravel() - 128.0
        weights = np.linalg.solve(known.T @ known + np.eye(4), known.T @ wanted)
        predicted = np.floor(known @ (np.rint(weights * 64) / 64) + 0.5)
        errors[:, :, plane] = (wanted - predicted).reshape(planes.shape[:2])
    wrapped = errors.astype(np.int8)
    return per_class_bytes(((wrapped << 1) ^ (wrapped >> 7)).view(np.uint8)) + 12


def opencv_bytes(crop: Crops, kind: str, *options: int) -> float:
    """The file that OpenCV writes."""
    good, data = cv2.imencode(kind, crop[:, :, ::-1], options)
    if not good:
        raise DeviceError(f"OpenCV cannot write {kind}", "install opencv-python")
    return float(len(data))


def jpeg_ls_bytes(codecs: Any, crop: Crops, near: int) -> float:
    """JPEG-LS of the same three planes, one below the other; near-lossless of red, green and blue as they are, because
    a bound on differences is none on colours."""
    planes = crop if near else samples(crop).transpose(2, 0, 1).reshape(-1, crop.shape[1])
    return float(len(codecs.jpegls_encode(np.ascontiguousarray(planes), level=near)))


def codings() -> dict[str, Callable[[Crops], float]]:
    """What is compared on clean and noisy crops: bytes of a crop by the coding's name."""
    found: dict[str, Callable[[Crops], float]] = {
        "this coding": lambda crop: len(encode(crop)),
        "near 1": lambda crop: len(encode(crop, 1)),
        "near 2": lambda crop: len(encode(crop, 2)),
        "parameter per 32": lambda crop: per_run_bytes(crop, 32),
        "parameter per row": lambda crop: per_run_bytes(crop, crop.shape[1]),
        "parameters sent": lambda crop: per_class_bytes(folded_errors(crop)),
        "least squares": least_squares_bytes,
        "entropy": entropy_bytes,
        "PNG": lambda crop: opencv_bytes(crop, ".png", cv2.IMWRITE_PNG_COMPRESSION, 9),
        "WebP": lambda crop: opencv_bytes(crop, ".webp", cv2.IMWRITE_WEBP_QUALITY, 101),
    }
    try:
        codecs = importlib.import_module("imagecodecs")
    except ImportError:
        return found
    found["JPEG-LS"] = lambda crop: jpeg_ls_bytes(codecs, crop, 0)
    found["JPEG-LS near 1"] = lambda crop: jpeg_ls_bytes(codecs, crop, 1)
    found["JPEG-LS near 2"] = lambda crop: jpeg_ls_bytes(codecs, crop, 2)
    found["QOI"] = lambda crop: float(len(codecs.qoi_encode(crop)))
    return found


def noisy(crops: Crops, sigma: float) -> Crops:
    """With Gaussian noise of ``sigma`` levels on every sample."""
    noise = np.random.default_rng(SEED).normal(0, sigma, crops.shape)
    return np.clip(np.rint(crops + noise), 0, 255).astype(np.uint8)


def clip_crops(path: Path) -> Crops:
    """The faces of every tenth frame of a clip."""
    detector, video = Detector(), cv2.VideoCapture(str(path))
    crops = []
    for number in range(sys.maxsize):
        good, frame = video.read()
        if not good:
            break
        if number % EVERY_FRAMES == 0:
            rgb = np.ascontiguousarray(frame[:, :, ::-1], np.uint8)
            crops += [align(rgb, face.landmarks) for face in detector.detect(rgb)]
    return np.stack(crops)


def bytes_table(sets: dict[str, Crops]) -> str:
    """Mean bytes, and the 95th percentile, of each coding on each set."""
    rows: list[list[object]] = [["bytes: mean / 95 %", *(f"{name} ({len(crops)})" for name, crops in sets.items())]]
    for name, size in codings().items():
        found = [np.array([size(crop) for crop in crops]) for crops in sets.values()]
        rows.append([name, *(f"{sizes.mean():,.0f} / {np.percentile(sizes, 95):,.0f}" for sizes in found)])
    return table(rows, right=range(1, len(sets) + 1))


def cosine_table(crops: Crops, monitor: TerminalMonitor) -> str:
    """How like the fingerprint of the crop that a board decodes is to that of the crop itself: mean and smallest."""
    content = NETWORK.read_bytes()
    rows: list[list[object]] = [["cosine: mean / smallest", *(f"near {near}" for near in NEARS[1:])]]
    for sigma in (0, *NOISES):
        some = noisy(crops, sigma) if sigma else crops
        raw = int8_features(content, NETWORK.name, some, monitor)
        row: list[object] = [f"noise {sigma}"]
        for near in NEARS[1:]:
            decoded = np.stack([rounded(crop, near) for crop in some])
            found = cosine(raw, int8_features(content, NETWORK.name, decoded, monitor))
            row.append(f"{found.mean():.4f} / {found.min():.4f}")
        rows.append(row)
    return table(rows)


def encode_ms(crops: Crops) -> float:
    """The median time of one crop's coding on this machine."""
    times = []
    for crop in crops:
        start = time.perf_counter()
        encode(crop)
        times.append(1e3 * (time.perf_counter() - start))
    return float(np.median(times))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m device.model.evaluate.crop_codings", description=(__doc__ or "").split("\n\n")[0]
    )
    parser.add_argument("--faces", type=Path, required=True, metavar="DIR", help="with lfw.zip and pairs.txt")
    parser.add_argument("--crops", type=int, default=300, metavar="N", help="of LFW, 300 by default")
    parser.add_argument("--fingerprints", type=int, default=100, metavar="N", help="of them for the cosines; 0: none")
    options = parser.parse_args(arguments)
    monitor = TerminalMonitor(sys.stdout)
    try:
        every = read_lfw(options.faces, CROP_SIZE, options.crops, monitor).crops
        crops = every[np.sort(np.random.default_rng(SEED).permutation(len(every))[: options.crops])]
        sets = {"LFW": crops, "demo clip": clip_crops(ASSETS / "demo.mp4")}
        sets |= {f"LFW, noise {sigma}": noisy(crops, sigma) for sigma in NOISES}
        monitor.line(bytes_table(sets))
        monitor.line(f"\nencoding one crop: {encode_ms(crops):.2f} ms on this machine (median)")
        if options.fingerprints:
            monitor.line("\n" + cosine_table(crops[: options.fingerprints], monitor))
    except DeviceError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
