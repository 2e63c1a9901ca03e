"""People who do not exist: photos of at least eight people warped to one mixed shape and averaged.

A source is a photo with 49 landmarks: brows 0-9, nose 10-18, eyes 19-30, lips 31-48. All faces are brought into one
frame, the portrait, 384 pixels wide and 480 high, eyes 96 pixels apart at height 230. The warp is a thin-plate spline
(Bookstein, "Principal Warps", 1989) through the landmarks and two rings around the head that keep to the source's
turn and scale, so nothing creases.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from device.errors import FileError

Floats = NDArray[np.float64]
Picture = NDArray[np.uint8]

FEWEST = 8
PORTRAIT_WIDTH, PORTRAIT_HEIGHT = 384, 480
CENTRE = np.array([192.0, 230.0])
EYE_DISTANCE = 96.0

_LEFT_EYE, _RIGHT_EYE = slice(19, 25), slice(25, 31)
_MIRROR = np.array(
    [
        *(*range(9, -1, -1), *range(10, 14), *range(18, 13, -1)),
        *(28, 27, 26, 25, 30, 29, 22, 21, 20, 19, 24, 23),
        *(*range(37, 30, -1), *range(42, 37, -1), 45, 44, 43, 48, 47, 46),
    ]
)
_GRID_STEP = 4


@dataclass(frozen=True)
class Source:
    """One photo (H, W, 3) uint8 RGB and its landmarks (49, 2) in its pixels."""

    name: str
    photo: Picture
    points: Floats


@dataclass(frozen=True)
class Portrait:
    """A composite: picture (480, 384, 3) uint8 RGB and its landmarks (49, 2) in its pixels."""

    picture: Picture
    points: Floats


def read_sources(archive: Path, names: Sequence[str] | None = None) -> list[Source]:
    """Photos and landmarks of a zip with NAME.jpg beside NAME.txt (x y on each line): those named, or all, by name.

    Raises FileError where the archive or a member is missing or damaged.
    """
    try:
        with zipfile.ZipFile(archive) as members:
            wanted = names or sorted(n.removesuffix(".jpg") for n in members.namelist() if n.endswith(".jpg"))
            return [_read_source(members, name, archive) for name in wanted]
    except (OSError, zipfile.BadZipFile) as error:
        raise FileError(f"{archive}: {error}", "give the folder that holds landmarked.zip") from error


def _read_source(members: zipfile.ZipFile, name: str, archive: Path) -> Source:
    try:
        photo = cv2.imdecode(np.frombuffer(members.read(f"{name}.jpg"), np.uint8), cv2.IMREAD_COLOR)
        points = np.loadtxt(io.BytesIO(members.read(f"{name}.txt")), np.float64, ndmin=2)
    except (KeyError, ValueError) as error:
        raise FileError(f"{archive}: {name}: {error}", "another archive than the people were mixed from?") from error
    if photo is None or points.shape != (len(_MIRROR), 2):
        raise FileError(f"{archive}: {name} has no photo, or landmarks of shape {points.shape}, not (49, 2)")
    return Source(name, np.ascontiguousarray(photo[:, :, ::-1]), points)


def similarity(points: Floats, onto: Floats) -> Floats:
    """The turn, scale and shift (2, 3) that brings ``points`` (N, 2) closest to ``onto`` (N, 2) in least squares."""
    a, b = points - points.mean(axis=0), onto - onto.mean(axis=0)
    cos = (a * b).sum() / (a * a).sum()
    sin = (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum() / (a * a).sum()
    turn = np.array([[cos, -sin], [sin, cos]])
    return np.column_stack([turn, onto.mean(axis=0) - turn @ points.mean(axis=0)])


def _apply(matrix: Floats, points: Floats) -> Floats:
    return np.asarray(points @ matrix[:, :2].T + matrix[:, 2])


def mirrored(points: Floats) -> Floats:
    """The landmarks (49, 2) of the portrait's mirror image."""
    flipped: Floats = points[_MIRROR] * np.array([-1.0, 1.0]) + np.array([2 * CENTRE[0], 0.0])
    return flipped


def mixed_shape(sources: Sequence[Source], symmetry: float = 0.85) -> Floats:
    """The mean shape (49, 2) in the portrait's frame; ``symmetry`` 1 makes both halves alike."""
    mean = sources[0].points
    for _ in range(6):
        shapes = [_apply(similarity(source.points, mean), source.points) for source in sources]
        mean = np.mean(shapes, axis=0)
        eyes = mean[_LEFT_EYE].mean(axis=0), mean[_RIGHT_EYE].mean(axis=0)
        across = eyes[1] - eyes[0]
        scale = EYE_DISTANCE / (across @ across)
        level = np.array([[across[0], across[1]], [-across[1], across[0]]]) * scale
        mean = (mean - (eyes[0] + eyes[1]) / 2) @ level.T + CENTRE
    half = symmetry / 2
    return np.asarray((1 - half) * mean + half * mirrored(mean))


