"""A composite's portrait set into a drawn head, hair, neck and clothes, and turned a little for every frame.

Everything is drawn on a canvas of 800x800 pixels on which the portrait lies at ``OFFSET``; three layers with an alpha
channel: hair behind the neck, body, head. A turn moves each pixel of the head by its depth on a model of a head.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from device.model.demo.composite import PORTRAIT_HEIGHT, PORTRAIT_WIDTH, Portrait

Floats = NDArray[np.float32]
Colour = tuple[int, int, int]

CANVAS = 800
OFFSET = np.array([208, 40])
MIDDLE = (400.0, 300.0)


@dataclass(frozen=True)
class Style:
    """How a figure is drawn round its portrait; lengths in canvas pixels, colours RGB.

    ``hair`` is short, bob or long; ``crown`` the height of the hair's top, ``hairline`` where the forehead ends,
    ``chin`` the face's lowest point, ``cheek`` half the face's width.
    """

    hair: str
    clothes: Colour
    shirt: Colour
    collar: str
    crown: float = 84.0
    hairline: float = 150.0
    chin: float = 430.0
    cheek: float = 96.0
    hair_width: float = 128.0


@dataclass(frozen=True)
class Pose:
    """Where and how a figure stands: ``x``, ``y`` the canvas's ``MIDDLE`` in frame pixels, ``scale`` frame pixels per
    canvas pixel, ``yaw``, ``pitch``, ``roll`` in radians (right, up and clockwise in the picture are positive),
    ``blink`` 0 (open) to 1 (closed)."""

    x: float
    y: float
    scale: float
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    blink: float = 0.0


@dataclass(frozen=True)
class Figure:
    """Layers (800, 800, 4) float32: RGB 0..255 times alpha, and alpha 0..1."""

    behind: Floats
    body: Floats
    head: Floats
    closed: Floats = field(repr=False)


def _floats(values: ArrayLike) -> Floats:
    return np.asarray(values, np.float32)


def _grid() -> tuple[Floats, Floats]:
    y, x = np.mgrid[0:CANVAS, 0:CANVAS].astype(np.float32)
    return x, y


def _noise(seed: int, sigma_x: float, sigma_y: float) -> Floats:
    plain = np.random.default_rng(seed).normal(0, 1, (CANVAS, CANVAS)).astype(np.float32)
    soft = cv2.GaussianBlur(plain, (0, 0), sigmaX=sigma_x, sigmaY=sigma_y)
    return np.asarray(soft / soft.std(), np.float32)


def _outline(points: list[tuple[float, float]], feather: float, mirror: bool = True) -> Floats:
    """Alpha (800, 800) of a closed smooth outline; with ``mirror``, points run down one side, x from the middle."""
    sides = [(MIDDLE[0] + x, y) for x, y in points]
    if mirror:
        sides += [(MIDDLE[0] - x, y) for x, y in reversed(points)]
    curve = np.array(sides, np.float64)
    # Chaikin's corner cutting: each round replaces a corner by two points a quarter of the way along its edges.
    for _ in range(4):
        ahead = np.roll(curve, -1, axis=0)
        curve = np.stack([0.75 * curve + 0.25 * ahead, 0.25 * curve + 0.75 * ahead], axis=1).reshape(-1, 2)
    mask = np.zeros((CANVAS, CANVAS), np.uint8)
    cv2.fillPoly(mask, [np.rint(curve * 16).astype(np.int32)], 255, cv2.LINE_AA, shift=4)
    return _floats(cv2.GaussianBlur(mask, (0, 0), feather) / np.float32(255))


def _layer(colour: NDArray[Any], alpha: Floats) -> Floats:
    return np.dstack([np.clip(colour, 0, 255) * alpha[:, :, None], alpha]).astype(np.float32)


def _over(top: Floats, below: Floats) -> Floats:
    return np.asarray(top + below * (1 - top[:, :, 3:]), np.float32)


def _ragged(alpha: Floats, seed: int) -> Floats:
    """An outline whose edge wanders by a few pixels, as hair does."""
    x, y = _grid()
    from_x = x + 1.0 * _noise(seed + 1, 2, 4) + 1.6 * _noise(seed + 3, 14, 14)
    from_y = y + 1.2 * _noise(seed + 2, 2, 4) + 1.6 * _noise(seed + 4, 14, 14)
    torn = cv2.remap(alpha, from_x.astype(np.float32), from_y.astype(np.float32), cv2.INTER_LINEAR)
    return np.asarray(cv2.GaussianBlur(torn, (0, 0), 1.0), np.float32)


def _hair_paint(tone: Floats, seed: int) -> Floats:
    """Strands that run away from the parting, lit from above."""
    x, y = _grid()
    radius = np.hypot(x - MIDDLE[0], (y - 240) * 0.9)
    angle = np.arctan2(y - 240, x - MIDDLE[0])
    strands = _noise(seed, 1.2, 40)
    swept = cv2.remap(strands, _floats(angle * 220 + 400), _floats(radius * 2), cv2.INTER_LINEAR)
    light = 0.95 + 0.30 * np.exp(-(((y - 140) / 45) ** 2) - (((x - 380) / 90) ** 2)) - 0.15 * (y > 330)
    return np.asarray(tone * (light + 0.10 * swept)[:, :, None], np.float32)


def _face_points(style: Style) -> list[tuple[float, float]]:
    cheek, chin = style.cheek, style.chin
    widths = [(0, -14), (0.5, -10), (0.86, 22), (1.0, 62), (1.02, 120)]
    upper = [(cheek * part, style.hairline + down) for part, down in widths]
    lower = [(0.99, 124), (0.93, 84), (0.79, 48), (0.57, 20), (0.33, 2), (0.12, -2), (0, -1)]
    return upper + [(cheek * part, chin - up) for part, up in lower]


def _hair_points(style: Style) -> list[tuple[float, float]]:
    wide, crown = style.hair_width, style.crown
    top = [(0, crown), (0.45 * wide, crown + 6), (0.82 * wide, crown + 38), (0.98 * wide, crown + 92)]
    if style.hair == "short":
        return [*top, (0.93 * wide, crown + 150), (0.82 * wide, 268), (0.76 * wide, 296), (0.70 * wide, 250), (0, 200)]
    ends = [(0.93, 392), (0.66, 402), (0.62, 300)] if style.hair == "bob" else [(1.0, 440), (0.92, 520), (0.66, 500)]
    sides = [(1.02, 240), (1.0, 330), *ends, (0.6, 300), (0.0, 220)]
    return [*top, *((wide * part, y) for part, y in sides)]


def _behind_points(style: Style) -> list[tuple[float, float]]:
    wide, crown = style.hair_width, style.crown
    top = [(0, crown + 4), (0.80 * wide, crown + 40), (0.98 * wide, crown + 110), (1.04 * wide, 270)]
    if style.hair == "short":
        return [*top[:3], (0.80 * wide, 280), (0, 300)]
    if style.hair == "bob":
        return [*top, (1.06 * wide, 370), (0.96 * wide, 420), (0.5 * wide, 430), (0, 420)]
    return [*top, (1.12 * wide, 400), (1.18 * wide, 500), (1.05 * wide, 590), (0.6 * wide, 620), (0, 560)]


def _body(style: Style, skin: Floats, seed: int) -> Floats:
    x, y = _grid()
    neck = _outline([(0, 330), (63, 340), (61, 410), (66, 440), (104, 474), (0, 540)], 1.2)
    shade = 0.95 - 0.36 * np.exp(-(((y - style.chin + 10) / 30) ** 2)) - 0.20 * ((x - MIDDLE[0]) / 75) ** 2
    skin = skin * np.float32(0.85) + skin.mean() * np.float32(0.13)
    layer = _layer(skin * np.clip(shade, 0.3, 1)[:, :, None], neck)
    slope = [(72, 438), (130, 470), (198, 496), (240, 540), (264, 620), (278, 700), (286, 860), (0, 860)]
    fold = 1 - 0.10 * ((x - MIDDLE[0]) / 240) ** 2 + 0.04 * _noise(seed, 60, 90)
    fold += 0.10 * np.exp(-(((y - 500) / 40) ** 2))
    opening = {"crew": [(0, 498), (44, 490), (74, 446)], "v": [(0, 566), (38, 506), (76, 440)]}[style.collar]
    cloth = _outline([*opening, *slope[1:]], 1.0)
    if style.collar == "v":
        inner = _outline([(0, 521), (40, 496), (74, 444), (92, 456), (60, 536), (0, 616)], 1.0)
        layer = _over(_layer(_floats(style.shirt) * fold[:, :, None], inner), layer)
    layer = _over(_layer(_floats(style.clothes) * fold[:, :, None], cloth), layer)
    seam = np.clip(cloth - cv2.GaussianBlur(cloth, (0, 0), 5), 0, 1) * (np.hypot(x - MIDDLE[0], y - 446) < 130)
    layer[:, :, :3] *= (1 - 0.5 * seam)[:, :, None]
    return layer


def make_figure(portrait: Portrait, style: Style, seed: int) -> Figure:
    """Draw one figure; the same arguments give the same pixels."""
    left, top = OFFSET
    room = ((top, CANVAS - top - PORTRAIT_HEIGHT), (left, CANVAS - left - PORTRAIT_WIDTH), (0, 0))
    picture = np.pad(portrait.picture, room, mode="edge").astype(np.float32)
    lightness = picture @ _floats((0.299, 0.587, 0.114))
    cheeks = picture[300:350, 330:470].reshape(-1, 3)
    skin = np.median(cheeks, axis=0).astype(np.float32)
    band = picture[int(style.crown) + 16 : int(style.hairline) - 14, 340:460].reshape(-1, 3)
    dark = band[np.argsort(band.sum(axis=1))[: len(band) // 3]]
    paint = _hair_paint(np.clip(np.median(dark, axis=0), 28, 90).astype(np.float32), seed)

    face = _outline(_face_points(style), 2.5 if style.hair == "short" else 5.0)
    hair = _ragged(_outline(_hair_points(style), 1.8), seed)
    # Along the jaw the photos do not agree: there the colour of the face is carried outwards.
    sure = cv2.erode(face, np.ones((27, 27), np.uint8))[:, :, None]
    weight = np.maximum(cv2.GaussianBlur(sure, (0, 0), 9), 1e-3)[:, :, None]
    carried = cv2.GaussianBlur(picture * sure, (0, 0), 9) / weight
    # Where the photos agree on dark hair their own texture is better than paint; background shining through is not.
    own = np.clip((110 - cv2.GaussianBlur(lightness, (0, 0), 4)) / 50, 0, 1)[:, :, None] * 0.75
    hair_colour = own * picture + (1 - own) * paint
    ears = _outline([(94, 262), (112, 256), (118, 278), (110, 318), (98, 330), (88, 320)], 1.5)
    x, y = _grid()
    ear_shade = 0.86 - 0.22 * np.exp(-(((np.abs(x - MIDDLE[0]) - 104) / 5) ** 2) - (((y - 290) / 18) ** 2))
    jaw = np.clip(face - cv2.GaussianBlur(face, (0, 0), 14), 0, 1) * np.clip((y - 310) / 60, 0, 1)
    rim = (cv2.GaussianBlur(1 - sure[:, :, 0], (0, 0), 5) * np.clip((y - 300) / 60, 0, 1))[:, :, None]
    face_colour = (picture * (1 - rim) + carried * rim) * (1 - 0.45 * jaw)[:, :, None]
    head = _over(_layer(face_colour, face), _layer(skin * ear_shade[:, :, None], ears))
    # Hair covers the face's rim, and the forehead where the portrait itself is dark.
    outside = np.clip(1 - cv2.GaussianBlur(face, (0, 0), 5), 0, 1)
    head = _over(_layer(hair_colour, hair * np.clip(outside * 1.6, 0, 1)), head)
    behind = _layer(paint * np.float32(0.85), _ragged(_outline(_behind_points(style), 1.8), seed + 3))
    return Figure(behind, _body(style, skin, seed + 7), head, _with_closed_eyes(head, portrait))


def _with_closed_eyes(head: Floats, portrait: Portrait) -> Floats:
    """The head with the skin of the upper lids pulled down over the eyes."""
    x, y = _grid()
    closed = head
    for eye in (slice(19, 25), slice(25, 31)):
        points = portrait.points[eye] + OFFSET
        (middle_x, _), wide = points.mean(axis=0), np.ptp(points[:, 0])
        upper, lower = points[:, 1].min() - 1, points[:, 1].max() + 1
        tall = lower - upper
        # The strip of skin above the lashes is stretched over the eye; the brow above it stays where it is.
        start = upper - 0.5 * tall
        across = np.clip(1.15 * (1 - ((x - middle_x) / (0.62 * wide)) ** 2), 0, 1)
        pulled = np.maximum(y - start, 0) * (tall - 2) / (1.5 * tall) * np.clip((lower + 2 - y) / 4, 0, 1)
        moved = _floats(y - pulled * across)
        closed = np.asarray(cv2.remap(closed, x, moved, cv2.INTER_LINEAR), np.float32)
    return closed


def depth_of_head() -> Floats:
    """Depth (800, 800) towards the camera in canvas pixels: a bowl for the head, a nose, eye sockets, a chin."""
    x, y = _grid()

    def bump(at_x: float, at_y: float, wide: float, tall: float) -> Floats:
        return np.asarray(np.exp(-(((x - at_x) / wide) ** 2) - (((y - at_y) / tall) ** 2)), np.float32)

    depth = 125 * bump(MIDDLE[0], 275, 126, 215) - 25 + 26 * bump(400, 322, 20, 26) + 12 * bump(400, 290, 14, 40)
    depth += 8 * bump(400, 372, 40, 24) + 8 * bump(400, 420, 34, 20)
    depth -= 7 * (bump(352, 272, 26, 16) + bump(448, 272, 26, 16))
    return np.asarray(cv2.GaussianBlur(depth, (0, 0), 3), np.float32)


class Painter:
    """Draws figures into frames; the depth model is made once."""

    def __init__(self) -> None:
        self._depth = depth_of_head()
        self._x, self._y = _grid()

    def turn(self, head: Floats, yaw: float, pitch: float) -> Floats:
        """The head layer (800, 800, 4) turned by angles in radians, lit from the front."""
        right = self._depth * np.float32(np.sin(yaw)) + (self._x - MIDDLE[0]) * np.float32(np.cos(yaw) - 1)
        down = -self._depth * np.float32(np.sin(pitch)) + (self._y - MIDDLE[1]) * np.float32(np.cos(pitch) - 1)
        shift_x, shift_y = right, down
        # Where a pixel comes from: p = p' - shift(p), solved by iteration.
        for _ in range(5):
            from_x, from_y = self._x - shift_x, self._y - shift_y
            shift_x = cv2.remap(right, from_x, from_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            shift_y = cv2.remap(down, from_x, from_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        turned = np.asarray(cv2.remap(head, self._x - shift_x, self._y - shift_y, cv2.INTER_LINEAR), np.float32)
        light = 1 - np.clip((self._x - MIDDLE[0]) / 110, -1, 1) * np.float32(0.35 * np.sin(yaw))
        turned[:, :, :3] *= light[:, :, None]
        return turned

    def paint(self, frame: Floats, figure: Figure, pose: Pose) -> None:
        """Draw ``figure`` into ``frame`` (H, W, 3) float32 RGB, in place."""
        head = figure.head if pose.blink <= 0 else figure.head * (1 - pose.blink) + figure.closed * pose.blink
        head = self.turn(head, pose.yaw, pose.pitch)
        self._put(frame, figure.behind, pose, 0.5, 6 * pose.yaw)
        self._put(frame, figure.body, pose, 0.0, 0.0)
        self._put(frame, head, pose, 1.0, 14 * pose.yaw)

    @staticmethod
    def _put(frame: Floats, layer: Floats, pose: Pose, roll: float, shift: float) -> None:
        cos, sin = pose.scale * np.cos(pose.roll * roll), pose.scale * np.sin(pose.roll * roll)
        linear = np.array([[cos, -sin], [sin, cos]])
        # A head rolls about the neck, not about its own middle.
        pivot = np.array([MIDDLE[0], 440.0])
        target = np.array([pose.x + pose.scale * shift, pose.y + pose.scale * (pivot[1] - MIDDLE[1])])
        matrix = np.column_stack([linear, target - linear @ pivot])
        size = (frame.shape[1], frame.shape[0])
        drawn = cv2.warpAffine(layer, matrix, size, flags=cv2.INTER_AREA if pose.scale < 0.5 else cv2.INTER_LINEAR)
        frame *= 1 - drawn[:, :, 3:]
        frame += drawn[:, :, :3]
