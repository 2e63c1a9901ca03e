"""How far one face moves from a frame to the next in the demo clip, what share of it each of the tracker's bounds would
end, and how alike the pictures of one person and of two are.

``python -m tests.support.face_steps`` searches every second frame of the clip (25 a second) with the real detector and
prints a row for every distance in time, then the cosines of the good crops' fingerprints by LiteRT.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from device.model.embedding.fingerprints import int8_features
from device.model.embedding.fit_projection import projection_path
from device.paths import ASSETS
from device.text_table import table
from device.vision.crop import align
from device.vision.detector import Detector, Face
from device.vision.fingerprint import Floats, Projection
from gui.capture.quality import judge
from gui.capture.sources import DEMO_CLIP, VideoSource, parse_spec
from gui.capture.tracker import FARTHEST, RESHAPED, RESIZED, reshaped, size
from gui.core.frames import Picture, Track, Verdict

NETWORK = ASSETS / "mobilenetv2_050_128.tflite"
FRAMES_APART = 2
CLIP_FPS = 25.0


@dataclass(frozen=True)
class Step:
    """From one detection of a face to a later one: ``off`` where it was or was heading for in sizes of the face,
    ``resized`` the larger size by the smaller, ``reshaped`` as the tracker has it."""

    off: float
    resized: float
    reshaped: float


@dataclass(frozen=True, eq=False)
class FaceCrop:
    """A face and its crop, and whether the door would call it good."""

    face: Face
    crop: Picture
    is_good: bool


def face_crops() -> list[FaceCrop | None]:
    """The one face of every second frame; None where there is none."""
    told = json.loads(DEMO_CLIP.with_suffix(".json").read_text())
    detector, source = Detector(), VideoSource(parse_spec(str(DEMO_CLIP)))
    found: list[FaceCrop | None] = []
    try:
        for n in range(int(told["seconds"] * told["fps"]) // FRAMES_APART):  # then the clip begins anew
            picture = source.read(skip=FRAMES_APART - 1 if n else 0)
            faces = detector.detect(picture) if picture is not None else []
            found.append(cut_out(picture, faces[0]) if picture is not None and len(faces) == 1 else None)
    finally:
        source.close()
    return found


def cut_out(picture: Picture, face: Face) -> FaceCrop:
    """A face as vision cuts it out and judges it."""
    crop = align(picture, face.landmarks)
    height, width = picture.shape[:2]
    quality = judge(frame_size=(width, height), box=face.box, landmarks=face.landmarks, crop=crop)
    return FaceCrop(face, crop, quality.verdict is Verdict.GOOD)


def embeddings(crops: Sequence[Picture]) -> Floats:
    """Unit rows (N, D) of what the shipped network makes of crops, by LiteRT."""
    content = NETWORK.read_bytes()
    projection = Projection.load(projection_path(NETWORK))
    return projection.apply(int8_features(content, NETWORK.name, np.stack(crops)))


def likeness(found: Sequence[FaceCrop | None]) -> tuple[Floats, Floats]:
    """The cosines of all pairs of good crops: of one appearance, and of two."""
    person, people, crops = 0, [], []
    for before, one in pairwise([None, *found]):
        person += one is not None and before is None
        if one is not None and one.is_good:
            people.append(person)
            crops.append(one.crop)
    rows = embeddings(crops)
    first, second = np.triu_indices(len(rows), 1)
    scores = np.einsum("nd,nd->n", rows[first], rows[second])
    same = np.array(people)[first] == np.array(people)[second]
    return scores[same], scores[~same]


def steps(faces: list[Face | None], apart: int) -> list[Step]:
    """All steps of so many detections' distance."""
    found = []
    seconds = apart * FRAMES_APART / CLIP_FPS
    for phase in range(apart):
        track: Track | None = None
        for n, face in enumerate(faces[phase::apart]):
            at_s = n * seconds
            if face is None:
                track = None
                continue
            if track is None:
                track = Track(1, face.box, face.landmarks, face.box, face.landmarks, at_s)
                continue
            middle = face.centre
            boxes = track.box, track.expected(at_s)
            off = min(math.dist((box[0] + box[2] / 2, box[1] + box[3] / 2), middle) for box in boxes)
            sizes = size(track.landmarks), size(face.landmarks)
            found.append(Step(off / sizes[1], max(sizes) / min(sizes), reshaped(track.landmarks, face.landmarks)))
            before = track.box[0] + track.box[2] / 2, track.box[1] + track.box[3] / 2
            moved = [(new - old) / seconds for new, old in zip(middle, before, strict=True)]
            track.speed = (track.speed[0] + moved[0]) / 2, (track.speed[1] + moved[1]) / 2
            track.box, track.landmarks, track.seen_s = face.box, face.landmarks, at_s
    return found


def main() -> None:
    """Print the table."""
    found = face_crops()
    faces = [one.face if one is not None else None for one in found]
    there = [one is not None for one in found]
    rows: list[tuple[object, ...]] = [
        ("apart", "steps", "off 99 %", "most", f"over {FARTHEST:g}", "resized, most", f"over {RESIZED:g}",
         "reshaped, most", f"over {RESHAPED:g}"),
    ]  # fmt: skip
    for apart in (1, 2, 3, 4, 6, 8):
        own = steps(faces, apart)
        off, resized, shape = (np.array([getattr(step, name) for step in own]) for name in Step.__dataclass_fields__)
        rows.append((f"{apart * 80} ms", len(own), float(np.quantile(off, 0.99)), float(off.max()),
                     f"{np.mean(off > FARTHEST):.1%}", float(resized.max()), f"{np.mean(resized > RESIZED):.1%}",
                     float(shape.max()), f"{np.mean(shape > RESHAPED):.1%}"))  # fmt: skip
    print(table(rows, range(1, 9)))
    alone = [n for n in range(1, len(there) - 1) if not there[n] and there[n - 1] and there[n + 1]]
    print(f"missed in one frame between two: {len(alone)} of {sum(there)}")
    for kind, scores in zip(("one person's", "two people's"), likeness(found), strict=True):
        low, high = np.quantile(scores, (0.01, 0.99))
        whole = f"cosines {scores.min():.2f} to {scores.max():.2f}, 98 % of them {low:.2f} to {high:.2f}"
        print(f"{len(scores)} pairs of {kind} good pictures: {whole}")


if __name__ == "__main__":
    main()
