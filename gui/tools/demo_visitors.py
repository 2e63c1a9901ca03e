"""Who walks by in the demo clip, and parts of it as clips of their own: nobody need wait for the others. No Qt."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from gui.core.opencv import cv2


@dataclass(frozen=True)
class Visitor:
    """One person of the demo clip; the times are seconds of the clip."""

    name: str
    enrol: bool
    stands_from_s: float
    stands_to_s: float
    gone_s: float  # nobody is on screen for a moment from then on


def visitors(clip: Path) -> list[Visitor]:
    """Who walks by, in order."""
    told = json.loads(clip.with_suffix(".json").read_text(encoding="utf-8"))
    return [
        Visitor(
            person["id"].capitalize(),
            person["enrol"],
            person["stands_from_s"],
            person["stands_to_s"],
            person["to_s"],
        )
        for person in told["people"]
    ]


def cut(clip: Path, parts: list[tuple[float, float]], out: Path, play_fps: float | None = None) -> Path:
    """Write the parts (from, to in seconds) of ``clip`` one after another to ``out``, an .avi.

    ``play_fps``: the same frames, played at this rate; None: at the clip's. OSError where a file cannot be used.
    """
    source = cv2.VideoCapture(str(clip))
    fps = source.get(cv2.CAP_PROP_FPS)
    size = (int(source.get(cv2.CAP_PROP_FRAME_WIDTH)), int(source.get(cv2.CAP_PROP_FRAME_HEIGHT)))
    writer = cv2.VideoWriter(str(out), cv2.VideoWriter.fourcc(*"MJPG"), play_fps or fps, size)
    if not source.isOpened() or not writer.isOpened():
        raise OSError(f"{clip} cannot be read, or {out} not written")
    wanted = [(round(begin * fps), round(end * fps)) for begin, end in parts]
    pictures = {}
    number = 0
    while number <= max(end for _, end in wanted):
        good, picture = source.read()
        if not good:
            break
        if any(begin <= number < end for begin, end in wanted):
            pictures[number] = picture
        number += 1
    for begin, end in wanted:
        for at in range(begin, end):
            if at in pictures:
                writer.write(pictures[at])
    writer.release()
    source.release()
    return out
