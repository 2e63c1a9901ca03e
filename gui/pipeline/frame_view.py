"""One frame as the window shows it: with the newest known faces, and the stages it went through. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from gui.access.recogniser import Label
from gui.core.decisions import Decision
from gui.core.frames import KEEP_S, Frame, FrameView, Span, Stage, Timeline, Track, TrackedFace, View
from gui.core.opencv import cv2

NO_LABEL = Label(None, None, Decision.SEEN)


def frame_view(frame: Frame, view: View, labels: Mapping[int, Label], camera_fps: float) -> FrameView:
    """The frame with the faces of vision's newest ``view`` that are young enough, and what is known of them."""
    faces = tuple(
        _tracked(track, labels.get(track.id, NO_LABEL), frame.taken_s)
        for track in view.tracks
        if frame.taken_s - track.seen_s <= KEEP_S
    )
    timeline = Timeline(frame.asked_s).with_span(Stage.CAPTURE, frame.asked_s, frame.taken_s)
    for stage, span in ((Stage.DETECT, view.detect), (Stage.ALIGN, view.align)):
        if span is not None:
            start_ms = (timeline.end_s - timeline.start_s) * 1e3
            timeline = replace(timeline, spans=(*timeline.spans, Span(stage, start_ms, (span[1] - span[0]) * 1e3)))
    return FrameView(frame.number, frame.picture, faces, timeline, camera_fps, 0.0)


def _tracked(track: Track, label: Label, at_s: float) -> TrackedFace:
    return TrackedFace(
        track.id,
        track.shown_box,
        track.shown_landmarks,
        track.quality.verdict,
        label.name,
        label.score,
        label.decision,
        max(0.0, (at_s - track.seen_s) * 1e3),
        track.quality.score,
        None if label is NO_LABEL else label.at_s,
    )


def mirrored(frame: FrameView) -> FrameView:
    """The frame with left and right exchanged: pixels, boxes and landmarks."""
    width = frame.picture.shape[1]
    picture = np.asarray(cv2.flip(frame.picture, 1), np.uint8)
    return replace(frame, picture=picture, faces=tuple(_face(face, width) for face in frame.faces))


def _face(face: TrackedFace, width: int) -> TrackedFace:
    x, y, wide, high = face.box
    landmarks = face.landmarks.copy()
    landmarks[:, 0] = width - 1 - landmarks[:, 0]
    return replace(face, box=(width - x - wide, y, wide, high), landmarks=landmarks)