def spline(at: Floats, values: Floats, where: Floats) -> Floats:
    """The thin-plate spline through ``values`` (N, 2) at ``at`` (N, 2), read at ``where`` (M, 2)."""
    unit = 100.0  # keeps the system well conditioned

    def bend(a: Floats, b: Floats) -> Floats:
        squared = ((a[:, None] - b[None]) ** 2).sum(axis=2)
        return np.asarray(squared * np.log(squared + 1e-12))

    at, where = at / unit, where / unit
    flat = np.column_stack([np.ones(len(at)), at])
    system = np.block([[bend(at, at) + 1e-3 * np.eye(len(at)), flat], [flat.T, np.zeros((3, 3))]])
    solved = np.linalg.solve(system, np.vstack([values, np.zeros((3, 2))]))
    return np.asarray(bend(where, at) @ solved[:-3] + np.column_stack([np.ones(len(where)), where]) @ solved[-3:])


def _rings() -> Floats:
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    circle = np.column_stack([np.cos(angle), np.sin(angle)])
    middle = CENTRE + np.array([0.0, 40.0])
    return np.vstack([middle + circle * radii for radii in ((150.0, 190.0), (260.0, 300.0))])


def warp(source: Source, shape: Floats) -> Picture:
    """The source's photo with its landmarks moved onto ``shape``: (480, 384, 3) uint8 RGB."""
    rings = _rings()
    back = similarity(shape, source.points)
    x, y = np.meshgrid(np.arange(0, PORTRAIT_WIDTH + 1, _GRID_STEP), np.arange(0, PORTRAIT_HEIGHT + 1, _GRID_STEP))
    grid = np.column_stack([x.ravel(), y.ravel()]).astype(np.float64)
    found = spline(np.vstack([shape, rings]), np.vstack([source.points, _apply(back, rings)]), grid)
    coarse = found.reshape(*x.shape, 2).astype(np.float32)
    fine = cv2.warpAffine(
        coarse,
        np.diag([float(_GRID_STEP)] * 2 + [1.0])[:2],
        (PORTRAIT_WIDTH, PORTRAIT_HEIGHT),
        borderMode=cv2.BORDER_REPLICATE,
    )
    warped = cv2.remap(source.photo, fine, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload]
    return np.asarray(warped, np.uint8)


def compose(sources: Sequence[Source], trim: int = 2, sharpen: float = 0.8) -> Portrait:
    """Mix ``sources`` (at least eight, all different) into one portrait.

    Skin tones are brought to their median first; each pixel is the mean of what is left without the ``trim`` brightest
    and darkest sources, which takes stray hair and glasses out. Raises FileError for fewer sources.
    """
    if len({source.name for source in sources}) < max(FEWEST, 2 * trim + 1):
        raise FileError(f"a composite of {len({s.name for s in sources})} people", f"mix at least {FEWEST}")
    shape = mixed_shape(sources)
    skin = np.zeros((PORTRAIT_HEIGHT, PORTRAIT_WIDTH), np.uint8)
    cv2.ellipse(skin, (192, 285), (85, 115), 0, 0, 360, 1, -1)
    inside = skin > 0
    layers = np.stack([cv2.cvtColor(warp(source, shape), cv2.COLOR_RGB2LAB).astype(np.float32) for source in sources])
    means = np.stack([layer[inside].mean(axis=0) for layer in layers])
    spreads = np.stack([layer[inside].std(axis=0) for layer in layers])
    tone = np.median(means, axis=0)
    # 8-bit lightness: keeps very dark and very bright mixes within what a camera would expose for.
    tone[0] = np.clip(tone[0], 150, 180)
    layers -= means[:, None, None]
    layers *= (np.median(spreads, axis=0) / spreads)[:, None, None]
    layers += tone.astype(np.float32)
    layers.sort(axis=0)
    mixed = layers[trim : len(layers) - trim].mean(axis=0)
    picture = cv2.cvtColor(np.clip(np.rint(mixed), 0, 255).astype(np.uint8), cv2.COLOR_LAB2RGB)
    soft = cv2.GaussianBlur(picture, (0, 0), 1.6)
    picture = cv2.addWeighted(picture, 1 + sharpen, soft, -sharpen, 0)
    return Portrait(np.asarray(picture, np.uint8), shape)


def exaggerate(portraits: Sequence[Portrait], shape: float = 1.6, texture: float = 1.4) -> list[Portrait]:
    """Each portrait moved away from the mean of all: averaging draws people together, this draws them apart again.

    1 leaves shape or texture as it is. Texture is exaggerated inside the face only.
    """
    mean_shape = np.mean([portrait.points for portrait in portraits], axis=0)
    flat = [
        warp(Source("", portrait.picture, portrait.points), mean_shape).astype(np.float32) for portrait in portraits
    ]
    mean = np.mean(flat, axis=0)
    face = np.zeros((PORTRAIT_HEIGHT, PORTRAIT_WIDTH), np.float32)
    cv2.ellipse(face, (192, 275), (80, 105), 0, 0, 360, 1, -1)
    gain = 1 + (texture - 1) * cv2.GaussianBlur(face, (0, 0), 14)[:, :, None]
    found = []
    for portrait, picture in zip(portraits, flat, strict=True):
        stronger = np.clip(np.rint(mean + gain * (picture - mean)), 0, 255).astype(np.uint8)
        points = mean_shape + shape * (portrait.points - mean_shape)
        found.append(Portrait(warp(Source("", stronger, mean_shape), points), points))
    return found
