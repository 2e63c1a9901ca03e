"""The demo clip: people who do not exist come to an office door one after another, look around and go in.

``python -m device.model demo-clip`` makes the clip from the source photos, and beside it a .json that says who is on
screen when. The same photos, OpenCV and NumPy give the same frames.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from device.errors import FileError
from device.model.demo.composite import compose, exaggerate, read_sources
from device.model.demo.figure import Figure, Painter, Pose, Style, make_figure

Floats = NDArray[np.float32]

WIDTH, HEIGHT, FPS = 640, 480, 25
LEAD_S, ENTER_S, STAND_S, LEAVE_S, GAP_S = 1.0, 1.5, 4.8, 1.3, 1.2
_NEAR, _FAR = 0.80, 0.60
_LIGHT_STEP_S = 1.28


@dataclass(frozen=True)
class Person:
    """``sources`` are the photos mixed (at least eight people); ``enrol`` False: who is never enrolled."""

    id: str
    sources: tuple[str, ...]
    style: Style
    enrol: bool = True
    from_left: bool = True
    stands_at: float = 310.0


def _person(name: str, sources: str, style: Style, **settings: bool | float) -> Person:
    return Person(name, tuple(sources.split()), style, **settings)  # type: ignore[arg-type]


PEOPLE = (
    _person(
        "bao",
        "11706A46 10119A33 10092A33 09835A32 08761A25 10124A33 09705A31 10860A38 09785A32 11700A45",
        Style("short", (58, 72, 96), (225, 228, 232), "v"),
    ),
    _person(
        "lin",
        "01837A24 01771A23 04767A37 03737A31 01628A22 03667A31 05924A46 03337A29 01758A23",
        Style("long", (120, 62, 70), (240, 232, 225), "v"),
        from_left=False,
        stands_at=330.0,
    ),
    _person(
        "jun",
        "10140A33 09795A32 11101A40 08713A24 08578A23 09805A32 09885A32 09715A31",
        Style("short", (92, 110, 92), (235, 235, 230), "crew"),
        stands_at=300.0,
    ),
    _person(
        "noa",
        "05916A46 01981A24 03007A28 05950A46 03275A29 01297A20 02917A28 02844A27 01857A24",
        Style("bob", (70, 84, 92), (235, 235, 235), "v"),
        from_left=False,
        stands_at=320.0,
    ),
    _person(
        "ivy",
        "01891A24 02095A25 01559A22 02152A25 01600A22 01803A23 04007A33 03427A30 02514A26",
        Style("long", (150, 160, 186), (240, 232, 225), "crew"),
        enrol=False,
        stands_at=315.0,
    ),
)


@dataclass(frozen=True)
class Visit:
    """One person's time on screen, in seconds from the start of the clip: in view, and standing before the door."""

    id: str
    enrol: bool
    from_s: float
    to_s: float
    stands_from_s: float
    stands_to_s: float


def visits(people: Sequence[Person]) -> tuple[list[Visit], float]:
    """Who comes when, and the length of the clip in seconds."""
    found, now = [], LEAD_S
    for person in people:
        stands = now + ENTER_S
        leaves = stands + STAND_S
        times = (now, leaves + LEAVE_S, stands, leaves)
        found.append(Visit(person.id, person.enrol, *(round(time, 3) for time in times)))
        now = leaves + LEAVE_S + GAP_S
    return found, round(now - GAP_S + 0.4, 3)


def _ease(at: float, times: Sequence[float], values: Sequence[float]) -> float:
    """Between key frames along half a cosine, so that nothing starts or stops with a jerk."""
    index = int(np.clip(np.searchsorted(times, at, side="right"), 1, len(times) - 1))
    start, end = times[index - 1], times[index]
    part = float(np.clip((at - start) / (end - start), 0, 1))
    return values[index - 1] + (values[index] - values[index - 1]) * (0.5 - 0.5 * float(np.cos(np.pi * part)))


