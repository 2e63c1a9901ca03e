"""What the window is shown of one frame."""

from __future__ import annotations

from gui.access.recogniser import Label
from gui.core.decisions import Decision
from gui.core.frames import KEEP_S, Frame, Stage, Track, View
from gui.pipeline.frame_view import frame_view
from tests.support.samples import LANDMARKS, picture


def track(number: int, seen_s: float) -> Track:
    box = (30.0, 30.0, 40.0, 60.0)
    return Track(number, box, LANDMARKS, box, LANDMARKS, seen_s)


def test_faces_that_are_young_enough_are_shown_with_what_is_known_of_them() -> None:
    view = View((track(1, 9.9), track(2, 9.95), track(3, 10.0 - KEEP_S - 0.01)), detect=(9.9, 9.95), align=(9.95, 9.96))
    labels = {1: Label("Ada", 0.7, Decision.ACCEPTED), 3: Label("Ben", 0.7, Decision.ACCEPTED)}
    shown = frame_view(Frame(7, picture(), 9.99, 10.0), view, labels, 25.0)
    assert [(face.track_id, face.name, face.decision) for face in shown.faces] == [
        (1, "Ada", Decision.ACCEPTED),
        (2, None, Decision.SEEN),
    ]
    assert abs(shown.faces[0].age_ms - 100.0) < 1e-6
    assert [span.stage for span in shown.timeline.spans] == [Stage.CAPTURE, Stage.DETECT, Stage.ALIGN]
    assert (shown.number, shown.camera_fps) == (7, 25.0)


def test_before_vision_has_looked_there_is_the_picture_alone() -> None:
    shown = frame_view(Frame(0, picture(), 0.0, 0.01), View(), {}, 0.0)
    assert shown.faces == ()
    assert [span.stage for span in shown.timeline.spans] == [Stage.CAPTURE]
