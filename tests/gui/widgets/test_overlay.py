"""What is painted over the live picture, without Qt."""

from __future__ import annotations

import pytest

from gui.core.decisions import Decision, Effect
from gui.core.frames import Verdict
from gui.core.opening import NO_OPENING, Opening
from gui.core.states import DoorView, DoorWord, Where
from gui.widgets import decision_style, overlay
from gui.widgets.overlay import Detail, FaceTiming, Instant, Rect
from tests.support.samples import face, recognition

INSIDE = Rect(0, 0, 400, 300)


def lines(**changes: object) -> tuple[str, ...]:
    return overlay.tag_lines(face(**changes), Detail.SCORES)


def shapes_of(*faces: object, detail: Detail = Detail.SCORES, place: Rect = INSIDE) -> overlay.Shapes:
    return overlay.shapes(
        faces=faces,  # type: ignore[arg-type]
        picture_size=(200, 150),
        place=place,
        detail=detail,
        heading_width=lambda text: 8.0 * len(text),
        text_width=lambda text: 7.0 * len(text),
        line_height=16.0,
    )


@pytest.mark.parametrize(
    ("picture", "view", "expected"),
    [
        ((640, 480), (640, 480), Rect(0, 0, 640, 480)),
        ((640, 480), (1280, 480), Rect(320, 0, 640, 480)),
        ((640, 480), (320, 480), Rect(0, 120, 320, 240)),
        ((0, 480), (320, 480), Rect(0, 0, 0, 0)),
        ((640, 480), (0, 0), Rect(0, 0, 0, 0)),
    ],
)
def test_picture_fits_its_view_undistorted_and_centred(
    picture: tuple[int, int], view: tuple[float, float], expected: Rect
) -> None:
    assert overlay.fit(picture, view) == expected


def test_tag_says_name_and_score_of_who_was_accepted() -> None:
    assert lines() == ("✓ Ada  0.71",)


def test_best_name_is_not_said_of_a_refused_face() -> None:
    assert lines(decision=Decision.REFUSED, name="Ada", score=0.12) == ("✕ unknown  0.12",)


def test_uncertain_face_is_marked_with_a_question() -> None:
    assert lines(decision=Decision.UNCERTAIN, score=0.40)[0] == "? Ada?  0.40"
    assert lines(decision=Decision.UNCERTAIN, name=None, score=None)[0] == "? uncertain"


def test_every_decision_has_a_mark_and_colour_of_its_own_words() -> None:
    shown = (Decision.ACCEPTED, Decision.REFUSED, Decision.UNCERTAIN, Decision.SEEN)
    assert len({decision_style.MARKS[decision] for decision in shown}) == len(shown)
    assert len({decision_style.ROLES[decision] for decision in shown}) == len(shown)


def test_bad_picture_is_said_in_words() -> None:
    assert lines(decision=Decision.SEEN, name=None, score=None, verdict=Verdict.TOO_SMALL) == ("… looking", "too small")


def test_detail_decides_how_much_is_written() -> None:
    timing = {7: FaceTiming(124.0, 470.0, Where.VIRTUAL)}
    assert overlay.tag_lines(face(), Detail.NAMES) == ("✓ Ada",)
    assert overlay.tag_lines(face(), Detail.SCORES, timing[7]) == (
        "✓ Ada  0.71",
        "network 124 ms · in all 470 ms · emulated",
    )
    flipped = overlay.tag_lines(face(), Detail.SCORES, FaceTiming(212.0, 560.0, Where.BOARD, passes=2))
    assert flipped[1] == "network 212 ms, flip averaging · in all 560 ms · board"
    everything = overlay.tag_lines(face(quality=0.8), Detail.EVERYTHING, timing[7])
    assert everything[-1] == "face 7 · 40 × 60 px · quality 0.80 · 40 ms old"
    assert len(everything) == 3
    assert shapes_of(face(), detail=Detail.OFF) == overlay.Shapes()
    assert not shapes_of(face(), detail=Detail.SCORES).dots
    assert len(shapes_of(face(), detail=Detail.EVERYTHING).dots) == 5


def test_timings_belong_to_their_face() -> None:
    shapes = overlay.shapes(
        faces=[face(), face(track_id=8, box=(120.0, 30.0, 40.0, 60.0))],
        picture_size=(200, 150),
        place=INSIDE,
        detail=Detail.SCORES,
        heading_width=lambda text: 8.0 * len(text),
        text_width=lambda text: 7.0 * len(text),
        line_height=16.0,
        timings={8: FaceTiming(124.0, 470.0, Where.BOARD)},
    )
    assert [len(tag.lines) for tag in shapes.tags] == [1, 2]
    assert shapes.tags[1].lines[1].endswith("board")