def pose_at(person: Person, visit: Visit, at: float) -> Pose:
    """How ``person`` stands ``at`` seconds into the clip."""
    way = 1.0 if person.from_left else -1.0
    outside = 210.0
    enters_at, leaves_at = (-outside, WIDTH + outside) if person.from_left else (WIDTH + outside, -outside)
    marks = (visit.from_s, visit.stands_from_s, visit.stands_to_s, visit.to_s)
    x = _ease(at, marks, (enters_at, person.stands_at, person.stands_at, leaves_at))
    scale = _ease(at, marks, (_FAR, _NEAR, _NEAR, 0.70))
    walking = float(np.clip(max(visit.stands_from_s - at, at - visit.stands_to_s) * 2.5, 0, 1))
    since = at - visit.stands_from_s
    turns = (-ENTER_S, -0.5, 0.2, 1.0, 1.5, 1.8, 2.4, 2.8, 3.3, 4.0, STAND_S, STAND_S + 0.6)
    yaw = _ease(since, turns, (0.26 * way, 0.20 * way, 0, 0, -0.30, -0.30, 0.30, 0.30, 0, 0, 0, 0.30 * way))
    nods = (-0.5, 3.3, 3.7, 3.9, 4.2, 4.4, 4.8)
    pitch = _ease(since, nods, (0, 0, 0.14, 0.14, -0.12, -0.12, 0))
    roll = 0.035 * float(np.sin(1.3 * at + person.stands_at)) + 0.01 * walking * float(np.sin(11 * at))
    blink = max(float(np.clip(1 - abs(since - when) / 0.09, 0, 1)) for when in (0.7, 2.8, 4.5))
    bob = 5.0 * walking * float(np.sin(9.0 * at))
    return Pose(x, 222.0 + 16.0 * (scale - _FAR) / (_NEAR - _FAR) + bob, scale, yaw, pitch, roll, blink)


def background() -> Floats:
    """The wall and the door behind the people: (480, 640, 3) float32 RGB."""
    factor = 2
    y, x = np.mgrid[0 : HEIGHT * factor, 0 : WIDTH * factor].astype(np.float32) / factor
    rng = np.random.default_rng(11)

    def part(left: float, top: float, right: float, bottom: float) -> NDArray[np.bool_]:
        return np.asarray((x >= left) & (x < right) & (y >= top) & (y < bottom))

    def fill(where: NDArray[np.bool_], colour: tuple[int, int, int], shade: Floats) -> None:
        scene[where] = (np.array(colour, np.float32) * shade[:, :, None])[where]

    wall = (1.06 - 0.16 * y / HEIGHT - 0.10 * ((x - 250) / 420) ** 2).astype(np.float32)
    scene = np.array((206, 212, 214), np.float32) * wall[:, :, None]
    grain = cv2.GaussianBlur(rng.normal(0, 1, x.shape).astype(np.float32), (0, 0), sigmaX=1.5, sigmaY=70)
    wood = (1.0 + 0.035 * grain / grain.std() - 0.12 * y / HEIGHT + 0.05 * (x - 470) / 110).astype(np.float32)
    fill(part(352, 26, 592, 480), (120, 126, 132), wall)
    fill(part(356, 30, 588, 480), (232, 232, 228), wall)
    fill(part(372, 46, 572, 480), (96, 84, 74), wall)
    fill(part(375, 49, 569, 480), (176, 140, 104), wood)
    fill(part(510, 104, 548, 330), (120, 96, 74), wall)
    glass = (1.05 - 0.35 * (y - 104) / 226 + 0.12 * np.sin((x + y) / 23)).astype(np.float32)
    fill(part(514, 108, 544, 326), (186, 208, 220), glass)
    fill(part(384, 300, 396, 366), (150, 152, 156), wall)
    fill(part(386, 322, 430, 331), (208, 210, 214), (1.2 - 0.05 * (y - 322)).astype(np.float32))
    fill(part(292, 186, 332, 212), (62, 92, 118), wall)
    fill(part(298, 194, 318, 197), (225, 232, 238), wall)
    fill(part(298, 201, 326, 203), (170, 190, 206), wall)
    fill(part(300, 252, 324, 292), (48, 52, 56), wall)
    fill(np.asarray(np.hypot(x - 312, y - 262) < 3), (110, 220, 130), np.ones_like(x))
    for leaf in range(26):
        angle, length = -np.pi / 2 + rng.normal(0, 0.55), rng.uniform(60, 150)
        tip = np.array([62 + length * np.cos(angle), 420 + length * np.sin(angle)])
        bow = (np.array([62.0, 420.0]) + tip) / 2 * factor
        green = (70 + rng.integers(0, 40), 112 + rng.integers(0, 40), 78 + rng.integers(0, 24))
        cv2.ellipse(
            scene,
            (int(bow[0]), int(bow[1])),
            (int(length / 2 * factor), int((7 + leaf % 4) * factor)),
            float(np.rad2deg(angle)),
            0,
            360,
            tuple(float(part_) for part_ in green),
            -1,
            cv2.LINE_AA,
        )
    fill(part(34, 415, 92, 480), (214, 206, 196), (1.1 - 0.25 * np.abs((x - 54) / 40)).astype(np.float32))
    small = cv2.resize(np.clip(scene, 0, 255), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), 2.2), np.float32)


