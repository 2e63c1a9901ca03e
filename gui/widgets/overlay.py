"""What is painted over the live picture, and where: pure functions from faces to shapes. No widgets.

Everything is in view pixels. ``role`` names a colour of the theme; no state is told by colour alone, so the outline's
dashes and the tag's mark say it too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from gui.core.age import OLD_AFTER_S, seconds_ago
from gui.core.decisions import Decision
from gui.core.frames import TrackedFace, Verdict
from gui.core.i18n import marked
from gui.core.opening import NO_OPENING, Opening
from gui.core.states import Where
from gui.widgets import formatting
from gui.widgets.decision_style import MARKS, ROLES
from gui.widgets.language import figure, translate

TextWidth = Callable[[str], float]
"""Width in view pixels of a text in a font of the tag's."""


UNDECIDED = (Decision.SEEN, Decision.UNCERTAIN, Decision.WAITING, Decision.CHALLENGED)
UNKNOWN, UNCERTAIN = marked("unknown"), marked("uncertain")
NO_BOARD = marked("no board: nobody is recognised")


class Detail(StrEnum):
    """How much is written over the picture; one key steps through."""

    OFF = "off"
    NAMES = "names"
    SCORES = "scores"
    EVERYTHING = "everything"

    def following(self) -> Detail:
        """The next level, round and round."""
        levels = list(Detail)
        return levels[(levels.index(self) + 1) % len(levels)]

    def shows(self, level: Detail) -> bool:
        """Whether this level shows what ``level`` does."""
        levels = list(Detail)
        return levels.index(self) >= levels.index(level)

    @property
    def wording(self) -> str:
        """What the level shows."""
        return translate(DETAILS[self])


DETAILS = {
    Detail.OFF: marked("nothing"),
    Detail.NAMES: marked("box and name"),
    Detail.SCORES: marked("score and timings too"),
    Detail.EVERYTHING: marked("landmarks, quality and all the rest"),
}


@dataclass(frozen=True)
class FaceTiming:
    """What the newest fingerprint of a face took: the network at the board's clock, and capture to decision."""

    network_ms: float
    end_to_end_ms: float
    where: Where
    passes: int = 1


@dataclass(frozen=True)
class Instant:
    """When the picture is painted (seconds of ``now_s``), and how door and board stand then."""

    at_s: float
    opening: Opening = NO_OPENING
    connected: bool = True

    def age_s(self, face: TrackedFace) -> int | None:
        """Whole seconds since the picture of the decision about a face; None while it is fresh."""
        if face.decided_s is None or self.at_s - face.decided_s <= OLD_AFTER_S:
            return None
        return seconds_ago(face.decided_s, self.at_s)


@dataclass(frozen=True)
class Rect:
    """x, y of the upper left corner, width and height."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The x behind it."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y below it."""
        return self.y + self.height

    def within(self, other: Rect) -> Rect | None:
        """The part that lies inside ``other``; None where there is none."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        width, height = min(self.right, other.right) - x, min(self.bottom, other.bottom) - y
        return Rect(x, y, width, height) if width > 0 and height > 0 else None


@dataclass(frozen=True)
class Outline:
    """A face's box."""

    rect: Rect
    role: str
    dashed: bool


@dataclass(frozen=True)
class Dot:
    """A landmark."""

    x: float
    y: float
    role: str


@dataclass(frozen=True)
class Tag:
    """Lines of text on a filled plate; the first line is the heading."""

    rect: Rect
    role: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Shapes:
    """Everything to paint over one picture, back to front."""

    outlines: tuple[Outline, ...] = ()
    dots: tuple[Dot, ...] = ()
    tags: tuple[Tag, ...] = ()


def fit(picture_size: tuple[int, int], view_size: tuple[float, float]) -> Rect:
    """The largest place of a picture (width, height) inside a view, undistorted and centred."""
    width, height = picture_size
    if width <= 0 or height <= 0 or view_size[0] <= 0 or view_size[1] <= 0:
        return Rect(0.0, 0.0, 0.0, 0.0)
    scale = min(view_size[0] / width, view_size[1] / height)
    shown_w, shown_h = width * scale, height * scale
    return Rect((view_size[0] - shown_w) / 2, (view_size[1] - shown_h) / 2, shown_w, shown_h)


def role_of(face: TrackedFace, instant: Instant | None = None) -> str:
    """The colour of a face's box and heading: neutral where the decision is old, or "accepted" beside a locked door."""
    if instant is not None and (
        not instant.connected or instant.age_s(face) is not None or instant.opening.contradicts(face.decision)
    ):
        return "neutral"
    return ROLES[face.decision]