def test_detail_goes_round_through_every_level() -> None:
    level, seen = Detail.OFF, []
    for _ in Detail:
        seen.append(level)
        level = level.following()
    assert seen == list(Detail)
    assert level is Detail.OFF
    assert len({detail.wording for detail in Detail}) == len(Detail)


def test_plan_scales_boxes_and_landmarks_to_the_shown_picture() -> None:
    shapes = shapes_of(face(), place=Rect(100, 0, 400, 300), detail=Detail.EVERYTHING)
    assert shapes.outlines[0].rect == Rect(160, 60, 80, 120)
    assert (shapes.dots[0].x, shapes.dots[0].y) == (180, 100)


def test_undecided_box_is_dashed_too_not_only_coloured() -> None:
    assert shapes_of(face(decision=Decision.SEEN)).outlines[0].dashed
    assert not shapes_of(face()).outlines[0].dashed


@pytest.mark.parametrize("box", [(0, 0, 40, 60), (160, 0, 40, 150), (0, 90, 40, 60), (-30, -30, 300, 300)])
def test_tag_stays_inside_the_picture(box: tuple[float, float, float, float]) -> None:
    tag = shapes_of(face(box=box)).tags[0].rect
    assert tag.x >= 0
    assert tag.y >= 0
    assert tag.right <= 400
    assert tag.bottom <= 300


def test_tags_of_neighbours_do_not_cover_each_other() -> None:
    shapes = shapes_of(face(box=(30, 40, 40, 60)), face(box=(40, 42, 40, 60)))
    assert not overlay.overlaps(shapes.tags[0].rect, shapes.tags[1].rect)


def test_no_faces_no_shapes() -> None:
    assert shapes_of() == overlay.Shapes()


def test_a_tag_is_as_wide_as_its_widest_line_in_that_lines_own_font() -> None:
    heading_only = shapes_of(face(name="A much longer name than others")).tags[0]
    assert heading_only.rect.width == 8.0 * len(heading_only.lines[0]) + 16.0
    two = overlay.shapes(
        faces=[face()],
        picture_size=(200, 150),
        place=INSIDE,
        detail=Detail.SCORES,
        heading_width=lambda text: 8.0 * len(text),
        text_width=lambda text: 5.0 * len(text),
        line_height=16.0,
        timings={7: FaceTiming(124.0, 470.0, Where.VIRTUAL)},
    ).tags[0]
    assert two.rect.width == 5.0 * len(two.lines[1]) + 16.0


def lines_at(at_s: float, opening: Opening = NO_OPENING, connected: bool = True, **changes: object) -> tuple[str, ...]:
    return overlay.tag_lines(face(**changes), Detail.NAMES, instant=Instant(at_s, opening, connected))


def test_a_decision_older_than_a_second_is_greyed_with_its_age() -> None:
    assert lines_at(10.9, decided_s=10.0) == ("✓ Ada",)
    assert lines_at(13.2, decided_s=10.0) == ("✓ Ada, 3 s ago",)
    assert overlay.role_of(face(decided_s=10.0), Instant(10.9)) == "good"
    assert overlay.role_of(face(decided_s=10.0), Instant(13.2)) == "neutral"


def test_without_a_board_nobody_has_a_name() -> None:
    assert lines_at(10.1, connected=False, decided_s=10.0) == ("no board: nobody is recognised",)
    assert overlay.role_of(face(decided_s=10.0), Instant(10.1, connected=False)) == "neutral"


def test_accepted_beside_a_locked_door_is_explained_and_not_green() -> None:
    let_in = recognition(name="Ada", effect=Effect.OPEN, at_s=10.0).outcome
    opening = NO_OPENING.after_outcome(let_in).after_door(DoorView(DoorWord.OPEN, 5_000.0, 10.0))
    assert lines_at(12.0, opening, decided_s=12.0) == ("✓ Ada",)
    locked = opening.after_door(DoorView(DoorWord.LOCKED, 0.0, 15.0))
    assert lines_at(16.0, locked, decided_s=16.0) == ("✓ Ada", "was opened for Ada 6 s ago")
    assert overlay.role_of(face(decided_s=16.0), Instant(16.0, locked)) == "neutral"
    assert lines_at(16.0, locked, decided_s=16.0, name="Bo")[1] == "accepted, the door is locked"


def test_boxes_end_at_the_pictures_edge_and_a_face_outside_is_left_out() -> None:
    assert shapes_of(face(box=(-20, 120, 40, 60))).outlines[0].rect == Rect(0, 240, 40, 60)
    assert shapes_of(face(box=(210, 20, 40, 60))) == overlay.Shapes()
    assert not shapes_of(face(landmarks=face().landmarks - 500.0), detail=Detail.EVERYTHING).dots