def _light(at: float, length: float) -> Floats:
    """Gain (1, 640, 3) of the room's light: it swells and warms a little, and comes back to where it began."""
    # In steps too small to see: a still background costs the clip's size nothing.
    phase = 2 * np.pi * np.floor(at / _LIGHT_STEP_S) * _LIGHT_STEP_S / length
    x = np.linspace(-1, 1, WIDTH, dtype=np.float32)[:, None]
    side = 0.05 * np.sin(3 * phase) * x
    warm = np.array([0.012, 0.0, -0.018], np.float32) * np.float32(np.sin(2 * phase))
    return np.asarray((1.0 + 0.06 * np.sin(4 * phase) + side + warm)[None], np.float32)


def frames(figures: Sequence[tuple[Person, Figure]]) -> Iterator[NDArray[np.uint8]]:
    """The clip's frames (480, 640, 3) uint8 RGB in order."""
    schedule, length = visits([person for person, _ in figures])
    scene, painter = background(), Painter()
    rng = np.random.default_rng(5)
    for index in range(round(length * FPS)):
        at = index / FPS
        frame = scene.copy()
        for (person, figure), visit in zip(figures, schedule, strict=True):
            if visit.from_s < at < visit.to_s:
                painter.paint(frame, figure, pose_at(person, visit, at))
        # A webcam is no sharper, and it saves the encoder a fifth.
        frame = cv2.GaussianBlur(frame, (0, 0), 0.75) * _light(at, length)
        frame += rng.normal(0, 0.5, (HEIGHT, WIDTH, 1)).astype(np.float32)
        yield np.clip(np.rint(frame), 0, 255).astype(np.uint8)


def write_clip(faces: Path, out: Path, people: Sequence[Person] = PEOPLE) -> list[Visit]:
    """Make ``out`` (.mp4) and the .json beside it from the photos in ``faces``/landmarked.zip.

    Raises FileError where the photos are missing or the clip cannot be written.
    """
    if not out.parent.is_dir():
        raise FileError(f"{out}: there is no folder {out.parent}", "make it, or name another")
    mixes = [compose(read_sources(faces / "landmarked.zip", person.sources)) for person in people]
    figures = [
        (person, make_figure(portrait, person.style, 20 * index))
        for index, (person, portrait) in enumerate(zip(people, exaggerate(mixes), strict=True))
    ]
    schedule, length = visits(people)
    beside = out.with_name(f"{out.stem}.part{out.suffix}")
    writer = cv2.VideoWriter(str(beside), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"mp4v"), FPS, (WIDTH, HEIGHT))
    if not writer.isOpened():
        raise FileError(f"{out}: the clip cannot be written", "give a name that ends in .mp4 in a folder that exists")
    for frame in frames(figures):
        writer.write(np.ascontiguousarray(frame[:, :, ::-1]))
    writer.release()
    beside.replace(out)
    about = {
        "about": "Nobody in this clip exists: each face is a mix of photos of at least eight people, drawn in.",
        "width": WIDTH,
        "height": HEIGHT,
        "fps": FPS,
        "seconds": length,
        "people": [asdict(visit) | {"mixed_from": len(p.sources)} for p, visit in zip(people, schedule, strict=True)],
    }
    out.with_suffix(".json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    return schedule