def tag_lines(
    face: TrackedFace, detail: Detail, timing: FaceTiming | None = None, instant: Instant | None = None
) -> tuple[str, ...]:
    """What a face's tag says: mark and name, the score, what is wrong with the picture, timings, then the rest.

    With an ``instant`` also how old that is, and without a board only that nobody is recognised.
    """
    if instant is not None and not instant.connected:
        return (translate(NO_BOARD),)
    scores, everything = detail.shows(Detail.SCORES), detail.shows(Detail.EVERYTHING)
    known = face.name is not None and face.decision is Decision.ACCEPTED
    if known:
        who = face.name or ""
    elif face.decision is Decision.REFUSED:
        who = translate(UNKNOWN)
    elif face.decision is Decision.UNCERTAIN:
        who = f"{face.name}?" if face.name else translate(UNCERTAIN)
    else:
        who = formatting.decision(face.decision)
    heading = f"{MARKS[face.decision]} {who}"
    if scores and face.score is not None:
        heading += f"  {figure(face.score, 2)}"
    age_s = None if instant is None else instant.age_s(face)
    if age_s is not None:
        heading += f", {formatting.seconds_old(age_s)}"
    lines = [heading]
    if instant is not None and instant.opening.contradicts(face.decision):
        lines.append(formatting.opened(instant.opening, face.name, instant.at_s))
    if face.verdict is not Verdict.GOOD and (scores or not known):
        lines.append(translate(face.verdict.value))
    if scores and timing is not None:
        network = formatting.with_flip(f"{formatting.milliseconds(timing.network_ms)} ms", timing.passes)
        text = translate("network {network} · in all {end_to_end} ms · {place}")
        end_to_end = formatting.milliseconds(timing.end_to_end_ms)
        lines.append(text.format(network=network, end_to_end=end_to_end, place=formatting.measured(timing.where)))
    if everything:
        box = face.box
        text = translate("face {number} · {width} × {height} px · quality {quality} · {age} ms old")
        lines.append(
            text.format(
                number=face.track_id,
                width=figure(box[2], 0),
                height=figure(box[3], 0),
                quality=figure(face.quality, 2),
                age=figure(face.age_ms, 0),
            )
        )
    return tuple(lines)


def place_tag(
    *, box: Rect, inside: Rect, width: float, height: float, taken: Sequence[Rect] = (), gap: float = 6.0
) -> Rect:
    """A plate above the box, else below it, else inside its top; within ``inside``, off other plates if possible."""
    x = min(max(box.x, inside.x), max(inside.x, inside.right - width))
    choices = (box.y - gap - height, box.bottom + gap, box.y + gap)
    allowed = [y for y in choices if y >= inside.y and y + height <= inside.bottom]
    for y in allowed:
        place = Rect(x, y, width, height)
        if not any(overlaps(place, other) for other in taken):
            return place
    y = allowed[0] if allowed else min(max(box.y, inside.y), max(inside.y, inside.bottom - height))
    return Rect(x, y, width, height)


def is_inside(dot: Dot, place: Rect) -> bool:
    """Whether a landmark lies on the picture."""
    return place.x <= dot.x <= place.right and place.y <= dot.y <= place.bottom


def overlaps(one: Rect, other: Rect) -> bool:
    """Whether two rectangles share an area."""
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


def shapes(
    *,
    faces: Sequence[TrackedFace],
    picture_size: tuple[int, int],
    place: Rect,
    detail: Detail,
    heading_width: TextWidth,
    text_width: TextWidth,
    line_height: float,
    padding: float = 8.0,
    timings: Mapping[int, FaceTiming] = MappingProxyType({}),
    instant: Instant | None = None,
) -> Shapes:
    """Outlines, landmarks and tags of ``faces`` (in picture pixels) for a picture shown at ``place``.

    ``timings`` by the face's number; a face that is not in it has none. Boxes end at the picture's edge, and a face
    that lies outside is left out. ``instant`` None: nothing is marked as old.
    """
    if not faces or picture_size[0] <= 0 or place.width <= 0 or detail is Detail.OFF:
        return Shapes()
    scale = place.width / picture_size[0]
    outlines: list[Outline] = []
    dots: list[Dot] = []
    tags: list[Tag] = []
    for face in faces:
        role = role_of(face, instant)
        x, y, width, height = face.box
        box = Rect(place.x + x * scale, place.y + y * scale, width * scale, height * scale).within(place)
        if box is None:
            continue
        unknown = face.decision in UNDECIDED or (instant is not None and not instant.connected)
        outlines.append(Outline(box, role, dashed=unknown))
        if detail is Detail.EVERYTHING:
            dots += [
                dot
                for px, py in face.landmarks
                if is_inside(dot := Dot(place.x + float(px) * scale, place.y + float(py) * scale, role), place)
            ]
        lines = tag_lines(face, detail, timings.get(face.track_id), instant)
        widest = max(heading_width(lines[0]), *map(text_width, lines))  # the heading may be in a larger font
        size = (widest + 2 * padding, line_height * len(lines) + padding)
        rect = place_tag(box=box, inside=place, width=size[0], height=size[1], taken=[tag.rect for tag in tags])
        tags.append(Tag(rect, role, lines))
    return Shapes(tuple(outlines), tuple(dots), tuple(tags))
